"""A second specialist is asked into a running call: all three hear and see each other."""

import re

import pytest
from playwright.async_api import expect
from sqlalchemy import select

from server.consultations.guest_models import ConsultationGuest
from server.consultations.models import CallAttempt, CallParticipant, Consultation
from server.consultations.states import AttemptStatus, EndReason
from tests.browser.pages import hang_up, until
from tests.browser.test_connected_while_it_rings import REMEMBER
from tests.server.consultations.arrange import accepted_case

# Every connection of the page that stands brings sound and pictures.
ALL_FLOW = """async (wanted) => {
  const flows = async (connection) => {
    let [heard, seen] = [0, 0]
    for (const stat of (await connection.getStats()).values()) {
      if (stat.type !== 'inbound-rtp') continue
      heard += stat.totalAudioEnergy ?? 0
      seen += stat.framesDecoded ?? 0
    }
    return heard > 0 && seen > 5
  }
  const standing = globalThis.connections.filter((one) => one.connectionState === 'connected')
  return standing.length === wanted && (await Promise.all(standing.map(flows))).every(Boolean)
}"""
# What a failure is explained with.
STANDING = """async () => {
  const level = document.querySelector('[data-part=level]')?.textContent.trim()
  const all = globalThis.connections.map(async (connection) => {
    const seen = { state: connection.connectionState }
    for (const stat of (await connection.getStats()).values()) {
      if (stat.type === 'inbound-rtp') seen[`${stat.kind} in`] = stat.packetsReceived
      if (stat.type === 'outbound-rtp') seen[`${stat.kind} out`] = stat.packetsSent
      if (stat.nominated) seen.pair = [stat.currentRoundTripTime, stat.availableOutgoingBitrate]
    }
    return seen
  })
  return [level, await Promise.all(all)]
}"""
DECODED = """async () => {
  let sum = 0
  for (const one of globalThis.connections) {
    if (one.connectionState !== 'connected') continue
    for (const stat of (await one.getStats()).values()) {
      if (stat.type === 'inbound-rtp') sum += stat.framesDecoded ?? 0
    }
  }
  return sum
}"""
MORE_THAN = f"async (before) => (await ({DECODED})()) > before"


async def hears_and_sees(page, others):
    # A second picture waits until the line is known, which takes a busy machine its time.
    flow = await until(page, ALL_FLOW, others, patience=90)
    assert flow, await page.evaluate(STANDING)


async def goes_on(page):
    assert await until(page, MORE_THAN, await page.evaluate(DECODED) + 10)


async def doctor(program, username):
    page = await program.sign_in(username)
    await page.add_init_script(REMEMBER)
    return page


@pytest.fixture
async def talking(program, stage):
    """Station and specialist talk; the second specialist works on another page."""
    case = await accepted_case(stage)
    pages = {name: await doctor(program, name) for name in ("binh", "minh", "lan")}
    for name in ("binh", "minh"):
        page = pages[name]
        await page.goto(f"{program.root}/referrals/{case.referral}")
        await page.get_by_role("button", name="Vào phòng hội chẩn").click()
        await page.wait_for_url(re.compile("/consultations/"))
    await pages["lan"].goto(f"{program.root}/offers")
    await pages["binh"].get_by_role("button", name="Gọi hình").click()
    await (
        pages["minh"].get_by_role("main").get_by_role("button", name="Nghe máy").click()
    )
    for name in ("binh", "minh"):
        await hears_and_sees(pages[name], others=1)
    yield case, pages
    for name in ("minh", "binh"):
        await hang_up(pages[name])
    for page in pages.values():
        await page.context.close()


async def ask_in(page, words, name):
    await (
        page.get_by_role("button", name="Mời thêm người")
        .or_(page.get_by_role("link", name="Mời thêm người"))
        .click()
    )
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Tên hoặc nơi làm việc").fill(words)
    await dialog.get_by_role("button", name=f"Mời {name}").click()
    await expect(dialog).to_be_hidden()


async def rows_of(stage, case):
    async with stage.as_platform() as db:
        attempt = await db.scalar(
            select(CallAttempt)
            .join(Consultation, Consultation.id == CallAttempt.consultation_id)
            .where(Consultation.referral_id == case.referral)
        )
        inside = await db.scalars(
            select(CallParticipant).where(CallParticipant.attempt_id == attempt.id)
        )
        guests = await db.scalars(
            select(ConsultationGuest).where(
                ConsultationGuest.consultation_id == attempt.consultation_id
            )
        )
        return attempt, inside.all(), guests.all()


