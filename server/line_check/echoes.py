"""The echo peers of this server: each a process of its own, so that no page waits for one."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson
import structlog

from server.core.errors import Refusal
from server.core.messages import N_

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from uuid import UUID

log = structlog.get_logger()
_ROOT: Final = Path(__file__).parent.parent.parent
# With a little more than the peer gives itself, for one that hangs.
_MOST_SECONDS = 80
_ANSWER_SECONDS = 15


class NoEchoFree(Refusal):
    """As many checks run on this server as it bears."""

    status = 503
    code = "line_check_busy"
    message = N_("Nhiều trạm đang kiểm tra cùng lúc. Hãy thử lại sau một phút.")


class OfferRefused(Refusal):
    """The peer could make nothing of the offer."""

    status = 422
    code = "offer_refused"
    message = N_("Máy chủ không hiểu trình duyệt này. Hãy cập nhật trình duyệt.")


@dataclass(frozen=True, slots=True)
class Reach:
    """How many peers there may be, and where browsers reach them."""

    most: int
    address: str = ""
    ports: tuple[int, int] | None = None


@dataclass(slots=True)
class Echoes:
    """The checks that run now: of each person the newest."""

    reach: Reach
    _running: dict[UUID, asyncio.Task[None]] = field(default_factory=dict)

    @property
    def running(self) -> int:
        """How many there are."""
        return len(self._running)

    async def answer(self, person_id: UUID, offer: str) -> str:
        """Start a peer and return its answer; a check of the same person that runs is ended.

        Raises NoEchoFree or OfferRefused.
        """
        await self._end(person_id)
        if len(self._running) >= self.reach.most:
            raise NoEchoFree
        answered: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._attend(offer, answered))
        self._running[person_id] = task
        task.add_done_callback(lambda done: self._forget(person_id, done))
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                return await answered
        except (TimeoutError, asyncio.CancelledError):
            task.cancel()
            raise

    async def close(self) -> None:
        """End every check."""
        for person_id in list(self._running):
            await self._end(person_id)

    async def _end(self, person_id: UUID) -> None:
        task = self._running.get(person_id)
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    def _forget(self, person_id: UUID, done: asyncio.Task[None]) -> None:
        if self._running.get(person_id) is done:
            del self._running[person_id]

    async def _attend(self, offer: str, answered: asyncio.Future[str]) -> None:
        """Stay with one process from its start to its end."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server.line_check.echo"),
            cwd=_ROOT,
            env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            await self._converse(process, offer, answered)
            async with asyncio.timeout(_MOST_SECONDS):
                await process.wait()
        except TimeoutError:
            log.warning("line_check.echo_hung")
        finally:
            if not answered.done():
                answered.set_exception(OfferRefused())
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await asyncio.shield(process.wait())

    async def _converse(
        self, process: Process, offer: str, answered: asyncio.Future[str]
    ) -> None:
        if process.stdin is None or process.stdout is None:
            return
        asked = {
            "sdp": offer,
            "address": self.reach.address,
            "ports": self.reach.ports,
        }
        with contextlib.suppress(ConnectionError):
            process.stdin.write(orjson.dumps(asked) + b"\n")
            await process.stdin.drain()
        said = await process.stdout.readline()
        if said and not answered.done():
            answered.set_result(orjson.loads(said)["sdp"])
