"""One connection of a page with the media server, either way."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog

from signaling.media.exchange import Exchange, candidates_of
from signaling.media.janus import Janus, JanusError, Message

log = structlog.get_logger()
Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class VideoRoom:
    """Where the people of a call meet in Janus; all of it is random."""

    number: int
    pin: str


@dataclass(frozen=True, slots=True)
class Means:
    """What a link works with."""

    janus: Janus
    room: VideoRoom
    exchange: Exchange
    send: Callable[[Payload], None]
    # Told that what this page sends has changed.
    changed: Callable[[], None]
    # Told that this page takes more pictures than before, which must begin whole.
    looks: Callable[[], None]


class Link(ABC):
    """One connection of one page; whatever happens to it happens in order."""

    def __init__(self, participant: str, means: Means) -> None:
        self.participant = participant
        self.means = means
        self.number = 1
        self.handle: int | None = None
        self._jobs: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._closed = False

    async def run(self) -> None:
        """Do one job after the other; one that Janus refuses leaves the rest as they are."""
        while not self._closed:
            job = await self._jobs.get()
            try:
                await job()
            except JanusError as error:
                log.warning("media_refused", link=type(self).__name__, why=str(error))

    def put(self, job: Callable[[], Awaitable[None]]) -> None:
        """Do something in its turn."""
        self._jobs.put_nowait(job)

    @abstractmethod
    async def take(self, payload: Payload) -> None:
        """Act on what the page has said."""

    @abstractmethod
    async def lost(self) -> None:
        """Begin anew: Janus has given the connection up."""

    async def _attach(self, number: int) -> int:
        await self.detach()
        self.number = number
        self.handle = await self.means.janus.attach(self.participant, self._heard)
        return self.handle

    async def begin(
        self, number: int, body: Message, jsep: Message | None = None
    ) -> Message:
        """Join the video room by a fresh handle, or have none."""
        handle = await self._attach(number)
        room = {"room": self.means.room.number, "pin": self.means.room.pin}
        try:
            return await self.means.janus.message(handle, body | room, jsep)
        except JanusError:
            await self.detach()
            raise

    async def detach(self) -> None:
        """Give the handle up, if there is one."""
        handle, self.handle = self.handle, None
        if handle is not None:
            await self.means.janus.detach(handle)

    async def close(self) -> None:
        """End it for good."""
        self._closed = True
        await self.detach()

    async def trickle(self, payload: Payload) -> None:
        """Pass candidates on, unless they are of a former connection."""
        if self.handle is not None and payload["connection"] == self.number:
            candidates = candidates_of(payload["candidates"])
            await self.means.janus.trickle(self.handle, candidates)

    def describe(self, jsep: Message, negotiation: int) -> None:
        """Send the page what Janus offers or answers."""
        self.means.send(
            {
                "kind": "description",
                "type": jsep["type"],
                "sdp": jsep["sdp"],
                "connection": self.number,
                "negotiation": negotiation,
            }
        )

    def _heard(self, event: Message) -> None:
        if event["janus"] == "hangup":
            self.put(lambda: self._hung_up(event["sender"]))
        elif event["janus"] == "webrtcup":
            self.put(self.stands)
        elif event["janus"] == "event":
            self.put(lambda: self.told(event))

    async def _hung_up(self, handle: int) -> None:
        # It may be of a connection that has been replaced meanwhile.
        if handle == self.handle:
            await self.lost()

    @abstractmethod
    async def stands(self) -> None:
        """Act on the connection's being there."""

    @abstractmethod
    async def told(self, event: Message) -> None:
        """Act on what Janus says by itself."""
