"""The rooms of this node: admission, resumption, delivery and expiry."""

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from signaling.admission import TicketGate, no_entry
from signaling.config import Settings
from signaling.ice import IceServer, servers_for
from signaling.messages import (
    CloseCode,
    Hello,
    Outgoing,
    Signal,
    Welcome,
    encode,
)
from signaling.metrics import Metrics
from signaling.replay import Inbox, Outbox
from signaling.room import Happening, LeaveReason, Outcome, Room
from signaling.tickets import Ticket


class Wire(Protocol):
    """What a seat needs of a socket; the socket itself lives a floor above."""

    def send(self, frame: bytes) -> None:
        """Queue one frame, or cut the socket off when the queue is full."""

    def close(self, code: CloseCode) -> None:
        """End the socket after what is queued."""


@dataclass(frozen=True, slots=True)
class CallEvent:
    """One line of a call's history, as the server will read it."""

    id: str
    kind: str
    room: str
    participant: str
    role: str
    node: str
    at: str
    reason: str | None


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


class Hub:
    """Everybody on this node, by room and by resume token."""

    def __init__(
        self,
        settings: Settings,
        metrics: Metrics,
        publish: Callable[[CallEvent], None],
    ) -> None:
        self.metrics = metrics
        self._settings = settings
        self._publish = publish
        self._gate = TicketGate(settings)
        self._rooms: dict[str, Room] = {}
        self._seats: dict[tuple[str, str], Seat] = {}
        self._tokens: dict[str, Seat] = {}

    def admit(self, hello: Hello, wire: Wire, now: float) -> Seat:
        """Seat the bearer of a ticket or of a resume token, or refuse."""
        if hello.ticket is not None and hello.instance is not None:
            return self._enter(self._gate.punch(hello.ticket), hello.instance, wire)
        return self._resume(hello.resume or "", hello.last_seq or 0, wire, now)

    def relay(self, seat: Seat, signal: Signal, now: float) -> None:
        """Carry a signal once, however often it arrives."""
        if seat.inbox.accept(signal.seq, signal.id):
            self._carry_out(
                seat.room_id, seat.room.relay(seat.participant, signal), now
            )

    def confirm(self, seat: Seat) -> None:
        """Let the former token go: the page evidently has the new one."""
        if seat.former_token is not None:
            del self._tokens[seat.former_token]
            seat.former_token = None

    def ice_servers(self, seat: Seat) -> tuple[IceServer, ...]:
        """Lend the relay to one participant."""
        return servers_for(self._settings.relay, seat.participant, time.time())

    def drop(self, seat: Seat, wire: Wire, now: float) -> None:
        """Keep the place of a lost socket, unless another has taken it."""
        if seat.wire is wire:
            seat.wire = None
            self._carry_out(seat.room_id, seat.room.drop(seat.participant, now), now)

    def leave(self, seat: Seat, reason: LeaveReason, code: CloseCode) -> None:
        """Give a place up and end its socket."""
        del self._seats[seat.room_id, seat.participant]
        del self._tokens[seat.token]
        self.confirm(seat)
        if seat.wire is not None:
            seat.wire.close(code)
            seat.wire = None
        outcome = seat.room.leave(seat.participant, reason)
        if seat.room.empty:
            del self._rooms[seat.room_id]
        self._carry_out(seat.room_id, outcome, time.monotonic())
        self._count()

    def revoke(self, participant: str, room_id: str | None) -> None:
        """Put somebody out who may no longer be here."""
        self._gate.bar(participant)
        for seat in list(self._seats.values()):
            if seat.participant == participant and room_id in {None, seat.room_id}:
                self.leave(seat, "revoked", CloseCode.REVOKED)

    def expire(self, now: float) -> None:
        """Give up the places whose time has run out, and forget dead tickets."""
        since = now - self._settings.limits.keep_place
        for room_id, room in list(self._rooms.items()):
            for participant in room.overdue(since):
                seat = self._seats[room_id, participant]
                self.leave(seat, "lost", CloseCode.TICKET)
        self._gate.forget_expired()

    def close(self) -> None:
        """Send everybody elsewhere, because this node stops."""
        for room_id, room in self._rooms.items():
            self._report(room_id, room.dissolve())
        for seat in self._seats.values():
            if seat.wire is not None:
                seat.wire.close(CloseCode.RESTART)
                seat.wire = None
        self._rooms.clear()
        self._seats.clear()
        self._tokens.clear()

    def _enter(self, ticket: Ticket, instance: str, wire: Wire) -> Seat:
        room = self._rooms.get(ticket.room) or Room()
        former = self._seats.get((ticket.room, ticket.participant))
        same_page = former and room.peer(ticket.participant).instance == instance
        outcome = room.enter(ticket.participant, ticket.role.value, instance)
        self._rooms[ticket.room] = room
        seat = Seat(ticket.room, ticket.participant, room)
        if former is not None:
            self._unseat(former)
            if same_page:
                seat.inbox = former.inbox
                seat.inbox.restart()
        self._seats[ticket.room, ticket.participant] = seat
        self._seat_down(seat, wire, resumed=False)
        self._carry_out(ticket.room, outcome, time.monotonic())
        self._count()
        return seat

    def _unseat(self, former: Seat) -> None:
        del self._tokens[former.token]
        self.confirm(former)
        if former.wire is not None:
            former.wire.close(CloseCode.TAKEN_OVER)
            former.wire = None

    def _resume(self, token: str, last_seq: int, wire: Wire, now: float) -> Seat:
        seat = self._tokens.get(token)
        if seat is None:
            raise no_entry("resume_unknown", "There is no such session any more.")
        missed = seat.outbox.since(last_seq, now)
        if seat.wire is not None:
            seat.wire.close(CloseCode.TAKEN_OVER)
        if missed is None:
            seat.outbox = Outbox()
            seat.inbox.restart()
        else:
            seat.outbox.acknowledge(last_seq)
        # The token just shown stays good until the page proves to have the next.
        for stale in {seat.token, seat.former_token} - {token, None}:
            self._tokens.pop(stale or "", None)
        seat.former_token = token
        self._seat_down(seat, wire, resumed=missed is not None)
        for frame in missed or ():
            wire.send(frame)
        self._carry_out(seat.room_id, seat.room.come_back(seat.participant), now)
        return seat

    def _seat_down(self, seat: Seat, wire: Wire, *, resumed: bool) -> None:
        seat.wire = wire
        seat.token = secrets.token_urlsafe(32)
        self._tokens[seat.token] = seat
        if not resumed:
            seat.session = secrets.token_urlsafe(12)
        seat.tell(
            Welcome(
                you=seat.room.peer(seat.participant),
                session=seat.session,
                resumed=resumed,
                resume=seat.token,
                seq=seat.inbox.last,
                ping=self._settings.limits.ping,
                peers=seat.room.peers_of(seat.participant),
                ice_servers=self.ice_servers(seat),
            )
        )

    def _carry_out(self, room_id: str, outcome: Outcome, now: float) -> None:
        for to, message in outcome.deliveries:
            seat = self._seats[room_id, to]
            frame = seat.outbox.add(encode(message), now)
            if seat.wire is not None:
                seat.wire.send(frame)
        self._report(room_id, outcome.happenings)

    def _report(self, room_id: str, happenings: Iterable[Happening]) -> None:
        for happening in happenings:
            self._publish(
                CallEvent(
                    id=secrets.token_urlsafe(18),
                    kind=happening.kind,
                    room=room_id,
                    participant=happening.participant,
                    role=happening.role,
                    node=self._settings.node,
                    at=datetime.fromtimestamp(time.time(), UTC).isoformat(),
                    reason=happening.reason,
                )
            )

    def _count(self) -> None:
        self.metrics.rooms.set(len(self._rooms))
        self.metrics.places.set(len(self._seats))
