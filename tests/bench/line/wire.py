"""Hands packets over when the model says so; the shaper and the proxy share it."""

import asyncio
import heapq
import statistics
from collections.abc import Callable
from itertools import count
from typing import Any

from tests.bench.line.model import LineModel


class Wire:
    """One direction of a line with what is on its way."""

    def __init__(self, model: LineModel) -> None:
        self.model = model
        self._packets = self._bytes = self._dropped = 0
        self._lateness: list[float] = []  # milliseconds that this machine added
        self._loop = asyncio.get_running_loop()
        self._numbers = count()
        self._under_way: list[tuple[float, int, Callable[[Any], Any], Any]] = []
        self._timer: asyncio.TimerHandle | None = None

    def carry(self, packet: Any, size: int, deliver: Callable[[Any], Any]) -> bool:
        """Take a packet in; say whether it will come out."""
        self._packets += 1
        self._bytes += size
        arrival = self.model.arrival(self._loop.time(), size)
        if arrival is None:
            self._dropped += 1
            return False
        entry = (arrival, next(self._numbers), deliver, packet)
        heapq.heappush(self._under_way, entry)
        if self._under_way[0] is entry:
            self._set_timer()
        return True

    def _set_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._under_way[0][0], self._deliver_due)

    def _deliver_due(self) -> None:
        self._timer = None
        now = self._loop.time()
        while self._under_way and self._under_way[0][0] <= now + 0.0005:
            due, _, deliver, packet = heapq.heappop(self._under_way)
            self._lateness.append(1000 * max(0.0, now - due))
            deliver(packet)
        if self._under_way and not self._timer:
            self._set_timer()

    def report(self) -> dict[str, float]:
        """Return what came in, what was dropped, and how late this machine delivered."""
        late = self._lateness
        return {
            "packets": self._packets,
            "bytes": self._bytes,
            "dropped": self._dropped,
            "late_ms_p99": statistics.quantiles(late, n=100)[-1] if late[1:] else 0.0,
        }
