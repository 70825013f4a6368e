"""A call without a mouse: it is announced, answered, refused, steered and ended."""

import re

from playwright.async_api import expect

from tests.browser.test_keyboard import FOCUSED, Hands
from tests.server.consultations.arrange import accepted_case

BANNER = ".incoming-call"
# Where the focus is, in words; "body" means that it was lost.
PLACE = """() => {
  const one = document.activeElement
  return one.dataset.part ?? one.dataset.action ?? one.name ?? one.tagName.toLowerCase()
}"""


async def open_meeting(program, username: str, case) -> Hands:
    hands = Hands(await program.sign_in(username))
    await hands.page.goto(f"{program.root}/referrals/{case.referral}")
    await hands.press("Vào phòng hội chẩn")
    return hands


async def press_key(hands: Hands, text: str, key: str = "Enter") -> None:
    await hands.reach(text=text)
    await hands.page.keyboard.press(key)


async def rung(hands: Hands) -> None:
    """The banner is there, says who calls, and is spoken without being asked."""
    banner = hands.page.get_by_role("region", name="Cuộc gọi đến")
    await expect(banner).to_be_visible()
    await expect(banner.get_by_role("alert")).to_contain_text("Nguyễn Thanh Bình")


async def test_a_call_is_refused_without_losing_what_one_types(program, stage):
    binh = await open_meeting(program, "binh", await accepted_case(stage))
    minh = Hands(await program.sign_in("minh"))
    await minh.page.goto(f"{program.root}/patients")
    await minh.write("q", "thach")
    await press_key(binh, "^Gọi hình$")
    await rung(minh)
    await expect(minh.page).to_have_title(re.compile("Có cuộc gọi đến"))
    # Somebody who types goes on typing.
    await minh.page.keyboard.type(" thi")
    field = minh.page.locator("[name=q]")
    await expect(field).to_have_value("thach thi")
    await press_key(minh, "^Từ chối$")
    await expect(minh.page.locator(BANNER)).to_be_hidden()
    await expect(field).to_be_focused()
    await expect(field).to_have_value("thach thi")
    await expect(minh.page).not_to_have_title(re.compile("cuộc gọi"))
    await expect(binh.page.get_by_text("Bên kia chưa nghe được")).to_be_visible()
    assert await binh.page.evaluate(PLACE) == "stage"
    assert (await binh.page.evaluate(FOCUSED))["isMarked"]
    await minh.page.context.close()
    await binh.page.context.close()
    assert program.errors == []


async def test_a_call_is_answered_steered_and_ended(program, stage):
    binh = await open_meeting(program, "binh", await accepted_case(stage))
    minh = Hands(await program.sign_in("minh"))
    await minh.page.goto(f"{program.root}/offers")
    await press_key(binh, "^Gọi hình$")
    await rung(minh)
    # Nobody types here, so the banner has the focus: two stops lead through it.
    await expect(minh.page.locator(BANNER)).to_be_focused()
    assert (await minh.page.evaluate(FOCUSED))["isMarked"]
    await minh.page.keyboard.press("Tab")
    assert (await minh.page.evaluate(FOCUSED))["text"] == "Nghe máy"
    await minh.page.keyboard.press("Enter")
    await minh.page.wait_for_url(re.compile("/consultations/"))
    for hands in (minh, binh):
        await expect(hands.page.locator("[data-action=microphone]")).to_be_visible()
    # The button that Bình pressed is gone; the focus is not.
    assert await binh.page.evaluate(PLACE) == "stage"

    for action, text in (("microphone", "micrô"), ("camera", "máy quay")):
        button = minh.page.locator(f"[data-action={action}]")
        for key, pressed in (("Space", "true"), ("Enter", "false")):
            if key == "Space":
                await minh.reach(text=text)
            await minh.page.keyboard.press(key)
            await expect(button).to_have_attribute("aria-pressed", pressed)
            await expect(button).to_be_focused()

    await press_key(binh, "^Gác máy$")
    for hands in (binh, minh):
        call = hands.page.locator("[data-action=call-video]")
        await expect(call).to_be_visible()
        place = hands.page.locator("[data-part=stage]")
        await expect(place).to_be_focused()
        await hands.page.keyboard.press("Tab")
        await expect(call).to_be_focused()
    await minh.page.context.close()
    await binh.page.context.close()
    assert program.errors == []
