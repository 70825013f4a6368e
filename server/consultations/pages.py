"""Opening a meeting, refusing and returning calls, for browsers without scripts too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.access.permissions import Permission
from server.consultations import calls, channels, followup, guests, queries, service
from server.consultations.forms import Refuse
from server.core.errors import Invalid
from server.web.context import db_and_actor
from server.web.forms import read_form
from server.web.paths import path_id
from server.web.responses import page, redirect
from server.web.routes import route

if TYPE_CHECKING:
    from aiohttp import web


async def open_meeting(request: web.Request) -> web.Response:
    """Open the meeting of a request and go there."""
    db, actor = db_and_actor(request)
    meeting = await service.open_meeting(db, actor, path_id(request, "id"))
    return redirect(f"/consultations/{meeting.id}")


async def decline(request: web.Request) -> web.Response:
    """Refuse the call that rings in a meeting, and show the case."""
    db, actor = db_and_actor(request)
    form = await read_form(request, Refuse)
    if form.data is None:
        raise Invalid(*form.mistakes)
    meeting = await queries.get(db, actor, path_id(request, "id"))
    live = await queries.live_attempt(db, meeting.id)
    if live is None:
        return redirect(f"/referrals/{meeting.referral_id}")
    if await guests.decline(db, actor, live.id):
        return redirect("/")  # the case is closed to them again
    if live.status in queries.RINGING:
        await calls.decline(db, actor, live.id, form.data.reason)
    return redirect(f"/referrals/{meeting.referral_id}")


async def show_missed(request: web.Request) -> web.Response:
    """Show the calls that wait for an answer."""
    return page(request, "consultations/missed.html.j2")


async def call_back(request: web.Request) -> web.Response:
    """Ring whoever rang in vain, and go to where the two meet."""
    db, actor = db_and_actor(request)
    attempt = await calls.call_back(db, actor, path_id(request, "id"))
    return redirect(f"/consultations/{attempt.consultation_id}")


async def dismiss(request: web.Request) -> web.Response:
    """Take a missed call off the list."""
    db, actor = db_and_actor(request)
    await followup.dismiss(db, actor, path_id(request, "id"))
    return redirect("/")


async def dismiss_stuck(request: web.Request) -> web.Response:
    """Take a stuck meeting off the list."""
    db, actor = db_and_actor(request)
    await followup.dismiss_stuck(db, actor, path_id(request, "id"))
    return redirect("/")


async def ask_for_writing(request: web.Request) -> web.Response:
    """Ask the specialist to answer without a call, and show the meeting."""
    db, actor = db_and_actor(request)
    asked = await channels.ask_for_writing(db, actor, path_id(request, "id"))
    return redirect(f"/consultations/{asked.consultation_id}")


_TAKES = Permission.CALLS_TAKE
ROUTES = [
    route("POST", "/referrals/{id}/consultation", open_meeting, needs=_TAKES),
    route("POST", "/consultations/{id}/decline", decline, needs=_TAKES),
    route("GET", "/calls", show_missed, needs=Permission.CALLS_FOLLOW),
    route("POST", "/calls/{id}/call-back", call_back, needs=_TAKES),
    route("POST", "/calls/{id}/dismiss", dismiss, needs=_TAKES),
    route(
        "POST",
        "/consultations/{id}/dismiss",
        dismiss_stuck,
        needs=Permission.REFERRALS_TRIAGE,
    ),
    route(
        "POST",
        "/consultations/{id}/writing",
        ask_for_writing,
        needs=Permission.REFERRALS_REQUEST,
    ),
]
