"""Accounts and the trail for programs of the administration."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from aiohttp import BytesPayload, web
from pydantic import BaseModel

from server.access.permissions import Permission, Role
from server.accounts import queries, service
from server.accounts.forms import NewPerson
from server.accounts.models import Person
from server.admin import queries as administration
from server.admin import trail
from server.admin.forms import PeopleQuestion, TrailQuestion
from server.audit.models import Outcome
from server.web.context import db_and_actor
from server.web.forms import read_json, read_query
from server.web.paths import path_id
from server.web.responses import json, no_content
from server.web.routes import api


class PersonOut(BaseModel):
    """A person with an account."""

    id: UUID
    username: str
    full_name: str
    title: str
    role: Role
    facility_id: UUID
    created_at: datetime
    disabled_at: datetime | None
    last_seen_at: datetime | None


class SessionOut(BaseModel):
    """A browser in which a person is signed in."""

    started_at: datetime
    last_seen_at: datetime
    address: str
    user_agent: str


class PersonDetails(PersonOut):
    """Everything that an administrator knows of a person."""

    phone: str
    licence_number: str
    must_change_password: bool
    password_changed_at: datetime
    departments: list[str]
    sessions: list[SessionOut]


class People(BaseModel):
    """The first 50 people in the order of Vietnamese names."""

    people: list[PersonOut]


class NewPassword(BaseModel):
    """A password to hand over; it must be changed at the first sign-in and is not shown again."""

    id: UUID
    password: str


class EventOut(BaseModel):
    """One row of the trail (FHIR AuditEvent)."""

    id: UUID
    at: datetime
    person_id: UUID | None
    role: str | None
    action: str
    object_id: str | None
    patient_id: UUID | None
    outcome: Outcome
    address: str
    detail: dict[str, Any]


class Trail(BaseModel):
    """A page of the trail; `next` is the `before` of the following page, empty at the end."""

    events: list[EventOut]
    next: str


async def list_people(request: web.Request) -> web.Response:
    """Return people by any part of name, username or facility."""
    db, actor = db_and_actor(request)
    found = await queries.search(db, actor, read_query(request, PeopleQuestion).q)
    return json(People(people=[_person(one) for one in found]))


async def show_person(request: web.Request) -> web.Response:
    """Return a person with their departments and open sessions."""
    db, actor = db_and_actor(request)
    person = await queries.get(db, actor, path_id(request, "id"))
    sessions = await administration.open_sessions(db, person.id)
    shown = {
        name: getattr(person, name)
        for name in PersonDetails.model_fields
        if name not in {"departments", "sessions"}
    }
    return json(
        PersonDetails(
            **shown,
            departments=list(await administration.department_names(db, person.id)),
            sessions=[
                SessionOut.model_validate(one, from_attributes=True) for one in sessions
            ],
        )
    )


async def add_person(request: web.Request) -> web.Response:
    """Give an account and return the password to hand over."""
    db, actor = db_and_actor(request)
    given = await read_json(request, NewPerson)
    person, password = await service.create(
        db,
        actor,
        service.NewAccount(
            full_name=given.full_name,
            username=given.username,
            role=given.role,
            facility_id=given.facility_id,
            title=given.title,
            department_ids=tuple(given.department_ids),
            phone=given.phone,
            licence_number=given.licence_number,
        ),
    )
    return _secret(NewPassword(id=person.id, password=password), status=201)


async def disable_person(request: web.Request) -> web.Response:
    """Close an account."""
    db, actor = db_and_actor(request)
    await service.disable(db, actor, path_id(request, "id"))
    return no_content()


async def enable_person(request: web.Request) -> web.Response:
    """Open a closed account."""
    db, actor = db_and_actor(request)
    await service.enable(db, actor, path_id(request, "id"))
    return no_content()


async def reset_password(request: web.Request) -> web.Response:
    """Make a new password and return it to hand over."""
    db, actor = db_and_actor(request)
    person_id = path_id(request, "id")
    password = await service.reset_password(db, actor, person_id)
    return _secret(NewPassword(id=person_id, password=password))


async def list_events(request: web.Request) -> web.Response:
    """Return the trail, newest first; the look itself is recorded."""
    found = await trail.read(request, read_query(request, TrailQuestion))
    events = [
        EventOut.model_validate(one, from_attributes=True) for one in found.events
    ]
    return json(Trail(events=events, next=found.next))


def _person(person: Person) -> PersonOut:
    return PersonOut.model_validate(person, from_attributes=True)


def _secret(value: NewPassword, *, status: int = 200) -> web.Response:
    # A payload, not bytes: answers that are bytes are kept for repetitions of the request.
    body = BytesPayload(
        value.model_dump_json().encode(), content_type="application/json"
    )
    return web.Response(body=body, status=status, headers={"Cache-Control": "no-store"})


_PEOPLE = Permission.ACCOUNTS_MANAGE
ROUTES = [
    api(
        "GET",
        "/people",
        list_people,
        needs=_PEOPLE,
        summary="Search people",
        query=PeopleQuestion,
        returns=People,
    ),
    api(
        "POST",
        "/people",
        add_person,
        needs=_PEOPLE,
        summary="Give an account",
        accepts=NewPerson,
        returns=NewPassword,
        created=True,
    ),
    api(
        "GET",
        "/people/{id}",
        show_person,
        needs=_PEOPLE,
        summary="Read a person",
        returns=PersonDetails,
    ),
    api(
        "POST",
        "/people/{id}/disable",
        disable_person,
        needs=_PEOPLE,
        summary="Close an account and end its sessions",
    ),
    api(
        "POST",
        "/people/{id}/enable",
        enable_person,
        needs=_PEOPLE,
        summary="Open a closed account",
    ),
    api(
        "POST",
        "/people/{id}/reset-password",
        reset_password,
        needs=_PEOPLE,
        summary="Make a new password to hand over",
        returns=NewPassword,
    ),
    api(
        "GET",
        "/audit",
        list_events,
        needs=Permission.AUDIT_READ,
        summary="Read the trail",
        query=TrailQuestion,
        returns=Trail,
    ),
]
