"""Numbering, acknowledgement and replay: how a dropped socket loses nothing."""

from collections import deque
from typing import NamedTuple

from signaling.messages import numbered

KEPT_MESSAGES = 256
KEPT_BYTES = 512 * 1024
KEPT_SECONDS = 90.0
ACKNOWLEDGE_EVERY = 16


class _Kept(NamedTuple):
    frame: bytes
    at: float


class Outbox:
    """Numbers what one page is sent and keeps it until the page has it."""

    __slots__ = ("_bytes", "_kept", "last")

    def __init__(self) -> None:
        self._kept: deque[_Kept] = deque()
        self._bytes = 0
        self.last = 0

    def add(self, body: bytes, now: float) -> bytes:
        """Give an encoded message its number and keep it within the bounds."""
        self.last += 1
        frame = numbered(body, self.last)
        self._kept.append(_Kept(frame, now))
        self._bytes += len(frame)
        while len(self._kept) > KEPT_MESSAGES or self._bytes > KEPT_BYTES:
            self._forget_oldest()
        return frame

    def acknowledge(self, seq: int) -> None:
        """Forget what has arrived."""
        while self._kept and self._oldest <= seq:
            self._forget_oldest()

    def since(self, seq: int, now: float) -> list[bytes] | None:
        """Return everything after `seq`, or None when that is no longer possible."""
        while self._kept and self._kept[0].at < now - KEPT_SECONDS:
            self._forget_oldest()
        if not self._oldest - 1 <= seq <= self.last:
            return None
        return [kept.frame for kept in self._kept][seq - self._oldest + 1 :]

    @property
    def _oldest(self) -> int:
        return self.last - len(self._kept) + 1

    def _forget_oldest(self) -> None:
        self._bytes -= len(self._kept.popleft().frame)


class Inbox:
    """Tells the first arrival of a message from a repetition."""

    __slots__ = ("_ids", "_order", "acknowledged", "last")

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._order: deque[str] = deque()
        self.last = 0
        self.acknowledged = 0

    def accept(self, seq: int, message_id: str) -> bool:
        """Note an arrival; False means that it was here before."""
        if seq <= self.last:
            return False
        self.last = seq
        if message_id in self._ids:
            return False
        self._ids.add(message_id)
        self._order.append(message_id)
        if len(self._order) > KEPT_MESSAGES:
            self._ids.discard(self._order.popleft())
        return True

    def restart(self) -> None:
        """Begin to number again but remember the ids: the page is the same."""
        self.last = 0
        self.acknowledged = 0

    @property
    def acknowledgement_due(self) -> bool:
        """Whether the page has waited long enough to hear what arrived."""
        return self.last - self.acknowledged >= ACKNOWLEDGE_EVERY
