"""Adds files to a case and takes them out, as long as the case is open."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, Field

from server.access.permissions import Permission
from server.core.errors import Conflict
from server.core.messages import N_
from server.documents import files, service
from server.documents.models import Document
from server.notifications.service import tell
from server.referrals import audiences, queries
from server.referrals.states import OPEN, ReferralStatus
from server.web.context import SETTINGS, db_and_actor
from server.web.forms import Input, read_form
from server.web.paths import path_id
from server.web.refusals import wants_json
from server.web.responses import json, redirect
from server.web.routes import KIB, route

if TYPE_CHECKING:
    from server.referrals.models import Referral

# A file of 20 MB and the form around it.
_UPLOAD_LIMIT = 22 * 1024 * KIB
_TAKES_FILES = (ReferralStatus.DRAFT, *OPEN)


class CaseClosed(Conflict):
    """What a conclusion rests on stays as it was."""

    code = "case_closed"
    message = N_("Ca này đã kết thúc nên không thêm hoặc bỏ tài liệu được nữa.")


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
    referral = await queries.get(db, actor, path_id(request, "id"))
    form = await read_form(request, Upload)
    sent = await _files(request)
    cleaned = [(name, await files.clean(data)) for name, data in sent]
    # Locked only now, because to draw an image anew takes a while.
    referral = await _lock_open(request, referral.id)
    case = service.Case(referral.id, referral.patient_id, referral.station_id)
    given = form.data.title if form.data and len(sent) == 1 else ""
    added = [
        await service.add(
            db,
            actor,
            case,
            file=file,
            title=service.clean_title(given) or service.title_from(name),
            folder=request.app[SETTINGS].documents_dir,
        )
        for name, file in cleaned
    ]
    await _tell(request, referral)
    if wants_json(request):
        return json(Added(id=added[0].id), status=201)
    return _back(referral.id, form.value("back"))


async def rename(request: web.Request) -> web.Response:
    """Give a file the title that was typed."""
    db, actor = db_and_actor(request)
    form = await read_form(request, Rename)
    document = await _changeable(request)
    await service.rename(db, actor, document.id, form.value("title"))
    return _back(document.referral_id, form.value("back"))


async def remove(request: web.Request) -> web.Response:
    """Take a file out of its case."""
    db, actor = db_and_actor(request)
    form = await read_form(request, Remove)
    document = await _changeable(request)
    await service.remove(db, actor, document.id)
    return _back(document.referral_id, form.value("back"))


async def _files(request: web.Request) -> list[tuple[str, bytes]]:
    posted = await request.post()
    fields = [
        one for one in posted.getall("file", []) if isinstance(one, web.FileField)
    ]
    sent = [
        (field.filename, await asyncio.to_thread(field.file.read))
        for field in fields
        if field.filename
    ]
    if not sent:
        raise files.FileEmpty
    return sent


async def _changeable(request: web.Request) -> Document:
    db, actor = db_and_actor(request)
    document = await service.own(db, actor, path_id(request, "id"))
    await _lock_open(request, document.referral_id)
    return document


async def _lock_open(request: web.Request, referral_id: UUID) -> Referral:
    db, actor = db_and_actor(request)
    referral = await queries.get_for_change(db, actor, referral_id)
    if referral.status not in _TAKES_FILES:
        raise CaseClosed
    return referral


async def _tell(request: web.Request, referral: Referral) -> None:
    """Show the new file on every open page of the case; a draft is nobody else's yet."""
    db, actor = db_and_actor(request)
    if referral.submitted_at is None:
        tell(db, [actor.id], "referral.changed", referral.id)
    else:
        readers = {actor.id, referral.specialist_id or actor.id}
        await audiences.tell_change(db, referral, *readers)


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
        body_limit=_UPLOAD_LIMIT,
    ),
    route("POST", "/documents/{id}/rename", rename, needs=Permission.DOCUMENTS_ADD),
    route("POST", "/documents/{id}/remove", remove, needs=Permission.DOCUMENTS_ADD),
]
