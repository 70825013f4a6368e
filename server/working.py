"""Runs background work again and again, each round in a transaction of the platform."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import structlog

from server.access.actor import assume_system
from server.core.db import transaction

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.core.bus import Bus
    from server.core.db import Sessions

# Whoever wants the worker to look at once wakes this topic.
TOPIC = "worker"
Task = Callable[["AsyncSession"], Awaitable[bool]]
Loop = tuple[str, Task, float]
log = structlog.get_logger()


async def keep_working(sessions: Sessions, bus: Bus, loops: Sequence[Loop]) -> None:
    """Run every loop until this is cancelled; an unfinished round is rolled back."""
    async with asyncio.TaskGroup() as group:
        for loop in loops:
            group.create_task(_repeat(sessions, bus, loop), name=loop[0])


async def work_off(sessions: Sessions, bus: Bus, task: Task) -> None:
    """Do rounds while the task says that there may be more, and wake people after each."""
    more = True
    while more:
        async with transaction(sessions) as db:
            await assume_system(db)
            more = await task(db)
        await bus.wake(db.info.pop("wakes", ()))
        await bus.put_out(db.info.pop("revoked", ()))


async def _repeat(sessions: Sessions, bus: Bus, loop: Loop) -> None:
    name, task, seconds = loop
    with bus.listening(TOPIC) as woken:
        while True:
            woken.clear()
            try:
                await work_off(sessions, bus, task)
            except Exception:  # the edge of the program: the next round may succeed
                log.exception("worker.round_failed", loop=name)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await woken.wait()
