"""`python -m signaling`: run one node until SIGTERM or SIGINT."""

import argparse
import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Callable

import structlog
from aiohttp import web

from signaling.app import make_app
from signaling.config import BadSetting, Settings, from_environment

new_event_loop: Callable[[], asyncio.AbstractEventLoop]
try:
    import uvloop

    new_event_loop = uvloop.new_event_loop
except ImportError:  # There is no uvloop on Windows.
    new_event_loop = asyncio.new_event_loop

SHUTDOWN_SECONDS = 5
BACKLOG = 4096
# Looking for cycles among 16,000 sockets at Python's own pace takes a third of the CPU.
GARBAGE_THRESHOLDS = (50_000, 10, 2)


def main(arguments: list[str] | None = None) -> int:
    """Read the settings and serve; a bad one ends in a sentence, not a trace."""
    parser = argparse.ArgumentParser(
        prog="signaling",
        description="Run one signaling node; its settings come from the environment.",
    )
    parser.parse_args(arguments)
    configure_log()
    try:
        settings = from_environment()
    except BadSetting as bad:
        sys.stderr.write(f"signaling: {bad}\n")
        return 2
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(serve(settings))


async def serve(settings: Settings) -> int:
    """Listen until told to stop, then let everybody go in good order."""
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    log = structlog.get_logger()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    # No access log: a line a request would be a line a person.
    runner = web.AppRunner(
        make_app(settings), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS
    )
    await runner.setup()
    # After a restart everybody comes back in the same seconds.
    site = web.TCPSite(runner, settings.host, settings.port, backlog=BACKLOG)
    try:
        await site.start()
    except OSError as error:
        # The sentence says it all; a trace would only hide it.
        log.error("cannot_listen", port=settings.port, why=str(error))  # noqa: TRY400
        await runner.cleanup()
        return 1
    log.info("ready", node=settings.node, addresses=runner.addresses)
    await stop.wait()
    log.info("stopping", node=settings.node)
    await runner.cleanup()
    return 0


def configure_log() -> None:
    """Write one line of JSON an event, without anybody's words in it."""
    logging.basicConfig(level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
