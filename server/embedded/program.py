"""One child process that is started again whenever it ends without being asked."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from server.embedded.confinement import Confinement
from server.embedded.refusals import EngineRefusal

_log = structlog.get_logger(__name__)

_START_SECONDS = 60.0
_POLL_SECONDS = 0.05
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 5.0
_STEADY_SECONDS = 10.0
_LOG_BYTES = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to run; nothing of our own environment reaches it but ``env``."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path = Path("/")
    log: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 8.0


async def _no_preparation() -> None:
    """Most programs need nothing put in order before they start."""


async def _ready_at_once(_pid: int) -> bool:
    """Tell that a program counts as ready when it runs."""
    return True


class Program:
    """Keeps a command running: patient at the start, restarted with back-off."""

    def __init__(
        self,
        command: Command,
        *,
        confinement: Confinement | None = None,
        prepare: Callable[[], Awaitable[None]] = _no_preparation,
        is_ready: Callable[[int], Awaitable[bool]] = _ready_at_once,
    ) -> None:
        self.command = command
        self._confinement = confinement or Confinement()
        self._prepare = prepare
        self._is_ready = is_ready
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process of this moment; another one after a restart."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Return when the program is ready; refuse after a minute of attempts."""
        try:
            await self._launch_until_ready()
            self._keeper = asyncio.create_task(self._keep_alive())
        finally:
            if self._keeper is None:
                await self._terminate()

    async def stop(self) -> None:
        """Ask it to end, then insist; no process is left when this returns."""
        if self._keeper:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
            self._keeper = None
        await self._terminate()

    async def _launch_until_ready(self) -> None:
        clock = asyncio.get_running_loop().time
        deadline = clock() + _START_SECONDS
        while True:
            await self._prepare()
            self._process = process = await self._spawn()
            while process.returncode is None and clock() < deadline:
                if await self._is_ready(process.pid):
                    return
                await asyncio.sleep(_POLL_SECONDS)
            await self._terminate()
            if clock() >= deadline:
                break
            await asyncio.sleep(_FIRST_PAUSE)
        where = self.command.log or "phía trên"
        raise EngineRefusal(
            "program_not_ready",
            f"{self.command.name} chưa sẵn sàng sau {_START_SECONDS:.0f} giây; "
            f"hãy xem nhật ký: {where}",
        )

    async def _spawn(self) -> asyncio.subprocess.Process:
        # A session of its own: Ctrl-C reaches only us, and we stop things in order.
        output = _open_log(self.command.log) if self.command.log else None
        try:
            return await asyncio.create_subprocess_exec(
                *self._confinement.wrap(self.command.argv, self.command.stop_signal),
                env=dict(self.command.env),
                cwd=self.command.cwd,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        finally:
            if output is not None:
                os.close(output)

    async def _keep_alive(self) -> None:
        clock = asyncio.get_running_loop().time
        pause = _FIRST_PAUSE
        while self._process:
            started = clock()
            code = await self._process.wait()
            _log.warning("program_ended", program=self.command.name, exit_code=code)
            if clock() - started > _STEADY_SECONDS:
                pause = _FIRST_PAUSE
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
            try:
                await self._launch_until_ready()
            except (EngineRefusal, OSError) as error:
                name = self.command.name
                _log.error("program_not_restarted", program=name, reason=str(error))
            else:
                _log.info("program_restarted", program=self.command.name, pid=self.pid)

    async def _terminate(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(self.command.stop_signal)
        try:
            await asyncio.wait_for(process.wait(), self.command.stop_seconds)
        except TimeoutError:
            _log.warning("program_killed", program=self.command.name)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


def _open_log(path: Path) -> int:
    """Open for appending, 0600; one older file of a bounded size is kept."""
    if path.exists() and path.stat().st_size > _LOG_BYTES:
        path.replace(path.with_name(f"{path.name}.1"))
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
