"""The rooms of this node: admission, resumption, delivery and expiry."""

import secrets
import time
from collections.abc import Callable, Iterable

from signaling.admission import TicketGate, no_entry
from signaling.call_events import CallEvent, event_of
from signaling.config import Settings
from signaling.ice import IceServer, servers_for
from signaling.messages import CloseCode, Hello, Signal, Welcome
from signaling.metrics import Metrics
from signaling.room import Happening, LeaveReason, Outcome, Room
from signaling.seats import Seat, Seats, Wire
from signaling.tickets import Ticket


class Hub:
    """Everybody on this node, by room."""

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
        self._seats = Seats()

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
        self._seats.confirm(seat)

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
        self._seats.give_up(seat, code)
        outcome = seat.room.leave(seat.participant, reason)
        if seat.room.empty:
            del self._rooms[seat.room_id]
        self._carry_out(seat.room_id, outcome, time.monotonic())
        self._count()

    def revoke(self, participant: str, room_id: str | None) -> None:
        """Put somebody out who may no longer be here."""
        self._gate.bar(participant)
        for seat in self._seats:
            if seat.participant == participant and room_id in {None, seat.room_id}:
                self.leave(seat, "revoked", CloseCode.REVOKED)

    def expire(self, now: float) -> None:
        """Give up the places whose time has run out, and forget dead tickets."""
        since = now - self._settings.limits.keep_place
        for room_id, room in list(self._rooms.items()):
            for participant in room.overdue(since):
                seat = self._seats.at(room_id, participant)
                if seat is not None:
                    self.leave(seat, "lost", CloseCode.TICKET)
        self._gate.forget_expired()

    def close(self) -> None:
        """Send everybody elsewhere, because this node stops."""
        for room_id, room in self._rooms.items():
            self._report(room_id, room.dissolve())
        self._rooms.clear()
        self._seats.clear(CloseCode.RESTART)

    def _enter(self, ticket: Ticket, instance: str, wire: Wire) -> Seat:
        room = self._rooms.get(ticket.room) or Room()
        former = self._seats.at(ticket.room, ticket.participant)
        same_page = former and room.peer(ticket.participant).instance == instance
        outcome = room.enter(ticket.participant, ticket.role.value, instance)
        self._rooms[ticket.room] = room
        seat = Seat(ticket.room, ticket.participant, room)
        if former is not None:
            self._seats.give_up(former, CloseCode.TAKEN_OVER)
            if same_page:
                seat.inbox = former.inbox
                seat.inbox.restart()
        self._seats.take(seat)
        self._welcome(seat, wire, resumed=False)
        self._carry_out(ticket.room, outcome, time.monotonic())
        self._count()
        return seat

    def _resume(self, token: str, last_seq: int, wire: Wire, now: float) -> Seat:
        seat = self._seats.of_token(token)
        if seat is None:
            raise no_entry("resume_unknown", "There is no such session any more.")
        missed = seat.missed(last_seq, now)
        seat.hang_up(CloseCode.TAKEN_OVER)
        self._seats.renew(seat, shown=token)
        self._welcome(seat, wire, resumed=missed is not None)
        for frame in missed or ():
            wire.send(frame)
        self._carry_out(seat.room_id, seat.room.come_back(seat.participant), now)
        return seat

    def _welcome(self, seat: Seat, wire: Wire, *, resumed: bool) -> None:
        seat.wire = wire
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
            seat = self._seats.at(room_id, to)
            if seat is not None:
                seat.deliver(message, now)
        self._report(room_id, outcome.happenings)

    def _report(self, room_id: str, happenings: Iterable[Happening]) -> None:
        for happening in happenings:
            self._publish(event_of(happening, room_id, self._settings.node))

    def _count(self) -> None:
        self.metrics.rooms.set(len(self._rooms))
        self.metrics.places.set(len(self._seats))
