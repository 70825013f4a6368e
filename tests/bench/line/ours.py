"""Our own call: the three programs on the near side, and people who click."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import web
from playwright.async_api import Page

from server import config, demo, migrating, reference_data, worker
from server.app import make_app
from server.core.db import make_engine, make_sessions
from server.demo import PASSWORD
from server.embedded.nats import EmbeddedNats
from server.embedded.postgres import EmbeddedPostgres
from server.embedded.postgres_address import SUPERUSER
from signaling import app as signaling_app
from signaling import config as signaling_config
from tests.bench.line.beds import Bed
from tests.bench.line.media import bridge
from tests.bench.line.pair import Pair
from tests.conftest import Stage
from tests.janus import Janus
from tests.server.consultations.arrange import accepted_case

RINGS_FOR = 10.0  # seconds until somebody has crossed the room


@asynccontextmanager
async def product(bed: Bed, janus: Janus | None) -> AsyncIterator[Stage]:
    """Start everything with the demonstration's people, and what a Janus needs."""
    engines = {
        "secrets_dir": bed.folder / "secrets",
        "log_dir": bed.folder / "log",
    }
    postgres = EmbeddedPostgres(
        data_dir=bed.folder / "postgres", run_dir=bed.folder / "run", **engines
    )
    nats = EmbeddedNats(data_dir=bed.folder / "nats", **engines)
    async with postgres as address, nats as bus:
        await asyncio.to_thread(migrating.upgrade, address.owner_url)
        await reference_data.load(address.owner_url)
        await demo.load(address.app_url)
        engine = make_engine(address.app_url, 2)
        async with AsyncExitStack() as stack:
            janus_url = janus.url if janus else ""
            programs = _programs(bed, address.app_url, bus.url, janus_url)
            await stack.enter_async_context(programs)
            if janus:
                await stack.enter_async_context(bridge(bed, janus, bus.url))
            yield Stage(
                address.app_url,
                address.owner_url,
                address.url(SUPERUSER),
                make_sessions(engine),
            )
        await engine.dispose()


def _relay_settings(bed: Bed) -> dict[str, str]:
    if bed.relay is None:
        return {}
    secret = bed.folder / "turn-secret"
    secret.write_text(bed.relay.secret)
    return {"TURN_URLS": ",".join(bed.relay.urls), "TURN_SECRET_FILE": str(secret)}


@asynccontextmanager
async def _programs(
    bed: Bed, database_url: str, nats_url: str, janus_url: str
) -> AsyncIterator[None]:
    settings = config.load(
        {
            "TRAMXA_DATA_DIR": str(bed.folder / "data"),
            "HOST": bed.bind,
            "PORT": str(bed.ports["pages"]),
            "PUBLIC_URL": bed.url("pages"),
            "SIGNALING_PORT": str(bed.ports["signaling"]),
            "SIGNALING_PUBLIC_URL": f"{bed.url('signaling', 'wss')}/signaling",
            "DATABASE_URL": database_url,
            "NATS_URL": nats_url,
            "JANUS_URL": janus_url,
        }
    )
    pages = make_app(settings)
    key = settings.secrets_dir / "ticket_public_key.pem"
    node = signaling_config.from_environment(
        {
            "SIGNALING_PORT": str(settings.signaling_port),
            "SIGNALING_PUBLIC_URL": settings.signaling_public_url,
            "SIGNALING_ORIGINS": bed.url("pages"),
            "TICKET_PUBLIC_KEY_FILE": str(key),
            "NATS_URL": nats_url,
            **_relay_settings(bed),
        }
    )
    runners = {
        settings.port: web.AppRunner(pages, access_log=None, shutdown_timeout=1),
        node.port: web.AppRunner(signaling_app.make_app(node), shutdown_timeout=1),
    }
    for port, runner in runners.items():
        await runner.setup()
        await web.TCPSite(runner, bed.bind, port, ssl_context=bed.tls).start()
    working = asyncio.create_task(worker.work(settings))
    try:
        yield
    finally:
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
        for runner in runners.values():
            await runner.cleanup()


async def sign_in(page: Page, username: str) -> None:
    """Come in by the form."""
    await page.get_by_label("Tên đăng nhập").fill(username)
    await page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    await page.get_by_role("main").get_by_role("button", name="Đăng nhập").click()
    await page.wait_for_url(lambda url: "sign-in" not in url)


async def our_call(bed: Bed, stage: Stage, pair: Pair) -> None:
    """Sign in, go into the room of a new case, ring and accept, as people do."""
    case = await accepted_case(stage)
    for page in (pair.hospital, pair.station):
        await page.goto(f"{bed.url('pages')}/sign-in")
    await pair.opened("first")
    await sign_in(pair.hospital, "minh")
    await sign_in(pair.station, "binh")
    for page in (pair.hospital, pair.station):
        await page.goto(f"{bed.url('pages')}/referrals/{case.referral}")
        await page.get_by_role("button", name="Vào phòng hội chẩn").click()
        await page.wait_for_url("**/consultations/**")
    await pair.opened("meeting")
    await pair.ready()
    await pair.station.get_by_role("button", name="Gọi hình").click()
    ringing = pair.hospital.get_by_role("main").get_by_role("button", name="Nghe máy")
    await ringing.wait_for()
    await asyncio.sleep(RINGS_FOR)
    await pair.hospital.get_by_role("button", name="Nghe máy").click()


async def hang_up(pair: Pair) -> None:
    """End the call: whoever talks is busy for the next line's."""
    end = pair.hospital.get_by_role("button", name="Gác máy")
    if await end.is_visible():
        await end.click()
        await pair.hospital.get_by_role("button", name="Gọi hình").wait_for()
