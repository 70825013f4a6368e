"""The composition root of the background loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
import uvloop

from server import retention
from server.core import logs
from server.core.bus import Bus
from server.core.db import make_engine, make_sessions
from server.embedded.supervise import until_signalled
from server.referrals import tasks as referrals
from server.working import Loop, keep_working

if TYPE_CHECKING:
    from server.config import Settings

# name, function, seconds between two rounds
LOOPS: list[Loop] = [
    ("expire_offers", referrals.expire_offers, 2.0),
    ("forget", retention.forget, 3600.0),
]


def run(settings: Settings) -> None:
    """Work until told to stop; raises OSError when database or bus is not there."""
    logs.set_up("worker")
    uvloop.run(until_signalled(_run(settings)))


async def _run(settings: Settings) -> None:
    engine = make_engine(settings.database_url, len(LOOPS) + 1)
    bus = await Bus.connect(settings.nats_url, "worker")
    structlog.get_logger().info("worker.ready", loops=[name for name, _, _ in LOOPS])
    try:
        await keep_working(make_sessions(engine), bus, LOOPS)
    finally:
        await bus.close()
        await engine.dispose()
