"""The files of a case for programs: what the pages do, in JSON, and their bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field

from server.access.permissions import Permission
from server.audit import trail
from server.core.errors import Invalid
from server.documents import files
from server.documents import pages as documents_pages
from server.documents import queries as documents
from server.referrals import case_documents, queries
from server.referrals.document_pages import UPLOAD_LIMIT
from server.referrals.representations import DocumentView
from server.web.context import SETTINGS, db_and_actor
from server.web.forms import Input, read_form, read_json
from server.web.paths import path_id
from server.web.responses import json, no_content
from server.web.routes import api
from server.web.uploads import read_files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from server.documents.models import Document


class DocumentForm(Input):
    """What goes with the files; `title` is for a single one, otherwise their names are."""

    title: Annotated[str, Field(max_length=200)] = ""


class DocumentTitle(Input):
    """Another title for a file."""

    title: Annotated[str, Field(min_length=1, max_length=200)]


class Documents(BaseModel):
    """Files of a case, in the order in which they were added."""

    documents: list[DocumentView]


async def index(request: web.Request) -> web.Response:
    """Return the files of a case, without their bytes."""
    db, actor = db_and_actor(request)
    referral = await queries.get(db, actor, path_id(request, "id"))
    found = await documents.of_referral(db, actor, referral.id)
    trail.record(
        db,
        "document:list",
        object_id=referral.id,
        patient_id=referral.patient_id,
        found=len(found),
    )
    return _shown(found)


async def add(request: web.Request) -> web.Response:
    """Keep the files of the form."""
    db, actor = db_and_actor(request)
    form = await read_form(request, DocumentForm)
    if form.data is None:
        raise Invalid(*form.mistakes)
    added = await case_documents.add(
        db,
        actor,
        path_id(request, "id"),
        await read_files(request),
        title=form.data.title,
        folder=request.app[SETTINGS].documents_dir,
    )
    return _shown(added, status=201)


async def rename(request: web.Request) -> web.Response:
    """Give a file another title."""
    db, actor = db_and_actor(request)
    given = await read_json(request, DocumentTitle)
    document = await case_documents.rename(
        db, actor, path_id(request, "id"), given.title
    )
    return json(DocumentView.model_validate(document))


async def remove(request: web.Request) -> web.Response:
    """Take a file out of its case."""
    db, actor = db_and_actor(request)
    await case_documents.remove(db, actor, path_id(request, "id"))
    return no_content()


def _shown(found: Sequence[Document], *, status: int = 200) -> web.Response:
    views = [DocumentView.model_validate(one) for one in found]
    return json(Documents(documents=views), status=status)


_READS, _ADDS = Permission.DOCUMENTS_READ, Permission.DOCUMENTS_ADD
ROUTES = [
    api(
        "GET",
        "/referrals/{id}/documents",
        index,
        needs=_READS,
        summary="List the files of a request",
        returns=Documents,
    ),
    api(
        "POST",
        "/referrals/{id}/documents",
        add,
        needs=_ADDS,
        summary="Add files to a request",
        accepts=DocumentForm,
        takes_files=True,
        returns=Documents,
        created=True,
        body_limit=UPLOAD_LIMIT,
    ),
    api(
        "GET",
        "/documents/{id}",
        documents_pages.show,
        needs=_READS,
        summary="The bytes of a file, or a range of them",
        sends=files.KINDS,
    ),
    api(
        "POST",
        "/documents/{id}/rename",
        rename,
        needs=_ADDS,
        summary="Give a file another title",
        accepts=DocumentTitle,
        returns=DocumentView,
    ),
    api(
        "DELETE",
        "/documents/{id}",
        remove,
        needs=_ADDS,
        summary="Take a file out of its request",
    ),
]
