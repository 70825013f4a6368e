"""The gate of one node: each ticket admits once, and only where it was made out for."""

import heapq
import time
from datetime import UTC, datetime

from signaling.config import Settings
from signaling.messages import CloseCode, Refused
from signaling.tickets import CLOCK_SKEW, LIFE, Ticket, TicketRefused, verify


def no_entry(code: str, sentence: str) -> Refused:
    """Refuse a hello; the page should come back with a new ticket."""
    return Refused(code, sentence, close=CloseCode.TICKET)


class TicketGate:
    """Remembers used tickets for as long as they would still be valid."""

    def __init__(self, settings: Settings) -> None:
        self._key = settings.ticket_key
        self._node = settings.node
        self._opened = datetime.fromtimestamp(time.time(), UTC)
        self._used: set[str] = set()
        self._used_until: list[tuple[datetime, str]] = []
        self._barred: dict[str, datetime] = {}

    def punch(self, token: str) -> Ticket:
        """Use a ticket up, or refuse it."""
        now = datetime.fromtimestamp(time.time(), UTC)
        try:
            verified = verify(token, self._key, now)
        except TicketRefused as refused:
            raise no_entry(refused.code, refused.sentence) from refused
        if verified.ticket.node != self._node:
            raise no_entry("ticket_wrong_node", "The ticket is for another node.")
        if verified.issued_at < self._opened:
            # It may have been used in this node's former life.
            raise no_entry("ticket_stale", "The ticket is older than this node.")
        if verified.ticket.participant in self._barred:
            raise no_entry("ticket_revoked", "The participant was put out.")
        if verified.jti in self._used:
            raise no_entry("ticket_used", "The ticket has been used.")
        self._used.add(verified.jti)
        heapq.heappush(self._used_until, (verified.expires_at, verified.jti))
        return verified.ticket

    def bar(self, participant: str) -> None:
        """Refuse the tickets that somebody who is put out may still hold."""
        now = datetime.fromtimestamp(time.time(), UTC)
        self._barred[participant] = now + LIFE + CLOCK_SKEW

    def forget_expired(self) -> None:
        """Forget the tickets that time alone now refuses."""
        now = datetime.fromtimestamp(time.time(), UTC)
        for participant, until in list(self._barred.items()):
            if until <= now:
                del self._barred[participant]
        while self._used_until and self._used_until[0][0] <= now:
            self._used.discard(heapq.heappop(self._used_until)[1])
