"""From samples to what happened: pure functions over what one end measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from server.quality.levels import Reason, Rung

# R = 70 (G.109: the foot of “medium”; below it many are dissatisfied).
CLEAR = 3.6
# One sample that fails to come is no cut, two are.
_SLACK = timedelta(seconds=8)
_STEPS = (5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600)
MOST_SLOTS = 24


@dataclass(frozen=True, slots=True)
class Moment:
    """What one end measured in the seconds before `at`."""

    at: datetime
    seconds: float
    concealed: float | None
    received: int
    relayed: bool | None
    rung: Rung | None
    reason: Reason | None
    mos: float | None

    @property
    def starts(self) -> datetime:
        """When it began."""
        return self.at - timedelta(seconds=self.seconds)

    @property
    def is_cut(self) -> bool:
        """Tell whether nothing came at all."""
        return self.received == 0

    @property
    def lacks_picture(self) -> bool:
        """Tell whether the line, not a person, kept the picture back."""
        return self.is_cut or (self.rung is Rung.VOICE and self.reason is Reason.LINE)


@dataclass(frozen=True, slots=True)
class EndStory:
    """A call as one end had it."""

    seconds: float
    clear: float | None
    mos: float | None
    concealed: float | None
    relayed: bool | None
    without_picture: float
    cuts: int
    longest_cut: float


def tell(moments: Sequence[Moment]) -> EndStory:
    """Return what happened at an end with at least one sample, in the order of time."""
    cuts = [(end - begin).total_seconds() for begin, end in cuts_of(moments)]
    unmeasured = sum(cuts) - sum(one.seconds for one in moments if one.is_cut)
    heard = [one for one in moments if one.mos is not None]
    clear = sum(one.seconds for one in heard if (one.mos or 0) >= CLEAR)
    judged = sum(one.seconds for one in heard) + unmeasured
    listened = [one for one in moments if one.concealed is not None and not one.is_cut]
    span = sum(one.seconds for one in listened)
    made_up = sum(one.seconds * (one.concealed or 0) for one in listened)
    ways = {one.relayed for one in moments} - {None}
    without = sum(one.seconds for one in moments if one.lacks_picture)
    return EndStory(
        seconds=(moments[-1].at - moments[0].starts).total_seconds(),
        clear=clear / judged if judged else None,
        mos=median(one.mos or 0 for one in heard) if heard else None,
        concealed=made_up / span if span else None,
        relayed=True in ways if ways else None,
        without_picture=without + unmeasured,
        cuts=len(cuts),
        longest_cut=max(cuts, default=0),
    )


def cuts_of(moments: Sequence[Moment]) -> list[tuple[datetime, datetime]]:
    """Return when nothing came, or when too long nothing was measured."""
    found: list[tuple[datetime, datetime]] = []
    measured_until = moments[0].starts
    for one in moments:
        if one.starts - measured_until > _SLACK:
            _lengthen(found, measured_until, one.starts)
        if one.is_cut:
            _lengthen(found, one.starts, one.at)
        measured_until = one.at
    return found


def _lengthen(
    cuts: list[tuple[datetime, datetime]], begin: datetime, end: datetime
) -> None:
    """Add a cut, or make the last one longer where it goes on."""
    if cuts and begin <= cuts[-1][1]:
        begin, _ = cuts.pop()
    cuts.append((begin, end))


@dataclass(frozen=True, slots=True)
class Slot:
    """A bar of the chart and a cell of the table; `cut` when anything was cut in it."""

    mos: float | None
    received: int | None
    rung: Rung | None
    cut: bool


def step_of(seconds: float) -> int:
    """Return how many seconds a bar stands for, so that the bars can be told apart."""
    return next(
        (one for one in _STEPS if seconds <= one * MOST_SLOTS),
        max(1, round(seconds / MOST_SLOTS)),
    )


def slots(moments: Sequence[Moment], begins: datetime, step: int) -> list[Slot]:
    """Return the bars of one end from the beginning of the call to its last sample."""
    found: list[list[Moment]] = []
    for one in moments:
        middle = one.at - timedelta(seconds=one.seconds / 2)
        index = max(0, int((middle - begins).total_seconds() // step))
        found += [[] for _ in range(index + 1 - len(found))]
        found[index].append(one)
    cuts = cuts_of(moments)
    starts = [begins + timedelta(seconds=step * n) for n in range(len(found))]
    length = timedelta(seconds=step)
    return [
        _slot(several, cut=any(a < start + length and b > start for a, b in cuts))
        for start, several in zip(starts, found, strict=True)
    ]


def _slot(moments: list[Moment], *, cut: bool) -> Slot:
    scores = [one.mos for one in moments if one.mos is not None]
    rates = [one.received for one in moments]
    return Slot(
        mos=sum(scores) / len(scores) if scores else None,
        received=round(sum(rates) / len(rates)) if rates else None,
        rung=moments[-1].rung if moments else None,
        cut=cut,
    )
