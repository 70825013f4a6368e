"""Opening a meeting and refusing a call, for browsers without scripts too."""

from __future__ import annotations

from aiohttp import web

from server.access.permissions import Permission
from server.consultations import calls, queries, service
from server.consultations.states import AttemptStatus
from server.web.context import db_and_actor
from server.web.paths import path_id
from server.web.responses import redirect
from server.web.routes import route


async def open_meeting(request: web.Request) -> web.Response:
    """Open the meeting of a request and go there."""
    db, actor = db_and_actor(request)
    meeting = await service.open_meeting(db, actor, path_id(request, "id"))
    return redirect(f"/consultations/{meeting.id}")


async def decline(request: web.Request) -> web.Response:
    """Refuse the call that rings in a meeting, and show the case."""
    db, actor = db_and_actor(request)
    meeting = await queries.get(db, actor, path_id(request, "id"))
    live = await queries.live_attempt(db, meeting.id)
    if live is not None and live.status is AttemptStatus.RINGING:
        await calls.decline(db, actor, live.id)
    return redirect(f"/referrals/{meeting.referral_id}")


ROUTES = [
    route(
        "POST",
        "/referrals/{id}/consultation",
        open_meeting,
        needs=Permission.CALLS_TAKE,
    ),
    route(
        "POST",
        "/consultations/{id}/decline",
        decline,
        needs=Permission.CALLS_TAKE,
    ),
]
