"""This node towards NATS: its entry, the call events out, the revocations in."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from itertools import islice

import orjson
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import KeyValueConfig, StreamConfig
from nats.js.errors import BucketNotFoundError, NotFoundError
from nats.js.kv import KeyValue

from signaling.call_events import CallEvent
from signaling.config import Settings
from signaling.metrics import Metrics

STREAM = "CALLS"
BUCKET = "signaling_nodes"
REVOKE_SUBJECT = "signaling.revoke"
# Answered by a node that takes newcomers; NATS itself says at once when nobody does.
ALIVE_SUBJECT = "signaling.alive."
KEEP_EVENTS_SECONDS = 7 * 24 * 3600
# As long as a node may be cut off from NATS and still send an event only once.
DEDUPE_SECONDS = 10 * 60
ENTRY_SECONDS = 15
REFRESH_SECONDS = 5
RETRY_SECONDS = 1
SENT_TOGETHER = 64
FLUSH_SECONDS = 5
CLOSE_SECONDS = 2

log = structlog.get_logger()


class NodeLink:
    """Keeps the node known and its events until the stream has them."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._waiting: deque[CallEvent] = deque()
        self._wake = asyncio.Event()
        self._flushed = asyncio.Event()
        self._flushed.set()
        self._client = Client()
        self._alive: Subscription | None = None
        self._withdrawn = False
        self.registered = False

    def publish(self, event: CallEvent) -> None:
        """Take an event over; from here on it is sent until it is acknowledged."""
        self._waiting.append(event)
        self._metrics.events_waiting.set(len(self._waiting))
        self._flushed.clear()
        self._wake.set()

    async def run(self, revoke: Callable[[str, str | None], None]) -> None:
        """Stay connected, registered and publishing until cancelled."""

        async def on_revoke(message: Msg) -> None:
            _read_revocation(message.data, revoke)

        nats_settings = self._settings.nats
        await self._client.connect(
            nats_settings.url,
            user=nats_settings.user,
            password=nats_settings.password,
            name=f"signaling {self._settings.node}",
            max_reconnect_attempts=-1,
            reconnect_time_wait=RETRY_SECONDS,
            error_cb=_log_error,
        )
        await self._client.subscribe(REVOKE_SUBJECT, cb=on_revoke)
        alive = ALIVE_SUBJECT + self._settings.node
        self._alive = await self._client.subscribe(alive, cb=_say_yes)
        while True:
            try:
                await self._serve(self._client.jetstream())
            except* (NatsError, TimeoutError) as errors:
                self.registered = False
                log.warning("nats_trouble", errors=[repr(e) for e in errors.exceptions])
            await asyncio.sleep(RETRY_SECONDS)

    async def withdraw(self) -> None:
        """Let no new ticket name this node: it is about to stop."""
        self._withdrawn = True
        with suppress(NatsError, TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                if self._alive is not None:
                    await self._alive.unsubscribe()
                if self._client.is_connected:
                    entries = await self._client.jetstream().key_value(BUCKET)
                    await entries.delete(self._settings.node)

    async def flush(self) -> None:
        """Hand over what is left, as far as NATS can be reached in time."""
        with suppress(NatsError, TimeoutError):
            async with asyncio.timeout(FLUSH_SECONDS):
                await self._flushed.wait()
        if self._waiting:
            log.error("events_lost", count=len(self._waiting))

    async def close(self) -> None:
        """Hang up."""
        with suppress(NatsError, TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._client.close()

    async def _serve(self, stream: JetStreamContext) -> None:
        entries = await _prepare(stream)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._register(entries))
            tasks.create_task(self._send_events(stream))

    async def _register(self, entries: KeyValue) -> None:
        entry = {"name": self._settings.node, "url": self._settings.public_url}
        while not self._withdrawn:
            await entries.put(self._settings.node, orjson.dumps(entry))
            if not self.registered:
                log.info("registered", node=self._settings.node)
            self.registered = True
            await asyncio.sleep(REFRESH_SECONDS)

    async def _send_events(self, stream: JetStreamContext) -> None:
        while True:
            while self._waiting:
                # Each would wait for its answer, and a node that stops has thousands.
                sent = list(islice(self._waiting, SENT_TOGETHER))
                await asyncio.gather(*(_send(stream, event) for event in sent))
                for _ in sent:
                    self._waiting.popleft()
                self._metrics.events_waiting.set(len(self._waiting))
            self._flushed.set()
            self._wake.clear()
            await self._wake.wait()


async def _send(stream: JetStreamContext, event: CallEvent) -> None:
    await stream.publish(
        f"calls.{event.room or '-'}.{event.kind}",
        orjson.dumps(event),
        stream=STREAM,
        headers={"Nats-Msg-Id": event.id},
    )


async def _prepare(stream: JetStreamContext) -> KeyValue:
    try:
        await stream.stream_info(STREAM)
    except NotFoundError:
        await stream.add_stream(
            StreamConfig(
                name=STREAM,
                subjects=["calls.*.*"],
                max_age=KEEP_EVENTS_SECONDS,
                duplicate_window=DEDUPE_SECONDS,
            )
        )
    try:
        return await stream.key_value(BUCKET)
    except BucketNotFoundError:
        return await stream.create_key_value(
            KeyValueConfig(bucket=BUCKET, ttl=ENTRY_SECONDS)
        )


def _read_revocation(data: bytes, revoke: Callable[[str, str | None], None]) -> None:
    try:
        order = orjson.loads(data)
        participant, room = order["participant"], order.get("room")
    except (orjson.JSONDecodeError, TypeError, KeyError):
        log.warning("revocation_unreadable")
        return
    revoke(participant, room)


async def _say_yes(message: Msg) -> None:
    await message.respond(b"")


async def _log_error(error: Exception) -> None:
    log.warning("nats_error", error=repr(error))
