"""The page that checks a line, and the hour at which a station wants it done by itself."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from server.access.permissions import Access, Permission
from server.lines import queries, service
from server.lines.forms import WantedHour
from server.lines.verdict import Light, Reason
from server.web.context import db_and_actor
from server.web.forms import Form, blank, read_form
from server.web.responses import page, redirect
from server.web.routes import route


async def show(request: web.Request) -> web.Response:
    """Show the check and what the earlier ones have found."""
    return await _page(request)


async def set_hour(request: web.Request) -> web.Response:
    """Keep the hour; an empty one ends it."""
    form = await read_form(request, WantedHour)
    if form.data is None:
        return await _page(request, form)
    db, actor = db_and_actor(request)
    await service.set_hour(db, actor, form.data.hour)
    return redirect("/line-check?saved=1#schedule")


async def _page(request: web.Request, form: Form[Any] | None = None) -> web.Response:
    db, actor = db_and_actor(request)
    found = await queries.schedule_of(db, actor)
    checks = await queries.history(db, actor, actor.facility_id)
    return page(
        request,
        "line_check/page.html.j2",
        status=422 if form else 200,
        form=form or blank(request, {"hour": found.hour if found else None}),
        form_errors=form.errors if form else [],
        lights_known=list(Light),
        reasons_known=list(Reason),
        may_schedule=actor.may(Permission.LINES_SCHEDULE),
        saved="saved" in request.query,
        checks=checks,
        lights=await queries.lights(db, actor, [actor.facility_id]),
    )


ROUTES = [
    route("GET", "/line-check", show, needs=Access.SIGNED_IN),
    route("POST", "/line-check/schedule", set_hour, needs=Permission.LINES_SCHEDULE),
]
