"""The composition root of the background loops."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
import uvloop

from server import retention
from server.appointments import tasks as appointments
from server.consultations import (
    call_events,
    exclusion,
    followup,
    guest_ends,
    media_server,
)
from server.consultations import tasks as consultations
from server.core import logs
from server.core.bus import Bus
from server.core.db import make_engine, make_sessions
from server.embedded.supervise import until_signalled
from server.quality import tasks as quality
from server.referrals import tasks as referrals
from server.working import Loop, keep_working

if TYPE_CHECKING:
    from server.config import Settings

# name, function, seconds between two rounds
LOOPS: list[Loop] = [
    ("expire_offers", referrals.expire_offers, 2.0),
    ("end_unanswered_calls", consultations.end_unanswered, 1.0),
    ("end_deserted_calls", consultations.end_deserted, 5.0),
    ("end_calls_of_excluded", exclusion.end_calls_of_excluded, 1.0),
    ("end_invitations", guest_ends.end_over, 1.0),
    ("settle_missed_calls", followup.settle_over, 60.0),
    ("keep_talkers_signed_in", exclusion.keep_talkers_signed_in, 60.0),
    ("release_stale_bookings", appointments.release_stale, 3.0),
    ("summarise_calls", quality.summarise, 30.0),
    ("forget", retention.forget, 3600.0),
]


def run(settings: Settings) -> None:
    """Work until told to stop; raises OSError when database or bus is not there."""
    logs.set_up("worker")
    uvloop.run(until_signalled(work(settings)))


async def work(settings: Settings) -> None:
    """Run every loop until this is cancelled."""
    engine = make_engine(settings.database_url, len(LOOPS) + 2)
    bus = await Bus.connect(settings.nats_url, "worker")
    structlog.get_logger().info("worker.ready", loops=[name for name, _, _ in LOOPS])
    try:
        sessions = make_sessions(engine)
        async with asyncio.TaskGroup() as group:
            group.create_task(keep_working(sessions, bus, LOOPS))
            group.create_task(call_events.follow(sessions, bus))
            group.create_task(call_events.watch_nodes(sessions, bus))
            if settings.janus_url:
                secrets_dir = settings.secrets_dir
                group.create_task(media_server.keep_asking(sessions, bus, secrets_dir))
    finally:
        await bus.close()
        await engine.dispose()
