"""What a line does to a packet, as a pure function of time: when it comes out, if it does."""

import random
from dataclasses import dataclass, fields, replace
from typing import Self


@dataclass(frozen=True)
class Condition:
    """One direction of a line; seconds and bits a second. A rate of 0 is without limit."""

    rate: float = 0.0
    delay: float = 0.0
    jitter: float = 0.0  # uniform, so much sooner or later
    loss: float = 0.0  # mean share of packets
    burst: float = 1.0  # packets lost in a row, in the mean; 1 is loss at random
    queue: float = (
        0.6  # the longest wait of a packet before it is sent; then it is dropped
    )
    reorder: bool = False  # whether jitter may let a packet overtake another
    cut: bool = False

    def changed(self, wanted: dict[str, object]) -> Self:
        """Return this condition with some of its values replaced, as a control asks."""
        kinds = {one.name: type(one.default) for one in fields(self)}
        return replace(self, **{name: kinds[name](wanted[name]) for name in wanted})


class LineModel:
    """One direction: a bottleneck with a bounded queue, then the air, then a fixed way.

    Lost packets have used the line: they are lost in the air, behind the bottleneck.
    """

    def __init__(self, condition: Condition, seed: int) -> None:
        self.condition = condition
        self._dice = random.Random(seed)  # noqa: S311 not a secret
        self._free_at = 0.0
        self._last_arrival = 0.0
        self._in_burst = False

    def wait(self, now: float) -> float:
        """Return how long a packet that comes now waits before it is sent."""
        return max(0.0, self._free_at - now)

    def arrival(self, now: float, size: int) -> float | None:
        """Return when a packet of so many bytes comes out, or None when it is dropped."""
        line = self.condition
        if line.cut or self.wait(now) > line.queue:
            return None
        sent = max(now, self._free_at)
        if line.rate:
            sent += 8 * size / line.rate
            self._free_at = sent
        # Both dice are thrown for every packet, so that one does not shift the other.
        swing = self._dice.uniform(-line.jitter, line.jitter)
        if self._is_lost():
            return None
        arrival = sent + max(0.0, line.delay + swing)
        if not line.reorder:
            arrival = max(arrival, self._last_arrival)
            self._last_arrival = arrival
        return arrival

    def _is_lost(self) -> bool:
        """Take one step of Gilbert's two states: all is lost in one and nothing in the other.

        In bursts of 1 / (1 - loss) this is the same as loss at random.
        """
        line = self.condition
        thrown = self._dice.random()
        if line.burst * (1 - line.loss) <= 1:
            return thrown < line.loss
        leave = 1 / line.burst
        enter = leave * line.loss / (1 - line.loss)
        self._in_burst = thrown >= leave if self._in_burst else thrown < enter
        return self._in_burst
