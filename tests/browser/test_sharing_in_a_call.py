"""Photos and files beside a running call: they arrive, and they stay with the case."""

import re

import pytest
from playwright.async_api import expect

from tests.server.consultations.arrange import accepted_case


@pytest.fixture
async def talking(program, stage):
    """Two who talk: the station's doctor and the specialist, each on the page of the meeting."""
    case = await accepted_case(stage)
    pages = {}
    for username in ("binh", "minh"):
        pages[username] = await program.sign_in(username)
        await pages[username].goto(f"{program.root}/referrals/{case.referral}")
        await pages[username].get_by_role("button", name="Vào phòng hội chẩn").click()
        await pages[username].wait_for_url(re.compile("/consultations/"))
    binh, minh = pages["binh"], pages["minh"]
    await binh.get_by_role("button", name="Gọi hình").click()
    await minh.get_by_role("main").get_by_role("button", name="Nghe máy").click()
    for page in (binh, minh):
        await expect(page.get_by_role("button", name="Tắt micrô")).to_be_visible()
    yield binh, minh
    # Whoever talks is busy for the next test.
    await binh.get_by_role("button", name="Gác máy").click()
    await expect(binh.get_by_role("button", name="Gọi hình")).to_be_visible()
    for page in (binh, minh):
        await page.context.close()


async def test_a_photo_of_the_station_comes_to_the_specialist_and_into_the_case(
    program, talking
):
    binh, _ = talking
    await binh.get_by_role("button", name="Chụp ảnh cho hồ sơ").click()
    for page in talking:
        files = page.get_by_role("list", name="Ảnh và tệp của cuộc gọi")
        await expect(files).to_contain_text("Ảnh chụp")
        await expect(files).to_contain_text("Đã lưu vào hồ sơ")
        await expect(page.locator("#documents-list img")).to_have_count(1)
    assert program.errors == []


async def test_the_specialist_asks_for_a_photo_and_gets_one(program, talking):
    _, minh = talking
    await minh.get_by_role("button", name="Xin ảnh chụp").click()
    for page in talking:
        files = page.get_by_role("list", name="Ảnh và tệp của cuộc gọi")
        await expect(files).to_contain_text("Đã lưu vào hồ sơ")
    size = await minh.locator("#documents-list img").first.evaluate(
        "(image) => Number(image.getAttribute('height'))"
    )
    assert size >= 360
    assert program.errors == []


async def test_a_file_of_either_side_reaches_the_other_and_the_case(program, talking):
    binh, minh = talking
    photo = await binh.screenshot(type="jpeg")
    for sender, name in ((minh, "phac-do.jpg"), (binh, "dien-tim.jpg")):
        await sender.locator("[data-part=file]").set_input_files(
            {"name": name, "mimeType": "image/jpeg", "buffer": photo}
        )
        for page in talking:
            row = page.locator(".upload__item", has_text=name)
            await expect(row).to_contain_text("Đã lưu vào hồ sơ")
    await expect(binh.locator("#documents-list li.document")).to_have_count(2)
    assert program.errors == []


async def test_what_the_server_refuses_is_said_and_can_be_tried_again(program, talking):
    binh, minh = talking
    await binh.locator("[data-part=file]").set_input_files(
        {"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"no pdf at all"}
    )
    row = minh.locator(".upload__item", has_text="x.pdf")
    await expect(row).to_contain_text("Chưa lưu được vào hồ sơ")
    await expect(row.get_by_role("button", name="Lưu lại")).to_be_visible()
    program.errors.clear()  # the browser reports the refusal of the upload
