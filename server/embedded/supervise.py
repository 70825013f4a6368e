"""Runs the programs of one machine together and stops them in the opposite order."""

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from server.embedded.program import Command, Program

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@asynccontextmanager
async def running(commands: Sequence[Command]) -> AsyncIterator[list[Program]]:
    """Keep the commands running for the length of the block, restarting the dead."""
    async with AsyncExitStack() as stack:
        programs = []
        for command in commands:
            program = Program(command)
            await program.start()
            stack.push_async_callback(program.stop)
            programs.append(program)
        yield programs


async def until_signalled(work: Coroutine[None, None, None]) -> None:
    """Run the work; Ctrl-C, SIGTERM or SIGHUP cancels it once, so its blocks unwind.

    Later signals are ignored: every stop below has its own time limit.
    """
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    asked_to_stop = asyncio.Event()

    def ask() -> None:
        if not asked_to_stop.is_set():
            asked_to_stop.set()
            task.cancel()

    for number in _STOP_SIGNALS:
        loop.add_signal_handler(number, ask)
    try:
        with suppress(asyncio.CancelledError):
            await task
    finally:
        for number in _STOP_SIGNALS:
            loop.remove_signal_handler(number)
