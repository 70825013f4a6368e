"""The meeting: waiting room, call, and the record written beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from server.access.actor import Actor
from server.access.permissions import Permission, Role
from server.accounts.queries import person_by_id
from server.cases import panels
from server.consultations import calls, channels, queries, service
from server.consultations.forms import PhoneCall
from server.consultations.models import Consultation
from server.referrals import queries as referrals
from server.referrals.models import Referral
from server.web.context import db_and_actor
from server.web.forms import Form, blank, read_form
from server.web.openings import record_view
from server.web.paths import path_id
from server.web.responses import page, redirect
from server.web.routes import route


@dataclass(frozen=True, slots=True)
class Line:
    """The call of the moment as this person's page must take it up again."""

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
    return page(
        request,
        "cases/meeting.html.j2",
        status=422 if form.errors else 200,
        form_errors=form.errors,
        phone_form=form,
        meeting=meeting,
        line=_line(actor, meeting),
        **await _sides(request, meeting, referral),
        answer="answer" in request.query,
        **values,
    )


def _line(actor: Actor, meeting: Consultation) -> Line:
    live = next((one for one in meeting.attempts if one.status in queries.LIVE), None)
    if live is None:
        return Line()
    ringing = live.status in queries.RINGING
    status = "ringing" if ringing else live.status.value
    if live.caller_id == actor.id:
        return Line(str(live.id), status, "caller")
    if calls.rings_for(actor, live) or live.answered_by == actor.id:
        return Line(str(live.id), status, "callee")
    return Line()


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
