"""The two connections of one page with the media server: what it sends, what it receives."""

import asyncio
import secrets
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

    async def attach(self, number: int) -> int:
        """Open a fresh handle for this connection."""
        await self.detach()
        self.number = number
        self.handle = await self.means.janus.attach(self.participant, self._heard)
        return self.handle

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
            self.put(self.lost)
        elif event["janus"] == "event":
            self.put(lambda: self.told(event))

    @abstractmethod
    async def told(self, event: Message) -> None:
        """Act on what Janus says by itself."""


class Inlet(Link):
    """What a page sends: the page offers, Janus answers."""

    async def take(self, payload: Payload) -> None:
        """Follow the page's offer, by a new connection when the page has one."""
        if payload["kind"] == "candidates":
            await self.trickle(payload)
        elif payload["kind"] == "description" and payload["type"] == "offer":
            await self._follow(payload)

    async def lost(self) -> None:
        """Ask the page for a new connection."""
        self.means.exchange.feeds.pop(self.participant, None)
        self.means.changed()
        await self.detach()
        following = self.number + 1
        self.means.send({"kind": "negotiation_needed", "connection": following})

    async def told(self, event: Message) -> None:
        """Nothing: who else sends is known from their own offers."""

    async def _follow(self, offer: Payload) -> None:
        if offer["connection"] < self.number:
            return
        handle, body = self.handle, {"request": "configure"}
        if handle is None or offer["connection"] > self.number:
            handle = await self.attach(offer["connection"])
            feed = secrets.randbits(52)
            body = self._join(feed)
        # The small layer comes first, as the browser wants it.
        jsep = {"type": "offer", "sdp": offer["sdp"], "rid_order": "lmh"}
        answer = await self.means.janus.message(handle, body, jsep)
        self.describe(answer["jsep"], offer["negotiation"])
        if "id" in body:
            self.means.exchange.feeds[self.participant] = feed
            self.means.changed()

    def _join(self, feed: int) -> Message:
        room = self.means.room
        return {
            "request": "joinandconfigure",
            "ptype": "publisher",
            "room": room.number,
            "pin": room.pin,
            "id": feed,
        }


class Outlet(Link):
    """What a page receives: Janus offers, the page answers."""

    def __init__(self, participant: str, means: Means) -> None:
        super().__init__(participant, means)
        self._subscribed: set[int] = set()
        self._negotiation = 0

    async def take(self, payload: Payload) -> None:
        """Follow the page's answer, or begin again where it asks for that."""
        if payload["kind"] == "candidates":
            await self.trickle(payload)
        elif payload["kind"] == "negotiation_needed":
            await self._again(payload["connection"])
        elif payload["kind"] == "description" and payload["type"] == "answer":
            await self._follow(payload)

    async def refresh(self) -> None:
        """Subscribe to what has come and let go of what has gone."""
        change = self.means.exchange.change(self.participant, self._subscribed)
        if self.handle is None:
            await self._begin(self.number)
        elif any(change):
            await self._update(self.handle, change.subscribe, change.unsubscribe)

    async def lost(self) -> None:
        """Offer a new connection."""
        await self._begin(self.number + 1)

    async def told(self, event: Message) -> None:
        """Pass on what Janus offers by itself when somebody's streams have changed."""
        self._offer(event)

    async def _begin(self, number: int) -> None:
        wanted = self.means.exchange.change(self.participant, ()).subscribe
        if not wanted:
            return
        handle = await self.attach(number)
        room = self.means.room
        self._subscribed = set(wanted)
        self._negotiation = 0
        body = {
            "request": "join",
            "ptype": "subscriber",
            "room": room.number,
            "pin": room.pin,
            "streams": [{"feed": feed} for feed in wanted],
        }
        self._offer(await self.means.janus.message(handle, body))

    async def _update(
        self, handle: int, subscribe: list[int], unsubscribe: list[int]
    ) -> None:
        self._subscribed = (self._subscribed | set(subscribe)) - set(unsubscribe)
        # Janus has ended by itself what came from somebody who has gone.
        if subscribe:
            body = {
                "request": "subscribe",
                "streams": [{"feed": feed} for feed in subscribe],
            }
            self._offer(await self.means.janus.message(handle, body))

    async def _again(self, number: int) -> None:
        if self.handle is None or number > self.number:
            await self._begin(max(number, self.number))
        elif number == self.number:
            body = {"request": "configure", "restart": True}
            self._offer(await self.means.janus.message(self.handle, body))

    async def _follow(self, answer: Payload) -> None:
        current = (self.number, self._negotiation)
        if self.handle is None or current != (
            answer["connection"],
            answer["negotiation"],
        ):
            return
        jsep = {"type": "answer", "sdp": answer["sdp"]}
        await self.means.janus.message(self.handle, {"request": "start"}, jsep)

    def _offer(self, event: Message) -> None:
        jsep = event.get("jsep")
        if jsep is None:
            return
        self._negotiation += 1
        streams = event["plugindata"]["data"].get("streams")
        if streams is not None:
            owners = self.means.exchange.owners(streams)
            self.means.send(
                {"kind": "streams", "connection": self.number, "streams": owners}
            )
        self.describe(jsep, self._negotiation)
