"""The trail of who saw and did what, for the system administrator; looking leaves a row too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from multidict import MultiDict

from server.access.permissions import Permission
from server.accounts.queries import by_username
from server.admin.forms import TrailQuestion, parse_cursor
from server.admin.queries import usernames
from server.audit import queries, trail
from server.audit.models import AuditEvent
from server.core import clock
from server.core.errors import FieldError, Invalid
from server.core.messages import N_
from server.web.context import db_and_actor
from server.web.forms import bind
from server.web.responses import page
from server.web.routes import route

if TYPE_CHECKING:
    from aiohttp import web
    from sqlalchemy.ext.asyncio import AsyncSession

_PAGE = "admin/trail.html.j2"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the trail, the names behind its ids, and where the next page begins."""

    events: list[AuditEvent]
    names: dict[UUID | None, str]
    next: str


async def read(request: web.Request, asked: TrailQuestion) -> Page:
    """Return what was asked and record the look; raises Invalid for an unknown username.

    Without a person or a patient it shows one day, so that an index is behind every page.
    """
    db, actor = db_and_actor(request)
    person_id = await _person_id(db, asked.username)
    narrowed = person_id is not None or asked.patient_id is not None
    day = asked.day or (None if narrowed else clock.today())
    search = queries.Search(
        person_id=person_id,
        patient_id=asked.patient_id,
        action=asked.action,
        day=day,
        before=parse_cursor(asked.before) if asked.before else None,
    )
    events, more = await queries.newest(db, actor, search)
    names = await usernames(db, (one.person_id for one in events))
    trail.record(
        db,
        "audit:view",
        object_id=person_id,
        patient_id=asked.patient_id,
        day=day or "",
        filtered_by_action=bool(asked.action),
    )
    last = f"{events[-1].at.isoformat()}_{events[-1].id}" if more else ""
    return Page(events, names, last)


async def show(request: web.Request) -> web.Response:
    """Show the trail, newest first."""
    form = bind(request, TrailQuestion, MultiDict(request.query))
    found = Page([], {}, "")
    if form.data is not None:
        try:
            found = await read(request, form.data)
        except Invalid as refusal:
            form = form.refused(refusal)
    narrowed = form.value("username") or form.value("patient_id")
    return page(
        request,
        _PAGE,
        status=422 if form.errors else 200,
        form=form,
        form_errors=form.errors,
        found=found,
        only_today=not (narrowed or form.value("day")),
    )


async def _person_id(db: AsyncSession, username: str) -> UUID | None:
    if not username:
        return None
    person = await by_username(db, username.lower())
    if person is None:
        raise Invalid(
            FieldError(
                "username",
                "username_unknown",
                N_("Không có ai dùng tên đăng nhập này."),
            )
        )
    return person.id


ROUTES = [route("GET", "/admin/audit", show, needs=Permission.AUDIT_READ)]
