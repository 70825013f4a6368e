"""The lines of the laboratory: steady ones, one that degrades, one that loses in bursts."""

from dataclasses import dataclass, replace

from tests.bench.line.errands import Cut, Errand, Move, Send
from tests.bench.line.model import Condition

GOOD = Condition(rate=20e6, delay=0.020, jitter=0.005)
WEAK_4G = Condition(rate=512e3, delay=0.060, jitter=0.030, loss=0.01)
G3 = Condition(rate=256e3, delay=0.100, jitter=0.040, loss=0.03)
EDGE = Condition(rate=128e3, delay=0.200, jitter=0.060, loss=0.05)
LAST_MILE = Condition(rate=64e3, delay=0.300, jitter=0.080, loss=0.10)
BURSTY = replace(WEAK_4G, loss=0.08, burst=6)
_DOWN = (GOOD, WEAK_4G, G3, EDGE)


@dataclass(frozen=True)
class Line:
    """A name, and what the line is like: shares of the call's length with their condition."""

    name: str
    title: str
    steps: tuple[tuple[float, Condition], ...]
    least_seconds: int = 0
    errands: tuple[Errand, ...] = ()  # after the steps, on the last condition

    @property
    def first(self) -> Condition:
        return self.steps[0][1]


def _steady(name: str, title: str, condition: Condition) -> Line:
    return Line(name, title, ((1.0, condition),))


def _eventful(name: str, title: str, condition: Condition, *errands: Errand) -> Line:
    return Line(name, title, ((1.0, condition),), errands=errands)


LINES = {
    line.name: line
    for line in (
        _steady("good", "20 Mbit/s, 20 ± 5 ms", GOOD),
        _steady("weak4g", "512 kbit/s, 60 ± 30 ms, 1 %", WEAK_4G),
        _steady("3g", "256 kbit/s, 100 ± 40 ms, 3 %", G3),
        _steady("edge", "128 kbit/s, 200 ± 60 ms, 5 %", EDGE),
        _steady("lastmile", "64 kbit/s, 300 ± 80 ms, 10 %", LAST_MILE),
        Line(
            "degrade",
            "good → last mile → good",
            (
                *((1 / 9, one) for one in _DOWN),
                (1 / 9, LAST_MILE),
                *((1 / 9, one) for one in reversed(_DOWN)),
            ),
            least_seconds=180,
        ),
        _steady("bursty", "512 kbit/s, 60 ± 30 ms, 8 % in bursts of 6", BURSTY),
        _steady(
            "bursty15",
            "512 kbit/s, 60 ± 30 ms, 15 % in bursts of 3",
            replace(WEAK_4G, loss=0.15, burst=3),
        ),
        _steady(
            "voice40", "40 kbit/s, 200 ± 30 ms, 2 %", Condition(40e3, 0.2, 0.03, 0.02)
        ),
        _eventful(
            "cuts",
            "good, cut for 5, 25, 45 s, another address, cut for 85 s",
            GOOD,
            *(Cut(seconds) for seconds in (5, 25, 45)),
            Move(),
            Cut(85),
        ),
        _eventful("still", "edge, and a still of 150 kB", EDGE, Send(150_000)),
        _eventful(
            "photo", "weak 4G, and 2 MB with two cuts", WEAK_4G, Send(2_000_000, 2)
        ),
    )
}
SEVEN = ("good", "weak4g", "3g", "edge", "lastmile", "degrade", "bursty")
