"""What waits beside the calls themselves, for programs: missed calls and the other ways."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self
from uuid import UUID

from pydantic import BaseModel

from server.access.permissions import Permission
from server.consultations import calls, channels, followup, waiting
from server.consultations.forms import PhoneCall
from server.consultations.meeting_api import AttemptOut, Nothing
from server.consultations.states import EndReason
from server.referrals.states import Channel
from server.web.context import db_and_actor
from server.web.forms import read_json
from server.web.paths import path_id
from server.web.responses import json, no_content
from server.web.routes import api

if TYPE_CHECKING:
    from aiohttp import web


class CallOut(BaseModel):
    """A call that rings, or that waits for an answer."""

    id: UUID
    consultation_id: UUID
    referral_id: UUID
    number: str
    caller: str
    channel: Channel
    at: datetime
    reason: EndReason | None


class StuckOut(BaseModel):
    """A meeting whose two sides do not reach each other."""

    consultation_id: UUID
    referral_id: UUID
    number: str
    since: datetime
    station: str
    station_phone: str
    specialist: str
    specialist_phone: str
    attempts: list[AttemptOut]

    @classmethod
    def of(cls, one: waiting.Stuck) -> Self:
        """Return a stuck meeting as it leaves."""
        referral = one.meeting.referral
        return cls(
            consultation_id=one.meeting.id,
            referral_id=referral.id,
            number=referral.number,
            since=one.meeting.stuck_since or one.meeting.created_at,
            station=referral.station.name,
            station_phone=referral.station.phone,
            specialist=one.specialist,
            specialist_phone=one.specialist_phone,
            attempts=[AttemptOut.of(attempt) for attempt in one.meeting.attempts],
        )


class WaitingOut(BaseModel):
    """What waits for a person."""

    ringing: CallOut | None
    missed: list[CallOut]
    stuck: list[StuckOut]


async def show(request: web.Request) -> web.Response:
    """Return what rings, which calls were missed, which meetings are stuck."""
    db, actor = db_and_actor(request)
    found = await waiting.for_actor(db, actor)
    return json(
        WaitingOut(
            ringing=_call(found.ringing) if found.ringing else None,
            missed=[_call(one) for one in found.missed],
            stuck=[StuckOut.of(one) for one in found.stuck],
        )
    )


async def call_back(request: web.Request) -> web.Response:
    """Ring whoever rang in vain."""
    db, actor = db_and_actor(request)
    await read_json(request, Nothing)
    attempt = await calls.call_back(db, actor, path_id(request, "id"))
    return json(AttemptOut.of(attempt), status=201)


async def dismiss(request: web.Request) -> web.Response:
    """Take a missed call off the list."""
    db, actor = db_and_actor(request)
    await read_json(request, Nothing)
    await followup.dismiss(db, actor, path_id(request, "id"))
    return no_content()


async def dismiss_stuck(request: web.Request) -> web.Response:
    """Take a stuck meeting off the list."""
    db, actor = db_and_actor(request)
    await read_json(request, Nothing)
    await followup.dismiss_stuck(db, actor, path_id(request, "id"))
    return no_content()


async def note_phone_call(request: web.Request) -> web.Response:
    """Note that the two have telephoned."""
    db, actor = db_and_actor(request)
    given = await read_json(request, PhoneCall)
    attempt = await channels.note_phone_call(
        db, actor, path_id(request, "id"), given.minutes
    )
    return json(AttemptOut.of(attempt), status=201)


async def ask_for_writing(request: web.Request) -> web.Response:
    """Ask the specialist to answer without a call."""
    db, actor = db_and_actor(request)
    await read_json(request, Nothing)
    attempt = await channels.ask_for_writing(db, actor, path_id(request, "id"))
    return json(AttemptOut.of(attempt), status=201)


def _call(call: waiting.Call) -> CallOut:
    return CallOut.model_validate(call, from_attributes=True)


ROUTES = [
    api(
        "GET",
        "/calls",
        show,
        needs=Permission.CALLS_FOLLOW,
        summary="What rings, and which calls were missed",
        returns=WaitingOut,
    ),
    api(
        "POST",
        "/calls/{id}/call-back",
        call_back,
        needs=Permission.CALLS_TAKE,
        summary="Ring whoever rang in vain",
        accepts=Nothing,
        returns=AttemptOut,
        created=True,
    ),
    api(
        "POST",
        "/calls/{id}/dismiss",
        dismiss,
        needs=Permission.CALLS_TAKE,
        summary="Take a missed call off the list",
        accepts=Nothing,
    ),
    api(
        "POST",
        "/consultations/{id}/dismiss",
        dismiss_stuck,
        needs=Permission.REFERRALS_TRIAGE,
        summary="Take a stuck meeting off the list",
        accepts=Nothing,
    ),
    api(
        "POST",
        "/consultations/{id}/phone",
        note_phone_call,
        needs=Permission.CALLS_TAKE,
        summary="Note a call by telephone",
        accepts=PhoneCall,
        returns=AttemptOut,
        created=True,
    ),
    api(
        "POST",
        "/consultations/{id}/writing",
        ask_for_writing,
        needs=Permission.REFERRALS_REQUEST,
        summary="Ask for an answer in writing",
        accepts=Nothing,
        returns=AttemptOut,
        created=True,
    ),
]
