"""Further people in a running call, for programs and scripts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel

from server.access.permissions import Permission
from server.audit import trail
from server.consultations import guest_queries, guests, queries
from server.consultations.forms import GuestQuestion, Invitation
from server.consultations.meeting_api import Nothing
from server.consultations.service import refuse_outsider
from server.consultations.states import GuestEnd, GuestRole
from server.web.context import db_and_actor
from server.web.forms import read_json, read_query
from server.web.paths import path_id
from server.web.responses import json, no_content
from server.web.routes import api

if TYPE_CHECKING:
    from aiohttp import web


class GuestOut(BaseModel):
    """An invitation of a further person."""

    id: UUID
    person_id: UUID
    name: str
    role: GuestRole
    invited_at: datetime
    ringing_since: datetime | None
    joined_at: datetime | None
    ended_at: datetime | None
    end_reason: GuestEnd | None


class Guests(BaseModel):
    """The invitations of a meeting, the latest first."""

    guests: list[GuestOut]


class CandidateOut(BaseModel):
    """Somebody whom one may invite."""

    id: UUID
    name: str


class Candidates(BaseModel):
    """Whom the words have found, by name."""

    people: list[CandidateOut]


class InsideOut(BaseModel):
    """Somebody in a call, under the name that signaling knows."""

    participant: str
    name: str


class PeopleOfCall(BaseModel):
    """Who has been given a pass to a call."""

    people: list[InsideOut]


async def list_guests(request: web.Request) -> web.Response:
    """Return the invitations of a meeting."""
    db, actor = db_and_actor(request)
    meeting = await queries.get(db, actor, path_id(request, "id"))
    found = await guest_queries.of_meeting(db, meeting.id)
    trail.record(
        db,
        "guest:list",
        object_id=meeting.id,
        patient_id=meeting.patient_id,
        found=len(found),
    )
    return json(Guests(guests=[_guest(one) for one in found]))


async def list_candidates(request: web.Request) -> web.Response:
    """Return whom one may invite, by any part of name or place."""
    db, actor = db_and_actor(request)
    meeting = await queries.get(db, actor, path_id(request, "id"))
    refuse_outsider(actor, meeting)
    words = read_query(request, GuestQuestion).q
    found = await guest_queries.candidates(db, actor, meeting, words)
    people = [CandidateOut(id=one.id, name=guest_queries.name_of(one)) for one in found]
    return json(Candidates(people=people))


async def invite(request: web.Request) -> web.Response:
    """Ask a further person into the running call."""
    db, actor = db_and_actor(request)
    given = await read_json(request, Invitation)
    asked = await guests.invite(
        db, actor, path_id(request, "id"), person_id=given.person_id, role=given.role
    )
    await db.flush()
    found = await guest_queries.of_meeting(db, asked.consultation_id)
    return json(next(_guest(one) for one in found if one.id == asked.id), status=201)


async def withdraw(request: web.Request) -> web.Response:
    """End an invitation."""
    db, actor = db_and_actor(request)
    await read_json(request, Nothing)
    await guests.withdraw(db, actor, path_id(request, "id"))
    return no_content()


async def list_people(request: web.Request) -> web.Response:
    """Return who is behind the participants of a call."""
    db, actor = db_and_actor(request)
    found = await guest_queries.people_of_call(db, actor, path_id(request, "id"))
    people = [InsideOut.model_validate(one, from_attributes=True) for one in found]
    return json(PeopleOfCall(people=people))


def _guest(guest: guest_queries.Guest) -> GuestOut:
    return GuestOut.model_validate(guest, from_attributes=True)


ROUTES = [
    api(
        "GET",
        "/consultations/{id}/guests",
        list_guests,
        needs=Permission.CONSULTATIONS_READ,
        summary="Who else was asked into a meeting",
        returns=Guests,
    ),
    api(
        "GET",
        "/consultations/{id}/guests/candidates",
        list_candidates,
        needs=Permission.CALLS_TAKE,
        summary="Whom one may ask into a call",
        query=GuestQuestion,
        returns=Candidates,
    ),
    api(
        "POST",
        "/consultations/{id}/guests",
        invite,
        needs=Permission.CALLS_TAKE,
        summary="Ask a further person into the running call",
        accepts=Invitation,
        returns=GuestOut,
        created=True,
    ),
    api(
        "POST",
        "/guests/{id}/withdraw",
        withdraw,
        needs=Permission.CALLS_TAKE,
        summary="End an invitation",
        accepts=Nothing,
    ),
    api(
        "GET",
        "/calls/{id}/people",
        list_people,
        needs=Permission.CONSULTATIONS_READ,
        summary="Who is in a call",
        returns=PeopleOfCall,
    ),
]
