"""One connection of a page with the media server, either way."""

import asyncio
import secrets
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import structlog

from signaling.media.exchange import Exchange, candidates_of
from signaling.media.janus import Janus, JanusError, Message

MOST_PUBLISHERS = 8
# More than a page that behaves can ask for while Janus is slow to answer.
MOST_JOBS = 256
# The seats may say 30 things a second to all pages together.
PACE_SECONDS = 1.0

log = structlog.get_logger()
Payload = dict[str, Any]
Job = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class VideoRoom:
    """Where the people of a call meet in Janus; all of it is random."""

    number: int = field(default_factory=lambda: secrets.randbits(52))
    pin: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    @property
    def creation(self) -> Message:
        """Ask for it as nobody else can find or enter it."""
        return {
            "request": "create",
            "room": self.number,
            "pin": self.pin,
            "secret": self.secret,
            "is_private": True,
            "permanent": False,
            "publishers": MOST_PUBLISHERS,
            "audiocodec": "opus",
            "videocodec": "vp8,h264",
            "opus_fec": True,
        }

    @property
    def end(self) -> Message:
        """Let it go with all that hangs on it."""
        return {"request": "destroy", "room": self.number, "secret": self.secret}


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


class Pace:
    """Puts a job, and the next one a second later; of those asked for meanwhile, the last."""

    def __init__(self, put: Callable[[Job], None]) -> None:
        self._put = put
        self._job: Job | None = None
        self._free_at = 0.0

    def ask(self, job: Job) -> None:
        """Have this done now or soon."""
        before, self._job = self._job, job
        if before is not None:
            return
        loop = asyncio.get_running_loop()
        pause = self._free_at - loop.time()
        if pause > 0:
            loop.call_later(pause, self._put, self._do)
        else:
            self._put(self._do)

    async def _do(self) -> None:
        job, self._job = self._job, None
        self._free_at = asyncio.get_running_loop().time() + PACE_SECONDS
        if job is not None:
            await job()


class Link(ABC):
    """One connection of one page; whatever happens to it happens in order."""

    def __init__(self, participant: str, means: Means) -> None:
        self.participant = participant
        self.means = means
        self.number = 1
        self.handle: int | None = None
        self.pace = Pace(self.put)
        self._jobs: asyncio.Queue[Job] = asyncio.Queue(MOST_JOBS)
        self._ending = self._closed = False

    async def run(self) -> None:
        """Do one job after the other; one that fails leaves the rest as they are."""
        link = type(self).__name__
        while not self._closed:
            job = await self._jobs.get()
            try:
                await job()
            except JanusError as error:
                log.warning("media_refused", link=link, why=str(error))
            except Exception as error:  # noqa: BLE001 - of one page, and the others go on
                # Its text may hold what a page said.
                log.warning("media_failed", link=link, why=type(error).__name__)

    def put(self, job: Job) -> None:
        """Do something in its turn; a page that asks for too much loses the link."""
        if self._ending:
            return
        if self._jobs.full():
            log.warning("media_flooded", link=type(self).__name__)
            self.end()
        else:
            self._jobs.put_nowait(job)

    def end(self) -> None:
        """Close it next; nothing is done any more of what was to come before."""
        self._ending = True
        while not self._jobs.empty():
            self._jobs.get_nowait()
        self._jobs.put_nowait(self.close)

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
        self.put(lambda: self._hear(event))

    async def _hear(self, event: Message) -> None:
        # It may be of a connection that has been replaced meanwhile.
        if event["sender"] != self.handle:
            return
        if event["janus"] == "hangup":
            await self.lost()
        elif event["janus"] == "webrtcup":
            await self.stands()
        elif event["janus"] == "event":
            await self.told(event)

    @abstractmethod
    async def stands(self) -> None:
        """Act on the connection's being there."""

    @abstractmethod
    async def told(self, event: Message) -> None:
        """Act on what Janus says by itself."""
