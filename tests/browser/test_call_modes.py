"""Detail for a wound or a film, and auscultation for heart and lungs, in a call that runs."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.pages import hang_up
from tests.browser.talk import (
    AUSCULTATION,
    DETAIL,
    FACE,
    HEART,
    SPEECH,
    WOUND,
    another_chromium,
    press,
    ring,
    sends,
    talk,
)


@pytest.fixture(scope="module")
async def at_the_station():
    async with another_chromium() as browser:
        yield browser


@pytest.fixture
async def talking(program, stage, at_the_station):
    async with talk(program, stage, at_the_station) as both:
        yield both


def level(page: Page):
    return page.locator("[data-part=level]")


async def test_a_wound_is_shown_sharp_and_a_face_in_motion_again(program, talking):
    for page in talking:
        await press(page, DETAIL, down=True)
        await sends(page, WOUND | SPEECH)
        await expect(level(page)).to_have_text(
            "Đang gửi hình rõ chi tiết, ít khung hình"
        )
        await press(page, DETAIL, down=False)
        await sends(page, FACE)
        await expect(level(page)).to_contain_text("360p")
    assert program.errors == []


async def test_a_screen_is_sharp_by_itself_and_leaves_the_camera_as_it_was(
    program, talking
):
    binh, _ = talking
    for detail, after in ((False, FACE), (True, WOUND)):
        if detail:
            await press(binh, DETAIL, down=True)
        await press(binh, "Chia sẻ màn hình", down=True)
        await sends(binh, {k: WOUND[k] for k in ("video.hint", "video.preference")})
        await expect(level(binh)).to_contain_text("rõ chi tiết")
        await press(binh, "Chia sẻ màn hình", down=False)
        await sends(binh, after)
    # Chosen while the screen is shown, it is for the camera that comes after.
    await press(binh, "Chia sẻ màn hình", down=True)
    await press(binh, DETAIL, down=False)
    await sends(binh, {k: WOUND[k] for k in ("video.hint", "video.preference")})
    await press(binh, "Chia sẻ màn hình", down=False)
    await sends(binh, FACE)
    assert program.errors == []


async def test_heart_and_lungs_are_sent_as_they_are_and_the_listener_is_told(
    program, talking
):
    binh, minh = talking
    card = minh.locator("[data-part=person-state]")
    note = binh.locator("[data-part=sound]")
    for _ in range(2):
        await press(binh, AUSCULTATION, down=True)
        await expect(card).to_contain_text("đang cho nghe tim phổi")
        await expect(note).to_contain_text("Đang gửi tiếng tim phổi nguyên bản")
        await sends(binh, HEART)
        await sends(minh, SPEECH)
        await press(binh, AUSCULTATION, down=False)
        await expect(card).to_be_empty()
        await expect(note).to_be_empty()
        await sends(binh, SPEECH)
    # Whoever has switched the microphone off stays silent.
    await press(binh, "Tắt micrô", down=True)
    await press(binh, AUSCULTATION, down=True)
    await sends(binh, HEART | {"audio.enabled": False})
    assert program.errors == []


async def test_both_modes_outlive_a_connection_and_end_with_the_call(program, talking):
    binh, minh = talking
    for key, name in (("Enter", DETAIL), ("Space", AUSCULTATION)):
        button = binh.get_by_role("button", name=name)
        await button.press(key)
        await expect(button).to_have_attribute("aria-pressed", "true")
        await expect(button).to_be_focused()
    await sends(binh, WOUND | HEART)
    await minh.reload()
    await expect(minh.get_by_role("button", name="Tắt micrô")).to_be_visible()
    await expect(minh.locator("[data-part=person-state]")).to_contain_text("tim phổi")
    await sends(binh, WOUND | HEART)
    await hang_up(binh)
    for name in (DETAIL, AUSCULTATION):
        button = binh.get_by_role("button", name=name, include_hidden=True)
        await expect(button).to_have_attribute("aria-pressed", "false")
    await ring(talking)
    await sends(binh, FACE | SPEECH)
    await expect(binh.locator("[data-part=sound]")).to_be_empty()
    assert program.errors == []
