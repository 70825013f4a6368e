"""The ring: it sounds when the browser lets it, shows itself when not, and always stops."""

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect
from sqlalchemy import select

from server.consultations.models import CallAttempt
from server.consultations.states import AttemptStatus
from server.core import clock
from tests.conftest import CHROMIUM
from tests.server.consultations.arrange import Case, accepted_case

RINGTONE = Path(__file__).parents[2] / "web_client/js/components/ringtone.js"
BANNER = ".incoming-call"
# Listens beside the loudspeaker of whatever makes sound on the page.
LISTEN = """
  globalThis.heard = []
  const connect = AudioNode.prototype.connect
  AudioNode.prototype.connect = function (target, ...more) {
    if (target instanceof AudioDestinationNode) {
      let one = heard.find(({ context }) => context === this.context)
      if (!one) {
        one = { context: this.context, ear: new AnalyserNode(this.context) }
        heard.push(one)
      }
      connect.call(this, one.ear)
    }
    return connect.call(this, target, ...more)
  }
"""
SOUNDS = """() => heard.some(({ context, ear }) => {
  const samples = new Float32Array(ear.fftSize)
  ear.getFloatTimeDomainData(samples)
  return context.state === 'running' && Math.max(...samples) > 0.05
})"""
SILENT = """() =>
  heard.length > 0 && heard.every(({ context }) => context.state === 'closed')"""
# Seen from inside: the title comes and goes, and what the browser knows of gestures.
SEEN = """new Promise((resolve) => {
  const titles = new Set()
  const look = () => {
    titles.add(document.title)
    const shown = !document.querySelector('.incoming-call').hidden
    if (!shown || titles.size < 2) return setTimeout(look, 50)
    const touched = navigator.userActivation.hasBeenActive
    resolve({ titles: [...titles], touched, sounds: heard.length })
  }
  look()
})"""
RENDER = """async (source) => {
  const rate = 48000
  const offline = new OfflineAudioContext(1, 3 * rate, rate)
  globalThis.AudioContext = function () { return offline }
  const Ringtone = new Function(`${source.replace('export class', 'return class')}`)()
  const ringtone = new Ringtone()
  ringtone.start()
  const samples = (await offline.startRendering()).getChannelData(0)
  const part = (from, to) => samples.slice(from * rate, to * rate)
  const power = (some) => Math.sqrt(some.reduce((sum, one) => sum + one * one, 0) / some.length)
  const pitch = (some) => {
    let crossings = 0
    for (let i = 1; i < some.length; i += 1) if ((some[i - 1] < 0) !== (some[i] < 0)) crossings += 1
    return crossings / 2 / (some.length / rate)
  }
  return {
    peak: samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0),
    sounding: power(part(0, 0.7)),
    pause: power(part(1.6, 2.4)),
    first: pitch(part(0.05, 0.25)),
    second: pitch(part(0.45, 0.6))
  }
}"""


@dataclass(frozen=True)
class Call:
    case: Case
    id: str


@pytest.fixture(scope="module")
async def strict(program):
    """The same programs seen by a Chromium that allows no sound before a first gesture."""
    arguments = [one for one in CHROMIUM if "autoplay-policy" not in one]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=arguments
        )
        yield replace(program, browser=browser)
        await browser.close()


@pytest.fixture
async def rings(strict, stage, station_rings):
    """Bình calls Dr Minh, whose page is open: gives the page and the call's id."""
    context = (await strict.sign_in("minh")).context
    # A page that nobody has touched: the gestures of signing in were another page's.
    minh = await context.new_page()
    await minh.add_init_script(LISTEN)
    await minh.goto(f"{strict.root}/offers")

    async def ring(*, touched: bool) -> Call:
        if touched:
            await minh.get_by_role("heading", level=1).click()
        case = await accepted_case(stage)
        return Call(case, await station_rings(case))

    yield minh, ring
    await context.close()


