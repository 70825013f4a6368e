"""Two real nodes, the worker's follower on the real bus and database, and a crowd of pages."""

import asyncio
import os
import shutil
import signal
import socket
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web

from server.consultations import call_events, tickets
from server.core.bus import Bus
from server.core.db import Sessions
from signaling.tickets import Role, Ticket, issue, load_private_key, new_key_pair_pem
from tests.signaling.conftest import PATIENCE, opaque
from tests.web_client.test_modules import PATH

HERE = Path(__file__).parent


@dataclass
class Program:
    """One node in a process of its own; what it complains of ends in `log`."""

    name: str
    environment: dict[str, str]
    log: Path
    process: asyncio.subprocess.Process | None = field(default=None)

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "signaling"),
                env=self.environment,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while b"registered" not in await self.process.stdout.readline():
                assert self.process.returncode is None

    async def end(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)
        await self.process.wait()


@dataclass
class Place:
    """Where the people come from: their passes, made as the server makes them."""

    origin: str
    bus: Bus
    key_file: Path
    people: dict[tuple[str, str], str] = field(default_factory=dict)
    node_of: dict[str, str] = field(default_factory=dict)

    async def give_pass(self, request: web.Request) -> web.Response:
        room, who = request.query["room"], request.query["who"]
        nodes = await tickets.live_nodes(self.bus)
        node = tickets.choose(nodes, room, self.node_of.get(room))
        self.node_of[room] = node.name
        participant = self.people.setdefault((room, who), opaque())
        claims = Ticket(room, participant, Role.STATION, node.name)
        token = issue(load_private_key(self.key_file), claims, datetime.now(UTC))
        return web.json_response({"url": node.url, "ticket": token})


@pytest.fixture
async def bus(engines):
    bus = await Bus.connect(engines.nats_url, "test")
    yield bus
    await bus.close()


@pytest.fixture
async def place(bus, tmp_path):
    private, public = new_key_pair_pem()
    (tmp_path / "private.pem").write_bytes(private)
    (tmp_path / "public.pem").write_bytes(public)
    place = Place("", bus, tmp_path / "private.pem")
    app = web.Application()
    app.add_routes(
        [
            web.get("/pass", place.give_pass),
        ]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    place.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield place
    await runner.cleanup()


class Crowd:
    """The people of many rooms in a process of Node, with the client's own module."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(self, question: str) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{question}\n".encode())
        async with asyncio.timeout(PATIENCE):
            return orjson.loads(await self._process.stdout.readline())

    async def together(self) -> None:
        """Wait until everybody is inside and has met the other of the room."""
        async with asyncio.timeout(PATIENCE * 3):
            while not await self.ask("together"):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)


@pytest.fixture
async def crowd(place):
    """Fill rooms with two people each."""
    node = shutil.which("node", path=PATH)
    assert node, "Node is missing; run bin/setup test"
    processes = []

    async def fill(rooms):
        process = await asyncio.create_subprocess_exec(
            *(node, "--experimental-websocket", "--no-warnings"),
            *(HERE / "crowd.mjs", place.origin, *rooms),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        processes.append(process)
        return Crowd(process)

    yield fill
    for one in processes:
        one.stdin.close()
        await one.wait()


@pytest.fixture
async def programs(engines, place, tmp_path):
    """Two nodes with names that no other test has."""
    made = []
    for _ in range(2):
        name = f"node-{opaque()}"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        environment = os.environ | {
            "SIGNALING_PORT": str(port),
            "SIGNALING_NODE": name,
            "SIGNALING_ORIGINS": place.origin,
            "TICKET_PUBLIC_KEY_FILE": str(tmp_path / "public.pem"),
            "NATS_URL": engines.nats_url,
        }
        made.append(Program(name, environment, tmp_path / f"{name}.log"))
    for one in made:
        await one.start()
    yield made
    for one in made:
        if one.process.returncode is None:
            await one.end(signal.SIGTERM)
    assert "".join(one.log.read_text() for one in made) == ""


class Follower:
    """The worker's follower with its own line to the bus, ended and begun anew at will."""

    def __init__(self, sessions: Sessions, nats_url: str) -> None:
        self._sessions, self._nats_url = sessions, nats_url
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        self._task = asyncio.create_task(self._follow())

    async def end(self) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _follow(self) -> None:
        bus = await Bus.connect(self._nats_url, "follower")
        try:
            await call_events.follow(self._sessions, bus)
        finally:
            await bus.close()


@pytest.fixture
async def follower(stage, engines):
    follower = Follower(stage.sessions, engines.nats_url)
    await follower.begin()
    yield follower
    await follower.end()