async def test_three_hear_and_see_each_other_and_two_go_on(program, stage, talking):
    case, pages = talking
    binh, minh, lan = pages["binh"], pages["minh"], pages["lan"]
    await ask_in(minh, "pham ngoc", "ThS.BS. Phạm Ngọc Lan")
    await expect(minh.locator("#guests")).to_contain_text("Đang đổ chuông")
    await lan.get_by_role("link", name="Nghe máy").click()
    await lan.wait_for_url(re.compile("/consultations/"))
    for page in pages.values():
        await hears_and_sees(page, others=2)
        await expect(page.locator("[data-part=people] > .call__person")).to_have_count(
            2
        )
    await expect(
        binh.get_by_role("group", name=re.compile("Phạm Ngọc Lan"))
    ).to_be_visible()
    await expect(
        binh.get_by_role("group", name=re.compile("Trần Quang Minh"))
    ).to_be_visible()
    await expect(
        lan.get_by_role("group", name=re.compile("Nguyễn Thanh Bình"))
    ).to_be_visible()
    await expect(binh.locator("#guests")).to_contain_text("Đã vào cuộc gọi")
    await expect(lan.get_by_text("Mời thêm người")).to_have_count(0)

    await lan.get_by_role("button", name="Gác máy").click()
    await expect(lan.get_by_role("button", name="Vào cuộc gọi")).to_be_visible()
    for page in (binh, minh):
        await expect(page.locator("[data-part=people] > .call__person")).to_have_count(
            1
        )
        await goes_on(page)
        await expect(page.get_by_role("button", name="Tắt micrô")).to_be_visible()

    await binh.get_by_role("button", name="Gác máy").click()
    await expect(minh.get_by_role("button", name="Gọi hình")).to_be_visible()
    await expect(lan.get_by_text("Cuộc gọi đã kết thúc")).to_be_visible()
    attempt, inside, [guest] = await rows_of(stage, case)
    assert attempt.status is AttemptStatus.ENDED
    assert attempt.end_reason is EndReason.HUNG_UP
    assert len(inside) == 3
    assert all(one.joined_at for one in inside)
    assert guest.joined_at is not None
    assert program.errors == []


async def test_files_reach_both_others_and_are_kept_once(program, talking):
    _, pages = talking
    binh, lan = pages["binh"], pages["lan"]
    await ask_in(binh, "Lan", "ThS.BS. Phạm Ngọc Lan")
    await lan.get_by_role("link", name="Nghe máy").click()
    for page in pages.values():
        await hears_and_sees(page, others=2)
    await lan.get_by_role("button", name="Xin ảnh chụp").click()
    for page in pages.values():
        files = page.get_by_role("list", name="Ảnh và tệp của cuộc gọi")
        await expect(files).to_contain_text("Đã lưu vào hồ sơ")
        await expect(files.locator(".upload__item")).to_have_count(1)
        await expect(page.locator("#documents-list img")).to_have_count(1)
    assert program.errors == []


async def test_the_station_goes_and_comes_back_while_the_others_talk(
    program, stage, talking
):
    case, pages = talking
    binh, minh, lan = pages["binh"], pages["minh"], pages["lan"]
    await ask_in(minh, "Lan", "ThS.BS. Phạm Ngọc Lan")
    await lan.get_by_role("link", name="Nghe máy").click()
    for page in pages.values():
        await hears_and_sees(page, others=2)
    await binh.get_by_role("button", name="Gác máy").click()
    for page in (minh, lan):
        await expect(page.locator("[data-part=people] > .call__person")).to_have_count(
            1
        )
        await goes_on(page)
    await binh.get_by_role("button", name="Vào cuộc gọi").click()
    for page in pages.values():
        await hears_and_sees(page, others=2)

    await minh.get_by_role("button", name=re.compile("Kết thúc lời mời")).click()
    await expect(
        lan.get_by_text("Lời mời vào cuộc gọi này đã kết thúc.")
    ).to_be_visible()
    for page in (binh, minh):
        await expect(page.locator("[data-part=people] > .call__person")).to_have_count(
            1
        )
        await goes_on(page)
    answer = await lan.goto(lan.url)
    assert answer.status == 404
    program.errors.clear()  # the browser reports the page that is gone
    attempt, _, [guest] = await rows_of(stage, case)
    assert attempt.status is AttemptStatus.ACCEPTED
    assert guest.ended_at is not None


async def test_three_fit_on_a_telephone_and_are_reached_by_keyboard(program, talking):
    _, pages = talking
    binh, lan = pages["binh"], pages["lan"]
    await binh.set_viewport_size({"width": 360, "height": 740})
    button = binh.get_by_role("button", name="Mời thêm người").or_(
        binh.get_by_role("link", name="Mời thêm người")
    )
    await button.focus()
    await binh.keyboard.press("Enter")
    dialog = binh.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    await expect(dialog.get_by_label("Tên hoặc nơi làm việc")).to_be_focused()
    await binh.keyboard.type("ngoc lan")
    found = dialog.get_by_role("button", name="Mời ThS.BS. Phạm Ngọc Lan")
    await expect(dialog.locator("#guest-results button")).to_have_count(1)
    await found.focus()
    await binh.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    await lan.get_by_role("link", name="Nghe máy").click()
    await hears_and_sees(binh, others=2)
    width = await binh.evaluate("() => document.documentElement.scrollWidth")
    assert width <= 360
    boxes = [
        await card.bounding_box()
        for card in await binh.locator("[data-part=people] > .call__person").all()
    ]
    stage_box = await binh.locator("[data-part=stage]").bounding_box()
    for box in boxes:
        assert box["width"] > 200
        assert box["y"] + box["height"] <= stage_box["y"] + stage_box["height"] + 1
    assert program.errors == []
