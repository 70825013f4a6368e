"""Searching and inviting a further person; the meeting page shows the same in a dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.access.permissions import Permission
from server.consultations import guest_queries, guests, queries
from server.consultations.forms import GuestQuestion, Invitation
from server.consultations.service import refuse_outsider
from server.consultations.states import GuestRole
from server.core.errors import Invalid
from server.web.context import db_and_actor
from server.web.forms import Form, blank, read_form, read_query
from server.web.paths import path_id
from server.web.responses import page, redirect
from server.web.routes import route

if TYPE_CHECKING:
    from aiohttp import web


async def search(request: web.Request) -> web.Response:
    """Show whom one may invite, by any part of name or place."""
    return await _search_page(request, read_query(request, GuestQuestion).q)


async def invite(request: web.Request) -> web.Response:
    """Ask a further person into the running call, and go back there."""
    db, actor = db_and_actor(request)
    form = await read_form(request, Invitation)
    if form.data is None:
        return await _search_page(request, "", form)
    given = form.data
    try:
        asked = await guests.invite(
            db,
            actor,
            path_id(request, "id"),
            person_id=given.person_id,
            role=given.role,
        )
    except Invalid as refusal:
        return await _search_page(request, "", form.refused(refusal))
    return redirect(f"/consultations/{asked.consultation_id}")


async def withdraw(request: web.Request) -> web.Response:
    """End an invitation, and show the meeting."""
    db, actor = db_and_actor(request)
    meeting = await guests.withdraw(db, actor, path_id(request, "id"))
    return redirect(f"/consultations/{meeting.id}")


async def _search_page(
    request: web.Request, words: str, form: Form[Invitation] | None = None
) -> web.Response:
    db, actor = db_and_actor(request)
    meeting = await queries.get(db, actor, path_id(request, "id"))
    refuse_outsider(actor, meeting)
    return page(
        request,
        "consultations/guests.html.j2",
        status=422 if form else 200,
        form_errors=form.errors if form else [],
        invite_form=form or blank(request),
        meeting=meeting,
        words=words,
        people=await guest_queries.candidates(db, actor, meeting, words),
        roles=list(GuestRole),
    )


_TAKES = Permission.CALLS_TAKE
ROUTES = [
    route("GET", "/consultations/{id}/guests", search, needs=_TAKES),
    route("POST", "/consultations/{id}/guests", invite, needs=_TAKES),
    route("POST", "/guests/{id}/withdraw", withdraw, needs=_TAKES),
]
