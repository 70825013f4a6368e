"""Meetings for programs: open one, read it, enter its waiting room."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel

from server.access.permissions import Permission
from server.audit import trail
from server.consultations import queries, service
from server.consultations.models import CallAttempt, Consultation
from server.consultations.states import AttemptStatus, ConsultationStatus, EndReason
from server.referrals import queries as referrals
from server.referrals.states import Channel
from server.web.context import db_and_actor
from server.web.forms import Input, read_json
from server.web.paths import path_id
from server.web.responses import json
from server.web.routes import api


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

    @classmethod
    def of(cls, attempt: CallAttempt) -> Self:
        """Return a try to call as it leaves."""
        return cls.model_validate(attempt, from_attributes=True)


class ConsultationOut(BaseModel):
    """A meeting with every try to call."""

    id: UUID
    referral_id: UUID
    status: ConsultationStatus
    started_at: datetime | None
    ended_at: datetime | None
    attempts: list[AttemptOut]


class Meetings(BaseModel):
    """The meetings of a request, the oldest first."""

    consultations: list[ConsultationOut]


async def open_meeting(request: web.Request) -> web.Response:
    """Open the meeting of a request, or return the one that is open."""
    db, actor = db_and_actor(request)
    await read_json(request, Nothing)
    meeting = await service.open_meeting(db, actor, path_id(request, "id"))
    found = await queries.get(db, actor, meeting.id)
    return json(_meeting(found), status=201)


async def list_meetings(request: web.Request) -> web.Response:
    """Return the meetings of a request."""
    db, actor = db_and_actor(request)
    referral = await referrals.get(db, actor, path_id(request, "id"))
    found = await queries.of_referral(db, referral.id)
    trail.record(
        db,
        "consultation:list",
        object_id=referral.id,
        patient_id=referral.patient_id,
        found=len(found),
    )
    return json(Meetings(consultations=[_meeting(one) for one in found]))


async def enter(request: web.Request) -> web.Response:
    """Say that this side is in the waiting room."""
    db, actor = db_and_actor(request)
    await read_json(request, Nothing)
    meeting = await service.enter_waiting_room(db, actor, path_id(request, "id"))
    return json(_meeting(await queries.get(db, actor, meeting.id)))


async def show(request: web.Request) -> web.Response:
    """Return the meeting."""
    db, actor = db_and_actor(request)
    meeting = await queries.get(db, actor, path_id(request, "id"))
    trail.record(
        db, "consultation:view", object_id=meeting.id, patient_id=meeting.patient_id
    )
    return json(_meeting(meeting))


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
        "/referrals/{id}/consultations",
        list_meetings,
        needs=Permission.CONSULTATIONS_READ,
        summary="The meetings of a request",
        returns=Meetings,
    ),
    api(
        "POST",
        "/consultations/{id}/enter",
        enter,
        needs=Permission.CALLS_TAKE,
        summary="Enter the waiting room",
        accepts=Nothing,
        returns=ConsultationOut,
    ),
    api(
        "GET",
        "/consultations/{id}",
        show,
        needs=Permission.CONSULTATIONS_READ,
        summary="A meeting with its calls",
        returns=ConsultationOut,
    ),
]
