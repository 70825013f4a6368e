"""Who is in a room and who hears what: no sockets, no clock, no I/O."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from signaling.messages import (
    CloseCode,
    Numbered,
    Peer,
    PeerJoined,
    PeerLeft,
    PeerReconnecting,
    PeerSignal,
    Refused,
    Signal,
)

MAX_PARTICIPANTS = 8
# The role of a media server's seats: nobody is in a call because of them.
MEDIA = "media"

LeaveReason = Literal["hung_up", "lost", "revoked"]


class NoSuchPeer(Refused):
    """The addressee never came or has left."""

    def __init__(self, ref: str) -> None:
        super().__init__("no_such_peer", "Nobody of that id is here.", ref=ref)


class PeerReplaced(Refused):
    """The addressee has loaded another page since; its peer connection is gone."""

    def __init__(self, ref: str) -> None:
        super().__init__("peer_replaced", "That page has been replaced.", ref=ref)


class RoomFull(Refused):
    """A mesh of more would drown every uplink in it."""

    def __init__(self) -> None:
        super().__init__("room_full", "The room is full.", close=CloseCode.TICKET)


class Delivery(NamedTuple):
    """One message for one participant."""

    to: str
    message: Numbered


@dataclass(frozen=True, slots=True)
class Happening:
    """What the server will want to know of a room."""

    kind: Literal["joined", "left", "ended"]
    participant: str
    role: str
    reason: LeaveReason | Literal["restart"] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that follows from one thing that was done to a room."""

    deliveries: list[Delivery] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)


@dataclass(slots=True)
class _Place:
    role: str
    instance: str
    dropped_at: float | None = None


class Room:
    """The places of one call."""

    __slots__ = ("_places",)

    def __init__(self) -> None:
        self._places: dict[str, _Place] = {}

    def __contains__(self, participant: str) -> bool:
        return participant in self._places

    @property
    def empty(self) -> bool:
        """Whether the last place has been given up."""
        return not self._places

    def peer(self, participant: str) -> Peer:
        """Describe one participant to the others."""
        place = self._places[participant]
        return Peer(participant, place.role, place.instance, place.dropped_at is None)

    def peers_of(self, participant: str) -> tuple[Peer, ...]:
        """Describe everybody else."""
        return tuple(self.peer(other) for other in self._others(participant))

    def enter(self, participant: str, role: str, instance: str) -> Outcome:
        """Take a free place, or one's own with another page."""
        known = participant in self._places
        if not known and len(self._places) >= MAX_PARTICIPANTS:
            raise RoomFull
        self._places[participant] = _Place(role, instance)
        counts = not known and role != MEDIA
        happenings = [Happening("joined", participant, role)] if counts else []
        return Outcome(self._announce(participant), happenings)

    def come_back(self, participant: str) -> Outcome:
        """Take up one's place again after the socket dropped."""
        self._places[participant].dropped_at = None
        return Outcome(self._announce(participant))

    def drop(self, participant: str, now: float) -> Outcome:
        """Keep the place of somebody whose socket is gone, and say so at once."""
        self._places[participant].dropped_at = now
        return Outcome(self._tell_others(participant, PeerReconnecting(participant)))

    def leave(self, participant: str, reason: LeaveReason) -> Outcome:
        """Give a place up."""
        role = self._places.pop(participant).role
        happenings = []
        if role != MEDIA:
            happenings.append(Happening("left", participant, role, reason))
            if not self._people:
                happenings.append(Happening("ended", participant, role, reason))
        farewell = PeerLeft(participant, reason)
        return Outcome(self._tell_others(participant, farewell), happenings)

    def dissolve(self) -> list[Happening]:
        """Clear the room without a word: the call goes on at another node."""
        happenings = [
            Happening("left", participant, place.role, "restart")
            for participant, place in self._people.items()
        ]
        self._places.clear()
        return happenings

    def overdue(self, since: float) -> list[str]:
        """Name those who have been gone since before that moment."""
        return [
            participant
            for participant, place in self._places.items()
            if place.dropped_at is not None and place.dropped_at <= since
        ]

    def relay(self, sender: str, signal: Signal) -> Outcome:
        """Carry a payload to its addressee under the name of its true sender."""
        place = self._places.get(signal.to)
        if place is None or signal.to == sender:
            raise NoSuchPeer(signal.id)
        if place.instance != signal.instance:
            raise PeerReplaced(signal.id)
        stamped = PeerSignal(sender, self._places[sender].instance, signal.payload)
        return Outcome([Delivery(signal.to, stamped)])

    @property
    def _people(self) -> dict[str, _Place]:
        return {
            participant: place
            for participant, place in self._places.items()
            if place.role != MEDIA
        }

    def _others(self, participant: str) -> list[str]:
        return [other for other in self._places if other != participant]

    def _announce(self, participant: str) -> list[Delivery]:
        return self._tell_others(participant, PeerJoined(self.peer(participant)))

    def _tell_others(self, participant: str, message: Numbered) -> list[Delivery]:
        return [Delivery(other, message) for other in self._others(participant)]
