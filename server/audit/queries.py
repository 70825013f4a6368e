"""Reads of the trail; the policies of the database open it to the system administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Select, false, select, tuple_

from server.access.actor import Actor
from server.access.permissions import Permission
from server.audit.models import AuditEvent
from server.core import clock

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

PAGE = 50


@dataclass(frozen=True, slots=True)
class Search:
    """What the trail is narrowed to; `before` is the last event of the page above."""

    person_id: UUID | None = None
    patient_id: UUID | None = None
    action: str = ""
    day: date | None = None
    before: tuple[datetime, UUID] | None = None


def visible_to(actor: Actor) -> Select[AuditEvent]:
    """Return the whole trail for who may read it, and nothing for anyone else."""
    statement = select(AuditEvent)
    if actor.may(Permission.AUDIT_READ):
        return statement
    return statement.where(false())


async def newest(
    db: AsyncSession, actor: Actor, asked: Search
) -> tuple[list[AuditEvent], bool]:
    """Return a page of events, newest first, and whether there are older ones."""
    statement = (
        visible_to(actor)
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(PAGE + 1)
    )
    if asked.person_id is not None:
        statement = statement.where(AuditEvent.person_id == asked.person_id)
    if asked.patient_id is not None:
        statement = statement.where(AuditEvent.patient_id == asked.patient_id)
    if asked.action:
        statement = statement.where(
            AuditEvent.action.startswith(asked.action, autoescape=True)
        )
    if asked.day is not None:
        starts = datetime.combine(asked.day, time(), clock.VIETNAM)
        statement = statement.where(
            AuditEvent.at >= starts, AuditEvent.at < starts + timedelta(days=1)
        )
    if asked.before is not None:
        statement = statement.where(tuple_(AuditEvent.at, AuditEvent.id) < asked.before)
    found = list((await db.scalars(statement)).all())
    return found[:PAGE], len(found) > PAGE
