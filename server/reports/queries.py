"""Reads of the running totals; an administrator reads those of the own province.

A request counts the first time that it is submitted, accepted, declined and concluded, on the
Vietnamese day on which that happened; the triggers of report_totals.sql keep the totals.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import String, cast, func, select

from server.core import clock
from server.core.messages import N_
from server.facilities.models import Facility, Specialty
from server.reports.models import Dimension, ReportCount
from server.reports.periods import Period

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.access.actor import Actor

_Numbers = tuple[int, int, int, int, int | None]


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
    rows = await _rows(db, actor, period, breakdown)
    if breakdown is Breakdown.TIME:
        names = {str(part): "" for part in period.parts(clock.today())}
    else:
        found = await _names(db, breakdown, list(rows))
        names = dict(
            sorted(found.items(), key=lambda item: (-rows[item[0]][0], item[1]))
        )
    nothing = (0, 0, 0, 0, None)
    lines = tuple(
        Line(subject, name, *rows.get(subject, nothing))
        for subject, name in names.items()
    )
    return Counts(lines, _total(lines, await _median_wait(db, actor, period)))


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


async def _rows(
    db: AsyncSession, actor: Actor, period: Period, breakdown: Breakdown
) -> dict[str, _Numbers]:
    over_time = breakdown is Breakdown.TIME
    four = (
        ReportCount.requests,
        ReportCount.accepted,
        ReportCount.declined,
        ReportCount.completed,
    )
    rows = await db.execute(
        select(
            ReportCount.starts if over_time else ReportCount.subject,
            *four,
            ReportCount.median_wait,
        ).where(
            ReportCount.province_code == actor.province_code,
            ReportCount.grain == (period.part_grain if over_time else period.grain),
            ReportCount.dimension == breakdown.dimension,
            ReportCount.starts.between(period.first, period.last)
            if over_time
            else ReportCount.starts == period.first,
            func.greatest(*four) > 0,
        )
    )
    return {str(row[0]): (row[1], row[2], row[3], row[4], row[5]) for row in rows}


async def _median_wait(db: AsyncSession, actor: Actor, period: Period) -> int | None:
    """Return the median of the whole province, which the lines do not add up to."""
    return await db.scalar(
        select(ReportCount.median_wait).where(
            ReportCount.province_code == actor.province_code,
            ReportCount.grain == period.grain,
            ReportCount.dimension == Dimension.PROVINCE,
            ReportCount.starts == period.first,
        )
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
