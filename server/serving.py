"""Runs the web program until it is told to stop, then lets requests finish."""

from __future__ import annotations

import asyncio
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


def serve(settings: Settings) -> None:
    """Answer requests on HOST:PORT; raises OSError when the port is taken."""
    logs.set_up("server")
    uvloop.run(until_signalled(_serve(settings)))


async def _serve(settings: Settings) -> None:
    runner = web.AppRunner(
        make_app(settings), access_log=None, shutdown_timeout=_GRACE_SECONDS
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
        structlog.get_logger().info("server.ready", port=settings.port)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
