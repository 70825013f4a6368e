"""Engines of its own, a database full of years of work, and the web program as a process."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from aiohttp import ClientError, ClientSession

from server import config, demo, migrating, reference_data
from server.access.actor import assume_system
from server.access.permissions import Role
from server.accounts import service
from server.core import crypto
from server.core.db import make_engine, make_sessions, transaction
from server.demo import demo_id
from server.embedded.nats import EmbeddedNats
from server.embedded.postgres import EmbeddedPostgres
from server.embedded.postgres_address import SUPERUSER, PostgresAddress
from tests.bench.names import names

STATION = demo_id("station:31309")
COORDINATOR = "dieu-phoi-tinh"
_HERE = Path(__file__).parent
_NAMES = 60_000
_START_WITHIN = 30.0


@dataclass(frozen=True)
class Stage:
    """Where the pages are, and the database behind them."""

    address: PostgresAddress
    settings: config.Settings
    program: asyncio.subprocess.Process

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    def cpu_ms(self) -> float:
        """Return how long the program's thread has run, however busy the machine is."""
        text = Path(f"/proc/{self.program.pid}/schedstat").read_text()
        return int(text.split()[0]) / 1_000_000


@asynccontextmanager
async def filled_stage(folder: Path, rows: int) -> AsyncIterator[Stage]:
    """Start everything with so many patients and as many requests."""
    engines = {"secrets_dir": folder / "secrets", "log_dir": folder / "log"}
    postgres = EmbeddedPostgres(
        data_dir=folder / "postgres", run_dir=folder / "run", **engines
    )
    nats = EmbeddedNats(data_dir=folder / "nats", **engines)
    async with postgres as address, nats as bus:
        await _furnish(address)
        await _fill(address, rows)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = {
            "TRAMXA_DATA_DIR": str(folder / "data"),
            "DATABASE_URL": address.app_url,
            "NATS_URL": bus.url,
            "PORT": str(port),
        }
        async with _serving(environment) as program:
            stage = Stage(address, config.load(environment), program)
            await _until_ready(stage)
            yield stage


async def _furnish(address: PostgresAddress) -> None:
    await asyncio.to_thread(migrating.upgrade, address.owner_url)
    await reference_data.load(address.owner_url)
    await demo.load(address.app_url)
    engine = make_engine(address.app_url, 1)
    async with transaction(make_sessions(engine)) as db:
        await assume_system(db)
        new = service.NewAccount(
            full_name="Lê Minh Điều",
            username=COORDINATOR,
            role=Role.COORDINATOR,
            facility_id=demo_id("department:92"),
        )
        person = await service.add(db, new, await crypto.hash_password(demo.PASSWORD))
        person.must_change_password = False
    await engine.dispose()


async def _fill(address: PostgresAddress, rows: int) -> None:
    db = await asyncpg.connect(address.url(SUPERUSER))
    people = dict(await db.fetch("select username, id::text from people"))
    known = {
        "bench.rows": str(rows),
        "bench.station": str(STATION),
        "bench.doctor": people["binh"],
        "bench.specialist": people["minh"],
        "session_replication_role": "replica",  # neither triggers nor foreign keys
        "work_mem": "1GB",
        "maintenance_work_mem": "512MB",
    }
    for name, value in known.items():
        await db.execute("select set_config($1, $2, false)", name, value)
    await db.execute(
        "create temp table names"
        " (number int primary key, full_name text, name_fold text, name_sort text)"
    )
    await db.copy_records_to_table("names", records=names(_NAMES))
    for script in ("fill.sql", "totals.sql"):
        started = time.perf_counter()
        await db.execute((_HERE / script).read_text(encoding="utf-8"))
        say(f"{script}: {time.perf_counter() - started:.0f} s")
    await db.execute("vacuum analyze")
    await db.execute("checkpoint")
    await db.close()


@asynccontextmanager
async def _serving(
    environment: dict[str, str],
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.bench.program"),
        env=environment | {"PATH": os.environ["PATH"]},
        cwd=_HERE.parent.parent,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def _until_ready(stage: Stage) -> None:
    async with asyncio.timeout(_START_WITHIN), ClientSession() as http:
        while True:
            try:
                async with http.get(f"{stage.root}/readyz") as answer:
                    if answer.status == 200:
                        return
            except ClientError:
                pass
            await asyncio.sleep(0.1)


def say(text: str) -> None:
    """Tell on the error stream how far the run is; the table is on the other."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201
