"""The stage of the tests: real engines once, a database of its own for each file, the cast."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from aiohttp import ClientResponse, ClientSession, CookieJar, FormData
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, async_playwright, expect
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from yarl import URL

from server import config, demo, migrating, reference_data
from server.access.actor import Actor, assume, assume_system
from server.accounts.models import Person
from server.accounts.sessions import actor_of
from server.app import make_app
from server.core.db import Sessions, make_engine, make_sessions, transaction
from server.embedded.nats import EmbeddedNats
from server.embedded.postgres import EmbeddedPostgres
from server.embedded.postgres_address import APPLICATION, OWNER, PostgresAddress

pytest_plugins = ["tests.nodes"]
TEMPLATE = "stage"
# A busy machine is no reason to fail: what must appear has half a minute to do so.
expect.set_options(timeout=30_000)
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]


@dataclass(frozen=True)
class Engines:
    postgres: PostgresAddress
    nats_url: str
    data_dir: Path


@pytest.fixture(scope="session")
async def engines(tmp_path_factory) -> AsyncIterator[Engines]:
    """One PostgreSQL and one NATS for the run; the stage is set once, by the migrations."""
    base = tmp_path_factory.mktemp("engines")
    postgres = EmbeddedPostgres(
        data_dir=base / "postgres",
        run_dir=base / "run",
        secrets_dir=base / "secrets",
        log_dir=base / "log",
    )
    nats = EmbeddedNats(
        data_dir=base / "nats", secrets_dir=base / "secrets", log_dir=base / "log"
    )
    async with postgres as address, nats as bus:
        await _create_database(address, TEMPLATE, "template1")
        owner = address.url(OWNER, TEMPLATE)
        await asyncio.to_thread(migrating.upgrade, owner)
        await reference_data.load(owner)
        await demo.load(address.url(APPLICATION, TEMPLATE))
        yield Engines(address, bus.url, base)


async def _create_database(address: PostgresAddress, name: str, template: str) -> None:
    db = await asyncpg.connect(address.url("postgres", "postgres"))
    await db.execute(f"create database {name} template {template} owner {OWNER}")
    await db.execute(f"grant connect on database {name} to {APPLICATION}")
    await db.close()
    if template == "template1":
        db = await asyncpg.connect(address.url("postgres", name))
        for extension in ("pg_trgm", "unaccent", "btree_gist"):
            await db.execute(f"create extension if not exists {extension}")
        await db.execute(f"alter schema public owner to {OWNER}")
        await db.execute(f"grant usage on schema public to {APPLICATION}")
        await db.close()


@dataclass(frozen=True)
class Stage:
    """A database of this file, as the application's role sees it."""

    app_url: str
    owner_url: str
    superuser_url: str
    sessions: Sessions

    @asynccontextmanager
    async def acting(self, username: str):
        """Open a transaction as one of the cast; gives the session and the actor."""
        async with transaction(self.sessions) as db:
            actor = await self.actor(username)
            await assume(db, actor)
            yield db, actor

    @asynccontextmanager
    async def as_platform(self):
        async with transaction(self.sessions) as db:
            await assume_system(db)
            yield db

    async def actor(self, username: str) -> Actor:
        async with transaction(self.sessions) as db:
            person = await db.scalar(
                select(Person)
                .options(joinedload(Person.facility))
                .where(Person.username == username)
            )
            return actor_of(person)


@pytest.fixture(scope="module")
async def stage(engines) -> AsyncIterator[Stage]:
    name = f"t_{uuid4().hex[:12]}"
    await _create_database(engines.postgres, name, TEMPLATE)
    engine = make_engine(engines.postgres.url(APPLICATION, name), 10)
    yield Stage(
        engines.postgres.url(APPLICATION, name),
        engines.postgres.url(OWNER, name),
        engines.postgres.url("postgres", name),
        make_sessions(engine),
    )
    await engine.dispose()


@pytest.fixture(scope="module")
async def settings(engines, stage, tmp_path_factory) -> config.Settings:
    folder = tmp_path_factory.mktemp("data")
    return config.load(
        {
            "TRAMXA_DATA_DIR": str(folder),
            "DATABASE_URL": stage.app_url,
            "DATABASE_OWNER_URL": stage.owner_url,
            "NATS_URL": engines.nats_url,
        }
    )


@pytest.fixture(scope="module")
async def site(settings) -> AsyncIterator[TestServer]:
    """The web program on a free port."""
    server = TestServer(make_app(settings), host="127.0.0.1")
    await server.start_server()
    yield server
    await server.close()


class Visitor:
    """Somebody with a browser without scripts: keeps cookies, sends forms with their token."""

    def __init__(self, site: TestServer) -> None:
        self.root = URL(f"http://{site.host}:{site.port}")
        self.http = ClientSession(
            cookie_jar=CookieJar(unsafe=True, treat_as_secure_origin=[self.root])
        )
        self.csrf = ""
        self.text = ""

    async def get(self, path: str, **options) -> ClientResponse:
        return await self._keep(
            await self.http.get(
                self.root.join(URL(path)), allow_redirects=False, **options
            )
        )

    async def post(self, path: str, fields=None, **options) -> ClientResponse:
        """Send a form as the page shown last would, and do not follow the redirect."""
        data = [("csrf_token", self.csrf), ("once", uuid4().hex)]
        for name, value in (fields or {}).items():
            several = value if isinstance(value, list) else [value]
            data += [(name, str(one)) for one in several]
        headers = {"Origin": str(self.root.origin()), **options.pop("headers", {})}
        return await self._keep(
            await self.http.post(
                self.root.join(URL(path)),
                data=options.pop("data", None) or data,
                headers=headers,
                allow_redirects=False,
                **options,
            )
        )

    async def follow(self, response: ClientResponse) -> ClientResponse:
        assert response.status == 303, f"{response.status}: {self.text[:2000]}"
        return await self.get(response.headers["Location"])

    async def sign_in(self, username: str, password: str = demo.PASSWORD) -> "Visitor":
        await self.get("/sign-in")
        answer = await self.post(
            "/sign-in", {"username": username, "password": password}
        )
        assert answer.status == 303, self.text
        await self.get("/account/password")
        return self

    async def api(self, method: str, path: str, body=None, **headers) -> ClientResponse:
        """Call the JSON API as a script of ours would: session cookie, token, key."""
        given = {
            "Origin": str(self.root.origin()),
            "X-CSRF-Token": self.csrf,
            "Idempotency-Key": uuid4().hex,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        sent = {"data" if isinstance(body, FormData) else "json": body}
        return await self._keep(
            await self.http.request(
                method, self.root.join(URL(f"/api/v1{path}")), headers=given, **sent
            )
        )

    async def _keep(self, response: ClientResponse) -> ClientResponse:
        self.text = await response.text(errors="replace")
        found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', self.text)
        if found:
            self.csrf = found[1]
        return response

    async def close(self) -> None:
        await self.http.close()


@pytest.fixture
async def visitors(site):
    """Give visitors: `await visitors("binh")` is signed in, `await visitors()` is a stranger."""
    opened: list[Visitor] = []

    async def visit(username: str | None = None) -> Visitor:
        visitor = Visitor(site)
        opened.append(visitor)
        return await visitor.sign_in(username) if username else visitor

    yield visit
    for visitor in opened:
        await visitor.close()


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The system's Chromium with a fake camera and microphone."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=CHROMIUM
        )
        yield browser
        await browser.close()
