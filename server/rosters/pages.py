"""The hours in which a specialist can be met, kept by the specialist."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aiohttp import web

from server.access.permissions import Permission
from server.core import clock
from server.core.errors import Invalid
from server.core.messages import N_
from server.rosters import queries, service
from server.rosters.forms import DifferentDay, WeeklyHours
from server.rosters.slots import on_duty
from server.web.context import db_and_actor
from server.web.forms import Form, blank, read_form
from server.web.paths import path_id
from server.web.responses import page, redirect
from server.web.routes import route

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = "/availability"
WEEKDAYS = (
    (1, N_("Thứ Hai")),
    (2, N_("Thứ Ba")),
    (3, N_("Thứ Tư")),
    (4, N_("Thứ Năm")),
    (5, N_("Thứ Sáu")),
    (6, N_("Thứ Bảy")),
    (7, N_("Chủ Nhật")),
)
_HOURS_START: Mapping[str, object] = {"slot_minutes": 20}
_DAY_START: Mapping[str, object] = {"kind": "away", "slot_minutes": 20}


async def show_availability(request: web.Request) -> web.Response:
    """Show the week, the days that differ, and the forms to add to both."""
    return await _page(request)


async def add_hours(request: web.Request) -> web.Response:
    """Add hours to the week."""
    db, actor = db_and_actor(request)
    form = await read_form(request, WeeklyHours)
    if form.data is None:
        return await _page(request, hours=form)
    try:
        await service.add_hours(db, actor, form.data.hours)
    except Invalid as refusal:
        return await _page(request, hours=form.refused(refusal))
    return redirect(HERE)


async def remove_hours(request: web.Request) -> web.Response:
    """Take hours out of the week."""
    db, actor = db_and_actor(request)
    await service.remove_hours(db, actor, path_id(request, "id"))
    return redirect(HERE)


async def add_day(request: web.Request) -> web.Response:
    """Add a day that differs."""
    db, actor = db_and_actor(request)
    form = await read_form(request, DifferentDay)
    if form.data is None:
        return await _page(request, day=form)
    try:
        await service.add_day(db, actor, form.data.day)
    except Invalid as refusal:
        return await _page(request, day=form.refused(refusal))
    return redirect(HERE)


async def remove_day(request: web.Request) -> web.Response:
    """Let a day follow the week again."""
    db, actor = db_and_actor(request)
    await service.remove_day(db, actor, path_id(request, "id"))
    return redirect(HERE)


async def _page(
    request: web.Request,
    *,
    hours: Form[Any] | None = None,
    day: Form[Any] | None = None,
) -> web.Response:
    db, actor = db_and_actor(request)
    week = await queries.week_of(db, actor)
    days = await queries.days_of(db, actor, clock.today())
    shown_day = replace(day or blank(request, _DAY_START), scope="day-")
    wrong = hours or (shown_day if day else None)
    return page(
        request,
        "rosters/availability.html.j2",
        status=422 if wrong else 200,
        form_errors=wrong.errors if wrong else [],
        wrong=wrong,
        hours=hours or blank(request, _HOURS_START),
        day=shown_day,
        weekdays=WEEKDAYS,
        week=week,
        days=days,
        on_duty=on_duty(week, days, clock.now()),
    )


ROUTES = [
    route("GET", HERE, show_availability, needs=Permission.AVAILABILITY_MANAGE),
    route("POST", HERE, add_hours, needs=Permission.AVAILABILITY_MANAGE),
    route(
        "POST",
        f"{HERE}/{{id}}/remove",
        remove_hours,
        needs=Permission.AVAILABILITY_MANAGE,
    ),
    route("POST", f"{HERE}/days", add_day, needs=Permission.AVAILABILITY_MANAGE),
    route(
        "POST",
        f"{HERE}/days/{{id}}/remove",
        remove_day,
        needs=Permission.AVAILABILITY_MANAGE,
    ),
]
