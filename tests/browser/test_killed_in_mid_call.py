"""Signaling, server and browser are killed in mid call, and all of it comes back by itself."""

import asyncio
import contextlib
import re
import sys

import aiohttp
import pytest
from playwright.async_api import Error, expect
from sqlalchemy import select

from server import config
from server.consultations.models import CallAttempt, Consultation
from server.consultations.states import EndReason
from server.consultations.ticket_keys import ensure_ticket_keys
from tests.browser.conftest import Program, free_port
from tests.browser.pages import hang_up, until
from tests.browser.test_connected_while_it_rings import FLOWS, REMEMBER
from tests.server.consultations.arrange import accepted_case

PROGRAMS = {
    "server": ("-m", "server", "serve"),
    "worker": ("-m", "server", "worker"),
    "signaling": ("-m", "signaling"),
}
READY_SECONDS = 30
# A muted microphone sends every 400 ms; a connection that is built anew takes two seconds and more.
GAP_MS = 2000
# Writes down the longest time in which no sound came; a voice that pauses sends twice a second.
WATCH = """() => {
  globalThis.longest = 0
  let [before, at] = [0, performance.now()]
  setInterval(async () => {
    let packets = 0
    for (const one of globalThis.connections) {
      for (const stat of (await one.getStats()).values()) {
        if (stat.type === 'inbound-rtp' && stat.kind === 'audio') packets += stat.packetsReceived
      }
    }
    const now = performance.now()
    globalThis.longest = Math.max(globalThis.longest, now - at)
    if (packets !== before) [before, at] = [packets, now]
  }, 100)
}"""


class Machine:
    """The programs as `tramxa run` starts them, each in a process that can be killed."""

    def __init__(self, settings: config.Settings) -> None:
        self._settings = settings
        self._running: dict[str, asyncio.subprocess.Process] = {}

    @property
    def url(self) -> str:
        return self._settings.public_url

    async def start(self, name: str) -> None:
        self._running[name] = await asyncio.create_subprocess_exec(
            sys.executable,
            *PROGRAMS[name],
            env=config.child_environment(self._settings),
            stdout=asyncio.subprocess.DEVNULL,
        )

    async def kill(self, name: str) -> None:
        process = self._running[name]
        process.kill()
        await process.wait()

    async def is_ready(self) -> None:
        """Wait until the pages answer and have their database, their bus, and a node."""
        url = f"http://127.0.0.1:{self._settings.port}/readyz"
        async with asyncio.timeout(READY_SECONDS), aiohttp.ClientSession() as http:
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    async with http.get(url) as answer:
                        if answer.ok:
                            return
                await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
async def machine(engines, stage, tmp_path_factory):
    settings = config.load(
        {
            "TRAMXA_DATA_DIR": str(tmp_path_factory.mktemp("data")),
            "PORT": str(free_port()),
            "SIGNALING_PORT": str(free_port()),
            "DATABASE_URL": stage.app_url,
            "NATS_URL": engines.nats_url,
        }
    )
    ensure_ticket_keys(settings.secrets_dir)
    machine = Machine(settings)
    for name in PROGRAMS:
        await machine.start(name)
    await machine.is_ready()
    yield machine
    for name in PROGRAMS:
        await machine.kill(name)


@pytest.fixture
async def talking(machine, stage, chromium):
    """Station and specialist talk; each page notes for how long nothing came."""
    program = Program(machine.url, chromium, [])
    case = await accepted_case(stage)
    pages = []
    for username in ("minh", "binh"):
        page = await program.sign_in(username)
        await page.context.add_init_script(REMEMBER)
        await page.goto(f"{program.root}/referrals/{case.referral}")
        await page.get_by_role("button", name="Vào phòng hội chẩn").click()
        await page.wait_for_url(re.compile("/consultations/"))
        pages.append(page)
    minh, binh = pages
    await binh.get_by_role("button", name="Gọi hình").click()
    await minh.get_by_role("main").get_by_role("button", name="Nghe máy").click()
    for page in pages:
        assert await until(page, FLOWS)
        await page.evaluate(WATCH)
    yield case, minh, binh
    await hang_up(minh)
    for page in pages:
        await page.context.close()


async def signaling_carries(binh, minh):
    """Tell the other page something that only signaling carries, and back again."""
    card = minh.locator("[data-part=people] > .call__person")
    await binh.get_by_role("button", name="Tắt micrô").click()
    await expect(card).to_contain_text("tắt micrô")
    await binh.get_by_role("button", name="Tắt micrô").click()
    await expect(card).not_to_contain_text("tắt micrô")


async def is_uninterrupted(*pages):
    for page in pages:
        assert await page.evaluate("() => globalThis.longest") < GAP_MS
        await expect(page.get_by_role("button", name="Gác máy")).to_be_visible()


async def ends_of(stage, case):
    async with stage.as_platform() as db:
        found = await db.scalars(
            select(CallAttempt)
            .join(Consultation, Consultation.id == CallAttempt.consultation_id)
            .where(Consultation.referral_id == case.referral)
        )
        return [attempt.end_reason for attempt in found]


async def test_a_killed_signaling_node_is_not_heard(machine, stage, talking):
    case, minh, binh = talking
    await machine.kill("signaling")
    await machine.start("signaling")
    await signaling_carries(binh, minh)
    await is_uninterrupted(minh, binh)
    await minh.get_by_role("button", name="Gác máy").click()
    await expect(binh.get_by_role("button", name="Gọi hình")).to_be_visible()
    assert await ends_of(stage, case) == [EndReason.HUNG_UP]


async def test_a_killed_server_is_not_heard(machine, stage, talking):
    case, minh, binh = talking
    await machine.kill("server")
    # What only signaling carries does not need it.
    await signaling_carries(binh, minh)
    await machine.start("server")
    await machine.is_ready()
    await is_uninterrupted(minh, binh)
    await minh.get_by_role("button", name="Gác máy").click()
    await expect(minh.get_by_role("button", name="Gọi hình")).to_be_visible()
    await expect(binh.get_by_role("button", name="Gọi hình")).to_be_visible()
    assert await ends_of(stage, case) == [EndReason.HUNG_UP]


async def test_whose_browser_crashes_comes_back_into_the_same_call(
    machine, stage, talking
):
    assert machine
    case, minh, binh = talking
    address = binh.url
    with contextlib.suppress(Error):
        await binh.goto("chrome://crash")
    again = await binh.context.new_page()
    await again.goto(address)
    assert await until(again, FLOWS)
    await signaling_carries(again, minh)
    await minh.get_by_role("button", name="Gác máy").click()
    await expect(again.get_by_role("button", name="Gọi hình")).to_be_visible()
    assert await ends_of(stage, case) == [EndReason.HUNG_UP]
