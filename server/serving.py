"""Runs the web program until it is told to stop, then lets requests finish."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING

import structlog
import uvloop
from aiohttp import web

from server.app import make_app
from server.core import logs
from server.embedded.supervise import until_signalled

if TYPE_CHECKING:
    from server.config import Settings

_GRACE_SECONDS = 5.0
# At Python's own pace one page in twenty waits while every module is searched for cycles.
_GARBAGE_THRESHOLDS = (50_000, 10, 5)


def serve(settings: Settings) -> None:
    """Answer requests on HOST:PORT; raises OSError when the port is taken."""
    logs.set_up("server")
    uvloop.run(until_signalled(answer(make_app(settings), settings)))


async def answer(app: web.Application, settings: Settings) -> None:
    """Serve an application on the address of the settings until cancelled."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_GRACE_SECONDS)
    await runner.setup()
    gc.freeze()
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
        structlog.get_logger().info("server.ready", port=settings.port)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
