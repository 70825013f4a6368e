"""Wake-ups between programs: the database holds the truth, the bus says “look now”."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Self, TypeVar

import nats
import orjson
import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Iterator

    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

T = TypeVar("T")
log = structlog.get_logger()
_SUBJECT = "wake."
# docs/signaling-protocol.md, “Call events”
_REVOKE = "signaling.revoke"
_FLUSH_SECONDS = 2
_ANSWER_SECONDS = 1.0


class Bus:
    """One NATS connection of a program; reconnects for ever and never blocks a request."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._asked: dict[object, asyncio.Task[Any]] = {}
        self.stopping = False

    @classmethod
    async def connect(cls, url: str, name: str) -> Self:
        """Connect and listen for wake-ups; raises when the server is not there."""
        client = await nats.connect(
            url, name=name, max_reconnect_attempts=-1, reconnect_time_wait=1
        )
        bus = cls(client)
        await client.subscribe(f"{_SUBJECT}>", cb=bus._on_wake)
        return bus

    @property
    def connected(self) -> bool:
        """Tell whether the server answers now."""
        return self._client.is_connected

    def jetstream(self) -> JetStreamContext:
        """Return the durable side of the connection."""
        return self._client.jetstream()

    async def wake(self, topics: Iterable[str]) -> None:
        """Tell every program to look at these topics; a lost wake-up is only a delay."""
        for topic in topics:
            try:
                await self._client.publish(_SUBJECT + topic)
            except nats.errors.Error as error:
                log.warning("bus.wake_failed", error=type(error).__name__)

    async def publish(self, subject: str, body: bytes) -> None:
        """Tell whoever listens there now; nobody is waited for."""
        await self._client.publish(subject, body)

    async def answers(self, subject: str) -> bool | None:
        """Tell whether somebody answers there now; None when who listens says nothing in time.

        NATS knows at once when nobody listens.
        """
        try:
            await self._client.request(subject, timeout=_ANSWER_SECONDS)
        except nats.errors.TimeoutError:
            return None
        except nats.errors.Error:
            return False
        return True

    async def together(self, ask: Callable[[Bus], Coroutine[Any, Any, T]]) -> T:
        """Ask once on behalf of all who want to know at this moment."""
        task = self._asked.get(ask)
        if task is None:
            task = self._asked[ask] = asyncio.create_task(ask(self))
            task.add_done_callback(lambda _: self._asked.pop(ask))
        found: T = await asyncio.shield(task)
        return found

    async def put_out(self, participants: Iterable[str]) -> None:
        """Tell every signaling node that these participants may be in no room any more."""
        for participant in participants:
            try:
                order = orjson.dumps({"participant": participant})
                await self._client.publish(_REVOKE, order)
            except nats.errors.Error as error:
                log.warning("bus.revoke_failed", error=type(error).__name__)

    @contextlib.contextmanager
    def listening(self, topic: str) -> Iterator[asyncio.Event]:
        """Give an event that is set at each wake-up of the topic."""
        event = asyncio.Event()
        self._waiting.setdefault(topic, set()).add(event)
        try:
            yield event
        finally:
            self._waiting[topic].discard(event)
            if not self._waiting[topic]:
                del self._waiting[topic]

    def stop(self) -> None:
        """Wake everybody who listens, to see that the program is stopping."""
        self.stopping = True
        for events in self._waiting.values():
            for event in events:
                event.set()

    async def close(self) -> None:
        """Flush what was published and close the connection."""
        # With the server away both fail, and there is nobody to tell.
        with contextlib.suppress(nats.errors.Error, OSError, TimeoutError):
            await self._client.flush(_FLUSH_SECONDS)
        with contextlib.suppress(nats.errors.Error, OSError, TimeoutError):
            await self._client.close()

    async def _on_wake(self, message: Msg) -> None:
        for event in self._waiting.get(message.subject.removeprefix(_SUBJECT), ()):
            event.set()
