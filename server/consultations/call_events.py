"""Follows the durable events of signaling and applies each of them once."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import orjson
import structlog
from nats.errors import Error as NatsError
from nats.js.api import StreamConfig
from nats.js.errors import NotFoundError
from sqlalchemy import select

from server.access.actor import assume_system
from server.consultations import tasks, tickets
from server.consultations.models import CallParticipant
from server.core import clock
from server.core.db import transaction

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from server.core.bus import Bus
    from server.core.db import Sessions

# The names and limits are those of docs/signaling-protocol.md, “Call events”.
STREAM = "CALLS"
SUBJECTS = "calls.*.*"
_KEEP_SECONDS = 7 * 24 * 3600
_DEDUPE_SECONDS = 10 * 60
_CONSUMER = "server"
_BATCH = 50
_WAIT_SECONDS = 5
_PAUSE_SECONDS = 1.0
_LOOK_SECONDS = 30.0
# A node that is only cut off from the bus still holds its calls; it gets time to return.
_GONE_AFTER = timedelta(minutes=10)
log = structlog.get_logger()


async def follow(sessions: Sessions, bus: Bus) -> None:
    """Apply events until this is cancelled; NATS or the database being away is waited out."""
    while True:
        try:
            await _follow(sessions, bus)
        except (NatsError, TimeoutError) as error:
            log.warning("call_events.interrupted", error=type(error).__name__)
        except Exception:  # the edge of the program: what was not applied comes again
            log.exception("call_events.interrupted")
        await asyncio.sleep(_PAUSE_SECONDS)


async def _follow(sessions: Sessions, bus: Bus) -> None:
    stream = bus.jetstream()
    await _ensure(stream)
    subscription = await stream.pull_subscribe(
        SUBJECTS, durable=_CONSUMER, stream=STREAM
    )
    while True:
        try:
            messages = await subscription.fetch(_BATCH, timeout=_WAIT_SECONDS)
        except TimeoutError:
            continue
        for message in messages:
            await _apply(sessions, bus, message)


async def _apply(sessions: Sessions, bus: Bus, message: Msg) -> None:
    """Acknowledge after the commit: what is delivered again finds its row and does nothing."""
    async with transaction(sessions) as db:
        await assume_system(db)
        await tasks.apply_event(db, orjson.loads(message.data))
    await message.ack()
    await bus.wake(db.info.pop("wakes", ()))


async def watch_nodes(sessions: Sessions, bus: Bus) -> None:
    """Find nodes that will never come back to say so, until this is cancelled."""
    missing: dict[str, datetime] = {}
    while True:
        try:
            missing = await find_gone(sessions, bus, missing)
        except Exception:  # the edge of the program: the next round may succeed
            log.exception("call_events.not_looked")
        await asyncio.sleep(_LOOK_SECONDS)


async def find_gone(
    sessions: Sessions, bus: Bus, missing: dict[str, datetime]
) -> dict[str, datetime]:
    """Lose the nodes that have long been away; return which are, and since when."""
    try:
        alive = {node.name for node in await tickets.registered_nodes(bus)}
    except tickets.NoNode:
        return {}
    moment = clock.now()
    async with transaction(sessions) as db:
        await assume_system(db)
        named = await db.scalars(
            select(CallParticipant.node)
            .distinct()
            .where(
                CallParticipant.joined_at.is_not(None),
                CallParticipant.left_at.is_(None),
                CallParticipant.node.not_in(alive),
            )
        )
        missing = {node: missing.get(node, moment) for node in named if node}
        for node, since in missing.items():
            if moment - since >= _GONE_AFTER:
                await tasks.lose_node(db, node, since)
    return missing


async def _ensure(stream: JetStreamContext) -> None:
    try:
        await stream.stream_info(STREAM)
    except NotFoundError:
        await stream.add_stream(
            StreamConfig(
                name=STREAM,
                subjects=[SUBJECTS],
                max_age=_KEEP_SECONDS,
                duplicate_window=_DEDUPE_SECONDS,
            )
        )
