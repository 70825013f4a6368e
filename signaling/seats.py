"""Places with their sessions, found by room and person or by resume token."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from signaling.messages import CloseCode, Numbered, Outgoing, encode
from signaling.replay import Inbox, Outbox
from signaling.room import Room


class Wire(Protocol):
    """What a seat needs of a socket; the socket itself lives a floor above."""

    def send(self, frame: bytes) -> None:
        """Queue one frame, or cut the socket off when the queue is full."""

    def close(self, code: CloseCode) -> None:
        """End the socket after what is queued."""


@dataclass(slots=True)
class Seat:
    """A place in a room together with the session that fills it."""

    room_id: str
    participant: str
    room: Room
    wire: Wire | None = None
    session: str = ""
    token: str = ""
    former_token: str | None = None
    outbox: Outbox = field(default_factory=Outbox)
    inbox: Inbox = field(default_factory=Inbox)

    def tell(self, message: Outgoing) -> None:
        """Send what needs no number, if anybody is listening."""
        if self.wire is not None:
            self.wire.send(encode(message))

    def deliver(self, message: Numbered, now: float) -> None:
        """Give a message its number and keep it, also while nobody listens."""
        frame = self.outbox.add(encode(message), now)
        if self.wire is not None:
            self.wire.send(frame)

    def hang_up(self, code: CloseCode) -> None:
        """End the socket, if there is one."""
        if self.wire is not None:
            self.wire.close(code)
            self.wire = None

    def missed(self, last_seq: int, now: float) -> list[bytes] | None:
        """Return what the page lacks, or begin to number anew and return None."""
        missed = self.outbox.since(last_seq, now)
        if missed is None:
            self.outbox = Outbox()
            self.inbox.restart()
        else:
            self.outbox.acknowledge(last_seq)
        return missed


class Seats:
    """Every seat of a node; a seat has one valid token, for a moment two."""

    def __init__(self) -> None:
        self._by_place: dict[tuple[str, str], Seat] = {}
        self._by_token: dict[str, Seat] = {}

    def __len__(self) -> int:
        return len(self._by_place)

    def __iter__(self) -> Iterator[Seat]:
        return iter(tuple(self._by_place.values()))

    def at(self, room_id: str, participant: str) -> Seat | None:
        """Return somebody's seat in a room."""
        return self._by_place.get((room_id, participant))

    def of_token(self, token: str) -> Seat | None:
        """Return the seat whose bearer shows this token."""
        return self._by_token.get(token)

    def take(self, seat: Seat) -> None:
        """Put a seat in its place; the page gets a token with it."""
        self._by_place[seat.room_id, seat.participant] = seat
        self._issue(seat)

    def renew(self, seat: Seat, shown: str) -> None:
        """Issue the next token; the one just shown stays until the page has the next."""
        for stale in {seat.token, seat.former_token} - {shown, None}:
            self._by_token.pop(stale or "", None)
        seat.former_token = shown
        self._issue(seat)

    def confirm(self, seat: Seat) -> None:
        """Let the former token go: the page evidently has the new one."""
        if seat.former_token is not None:
            del self._by_token[seat.former_token]
            seat.former_token = None

    def give_up(self, seat: Seat, code: CloseCode) -> None:
        """Take a seat away, with its tokens and its socket."""
        del self._by_place[seat.room_id, seat.participant]
        del self._by_token[seat.token]
        self.confirm(seat)
        seat.hang_up(code)

    def clear(self, code: CloseCode) -> None:
        """Take every seat away."""
        for seat in self:
            seat.hang_up(code)
        self._by_place.clear()
        self._by_token.clear()

    def _issue(self, seat: Seat) -> None:
        seat.token = secrets.token_urlsafe(32)
        self._by_token[seat.token] = seat
