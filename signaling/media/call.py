"""One room through the media server: its people's links, and the two seats of the bridge."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Any, Never

import aiohttp
import structlog

from signaling.media.config import Settings
from signaling.media.exchange import MEDIA, Exchange
from signaling.media.janus import Janus, JanusError
from signaling.media.link import Means, Payload, VideoRoom
from signaling.media.links import Inlet, Outlet
from signaling.media.seat import Seat
from signaling.messages import CloseCode

# As long as a node keeps a place: by then a new ticket has come.
KEPT_SECONDS = 90
LOOK_SECONDS = 5
PART_SECONDS = 2

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the server sends when three are in a room: a ticket for each seat."""

    room: str
    url: str
    intake: str = field(repr=False)
    outlet: str = field(repr=False)


class Over(Exception):
    """There is no more to do for this room."""


class Call:
    """Everything that the bridge keeps of one room."""

    def __init__(self, settings: Settings, http: aiohttp.ClientSession) -> None:
        self._settings = settings
        self._http = http
        self._exchange = Exchange()
        self._links: dict[str, tuple[Inlet, Outlet]] = {}
        # A page offers to the first, and is offered to by the second.
        self._intake = Seat(self)
        self._outlet = Seat(_Answers(self))
        self._sitting: dict[Seat, asyncio.Task[None]] = {}
        self._room = VideoRoom()
        # Invitations that come before there is a room in Janus wait; None is the end.
        self._news: asyncio.Queue[Invitation | None] = asyncio.Queue()
        # Whether the two seats have seen each other.
        self._together = False
        self.is_to_be_avoided = False
        self._janus: Janus
        self._tasks: asyncio.TaskGroup

    async def run(self, invitation: Invitation) -> None:
        """Serve the room until too few are left in it; raises when the media server goes."""
        settings = self._settings
        self.enter(invitation)
        connecting = Janus.connect(self._http, settings.url, settings.secret)
        async with connecting as self._janus:
            try:
                async with asyncio.TaskGroup() as self._tasks:
                    self._tasks.create_task(self._janus.gone())
                    self._tasks.create_task(self._serve())
            except* Over:
                log.info("room_left")

    def enter(self, invitation: Invitation) -> None:
        """Take the two seats, or take them again after a socket was lost."""
        self._news.put_nowait(invitation)

    def welcome(self, peers: list[dict[str, Any]]) -> None:
        """See who is there, perhaps anew."""
        self._see_each_other(peers)
        for participant in self._exchange.missing(peers):
            self._forget(participant)
        for peer in peers:
            self.joined(peer)
        self._look()

    def joined(self, peer: dict[str, Any]) -> None:
        """Open both links of somebody who is new, or has a new page."""
        if self._exchange.enter(peer):
            self._close(peer["id"])
            self._open(peer["id"], peer["instance"])
            self._refresh()

    def left(self, participant: str) -> None:
        """Let somebody's links go."""
        self._forget(participant)
        self._look()

    def told(self, sender: str, instance: str, payload: Payload) -> None:
        """Pass on what a page says of what it sends."""
        self.pass_on(sender, instance, payload, of=0)

    def pass_on(self, sender: str, instance: str, payload: Payload, *, of: int) -> None:
        """Pass a payload to one of the two links of a page."""
        links = self._links.get(sender)
        if links is not None and self._exchange.speaks(sender, instance):
            link = links[of]
            link.put(lambda: link.take(payload))

    def hear_again(self, peers: list[dict[str, Any]]) -> None:
        """Offer anew what was lost while the second seat was away."""
        self._see_each_other(peers)
        for _, outlet in self._links.values():
            outlet.put(outlet.repeat)

    async def _serve(self) -> Never:
        await self._janus.begin()
        handle = await self._janus.attach("bridge", lambda _: None)
        try:
            await self._janus.message(handle, self._room.creation)
            self._tasks.create_task(self._janus.keep_alive())
            self._tasks.create_task(self._watch())
            while (invitation := await self._news.get()) is not None:
                self._take_seats(invitation)
            raise Over
        finally:
            with contextlib.suppress(JanusError, TimeoutError):
                async with asyncio.timeout(PART_SECONDS):
                    await self._janus.message(handle, self._room.end)

    def _take_seats(self, invitation: Invitation) -> None:
        tickets = {self._outlet: invitation.outlet, self._intake: invitation.intake}
        for seat, ticket in tickets.items():
            task = self._sitting.get(seat)
            if task is None or task.done():
                sitting = self._sit(seat, invitation.url, ticket)
                self._sitting[seat] = self._tasks.create_task(sitting)

    async def _sit(self, seat: Seat, url: str, ticket: str) -> None:
        code = await seat.sit(self._http, url, ticket, self._settings.origin)
        if code == CloseCode.TAKEN_OVER:
            log.warning("seat_taken")
            self._leave_alone()

    def _see_each_other(self, peers: list[dict[str, Any]]) -> None:
        """End where a node has forgotten the seats: pages begin anew there, and so must we."""
        other = any(peer["role"] == MEDIA for peer in peers)
        if self._together and not other:
            self._end()
        self._together = self._together or other

    def _end(self) -> None:
        self._news.put_nowait(None)

    def _leave_alone(self) -> None:
        self.is_to_be_avoided = True
        self._end()

    async def _watch(self) -> None:
        """Give the room up when no ticket brings us back into it."""
        away = 0
        while away < KEPT_SECONDS:
            await asyncio.sleep(LOOK_SECONDS)
            inside = self._intake.entered.is_set() and self._outlet.entered.is_set()
            away = 0 if inside else away + LOOK_SECONDS
        self._end()

    def _open(self, participant: str, instance: str) -> None:
        def means(seat: Seat) -> Means:
            return Means(
                janus=self._janus,
                room=self._room,
                exchange=self._exchange,
                send=lambda payload: seat.signal(participant, instance, payload),
                changed=self._refresh,
                looks=self._begin_whole,
            )

        inlet = Inlet(participant, means(self._intake))
        outlet = Outlet(participant, means(self._outlet))
        self._links[participant] = (inlet, outlet)
        self._tasks.create_task(inlet.run())
        self._tasks.create_task(outlet.run())

    def _close(self, participant: str) -> None:
        for link in self._links.pop(participant, ()):
            link.end()

    def _forget(self, participant: str) -> None:
        self._exchange.leave(participant)
        self._close(participant)
        self._refresh()

    def _refresh(self) -> None:
        for _, outlet in self._links.values():
            outlet.put(outlet.refresh)

    def _begin_whole(self) -> None:
        for inlet, _ in self._links.values():
            inlet.put(inlet.begin_whole)

    def _look(self) -> None:
        if not self._exchange.worth_it:
            self._leave_alone()


class _Answers:
    """Hears at the second seat what pages say of what they receive; the first hears the rest."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def welcome(self, peers: list[dict[str, Any]]) -> None:
        """Leave all but one thing to the first seat."""
        self._call.hear_again(peers)

    def joined(self, peer: dict[str, Any]) -> None:
        """Leave that to the first seat."""

    def left(self, participant: str) -> None:
        """Leave that to the first seat."""

    def told(self, sender: str, instance: str, payload: Payload) -> None:
        """Pass on what a page says of what it receives."""
        self._call.pass_on(sender, instance, payload, of=1)
