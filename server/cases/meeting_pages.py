"""The meeting: waiting room, call, and the record written beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from server.access.actor import Actor
from server.access.permissions import Permission, Role
from server.accounts.queries import person_by_id
from server.cases import panels
from server.consultations import calls, channels, guest_queries, queries, service
from server.consultations.forms import PhoneCall
from server.consultations.models import CallAttempt, Consultation
from server.consultations.states import GuestRole
from server.referrals import queries as referrals
from server.referrals.models import Referral
from server.web.context import db_and_actor
from server.web.forms import Form, blank, read_form
from server.web.openings import record_view
from server.web.paths import path_id
from server.web.responses import page, redirect
from server.web.routes import route

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class Line:
    """The call of the moment as this person's page must take it up again.

    A guest who has left it is `outside`: the way back is a button, not a reload.
    """

    attempt: str = ""
    status: str = ""
    side: str = ""


async def show_meeting(request: web.Request) -> web.Response:
    """Show the room; `?answer` takes the call that rings, as the banner's link asks."""
    return await _meeting_page(request, blank(request))


async def note_phone_call(request: web.Request) -> web.Response:
    """Note that the two have telephoned, and show the meeting."""
    db, actor = db_and_actor(request)
    form = await read_form(request, PhoneCall)
    if form.data is None:
        return await _meeting_page(request, form)
    attempt = await channels.note_phone_call(
        db, actor, path_id(request, "id"), form.data.minutes
    )
    return redirect(f"/consultations/{attempt.consultation_id}")


async def _meeting_page(request: web.Request, form: Form[Any]) -> web.Response:
    db, actor = db_and_actor(request)
    meeting = await queries.get(db, actor, path_id(request, "id"))
    if actor.role in {Role.STATION_DOCTOR, Role.SPECIALIST}:
        await service.enter_waiting_room(db, actor, meeting.id)
    record_view(
        request,
        "consultation:view",
        object_id=meeting.id,
        patient_id=meeting.patient_id,
    )
    referral = await referrals.get(db, actor, meeting.referral_id)
    values = await panels.of_case(request, referral)
    own = await guest_queries.own_open(db, actor, meeting.id)
    is_side = service.is_side(actor, meeting)
    return page(
        request,
        "cases/meeting.html.j2",
        status=422 if form.errors else 200,
        form_errors=form.errors,
        phone_form=form,
        meeting=meeting,
        line=await _line(db, actor, meeting, is_guest=own is not None),
        guests=await guest_queries.of_meeting(db, meeting.id),
        is_side=is_side,
        may_invite=is_side
        and values["may_meet"]
        and meeting.status not in queries.OVER,
        roles=list(GuestRole),
        invite_form=blank(request),
        **await _sides(request, meeting, referral),
        answer="answer" in request.query,
        **values,
    )


async def _line(
    db: AsyncSession, actor: Actor, meeting: Consultation, *, is_guest: bool
) -> Line:
    live = next((one for one in meeting.attempts if one.status in queries.LIVE), None)
    if live is None:
        return Line()
    ringing = live.status in queries.RINGING
    status = "ringing" if ringing else live.status.value
    if live.caller_id == actor.id:
        return Line(str(live.id), status, "caller")
    if calls.rings_for(actor, live) or live.answered_by == actor.id:
        return Line(str(live.id), status, "callee")
    if not is_guest or ringing:
        return Line()
    return Line(str(live.id), await _status_of_guest(db, actor, live), "guest")


async def _status_of_guest(db: AsyncSession, actor: Actor, live: CallAttempt) -> str:
    guest = await guest_queries.own_open(db, actor, live.consultation_id)
    if guest is None or guest.ringing_since is not None:
        return "ringing"
    if guest.joined_at is not None and await queries.is_inside(db, live.id, actor.id):
        return live.status.value
    return "outside"


@dataclass(frozen=True, slots=True)
class Side:
    """Who meets, and the number to dial when no call comes through."""

    name: str
    phone: str


async def _sides(
    request: web.Request, meeting: Consultation, referral: Referral
) -> dict[str, Any]:
    """Return whom one meets, and oneself, with the numbers of both."""
    db, actor = db_and_actor(request)
    person = await person_by_id(db, meeting.specialist_id)
    phone = person.phone or (referral.hospital.phone if referral.hospital else "")
    specialist = Side(person.display_name, phone)
    station = Side(referral.station.name, referral.station.phone)
    if actor.role is Role.SPECIALIST:
        return {"other": station, "own": specialist}
    return {"other": specialist, "own": station}


ROUTES = [
    route("GET", "/consultations/{id}", show_meeting, needs=Permission.CALLS_TAKE),
    route(
        "POST",
        "/consultations/{id}/phone",
        note_phone_call,
        needs=Permission.CALLS_TAKE,
    ),
]
