"""The line stands before anybody answers, and carries nothing until somebody does."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.pages import hang_up, until
from tests.server.consultations.arrange import accepted_case

REMEMBER = """
globalThis.connections = []
const Plain = RTCPeerConnection
globalThis.RTCPeerConnection = class extends Plain {
  constructor(...given) {
    super(...given)
    if (given.length) globalThis.connections.push(this)
  }
}
"""
STANDS = """() => globalThis.connections.some((one) => one.connectionState === 'connected')"""
# What went over the wire in a while, and what came out of the other end.
TRAFFIC = """async (milliseconds) => {
  const total = async () => {
    const sum = { sent: 0, received: 0, heard: 0, seen: 0, connections: 0 }
    for (const one of globalThis.connections) {
      sum.connections += 1
      for (const stat of (await one.getStats()).values()) {
        if (stat.type === 'outbound-rtp') sum.sent += stat.packetsSent
        if (stat.type !== 'inbound-rtp') continue
        sum.received += stat.packetsReceived
        sum.heard += stat.totalAudioEnergy ?? 0
        sum.seen += stat.framesDecoded ?? 0
      }
    }
    return sum
  }
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
  return total()
}"""
FLOWS = """async () => {
  let [heard, seen] = [0, 0]
  for (const one of globalThis.connections) {
    for (const stat of (await one.getStats()).values()) {
      if (stat.type !== 'inbound-rtp') continue
      heard += stat.totalAudioEnergy ?? 0
      seen += stat.framesDecoded ?? 0
    }
  }
  return heard > 0 && seen > 5
}"""


@pytest.fixture
async def ringing(program, stage):
    """Both on the page of the meeting, and it rings at the specialist."""
    case = await accepted_case(stage)
    pages = []
    for username in ("binh", "minh"):
        page = await program.sign_in(username)
        await page.add_init_script(REMEMBER)
        await page.goto(f"{program.root}/referrals/{case.referral}")
        await page.get_by_role("button", name="Vào phòng hội chẩn").click()
        await page.wait_for_url(re.compile("/consultations/"))
        pages.append(page)
    await pages[0].get_by_role("button", name="Gọi hình").click()
    for page in pages:
        await page.wait_for_function(STANDS)
    yield pages
    await hang_up(pages[0])
    for page in pages:
        await page.context.close()


async def test_nothing_is_sent_before_somebody_answers(ringing, program):
    for page in ringing:
        silence = await page.evaluate(TRAFFIC, 1500)
        assert silence["sent"] == silence["received"] == 0, silence
    assert program.errors == []


async def test_voice_and_picture_come_over_the_line_that_stood_already(
    ringing, program
):
    _, minh = ringing
    await minh.get_by_role("main").get_by_role("button", name="Nghe máy").click()
    for page in ringing:
        assert await until(page, FLOWS)
        made = await page.evaluate("() => globalThis.connections.length")
        assert made == 1, "no other connection was needed"
        await expect(page.get_by_role("button", name="Tắt micrô")).to_be_visible()
    await minh.get_by_role("button", name="Gác máy").click()
    for page in ringing:
        await expect(page.get_by_role("button", name="Gọi hình")).to_be_visible()
    assert program.errors == []


async def test_a_refused_call_has_carried_nothing(ringing, program):
    binh, minh = ringing
    await minh.get_by_role("main").get_by_role("button", name="Từ chối").click()
    await expect(binh.get_by_role("button", name="Gọi hình")).to_be_visible()
    for page in ringing:
        after = await page.evaluate(TRAFFIC, 0)
        assert after["sent"] == after["received"] == 0, after
    assert program.errors == []


async def test_who_called_and_hangs_up_before_the_answer_has_carried_nothing(
    ringing, program
):
    binh, minh = ringing
    await binh.get_by_role("button", name="Gác máy").click()
    await expect(minh.get_by_role("button", name="Gọi hình")).to_be_visible()
    for page in ringing:
        after = await page.evaluate(TRAFFIC, 0)
        assert after["sent"] == after["received"] == 0, after
    assert program.errors == []
