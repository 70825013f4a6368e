"""Forms that add files to a case, name them and take them out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from server.access.permissions import Permission
from server.core.errors import Invalid
from server.documents import queries as documents
from server.referrals import case_documents
from server.web.context import SETTINGS, db_and_actor
from server.web.forms import Input, read_form
from server.web.paths import path_id
from server.web.refusals import wants_json
from server.web.responses import json, page, redirect
from server.web.routes import KIB, route
from server.web.uploads import read_files

if TYPE_CHECKING:
    from aiohttp import web

# A file of 20 MB and the form around it.
UPLOAD_LIMIT = 22 * 1024 * KIB


class Added(BaseModel):
    """The id that the upload script puts into its form."""

    id: UUID


class Upload(Input):
    """What goes with the file; its bytes are read apart."""

    title: Annotated[str, Field(max_length=200)] = ""
    back: Literal["case", "request"] = "case"


class Rename(Input):
    """Another title for a file."""

    title: Annotated[str, Field(max_length=200)] = ""
    back: Literal["case", "request"] = "case"


class Remove(Input):
    """Where to go after the file is gone."""

    back: Literal["case", "request"] = "case"


async def add(request: web.Request) -> web.Response:
    """Keep what was sent: one file from the script, several from a plain form."""
    db, actor = db_and_actor(request)
    referral_id = path_id(request, "id")
    form = await read_form(request, Upload)
    added = await case_documents.add(
        db,
        actor,
        referral_id,
        await read_files(request),
        title=form.data.title if form.data else "",
        folder=request.app[SETTINGS].documents_dir,
    )
    if wants_json(request):
        return json(Added(id=added[0].id), status=201)
    return _back(referral_id, form.value("back"))


async def rename(request: web.Request) -> web.Response:
    """Give a file the title that was typed."""
    db, actor = db_and_actor(request)
    form = await read_form(request, Rename)
    document_id = path_id(request, "id")
    try:
        document = await case_documents.rename(
            db, actor, document_id, form.value("title")
        )
    except Invalid as refusal:
        form = form.refused(refusal)
        return page(
            request,
            "documents/rename.html.j2",
            status=refusal.status,
            form=form,
            form_errors=form.errors,
            document=await documents.get(db, actor, document_id),
        )
    return _back(document.referral_id, form.value("back"))


async def remove(request: web.Request) -> web.Response:
    """Take a file out of its case."""
    db, actor = db_and_actor(request)
    form = await read_form(request, Remove)
    document = await case_documents.remove(db, actor, path_id(request, "id"))
    return _back(document.referral_id, form.value("back"))


def _back(referral_id: UUID, back: str) -> web.Response:
    if back == "request":
        return redirect(f"/referrals/{referral_id}/request#field-file")
    return redirect(f"/referrals/{referral_id}")


ROUTES = [
    route(
        "POST",
        "/referrals/{id}/documents",
        add,
        needs=Permission.DOCUMENTS_ADD,
        body_limit=UPLOAD_LIMIT,
    ),
    route("POST", "/documents/{id}/rename", rename, needs=Permission.DOCUMENTS_ADD),
    route("POST", "/documents/{id}/remove", remove, needs=Permission.DOCUMENTS_ADD),
]
