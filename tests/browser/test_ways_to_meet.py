"""A ring that no page loses, a word with a refusal, a missed call returned in one click."""

import asyncio
import re

import pytest
from playwright.async_api import expect
from sqlalchemy import update

from server.consultations.models import CallAttempt
from tests.server.consultations.arrange import accepted_case

BANNER = ".incoming-call"
# What the stream of events has told the page, by kind.
TOLD = """
globalThis.told = []
const Plain = EventSource
globalThis.EventSource = class extends Plain {
  constructor(...given) {
    super(...given)
    this.addEventListener('tramxa', ({ data }) => told.push(JSON.parse(data).kind))
  }
}
"""


@pytest.fixture
async def pages(program, stage):
    """Bình in the room of a new case, Dr Minh on the page of patients."""
    async with stage.as_platform() as db:
        await db.execute(update(CallAttempt).values(owed_since=None))
    case = await accepted_case(stage)
    binh, minh = await program.sign_in("binh"), await program.sign_in("minh")
    await binh.goto(f"{program.root}/referrals/{case.referral}")
    await binh.get_by_role("button", name="Vào phòng hội chẩn").click()
    await expect(binh.locator("[data-action=call-audio]")).to_be_visible()
    await minh.goto(f"{program.root}/patients")
    yield binh, minh
    await binh.context.close()
    await minh.context.close()
    assert program.errors == []


async def test_a_ring_follows_to_every_page_and_over_a_reload(pages):
    binh, minh = pages
    await binh.get_by_role("button", name="Gọi tiếng").click()
    await expect(minh.locator(BANNER)).to_be_visible()
    await minh.get_by_role("link", name="Lịch hẹn").click()
    await minh.wait_for_url(re.compile("/appointments"))
    await expect(minh.locator(BANNER)).to_contain_text("Nguyễn Thanh Bình")
    await minh.reload()
    await expect(minh.locator(BANNER)).to_be_focused()
    await expect(minh).to_have_title(re.compile("Có cuộc gọi đến"))
    await binh.get_by_role("button", name="Gác máy").click()
    await expect(minh.locator(BANNER)).to_be_hidden()
    await minh.reload()
    await expect(minh.locator(BANNER)).to_be_hidden()


async def test_the_caller_sees_that_it_rings_and_why_it_is_refused(pages):
    binh, minh = pages
    for button, sentence in (
        ("Đang bận khám", "Bên kia đang bận khám"),
        ("5 phút nữa gọi lại", "Bên kia hẹn gọi lại sau 5 phút"),
        ("Chuyển sang điện thoại", "Bên kia xin chuyển sang điện thoại"),
    ):
        await binh.get_by_role("button", name="Gọi tiếng").click()
        await expect(binh.get_by_text("Máy bên kia đang đổ chuông")).to_be_visible()
        await minh.get_by_role("button", name=button).click()
        await expect(binh.get_by_text(sentence)).to_be_visible()
        await expect(minh.locator(BANNER)).to_be_hidden()
        await expect(binh.locator("[data-action=call-video]")).to_be_visible()
    # Two tries have come to nothing: what else can be done stands in order, by itself.
    ways = binh.get_by_role("region", name="Chưa gọi được nhau? Ba cách, theo thứ tự")
    await expect(ways).to_be_visible()
    await ways.get_by_role("button", name="Đã gọi điện thoại").click()
    await expect(binh.get_by_text("Đã nói chuyện qua điện thoại")).to_be_visible()
    await expect(ways).to_be_hidden()


async def test_the_caller_sees_that_it_rings_when_the_line_brings_that_first(pages):
    binh, _ = pages
    told = asyncio.Event()

    async def answer_late(route):
        answer = await route.fetch()
        await told.wait()
        await route.fulfill(response=answer)

    await binh.add_init_script(TOLD)
    await binh.reload()
    await binh.route("**/api/v1/consultations/*/calls", answer_late)
    await binh.get_by_role("button", name="Gọi tiếng").click()
    await binh.wait_for_function("() => told.includes('call.reached')")
    told.set()
    await expect(binh.get_by_text("Máy bên kia đang đổ chuông")).to_be_visible()
    await binh.get_by_role("button", name="Gác máy").click()
    await expect(binh.locator("[data-action=call-audio]")).to_be_visible()


async def test_a_missed_call_is_counted_at_once_and_returned_in_one_click(pages):
    binh, minh = pages
    await binh.get_by_role("button", name="Gọi tiếng").click()
    await expect(minh.locator(BANNER)).to_be_visible()
    await binh.get_by_role("button", name="Gác máy").click()
    badge = minh.get_by_role("navigation").locator(".badge")
    await expect(badge).to_contain_text("1")
    await minh.get_by_role("link", name="Việc của tôi").click()
    missed = minh.get_by_role("region", name="Cuộc gọi nhỡ")
    await expect(missed).to_contain_text("Nguyễn Thanh Bình")
    await missed.get_by_role("button", name="Gọi lại").click()
    await minh.wait_for_url(re.compile("/consultations/"))
    await expect(binh.get_by_text("Bên kia đang gọi")).to_be_visible()
    await binh.get_by_role("main").get_by_role("button", name="Nghe máy").click()
    for page in (binh, minh):
        await expect(page.locator("[data-action=microphone]")).to_be_visible()
    await minh.get_by_role("button", name="Gác máy").click()
    await minh.get_by_role("link", name="Việc của tôi").click()
    await expect(missed).to_be_hidden()


async def test_who_has_no_microphone_says_so_by_hanging_up(pages):
    binh, minh = pages
    await binh.add_init_script(
        "navigator.mediaDevices.getUserMedia ="
        " () => Promise.reject(new DOMException('', 'NotAllowedError'))"
    )
    await binh.reload()
    await expect(binh.get_by_text("Trình duyệt đang chặn micrô")).to_be_visible()
    await binh.get_by_role("button", name="Gọi tiếng").click()
    await minh.get_by_role("link", name="Nghe máy").click()
    await expect(binh.locator("[data-action=microphone]")).to_be_visible()
    await binh.get_by_role("button", name="Gác máy").click()
    for page in (binh, minh):
        sentence = page.get_by_text("Một bên không dùng được máy quay hoặc micrô")
        await expect(sentence).to_be_visible()


async def test_without_scripts_a_ring_is_seen_and_refused(program, pages):
    binh, _ = pages
    plain = await program.sign_in("minh", java_script_enabled=False)
    await binh.get_by_role("button", name="Gọi tiếng").click()
    await expect(binh.get_by_text("Máy bên kia đang đổ chuông")).to_be_visible()
    await plain.goto(f"{program.root}/availability")
    await expect(plain.locator(BANNER)).to_contain_text("Nguyễn Thanh Bình")
    await plain.get_by_role("button", name="Đang bận khám").click()
    await plain.wait_for_url(re.compile("/referrals/"))
    await expect(plain.locator(BANNER)).to_be_hidden()
    await expect(binh.get_by_text("Bên kia đang bận khám")).to_be_visible()
    await plain.context.close()
