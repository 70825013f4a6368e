"""Two who talk, each on a machine of their own, and what their browsers send."""

import re
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import NamedTuple

from playwright.async_api import Page, async_playwright, expect

from tests.browser.pages import hang_up, until
from tests.browser.test_connected_while_it_rings import REMEMBER
from tests.conftest import CHROMIUM
from tests.server.consultations.arrange import accepted_case

DETAIL, AUSCULTATION = "Quay rõ chi tiết", "Nghe tim phổi"
# What is sent on the connection of the moment: tracks, how they are encoded, what was agreed.
SENT = """() => {
  const connection = globalThis.connections.findLast((one) => one.connectionState === 'connected')
  const found = {}
  for (const { track, ...sender } of connection?.getSenders().map((one) => ({
    track: one.track, ...one.getParameters()
  })) ?? []) {
    if (!track) continue
    const { width, height, frameRate, ...sound } = track.getSettings()
    const [encoding] = sender.encodings
    found[track.kind] = {
      hint: track.contentHint,
      size: [width, height, frameRate],
      cleaned: [sound.echoCancellation, sound.noiseSuppression, sound.autoGainControl],
      preference: sender.degradationPreference,
      scale: encoding.scaleResolutionDownBy,
      rate: encoding.maxBitrate / 1000,
      enabled: track.enabled
    }
  }
  const { sdp = '' } = connection?.currentRemoteDescription ?? {}
  return { ...found, stereo: /[; ]stereo=1/.test(sdp), pauses: /usedtx=1/.test(sdp) }
}"""
SENDS = f"""async (wanted) => {{
  const sent = ({SENT})()
  return Object.entries(wanted).every(([path, value]) => {{
    const found = path.split('.').reduce((one, name) => one?.[name], sent)
    return JSON.stringify(found) === JSON.stringify(value)
  }})
}}"""
FACE = {
    "video.hint": "motion",
    "video.size": [640, 360, 15],
    "video.preference": "maintain-framerate",
    "video.scale": 1,
}
WOUND = {
    "video.hint": "detail",
    "video.size": [1280, 720, 10],
    "video.preference": "maintain-resolution",
    "video.scale": 1,
}
SPEECH = {
    "audio.hint": "",
    "audio.cleaned": [True, True, True],
    "audio.rate": 24,
    "stereo": False,
    "pauses": True,
}
HEART = {
    "audio.hint": "music",
    "audio.cleaned": [False, False, False],
    "audio.rate": 48,
    "stereo": True,
    "pauses": False,
}


class Talk(NamedTuple):
    """The page of the station's doctor, and the specialist's."""

    binh: Page
    minh: Page


@asynccontextmanager
async def another_chromium(*more: str):
    """Another machine: pages of one browser share its camera, and the size of its picture."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=[*CHROMIUM, *more]
        )
        yield browser
        await browser.close()


@asynccontextmanager
async def talk(program, stage, browser):
    """Have the station's doctor in this browser talk with the specialist in the usual one."""
    case = await accepted_case(stage)
    async with AsyncExitStack() as stack:
        pages = {}
        # Whoever is called has to be there before it rings.
        for username, at in (("minh", program.browser), ("binh", browser)):
            page = await replace(program, browser=at).sign_in(username)
            stack.push_async_callback(page.context.close)
            await page.add_init_script(REMEMBER)
            await page.goto(f"{program.root}/referrals/{case.referral}")
            await page.get_by_role("button", name="Vào phòng hội chẩn").click()
            await page.wait_for_url(re.compile("/consultations/"))
            pages[username] = page
        both = Talk(**pages)
        await ring(both)
        for page in both:
            await sends(page, FACE | SPEECH)
        yield both
        # Whoever talks is busy for the next test.
        await hang_up(both.binh)
        await expect(both.binh.get_by_role("button", name="Gọi hình")).to_be_visible()


async def ring(both: Talk) -> None:
    """Have the station call, and the specialist answer."""
    await both.binh.get_by_role("button", name="Gọi hình").click()
    await both.minh.get_by_role("main").get_by_role("button", name="Nghe máy").click()


async def sends(page: Page, wanted: dict) -> None:
    assert await until(page, SENDS, wanted), await page.evaluate(SENT)


async def press(page: Page, name: str, *, down: bool) -> None:
    button = page.get_by_role("button", name=name)
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", str(down).lower())
