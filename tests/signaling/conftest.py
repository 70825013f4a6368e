import asyncio
import re
import secrets
import subprocess
import sysconfig
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import nats
import orjson
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nats.js import JetStreamContext

from signaling.app import LINK, make_app
from signaling.config import SOCKET_PATH, Limits, Nats, Settings
from signaling.ice import Relay
from signaling.tickets import Role, Ticket, issue

KEY = Ed25519PrivateKey.generate()
ORIGIN = "http://kham.test"
SDP = "v=0\r\na=fingerprint:sha-256 AB:CD\r\n"
DESCRIPTION = {
    "kind": "description",
    "type": "offer",
    "sdp": SDP,
    "connection": 1,
    "negotiation": 1,
}
PATIENCE = 10.0
RELAY = Relay(("turn:turn.test:3478",), "shared")


def media(*, camera: bool = True) -> dict[str, Any]:
    return {
        "kind": "media",
        "microphone": True,
        "camera": camera,
        "screen": False,
        "auscultation": False,
    }


def opaque() -> str:
    return secrets.token_urlsafe(18)


async def until(condition: Callable[[], bool]) -> None:
    """Let the node's own tasks run until something is so."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - nobody sets an event for tests
            await asyncio.sleep(0.01)


@dataclass
class Page:
    """A browser page reduced to its socket."""

    socket: aiohttp.ClientWebSocketResponse
    participant: str
    instance: str
    room: str = ""
    welcome: dict[str, Any] = field(default_factory=dict)
    sent: int = 0
    last_seq: int = 0

    async def say(self, message: dict[str, Any] | str) -> None:
        text = message if isinstance(message, str) else orjson.dumps(message).decode()
        await self.socket.send_str(text)

    async def signal(
        self, addressee: "Page", content: dict[str, Any], **changed: Any
    ) -> None:
        self.sent += 1
        message = {
            "type": "signal",
            "seq": self.sent,
            "id": opaque(),
            "to": addressee.participant,
            "instance": addressee.instance,
            "payload": content,
        }
        await self.say(message | changed)

    async def read(self) -> dict[str, Any] | int:
        """Return the next message, or the close code."""
        async with asyncio.timeout(PATIENCE):
            frame = await self.socket.receive()
        if frame.type is aiohttp.WSMsgType.TEXT:
            message: dict[str, Any] = orjson.loads(frame.data)
            self.last_seq = message.get("seq", self.last_seq)
            return message
        return self.socket.close_code or 1006

    async def next(self, kind: str) -> dict[str, Any]:
        """Return the next message of a kind, passing over the others."""
        while True:
            message = await self.read()
            assert isinstance(message, dict), f"closed with {message} before {kind}"
            if message["type"] == kind:
                return message

    async def closed(self) -> int:
        """Return the close code, passing over what comes before it."""
        while True:
            message = await self.read()
            if isinstance(message, int):
                return message

    def cut(self) -> None:
        """Lose the line without a word."""
        connection = self.socket._response.connection
        assert connection is not None
        assert connection.transport is not None
        connection.transport.abort()


@dataclass
class Node:
    """A running node with everything a test needs to reach it."""

    settings: Settings
    app: web.Application
    base: str
    key: Ed25519PrivateKey
    client: aiohttp.ClientSession
    stop: Callable[[], Awaitable[None]]

    def ticket(self, room: str, participant: str, **changed: Any) -> str:
        claims = Ticket(room, participant, Role.STATION, self.settings.node)
        now = datetime.fromtimestamp(time.time(), UTC)
        return issue(self.key, replace(claims, **changed), now)

    async def ready(self) -> None:
        """Wait until the node is in the bucket, which a task of its own does."""
        await until(lambda: self.app[LINK].registered)
        async with self.client.get(self.base + "/readyz") as answer:
            assert answer.status == 200

    async def open(self, participant: str | None = None) -> Page:
        """Open a socket that has not said hello."""
        socket = await self.client.ws_connect(
            self.base + SOCKET_PATH, origin=ORIGIN, autoclose=True, max_msg_size=0
        )
        return Page(socket, participant or opaque(), opaque())

    async def join(
        self, room: str, participant: str | None = None, instance: str | None = None
    ) -> Page:
        page = await self.open(participant)
        page.instance = instance or page.instance
        page.room = room
        ticket = self.ticket(room, page.participant)
        await page.say({"type": "hello", "ticket": ticket, "instance": page.instance})
        page.welcome = await page.next("welcome")
        return page

    async def resume(self, former: Page) -> Page:
        page = await self.open(former.participant)
        page.instance, page.room = former.instance, former.room
        page.sent = former.sent
        hello = {"resume": former.welcome["resume"], "last_seq": former.last_seq}
        await page.say({"type": "hello"} | hello)
        page.welcome = await page.next("welcome")
        # The number in a welcome counts the other direction.
        page.last_seq = former.last_seq if page.welcome["resumed"] else 0
        return page

    async def metric(self, line: str) -> float:
        async with self.client.get(self.base + "/metrics") as answer:
            text = await answer.text()
        found = re.search(rf"^{re.escape(line)} (\S+)$", text, re.MULTILINE)
        return float(found[1]) if found else 0.0


StartNode = Callable[..., Awaitable[Node]]


@pytest.fixture(scope="session")
def nats_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nats]:
    folder = tmp_path_factory.mktemp("nats")
    password = secrets.token_urlsafe(18)
    config = folder / "nats.conf"
    config.write_text(
        f'listen: "127.0.0.1:-1"\njetstream {{ store_dir: "{folder}" }}\n'
        f'authorization {{ user: "signaling", password: "{password}" }}\n'
    )
    binary = Path(sysconfig.get_path("scripts")) / "nats-server"
    log = folder / "nats.log"
    with (
        log.open("wb") as out,
        subprocess.Popen(  # noqa: S603
            [binary, "-c", config, "--ports_file_dir", folder], stderr=out
        ) as server,
    ):
        try:
            yield Nats(_nats_url(folder, server), "signaling", password)
        finally:
            server.terminate()


def _nats_url(folder: Path, server: "subprocess.Popen[bytes]") -> str:
    ports = folder / f"nats-server_{server.pid}.ports"
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            return str(orjson.loads(ports.read_bytes())["nats"][0])
        except (FileNotFoundError, orjson.JSONDecodeError):
            assert server.poll() is None, (folder / "nats.log").read_text()
            time.sleep(0.02)
    raise AssertionError((folder / "nats.log").read_text())


@pytest.fixture
async def stream(nats_settings: Nats) -> AsyncIterator[JetStreamContext]:
    client = await nats.connect(
        nats_settings.url, user=nats_settings.user, password=nats_settings.password
    )
    yield client.jetstream()
    await client.close()


@pytest.fixture
async def start_node(nats_settings: Nats) -> AsyncIterator[StartNode]:
    async with AsyncExitStack() as stack:

        async def start(
            *, page_origin: str = ORIGIN, relay: Relay = RELAY, **limits: float
        ) -> Node:
            settings = _settings(nats_settings, page_origin, limits)
            return await _start(stack, replace(settings, relay=relay))

        yield start


def _settings(nats: Nats, page_origin: str, limits: dict[str, float]) -> Settings:
    return Settings(
        host="127.0.0.1",
        port=0,
        public_url="ws://kham.test/signaling",
        node=f"node-{secrets.token_hex(4)}",
        origins=frozenset({ORIGIN, page_origin}),
        ticket_key=KEY.public_key(),
        nats=nats,
        limits=Limits(sweep=0.02, **limits),
    )


async def _start(stack: AsyncExitStack, settings: Settings) -> Node:
    app = make_app(settings)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    client = await stack.enter_async_context(aiohttp.ClientSession())
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    node = Node(settings, app, base, KEY, client, runner.cleanup)
    await node.ready()
    return node


@pytest.fixture
async def node(start_node: StartNode) -> Node:
    return await start_node()
