"""Reads of the running totals; an administrator reads those of the own province.

A request counts the first time that it is submitted, accepted, declined and concluded, on the
Vietnamese day on which that happened; the triggers of report_totals.sql keep the totals.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute

from server.core import clock
from server.core.messages import N_
from server.facilities.models import Facility, Specialty
from server.reports.models import Dimension, ReportCount, ReportWait
from server.reports.periods import Period

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.access.actor import Actor

_Total = type[ReportCount] | type[ReportWait]
_Key = InstrumentedAttribute[Any]


class Breakdown(StrEnum):
    """What each line of the table stands for."""

    TIME = "time"
    STATION = "station"
    HOSPITAL = "hospital"
    SPECIALTY = "specialty"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _LABELS[self]

    @property
    def dimension(self) -> Dimension:
        """The totals that the lines are made of."""
        return Dimension.PROVINCE if self is Breakdown.TIME else Dimension(self.value)


_LABELS = {
    Breakdown.TIME: N_("Thời gian"),
    Breakdown.STATION: N_("Trạm y tế"),
    Breakdown.HOSPITAL: N_("Bệnh viện"),
    Breakdown.SPECIALTY: N_("Chuyên khoa"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """The counts of one subject, or of one part of the period."""

    subject: str  # an id, a code, or the first day of a part of the period
    name: str
    requests: int
    accepted: int
    declined: int
    completed: int
    median_wait: int | None


@dataclass(frozen=True, slots=True)
class Counts:
    """The lines of a report and what they come to."""

    lines: tuple[Line, ...]
    total: Line


async def counts(
    db: AsyncSession, actor: Actor, period: Period, breakdown: Breakdown
) -> Counts:
    """Return the counts of the actor's province in the period."""
    sums = await _sums(db, actor, period, breakdown)
    waits = await _median_waits(db, actor, period, breakdown)
    total_wait = await _median_waits(db, actor, period, None)
    if breakdown is Breakdown.TIME:
        names = {str(part): "" for part in period.parts(clock.today())}
    else:
        found = await _names(db, breakdown, list(sums))
        names = dict(
            sorted(found.items(), key=lambda item: (-sums[item[0]][0], item[1]))
        )
    lines = tuple(
        Line(subject, name, *sums.get(subject, (0, 0, 0, 0)), waits.get(subject))
        for subject, name in names.items()
    )
    return Counts(lines, _total(lines, total_wait.get(actor.province_code)))


def _total(lines: tuple[Line, ...], median_wait: int | None) -> Line:
    return Line(
        "",
        "",
        sum(line.requests for line in lines),
        sum(line.accepted for line in lines),
        sum(line.declined for line in lines),
        sum(line.completed for line in lines),
        median_wait,
    )


def _within(
    table: _Total, actor: Actor, period: Period, breakdown: Breakdown | None
) -> ColumnElement[bool]:
    """Return the condition of one index range; without a breakdown, of the whole province."""
    over_time = breakdown is Breakdown.TIME
    return and_(
        table.province_code == actor.province_code,
        table.grain == (period.part_grain if over_time else period.grain),
        table.dimension == (breakdown.dimension if breakdown else Dimension.PROVINCE),
        table.starts.between(period.first, period.last),
    )


async def _sums(
    db: AsyncSession, actor: Actor, period: Period, breakdown: Breakdown
) -> dict[str, tuple[int, int, int, int]]:
    key = _key(ReportCount, breakdown)
    four = [
        func.sum(column)
        for column in (
            ReportCount.requests,
            ReportCount.accepted,
            ReportCount.declined,
            ReportCount.completed,
        )
    ]
    rows = await db.execute(
        select(key, *four)
        .where(_within(ReportCount, actor, period, breakdown))
        .group_by(key)
        .having(func.greatest(*four) > 0)
    )
    return {str(row[0]): (row[1], row[2], row[3], row[4]) for row in rows}


def _key(table: _Total, breakdown: Breakdown | None) -> _Key:
    if breakdown is None:
        return table.province_code
    return table.starts if breakdown is Breakdown.TIME else table.subject


async def _median_waits(
    db: AsyncSession, actor: Actor, period: Period, breakdown: Breakdown | None
) -> dict[str, int]:
    condition = _within(ReportWait, actor, period, breakdown)
    rows = await db.execute(_medians(_key(ReportWait, breakdown), condition))
    return {str(row[0]): row[1] for row in rows}


def _medians(key: _Key, condition: ColumnElement[bool]) -> Select[Any, int]:
    """Return the lower median of each key: where half of the cases have been counted."""
    cases = func.sum(ReportWait.cases)
    ranked = (
        select(
            key.label("key"),
            ReportWait.minutes,
            func.sum(cases)
            .over(partition_by=key, order_by=ReportWait.minutes)
            .label("so_far"),
            func.sum(cases).over(partition_by=key).label("all_cases"),
        )
        .where(condition)
        .group_by(key, ReportWait.minutes)
        .subquery()
    )
    return (
        select(ranked.c.key, func.min(ranked.c.minutes))
        .where(ranked.c.all_cases > 0, ranked.c.so_far * 2 >= ranked.c.all_cases)
        .group_by(ranked.c.key)
    )


async def _names(
    db: AsyncSession, breakdown: Breakdown, subjects: list[str]
) -> dict[str, str]:
    if breakdown is Breakdown.SPECIALTY:
        statement = select(Specialty.code, Specialty.name)
        rows = await db.execute(statement.where(Specialty.code.in_(subjects)))
    else:
        known = cast(Facility.id, String)
        rows = await db.execute(
            select(known, Facility.name).where(
                Facility.id.in_([UUID(subject) for subject in subjects])
            )
        )
    return {row[0]: row[1] for row in rows}
