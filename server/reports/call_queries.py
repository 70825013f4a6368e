"""How calls went at each station: reads of the lines that are left about calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Integer, cast, func, select

from server.core import clock
from server.core.messages import N_
from server.facilities.models import Facility
from server.quality.models import CallSummary

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.access.actor import Actor


class Span(IntEnum):
    """How many days back the table looks."""

    MONTH = 30
    QUARTER = 90


class Worst(StrEnum):
    """The column by which the worst station comes first."""

    MOS = "mos"
    CALLS = "calls"
    LOST = "lost"
    RELAYED = "relayed"
    WITHOUT_PICTURE = "without_picture"
    SILENT = "silent"

    @property
    def label(self) -> str:
        """The head of the column, a msgid."""
        return _LABELS[self]


# In the order of the table.
_LABELS = {
    Worst.CALLS: N_("Số cuộc gọi"),
    Worst.MOS: N_("Điểm tiếng trung vị"),
    Worst.LOST: N_("Phần trăm tiếng mất (p90)"),
    Worst.RELAYED: N_("Phần trăm qua chuyển tiếp"),
    Worst.WITHOUT_PICTURE: N_("Phút không hình"),
    Worst.SILENT: N_("Thiếu số đo"),
}
COLUMNS = tuple(_LABELS)


@dataclass(frozen=True, slots=True)
class StationCalls:
    """The calls of one station; `lost` and `relayed` are percentages."""

    station: UUID
    name: str
    calls: int
    mos: float | None
    lost: float | None
    relayed: int | None
    without_picture: int
    silent: int


async def by_station(
    db: AsyncSession, actor: Actor, span: Span, worst: Worst
) -> list[StationCalls]:
    """Return the stations of the actor's province that called, the worst first."""
    rows = await db.execute(
        select(
            CallSummary.station_id,
            Facility.name,
            func.count(),
            func.percentile_cont(0.5).within_group(CallSummary.mos),
            100 * func.percentile_cont(0.9).within_group(CallSummary.concealed),
            func.round(100 * func.avg(cast(CallSummary.relayed, Integer))),
            func.sum(CallSummary.without_picture) / 60,
            func.count().filter(CallSummary.silent > 0),
        )
        .join(Facility, Facility.id == CallSummary.station_id)
        .where(
            CallSummary.province_code == actor.province_code,
            CallSummary.ended_at >= clock.now() - timedelta(days=span),
        )
        .group_by(CallSummary.station_id, Facility.name)
    )
    found = [_line(*row) for row in rows]
    return sorted(found, key=lambda one: (_badness(one, worst), one.name))


def _line(
    station: UUID, name: str, calls: int, mos: float | None, *rest: float | None
) -> StationCalls:
    lost, relayed, minutes, silent = rest
    return StationCalls(
        station=station,
        name=name,
        calls=calls,
        mos=None if mos is None else round(mos, 1),
        lost=None if lost is None else round(lost, 1),
        relayed=None if relayed is None else int(relayed),
        without_picture=round(minutes or 0),
        silent=int(silent or 0),
    )


def _badness(line: StationCalls, worst: Worst) -> float:
    """Return less for what is worse; what is not known is not bad."""
    if worst is Worst.MOS:
        return 9 if line.mos is None else line.mos
    return -(getattr(line, worst.value) or 0)
