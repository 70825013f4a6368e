"""A specialist's own hours in JSON."""

from __future__ import annotations

from datetime import date, time
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from server.access.permissions import Permission
from server.core import clock
from server.rosters import queries, service
from server.rosters.forms import DifferentDay, Week, WeeklyHours
from server.web.context import db_and_actor
from server.web.forms import read_json
from server.web.paths import path_id
from server.web.responses import json, no_content
from server.web.routes import api


class RuleOut(BaseModel):
    """Hours on one weekday (ISO: Monday is 1), Vietnamese time."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    weekday: int
    starts: time
    ends: time
    slot_minutes: int
    valid_from: date
    valid_until: date | None


class DayOut(BaseModel):
    """One date that differs: extra hours when `available`, else away."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    on: date
    starts: time
    ends: time
    available: bool
    slot_minutes: int
    note: str


class AvailabilityOut(BaseModel):
    """The week, and the days from today on that differ."""

    rules: list[RuleOut]
    exceptions: list[DayOut]


async def show(request: web.Request) -> web.Response:
    """Return one's own hours."""
    return await _answer(request)


async def _answer(request: web.Request, *, status: int = 200) -> web.Response:
    db, actor = db_and_actor(request)
    week = await queries.week_of(db, actor)
    days = await queries.days_of(db, actor, clock.today())
    return json(
        AvailabilityOut(
            rules=[RuleOut.model_validate(one) for one in week],
            exceptions=[DayOut.model_validate(one) for one in days],
        ),
        status=status,
    )


async def set_week(request: web.Request) -> web.Response:
    """Replace the weekly hours."""
    db, actor = db_and_actor(request)
    given = await read_json(request, Week)
    await service.set_week(
        db, actor, [hours for rule in given.rules for hours in rule.hours]
    )
    return await _answer(request)


async def add_hours(request: web.Request) -> web.Response:
    """Add hours to the week."""
    db, actor = db_and_actor(request)
    given = await read_json(request, WeeklyHours)
    await service.add_hours(db, actor, given.hours)
    return await _answer(request, status=201)


async def remove_hours(request: web.Request) -> web.Response:
    """Take hours out of the week."""
    db, actor = db_and_actor(request)
    await service.remove_hours(db, actor, path_id(request, "id"))
    return no_content()


async def add_day(request: web.Request) -> web.Response:
    """Add a date that differs."""
    db, actor = db_and_actor(request)
    given = await read_json(request, DifferentDay)
    added = await service.add_day(db, actor, given.day)
    return json(DayOut.model_validate(added), status=201)


async def remove_day(request: web.Request) -> web.Response:
    """Let a date follow the week again."""
    db, actor = db_and_actor(request)
    await service.remove_day(db, actor, path_id(request, "id"))
    return no_content()


ROUTES = [
    api(
        "GET",
        "/availability",
        show,
        needs=Permission.AVAILABILITY_MANAGE,
        summary="Read my hours",
        returns=AvailabilityOut,
    ),
    api(
        "PUT",
        "/availability/rules",
        set_week,
        needs=Permission.AVAILABILITY_MANAGE,
        summary="Replace my weekly hours",
        accepts=Week,
        returns=AvailabilityOut,
    ),
    api(
        "POST",
        "/availability/rules",
        add_hours,
        needs=Permission.AVAILABILITY_MANAGE,
        summary="Add hours to my week",
        accepts=WeeklyHours,
        returns=AvailabilityOut,
        created=True,
    ),
    api(
        "DELETE",
        "/availability/rules/{id}",
        remove_hours,
        needs=Permission.AVAILABILITY_MANAGE,
        summary="Take hours out of my week",
    ),
    api(
        "POST",
        "/availability/exceptions",
        add_day,
        needs=Permission.AVAILABILITY_MANAGE,
        summary="Add a date that differs",
        accepts=DifferentDay,
        returns=DayOut,
        created=True,
    ),
    api(
        "DELETE",
        "/availability/exceptions/{id}",
        remove_day,
        needs=Permission.AVAILABILITY_MANAGE,
        summary="Let a date follow the week again",
    ),
]
