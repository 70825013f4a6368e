"""The 2030 target of remote care in its two official wordings, with the denominator of both.

The city's plan asks that every facility gives remote consultations; Decision 3516/QĐ-BYT asks
that every facility has a unit for remote care. Neither says how to count, so the rule is here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, or_, select

from server.core import clock
from server.facilities.models import Facility, FacilityKind
from server.reports.models import Dimension, Grain, ReportCount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.access.actor import Actor

_LONGEST_MONTH = 31
_Active = Row[UUID, FacilityKind, str, str, date | None]
# How many completed, signed consultations in the year make a facility one that consults.
LEAST_COMPLETED = 1


@dataclass(frozen=True, slots=True)
class IdleStation:
    """A station without a completed consultation in the year, and its number to ring."""

    id: UUID
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Target:
    """How far a province has come on a day; satellite points belong to their stations."""

    year: int
    as_of: date
    facilities: int
    stations: int
    hospitals: int
    satellite_points: int
    consulting: int
    with_unit: int
    idle_stations: tuple[IdleStation, ...]


async def target(db: AsyncSession, actor: Actor, as_of: date) -> Target:
    """Return the target of the actor's province, counted from 1 January to the day."""
    rows = await _active(db, actor, as_of)
    points = [row for row in rows if row.kind is FacilityKind.SATELLITE_POINT]
    counted = [row for row in rows if row.kind is not FacilityKind.SATELLITE_POINT]
    stations = [row for row in counted if row.kind is FacilityKind.STATION]
    hospitals = [row for row in counted if row.kind is FacilityKind.HOSPITAL]
    completed = await _completed(db, _stations_of(actor), as_of)
    completed |= await _completed(db, _answering(hospitals), as_of)
    consulting = {
        row.id for row in counted if completed.get(str(row.id), 0) >= LEAST_COMPLETED
    }
    return Target(
        year=as_of.year,
        as_of=as_of,
        facilities=len(counted),
        stations=len(stations),
        hospitals=len(hospitals),
        satellite_points=len(points),
        consulting=len(consulting),
        with_unit=sum(
            row.telehealth_unit_since is not None and row.telehealth_unit_since <= as_of
            for row in counted
        ),
        idle_stations=tuple(
            IdleStation(row.id, row.name, row.phone)
            for row in stations
            if row.id not in consulting
        ),
    )


async def _active(db: AsyncSession, actor: Actor, as_of: date) -> Sequence[_Active]:
    cared_for = (
        FacilityKind.STATION,
        FacilityKind.HOSPITAL,
        FacilityKind.SATELLITE_POINT,
    )
    rows = await db.execute(
        select(
            Facility.id,
            Facility.kind,
            Facility.name,
            Facility.phone,
            Facility.telehealth_unit_since,
        )
        .where(
            Facility.province_code == actor.province_code,
            Facility.kind.in_(cared_for),
            Facility.active_from <= as_of,
            or_(Facility.active_until.is_(None), Facility.active_until >= as_of),
        )
        .order_by(Facility.name_fold)
    )
    return rows.all()


def _stations_of(actor: Actor) -> ColumnElement[bool]:
    return and_(
        ReportCount.dimension == Dimension.STATION,
        ReportCount.province_code == actor.province_code,
    )


def _answering(hospitals: Sequence[_Active]) -> ColumnElement[bool]:
    """Match the hospitals wherever the station is that they answered: in any province."""
    return and_(
        ReportCount.dimension == Dimension.HOSPITAL,
        ReportCount.subject.in_([str(hospital.id) for hospital in hospitals]),
    )


async def _completed(
    db: AsyncSession, subjects: ColumnElement[bool], as_of: date
) -> dict[str, int]:
    """Return the sums of whole months and then of the days of one that is not whole."""
    following = as_of + timedelta(days=1)
    if as_of >= clock.today():  # the rest of the month is still to come
        following = as_of.replace(day=1) + timedelta(days=_LONGEST_MONTH)
    month = following.replace(day=1)
    whole_months = and_(
        ReportCount.grain == Grain.MONTH,
        ReportCount.starts >= date(as_of.year, 1, 1),
        ReportCount.starts < month,
    )
    last_days = and_(
        ReportCount.grain == Grain.DAY, ReportCount.starts.between(month, as_of)
    )
    rows = await db.execute(
        select(ReportCount.subject, func.sum(ReportCount.completed))
        .where(subjects, or_(whole_months, last_days))
        .group_by(ReportCount.subject)
    )
    return {row[0]: row[1] for row in rows}
