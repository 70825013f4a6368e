"""Checks of lines for scripts: keep one, read them, and when a place wants its own."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel

from server.access.permissions import Access, Permission
from server.facilities import queries as facilities
from server.lines import queries, service
from server.lines.forms import Found, WantedHour
from server.lines.models import LineCheck
from server.lines.verdict import Device, Light, Reason
from server.web.context import db_and_actor
from server.web.forms import Input, read_json, read_query
from server.web.responses import json, no_content
from server.web.routes import KIB, api


class LineCheckOut(BaseModel):
    """What a line carried; rates in kbit/s, times in ms, losses as shares."""

    id: UUID
    facility_id: UUID
    at: datetime
    scheduled: bool
    light: Light
    reasons: list[Reason]
    signaling: bool
    reached: bool
    up: int | None
    down: int | None
    rtt: int | None
    jitter: int | None
    loss_up: float | None
    loss_down: float | None
    relay_udp: bool | None
    relay_tcp: bool | None
    relay_tls: bool | None
    microphone: Device | None
    camera: Device | None
    speaker: Device | None

    @classmethod
    def of(cls, check: LineCheck) -> LineCheckOut:
        """Return the check as it is told."""
        return cls.model_validate(check, from_attributes=True)


class LineChecksOut(BaseModel):
    """The last checks of a place, the newest first."""

    line_checks: list[LineCheckOut]


class WhichPlace(Input):
    """Whose line; one's own when nothing is said."""

    facility_id: UUID | None = None


class ScheduleOut(BaseModel):
    """The hour of the day in Vietnam, or none."""

    hour: int | None


async def keep(request: web.Request) -> web.Response:
    """Keep a check of one's own place; answers with the light and its reasons."""
    db, actor = db_and_actor(request)
    found = await read_json(request, Found)
    check = await service.keep(db, actor, found.measured(), scheduled=found.scheduled)
    return json(LineCheckOut.of(check), status=201)


async def list_checks(request: web.Request) -> web.Response:
    """Return the last checks of a place."""
    db, actor = db_and_actor(request)
    asked = read_query(request, WhichPlace)
    facility_id = asked.facility_id or actor.facility_id
    await facilities.get(db, actor, facility_id)
    found = await queries.history(db, actor, facility_id)
    return json(LineChecksOut(line_checks=[LineCheckOut.of(one) for one in found]))


async def show_schedule(request: web.Request) -> web.Response:
    """Return when the place wants its line to be checked."""
    db, actor = db_and_actor(request)
    found = await queries.schedule_of(db, actor)
    return json(ScheduleOut(hour=found.hour if found else None))


async def set_schedule(request: web.Request) -> web.Response:
    """Set the hour, or none."""
    db, actor = db_and_actor(request)
    given = await read_json(request, WantedHour)
    await service.set_hour(db, actor, given.hour)
    return no_content()


ROUTES = [
    api(
        "POST",
        "/line-checks",
        keep,
        needs=Access.SIGNED_IN,
        summary="Keep what a check of one's own line has found",
        accepts=Found,
        returns=LineCheckOut,
        created=True,
        body_limit=4 * KIB,
    ),
    api(
        "GET",
        "/line-checks",
        list_checks,
        needs=Access.SIGNED_IN,
        summary="The last checks of a place's line",
        query=WhichPlace,
        returns=LineChecksOut,
    ),
    api(
        "GET",
        "/line-checks/schedule",
        show_schedule,
        needs=Permission.LINES_SCHEDULE,
        summary="When the line is checked by itself",
        returns=ScheduleOut,
    ),
    api(
        "PUT",
        "/line-checks/schedule",
        set_schedule,
        needs=Permission.LINES_SCHEDULE,
        summary="Let the line be checked by itself once a day",
        accepts=WantedHour,
    ),
]
