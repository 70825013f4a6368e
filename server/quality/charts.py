"""What the case page shows of the last calls: a chart and a table of the same numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from server.consultations.models import CallAttempt, Consultation
from server.core.messages import N_
from server.quality import queries
from server.quality.story import EndStory, Moment, Slot, slots, step_of, tell

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

MOST_CALLS = 3
_NOTHING = Slot(None, None, None, cut=False)


class Side(StrEnum):
    """Where an end of a call is."""

    STATION = "station"
    HOSPITAL = "hospital"
    GUEST = "guest"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _LABELS[self]


_LABELS = {
    Side.STATION: N_("Ở trạm"),
    Side.HOSPITAL: N_("Ở bệnh viện"),
    Side.GUEST: N_("Ở người được mời"),
}


@dataclass(frozen=True, slots=True)
class End:
    """A call as one end had it; every end of a call has as many bars."""

    side: Side
    story: EndStory
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class CallChart:
    """The ends of one call, bar by bar of so many seconds."""

    attempt: CallAttempt
    step: int
    ends: tuple[End, ...]

    @property
    def bars(self) -> range:
        """The numbers of the bars."""
        return range(len(self.ends[0].slots))

    @property
    def top_rate(self) -> int:
        """The highest rate, to which the others are drawn."""
        rates = [slot.received or 0 for end in self.ends for slot in end.slots]
        return max([*rates, 1])

    @property
    def missing(self) -> list[Side]:
        """The sides from which nothing came."""
        came = {one.side for one in self.ends}
        return [one for one in (Side.STATION, Side.HOSPITAL) if one not in came]


async def of_meetings(
    db: AsyncSession, meetings: Iterable[Consultation]
) -> list[CallChart]:
    """Return the last calls of these meetings that somebody measured, the newest first."""
    calls = {
        attempt: meeting.specialist_id
        for meeting in meetings
        for attempt in meeting.attempts
        if attempt.answered_at and attempt.ended_at
    }
    newest = sorted(calls, key=lambda one: one.rang_at, reverse=True)[:MOST_CALLS]
    if not newest:
        return []
    measured = await queries.moments_of(db, [one.id for one in newest])
    return [
        _chart(
            one,
            [
                (_side_of(person, one, calls[one]), moments)
                for person, moments in measured[one.id].items()
            ],
        )
        for one in newest
        if one.id in measured
    ]


def _side_of(person: UUID, attempt: CallAttempt, specialist_id: UUID) -> Side:
    if person == specialist_id:
        return Side.HOSPITAL
    is_station = person in {attempt.caller_id, attempt.answered_by}
    return Side.STATION if is_station else Side.GUEST


def _chart(
    attempt: CallAttempt, measured: list[tuple[Side, list[Moment]]]
) -> CallChart:
    begins = min(moments[0].starts for _, moments in measured)
    ends = max(moments[-1].at for _, moments in measured)
    step = step_of((ends - begins).total_seconds())
    drawn = [_end(side, moments, begins, step) for side, moments in measured]
    bars = max(len(one.slots) for one in drawn)
    return CallChart(
        attempt,
        step,
        tuple(
            End(one.side, one.story, one.slots + (_NOTHING,) * (bars - len(one.slots)))
            for one in sorted(drawn, key=lambda one: list(Side).index(one.side))
        ),
    )


def _end(side: Side, moments: Sequence[Moment], begins: datetime, step: int) -> End:
    return End(side, tell(moments), tuple(slots(moments, begins, step)))
