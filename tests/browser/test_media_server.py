"""Three in a call through a real Janus: each sends once, and its death is not heard."""

import asyncio
import contextlib
import re

import pytest
from playwright.async_api import expect

from server import config
from signaling.media import config as bridge_config
from signaling.media.bridge import Bridge
from tests.browser.conftest import Program, free_port, running_programs
from tests.browser.pages import until
from tests.browser.test_three_in_a_call import ask_in, goes_on, talking
from tests.janus import Janus, needs_janus

pytestmark = needs_janus
__all__ = ["talking"]

# What one page sends and receives now, by connection: packets of sound and of pictures.
LOOK = """async (milliseconds) => {
  const count = async () => {
    const all = []
    for (const one of globalThis.connections) {
      if (one.connectionState !== 'connected') continue
      const seen = { sound: 0, picture: 0, heard: new Map(), shown: new Map() }
      for (const stat of (await one.getStats()).values()) {
        if (stat.type === 'outbound-rtp') {
          seen[stat.kind === 'audio' ? 'sound' : 'picture'] += stat.packetsSent
        }
        if (stat.type !== 'inbound-rtp') continue
        const arrives = stat.kind === 'audio' ? seen.heard : seen.shown
        arrives.set(stat.mid, stat.packetsReceived)
      }
      all.push([one, seen])
    }
    return new Map(all)
  }
  const before = await count()
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
  const after = await count()
  const grown = (now, was) => [...now].filter(([mid, some]) => some > (was?.get(mid) ?? 0)).length
  const sum = { soundFrom: 0, pictureFrom: 0, heard: [], shown: [] }
  for (const [one, now] of after) {
    const was = before.get(one)
    if (!was) continue
    if (now.sound > was.sound) sum.soundFrom += 1
    if (now.picture > was.picture) sum.pictureFrom += 1
    sum.heard.push(grown(now.heard, was.heard))
    sum.shown.push(grown(now.shown, was.shown))
  }
  sum.heard = sum.heard.sort().at(-1) ?? 0
  sum.shown = sum.shown.sort().at(-1) ?? 0
  return sum
}"""
# Sound and pictures go out on one connection, and those of the others come in on one.
THROUGH = f"""async (others) => {{
  const {{ soundFrom, pictureFrom, heard, shown }} = await ({LOOK})(1500)
  return soundFrom === 1 && pictureFrom === 1 && heard === others && shown === others
}}"""
# Sound goes out to each of the others, and one comes in from each.
DIRECT = f"""async (others) => {{
  const {{ soundFrom, heard }} = await ({LOOK})(1500)
  return soundFrom === others && heard === 1
}}"""
# Every card plays a stream whose sound is alive.
SHOWN = """async (others) => {
  const cards = [...document.querySelectorAll('[data-part=people] > .call__person')]
  const plays = (card) => {
    const { srcObject, videoWidth } = card.querySelector('[data-part=remote]')
    return srcObject?.active && videoWidth > 0
  }
  return cards.length === others && cards.every(plays)
}"""


@pytest.fixture(scope="module")
async def janus(tmp_path_factory):
    server = Janus(tmp_path_factory.mktemp("janus"))
    async with server.running():
        yield server


@pytest.fixture(scope="module")
async def program(engines, stage, chromium, janus):
    port = free_port()
    settings = config.load(
        {
            "TRAMXA_DATA_DIR": str(janus.folder / "data"),
            "PORT": str(port),
            "SIGNALING_PORT": str(free_port()),
            "DATABASE_URL": stage.app_url,
            "DATABASE_OWNER_URL": stage.owner_url,
            "NATS_URL": engines.nats_url,
            "JANUS_URL": janus.url,
        }
    )
    bridge = Bridge(
        bridge_config.from_environment(
            {
                "JANUS_URL": janus.url,
                "JANUS_API_SECRET_FILE": str(janus.secret_file),
                "SIGNALING_ORIGINS": settings.public_url,
                "NATS_URL": engines.nats_url,
            }
        )
    )
    async with running_programs(settings):
        bridging = asyncio.create_task(bridge.run())
        yield Program(f"http://127.0.0.1:{port}", chromium, [])
        bridging.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await bridging


async def in_each(pages, predicate, arg, names=("binh", "minh", "lan")):
    found = await asyncio.gather(
        *(until(pages[name], predicate, arg, patience=45) for name in names)
    )
    reports = [await pages[name].evaluate(LOOK, 1500) for name in names]
    assert all(found), reports


async def test_three_send_once_each_and_hear_and_see_each_other(
    program, janus, talking
):
    _, pages = talking
    binh, minh, lan = pages["binh"], pages["minh"], pages["lan"]
    await ask_in(minh, "Lan", "ThS.BS. Phạm Ngọc Lan")
    await lan.get_by_role("link", name="Nghe máy").click()
    await lan.wait_for_url(re.compile("/consultations/"))
    await in_each(pages, THROUGH, 2)
    await in_each(pages, SHOWN, 2)

    await lan.get_by_role("button", name="Gác máy").click()
    await expect(lan.get_by_role("button", name="Vào cuộc gọi")).to_be_visible()
    await in_each(pages, DIRECT, 1, ("binh", "minh"))
    await in_each(pages, SHOWN, 1, ("binh", "minh"))
    for page in (binh, minh):
        await goes_on(page)

    await lan.get_by_role("button", name="Vào cuộc gọi").click()
    await in_each(pages, THROUGH, 2)
    await janus.kill()
    await in_each(pages, DIRECT, 2)
    await in_each(pages, SHOWN, 2)

    await janus.start()
    await in_each(pages, THROUGH, 2)
    assert program.errors == []
