"""Calls for scripts: ring, answer, refuse, hang up, and the pass to signaling."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel

from server.access.permissions import Permission
from server.consultations import calls, queries, service, tickets
from server.consultations.models import CallAttempt, Consultation
from server.consultations.states import AttemptStatus, ConsultationStatus, EndReason
from server.referrals.states import Channel
from server.web.context import BUS, db_and_actor
from server.web.forms import Input, read_json
from server.web.paths import path_id
from server.web.responses import json, no_content
from server.web.routes import api

TICKET_KEY = web.AppKey("ticket_key", Ed25519PrivateKey)


class Ring(Input):
    """How to call."""

    channel: Channel = Channel.VIDEO


class Refuse(Input):
    """Why a call is not answered."""

    busy: bool = False


class HangUp(Input):
    """Why a call ends."""

    reason: EndReason = EndReason.HUNG_UP


class Nothing(Input):
    """An empty body."""


class AttemptOut(BaseModel):
    """One try to call."""

    id: UUID
    channel: Channel
    status: AttemptStatus
    caller_id: UUID
    rang_at: datetime
    answered_at: datetime | None
    connected_at: datetime | None
    ended_at: datetime | None
    end_reason: EndReason | None
    seconds: int | None


class ConsultationOut(BaseModel):
    """A meeting with every try to call."""

    id: UUID
    referral_id: UUID
    status: ConsultationStatus
    started_at: datetime | None
    ended_at: datetime | None
    attempts: list[AttemptOut]


class PassOut(BaseModel):
    """What a browser needs to enter the room; good for one minute and one entry."""

    url: str
    ticket: str
    participant: str
    polite: bool


async def open_meeting(request: web.Request) -> web.Response:
    """Open the meeting of a request, or return the one that is open."""
    db, actor = db_and_actor(request)
    await read_json(request, Nothing)
    meeting = await service.open_meeting(db, actor, path_id(request, "id"))
    found = await queries.get(db, actor, meeting.id)
    return json(_meeting(found), status=201)


async def show(request: web.Request) -> web.Response:
    """Return the meeting."""
    db, actor = db_and_actor(request)
    return json(_meeting(await queries.get(db, actor, path_id(request, "id"))))


async def ring(request: web.Request) -> web.Response:
    """Call the other side."""
    db, actor = db_and_actor(request)
    given = await read_json(request, Ring)
    attempt = await calls.ring(db, actor, path_id(request, "id"), given.channel)
    return json(_attempt(attempt), status=201)


async def accept(request: web.Request) -> web.Response:
    """Answer a call."""
    db, actor = db_and_actor(request)
    await read_json(request, Nothing)
    return json(_attempt(await calls.accept(db, actor, path_id(request, "id"))))


async def decline(request: web.Request) -> web.Response:
    """Refuse a call."""
    db, actor = db_and_actor(request)
    given = await read_json(request, Refuse)
    await calls.decline(db, actor, path_id(request, "id"), busy=given.busy)
    return no_content()


async def hang_up(request: web.Request) -> web.Response:
    """End a call, or stop ringing."""
    db, actor = db_and_actor(request)
    given = await read_json(request, HangUp)
    await calls.hang_up(db, actor, path_id(request, "id"), given.reason)
    return no_content()


async def issue_pass(request: web.Request) -> web.Response:
    """Return a pass to the room of a call."""
    db, actor = db_and_actor(request)
    await read_json(request, Nothing)
    nodes = await tickets.live_nodes(request.app[BUS])
    made = await tickets.issue(
        db,
        actor,
        path_id(request, "id"),
        nodes=nodes,
        key=request.app[TICKET_KEY],
    )
    response = json(
        PassOut(
            url=made.url,
            ticket=made.ticket,
            participant=made.participant,
            polite=made.polite,
        )
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _attempt(attempt: CallAttempt) -> AttemptOut:
    return AttemptOut.model_validate(attempt, from_attributes=True)


def _meeting(meeting: Consultation) -> ConsultationOut:
    return ConsultationOut.model_validate(meeting, from_attributes=True)


ROUTES = [
    api(
        "POST",
        "/referrals/{id}/consultations",
        open_meeting,
        needs=Permission.CALLS_TAKE,
        summary="Open the meeting of a request",
        accepts=Nothing,
        returns=ConsultationOut,
        created=True,
    ),
    api(
        "GET",
        "/consultations/{id}",
        show,
        needs=Permission.CONSULTATIONS_READ,
        summary="A meeting with its calls",
        returns=ConsultationOut,
    ),
    api(
        "POST",
        "/consultations/{id}/calls",
        ring,
        needs=Permission.CALLS_TAKE,
        summary="Ring the other side",
        accepts=Ring,
        returns=AttemptOut,
        created=True,
    ),
    api(
        "POST",
        "/calls/{id}/accept",
        accept,
        needs=Permission.CALLS_TAKE,
        summary="Answer a call",
        accepts=Nothing,
        returns=AttemptOut,
    ),
    api(
        "POST",
        "/calls/{id}/decline",
        decline,
        needs=Permission.CALLS_TAKE,
        summary="Refuse a call",
        accepts=Refuse,
    ),
    api(
        "POST",
        "/calls/{id}/hang-up",
        hang_up,
        needs=Permission.CALLS_TAKE,
        summary="End a call or stop ringing",
        accepts=HangUp,
    ),
    api(
        "POST",
        "/calls/{id}/pass",
        issue_pass,
        needs=Permission.CALLS_TAKE,
        summary="A pass to the room of a call",
        accepts=Nothing,
        returns=PassOut,
    ),
]
