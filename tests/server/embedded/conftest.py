import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from server.embedded.nats import EmbeddedNats
from server.embedded.postgres import EmbeddedPostgres
from server.embedded.postgres_address import PostgresAddress

PROJECT = Path(__file__).parents[3]
PATIENCE_SECONDS = 45


@dataclass(frozen=True)
class Machine:
    """One var/ directory, as `tramxa run` has it."""

    var: Path

    def postgres(self) -> EmbeddedPostgres:
        return EmbeddedPostgres(
            data_dir=self.var / "postgres",
            run_dir=self.var / "run",
            secrets_dir=self.var / "secrets",
            log_dir=self.var / "log",
        )

    def nats(self) -> EmbeddedNats:
        return EmbeddedNats(
            data_dir=self.var / "nats",
            secrets_dir=self.var / "secrets",
            log_dir=self.var / "log",
        )


@pytest.fixture
def machine(tmp_path) -> Machine:
    return Machine(tmp_path / "var")


@asynccontextmanager
async def connect(url: str) -> AsyncIterator[asyncpg.Connection]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                connection = await asyncpg.connect(url)
                break
            except (OSError, asyncpg.CannotConnectNowError):
                await asyncio.sleep(0.05)
    try:
        yield connection
    finally:
        connection.terminate()  # a server that was killed answers no goodbye


async def gone(pid: int) -> None:
    """Wait for the end of any process, a child of ours or not."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(descriptor, ended.set)
    try:
        await asyncio.wait_for(ended.wait(), PATIENCE_SECONDS)
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


@asynccontextmanager
async def script(
    name: str, *arguments: object
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name(name)),
        *(str(argument) for argument in arguments),
        cwd=PROJECT,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(PROJECT)},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def next_line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout
    line = await asyncio.wait_for(process.stdout.readline(), PATIENCE_SECONDS)
    return line.decode().strip()


@dataclass(frozen=True)
class Tools:
    """What the tests of this folder share; importlib mode has no package to import."""

    connect: Callable
    gone: Callable
    script: Callable
    next_line: Callable


@pytest.fixture
def tools() -> Tools:
    return Tools(connect, gone, script, next_line)


@pytest.fixture
async def database(machine) -> AsyncIterator[tuple[EmbeddedPostgres, PostgresAddress]]:
    engine = machine.postgres()
    async with engine as address:
        yield engine, address
