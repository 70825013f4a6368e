"""Reads of checks: a station its own, whoever plans a call those of the province."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Select, exists, select, true

from server.access.actor import Actor, Scope
from server.access.permissions import Role
from server.core import clock
from server.facilities.models import Facility
from server.lines.models import LineCheck, LineSchedule
from server.lines.verdict import Light

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

# Older than this a light says nothing about today.
FRESH = timedelta(days=14)
MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class LastLight:
    """The last light of a place, and how long ago it was."""

    light: Light
    at: datetime

    @property
    def minutes(self) -> int:
        """Its age."""
        return max(0, int((clock.now() - self.at).total_seconds() // 60))


def visible_to(actor: Actor) -> Select[LineCheck]:
    """Return the checks of the actor's place, province or country."""
    statement = select(LineCheck)
    if actor.scope is Scope.COUNTRY:
        return statement
    if actor.role is Role.STATION_DOCTOR:
        return statement.where(LineCheck.facility_id == actor.facility_id)
    return statement.where(LineCheck.province_code == actor.province_code)


async def history(
    db: AsyncSession, actor: Actor, facility_id: UUID
) -> Sequence[LineCheck]:
    """Return the last checks of a place, the newest first."""
    rows = await db.scalars(
        visible_to(actor)
        .where(LineCheck.facility_id == facility_id)
        .order_by(LineCheck.at.desc())
        .limit(MOST_SHOWN)
    )
    return rows.all()


async def lights(
    db: AsyncSession, actor: Actor, facility_ids: Collection[UUID]
) -> Mapping[UUID, LastLight]:
    """Return the last light of each place that has a fresh one; one probe a place."""
    if not facility_ids:
        return {}
    newest = (
        visible_to(actor)
        .with_only_columns(LineCheck.facility_id, LineCheck.light, LineCheck.at)
        .where(LineCheck.facility_id == Facility.id, LineCheck.at > clock.now() - FRESH)
        .order_by(LineCheck.at.desc())
        .limit(1)
        .correlate(Facility)
        .lateral("newest")
    )
    rows = await db.execute(
        select(newest)
        .select_from(Facility)
        .join(newest, true())
        .where(Facility.id.in_(facility_ids))
    )
    return {place: LastLight(light, at) for place, light, at in rows}


async def schedule_of(db: AsyncSession, actor: Actor) -> LineSchedule | None:
    """Return when the actor's place wants its check, or None."""
    return await db.get(LineSchedule, actor.facility_id)


async def due(db: AsyncSession, actor: Actor) -> LineSchedule | None:
    """Return the schedule of the actor's place unless today's check was made."""
    found = await schedule_of(db, actor)
    if found is None or await made_today(db, actor.facility_id):
        return None
    return found


async def made_today(db: AsyncSession, facility_id: UUID) -> bool:
    """Tell whether the line of the place was checked by itself today."""
    midnight = clock.local(clock.now()).replace(hour=0, minute=0, second=0)
    found = await db.scalar(
        select(
            exists().where(
                LineCheck.facility_id == facility_id,
                LineCheck.at >= midnight,
                LineCheck.scheduled,
            )
        )
    )
    return bool(found)
