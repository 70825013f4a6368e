"""Supervises two real programs that say their number, for tests that kill them."""

import asyncio
import sys
from pathlib import Path

from server.embedded.program import Command
from server.embedded.supervise import running, until_signalled

CHILD = """
import os, signal, sys
def say(what):
    # A signal may come while a line is written, and a buffer is not to be entered twice.
    os.write(1, f"{sys.argv[1]} {what}\\n".encode())
def stop(*_):
    say("stopped")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
say(os.getpid())
while True:
    signal.pause()
"""


def child(name: str) -> Command:
    argv = (sys.executable, "-c", CHILD, name)
    return Command(name=name, argv=argv, env={}, cwd=Path.cwd())


async def serve() -> None:
    async with running([child("first"), child("second")]):
        await asyncio.Event().wait()


asyncio.run(until_signalled(serve()))
