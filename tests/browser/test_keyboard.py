"""The main job with the keyboard alone: everything is reached, seen, and said."""

import re

from playwright.async_api import Page, expect

from server.demo import PASSWORD

MOST_STEPS = 150
# What has the focus: its name as people read it, whether it is seen, and whether it is marked.
FOCUSED = """() => {
  const one = document.activeElement
  const box = one.getBoundingClientRect()
  const style = getComputedStyle(one)
  const label = one.labels?.[0] ?? null
  const own = getComputedStyle(label ?? one, '::before')
  const shadow = [style.boxShadow, own.boxShadow].some((value) => value && value !== 'none')
  const outline = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
  return {
    name: one.name ?? '',
    value: one.type === 'radio' || one.type === 'checkbox' ? one.value : '',
    text: (one.innerText ?? '').trim(),
    tag: one.tagName.toLowerCase(),
    isSeen: box.width > 0 && box.height > 0,
    isMarked: outline || shadow
  }
}"""


class Hands:
    """A person without a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def reach(self, **wanted) -> None:
        """Press Tab until what is wanted has the focus; each stop must be seen and marked."""
        for _ in range(MOST_STEPS):
            await self.page.keyboard.press("Tab")
            here = await self.page.evaluate(FOCUSED)
            if here["tag"] == "body":
                continue
            assert here["isSeen"], f"the focus is out of sight: {here}"
            assert here["isMarked"], f"the focus is not marked: {here}"
            if all(re.search(text, here[key]) for key, text in wanted.items()):
                return
        raise AssertionError(f"Tab never reaches {wanted} on {self.page.url}")

    async def write(self, name: str, text: str) -> None:
        await self.reach(name=f"^{name}$")
        await self.page.keyboard.type(text)

    async def press(self, text: str) -> None:
        """Press a link or a button that leads to another page."""
        await self.reach(text=text)
        async with self.page.expect_navigation(wait_until="load"):
            await self.page.keyboard.press("Enter")

    async def choose(self, name: str, text: str) -> None:
        """Go down a list with the arrows until the choice stands in it."""
        await self.reach(name=f"^{name}$")
        chosen = self.page.locator(f"[name={name}] option:checked")
        for _ in range(await self.page.locator(f"[name={name}] option").count()):
            await self.page.keyboard.press("ArrowDown")
            if text in await chosen.inner_text():
                return
        raise AssertionError(f"{text} is not in the list")

    async def mark(self, name: str, steps: int = 0) -> None:
        """Go to a group of radio buttons or a checkbox, and along it with the arrows."""
        await self.reach(name=f"^{name}$")
        await self.page.keyboard.press("Space")
        for _ in range(steps):
            await self.page.keyboard.press("ArrowDown")


async def sign_in(chromium, root: str, username: str) -> Hands:
    context = await chromium.new_context(
        viewport={"width": 1280, "height": 900}, locale="vi-VN"
    )
    page = await context.new_page()
    page.set_default_timeout(30_000)
    await page.goto(f"{root}/sign-in")
    hands = Hands(page)
    await hands.write("username", username)
    await hands.write("password", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "sign-in" not in url)
    return hands


async def register(binh: Hands) -> None:
    await binh.press("^Người bệnh$")
    await expect(binh.page).to_have_url(re.compile("/patients$"))
    await binh.press("Đăng ký người bệnh mới")
    # The first field waits for the name already.
    await expect(binh.page.locator("[name=full_name]")).to_be_focused()
    await binh.page.keyboard.type("Sơn Thị Bàn Phím")
    await binh.write("birth_date", "1961")
    await binh.mark("sex", 1)
    await binh.press("^Lưu$")
    await expect(
        binh.page.get_by_role("heading", name="Sơn Thị Bàn Phím")
    ).to_be_visible()


async def write_request(binh: Hands) -> None:
    await binh.press("Xin hội chẩn từ xa")
    await expect(binh.page).to_have_url(re.compile("/request$"))
    await binh.mark("priority")
    await binh.page.keyboard.press("ArrowDown")
    await binh.choose("hospital_id", "Đa khoa thành phố")
    await binh.choose("specialty_code", "Tim mạch")
    await binh.press("Xem lại và gửi")
    await expect_summary(binh.page)
    await binh.write("reason", "Đau ngực trái khi gắng sức")
    await binh.write("question_1", "Có cần chuyển viện ngay không?")
    await binh.write("symptoms", "Đau tức ngực, khó thở nhẹ")
    await binh.write("pulse", "92")
    await binh.write("systolic", "158")
    await binh.write("diastolic", "94")
    await find_diagnosis(binh)
    await binh.press("Xem lại và gửi")
    await expect(binh.page).to_have_url(re.compile("/consent$"))


async def expect_summary(page: Page) -> None:
    """The summary of mistakes has the focus, and its link goes to the field."""
    summary = page.locator(".nhsuk-error-summary")
    await expect(summary).to_be_focused()
    await expect(page).to_have_title(re.compile("^Lỗi: "))
    await page.keyboard.press("Tab")
    target = await page.evaluate("document.activeElement.getAttribute('href')")
    await page.keyboard.press("Enter")
    await expect(page.locator(target)).to_be_focused()


async def find_diagnosis(hands: Hands) -> None:
    """The combobox by its pattern: arrows walk the list, Escape shuts it, Enter chooses."""
    await hands.write("provisional_code", "dau that nguc")
    keyboard, field = hands.page.keyboard, hands.page.locator("[name=provisional_code]")
    await expect(field).to_have_role("combobox")
    await expect(field).to_have_attribute("aria-expanded", "true")
    await keyboard.press("Escape")
    await expect(field).to_have_attribute("aria-expanded", "false")
    await keyboard.type(" ")
    await keyboard.press("Backspace")
    await expect(field).to_have_attribute("aria-expanded", "true")
    await keyboard.press("ArrowDown")
    option = hands.page.locator(
        f"#{await field.get_attribute('aria-activedescendant')}"
    )
    await expect(option).to_have_role("option")
    await expect(option).to_have_attribute("aria-selected", "true")
    await keyboard.press("Enter")
    await expect(field).to_have_value(re.compile(r"^I20"))
    await expect(field).to_be_focused()


async def agree_and_send(binh: Hands) -> str:
    await binh.mark("ground")
    await binh.mark("given_by")
    await binh.mark("method", 1)
    await binh.mark("agreed")
    await binh.press("Ghi nhận và tiếp tục")
    await binh.press("^Gửi yêu cầu$")
    heading = binh.page.get_by_role("heading", level=1)
    await expect(heading).to_contain_text("TX-")
    return re.search(r"TX-[\w-]+", await heading.inner_text())[0]


async def test_the_main_job_is_done_with_the_keyboard_alone(site, chromium):
    root = f"http://{site.host}:{site.port}"
    binh = await sign_in(chromium, root, "binh")
    await register(binh)
    await write_request(binh)
    number = await agree_and_send(binh)

    thu = await sign_in(chromium, root, "thu")
    await thu.press(number)
    await thu.reach(name="^specialist_ids$")
    await thu.page.keyboard.press("Space")
    await thu.reach(name="^specialist_ids$")
    await thu.page.keyboard.press("Space")
    await thu.press("Gửi lời mời")
    await expect(thu.page.get_by_text("Đang mời bác sĩ").first).to_be_visible()

    minh = await sign_in(chromium, root, "minh")
    await minh.press("Nhận ca")
    await expect(minh.page.get_by_text("Bác sĩ đã nhận").first).to_be_visible()
    for hands in (binh, thu, minh):
        await hands.page.context.close()


async def test_the_first_stop_of_a_page_leads_past_its_header(site, chromium):
    binh = await sign_in(chromium, f"http://{site.host}:{site.port}", "binh")
    await binh.page.goto(f"http://{site.host}:{site.port}/referrals")
    await binh.reach(text="Bỏ qua, đến nội dung chính")
    await binh.page.keyboard.press("Enter")
    await expect(binh.page.locator("#main")).to_be_focused()
    await binh.page.keyboard.press("Tab")
    inside = "document.querySelector('#main').contains(document.activeElement)"
    assert await binh.page.evaluate(inside)
    await binh.page.context.close()


async def test_the_account_menu_opens_and_signs_out_by_keyboard(site, chromium):
    binh = await sign_in(chromium, f"http://{site.host}:{site.port}", "binh")
    await binh.reach(text="Nguyễn Thanh Bình")
    await binh.page.keyboard.press("Enter")
    await binh.press("^Đăng xuất$")
    await expect(binh.page).to_have_url(re.compile("/sign-in"))
    await binh.page.context.close()