@pytest.fixture
async def station_rings(strict):
    """Somebody at the station who rings by the API of a page of their own."""
    binh = await strict.sign_in("binh")

    async def ring(case) -> str:
        return await binh.evaluate(
            """async (referral) => {
              const send = async (path, body) => (await fetch(`/api/v1${path}`, {
                method: 'POST',
                headers: {
                  'Content-Type': 'application/json',
                  'Idempotency-Key': crypto.randomUUID(),
                  'X-CSRF-Token': document.querySelector('[name=csrf_token]').value
                },
                body: JSON.stringify(body)
              })).json()
              const { id } = await send(`/referrals/${referral}/consultations`, {})
              return (await send(`/consultations/${id}/calls`, { channel: 'video' })).id
            }""",
            str(case.referral),
        )

    yield ring
    await binh.context.close()


async def test_it_sounds_after_a_gesture_and_stops_when_refused(rings):
    minh, ring = rings
    await ring(touched=True)
    await minh.wait_for_function(SOUNDS)
    await minh.get_by_role("button", name="Từ chối").click()
    await minh.wait_for_function(SILENT)
    await expect(minh.locator(BANNER)).to_be_hidden()


async def test_it_stops_when_answered(rings):
    minh, ring = rings
    call = await ring(touched=True)
    await minh.wait_for_function(SOUNDS)
    # Answered on the stage of another page of the same person: this one hears of it.
    other = await minh.context.new_page()
    await other.goto(
        f"{minh.url.removesuffix('/offers')}/referrals/{call.case.referral}"
    )
    await other.get_by_role("link", name="Nghe máy").click()
    await minh.wait_for_function(SILENT)
    await expect(minh.locator(BANNER)).to_be_hidden()
    await expect(other.get_by_text("Đang kết nối")).to_be_visible()
    # Whoever talks is busy for the next test.
    await other.get_by_role("button", name="Gác máy").click()
    await expect(other.get_by_role("button", name="Gọi hình")).to_be_visible()


async def test_it_stops_when_nobody_answers(rings, stage):
    minh, ring = rings
    call = await ring(touched=True)
    await minh.wait_for_function(SOUNDS)
    async with stage.as_platform() as db:
        attempt = await db.scalar(select(CallAttempt).where(CallAttempt.id == call.id))
        attempt.rang_at = clock.now() - timedelta(seconds=61)
    await minh.wait_for_function(SILENT)
    await expect(minh.locator(BANNER)).to_be_hidden()
    async with stage.as_platform() as db:
        attempt = await db.get(CallAttempt, call.id)
        assert attempt.status is AttemptStatus.MISSED


async def test_where_sound_is_forbidden_it_is_seen_until_the_first_gesture(rings):
    minh, ring = rings
    warnings = []
    minh.on("console", lambda message: warnings.append(message.text))
    # Whatever else the driver evaluates counts as a gesture of the person.
    inspector = await minh.context.new_cdp_session(minh)
    await ring(touched=False)
    answer = await inspector.send(
        "Runtime.evaluate",
        {"expression": SEEN, "awaitPromise": True, "returnByValue": True},
    )
    seen = answer["result"]["value"]
    assert any("Có cuộc gọi đến" in title for title in seen["titles"])
    assert (seen["touched"], seen["sounds"]) == (False, 0)
    assert warnings == []
    await minh.get_by_role("heading", level=1).click()
    await minh.wait_for_function(SOUNDS)


async def test_it_is_loud_enough_clean_and_of_two_pitches(chromium):
    page = await chromium.new_page()
    await page.mouse.click(10, 10)
    ring = await page.evaluate(RENDER, RINGTONE.read_text(encoding="utf-8"))
    await page.close()
    assert 0.15 < ring["peak"] < 0.9
    assert ring["sounding"] > 0.05
    assert ring["pause"] < 0.001
    assert abs(ring["first"] - 659) < 10
    assert abs(ring["second"] - 784) < 10
