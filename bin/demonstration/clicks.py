"""What each person clicks and types in the main job."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from demonstration.cases import CHILD, Case

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

PASSWORD = "mua-xuan-o-tram-xa"  # noqa: S105
_WINDOW = {"width": 1280, "height": 800}


async def sign_in(browser: Browser, root: str, username: str) -> Page:
    """Open a browser of this person's own."""
    context = await browser.new_context(viewport=_WINDOW, locale="vi-VN")
    page = await context.new_page()
    page.set_default_timeout(15_000)
    await page.goto(f"{root}/sign-in")
    await page.get_by_label("Tên đăng nhập").fill(username)
    await page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    await page.get_by_role("main").get_by_role("button", name="Đăng nhập").click()
    await page.wait_for_url(lambda url: "sign-in" not in url)
    return page


async def register(page: Page, root: str, case: Case) -> str:
    """Register the patient; returns the address of their page."""
    await page.goto(f"{root}/patients/new")
    await page.get_by_label("Họ và tên", exact=True).fill(case.name)
    await page.get_by_label("Ngày sinh hoặc năm sinh").fill(case.born)
    await page.get_by_label(case.sex, exact=True).check()
    await page.get_by_role("button", name="Lưu").click()
    await page.get_by_role("heading", name="Hồ sơ người bệnh").wait_for()
    return page.url


async def write(page: Page, case: Case) -> None:
    """Fill in the request, from the patient's page."""
    await page.get_by_role("button", name="Xin hội chẩn từ xa").click()
    await page.locator(f"[name=priority][value='{case.priority}']").check()
    hospital = page.locator("[name=hospital_id]")
    option = hospital.locator("option", has_text="Đa khoa thành phố Cần Thơ")
    await hospital.select_option(await option.get_attribute("value"))
    await page.locator("[name=specialty_code]").select_option(case.specialty)
    await page.locator("summary", has_text="Cách trả lời và hình thức").click()
    await page.locator(f"[name=channel][value={case.channel}]").check()
    for field, text in {
        "reason": case.reason,
        "question_1": case.question,
        "symptoms": "Diễn biến hai ngày nay, chưa dùng thuốc gì thêm ở nhà",
        "pulse": "92",
        "systolic": "158",
        "diastolic": "94",
        "temperature": "37,2",
        "oxygen_saturation": "95",
        "history": "Tăng huyết áp mười năm, uống thuốc không đều",
        "examination": "Tỉnh, tiếp xúc tốt. Tim đều, phổi không ran, không phù",
    }.items():
        await page.locator(f"main [name={field}]").fill(text)


async def agree(page: Page, *, child: bool = False) -> None:
    """Record that the patient, or who speaks for a child, agreed."""
    await page.get_by_role("button", name="Xem lại và gửi").click()
    await page.locator("[name=ground][value=patient_request]").check()
    speaker = "representative" if child else "patient"
    await page.locator(f"[name=given_by][value={speaker}]").check()
    if child:
        await page.locator("[name=giver_name]").fill("Trần Thị Ngọc")
        await page.locator("[name=relation]").fill("mẹ")
    await page.locator("[name=method][value=spoken_witnessed]").check()
    await page.locator("[name=agreed]").check()


async def send(page: Page) -> str:
    """Send what was agreed; returns the number of the case."""
    await page.get_by_role("button", name="Ghi nhận và tiếp tục").click()
    await page.get_by_role("button", name="Gửi yêu cầu").click()
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_contain_text("TX-")
    return (await heading.inner_text()).removeprefix("Ca").strip()


async def ask(page: Page, root: str, case: Case) -> str:
    """Register, write and send without pictures; returns the number."""
    await register(page, root, case)
    await write(page, case)
    await agree(page, child=case is CHILD)
    return await send(page)


async def offer(thu: Page, root: str, number: str) -> None:
    """Offer a case to Dr Minh."""
    await thu.goto(f"{root}/queue")
    await thu.get_by_role("link", name=number).click()
    await thu.get_by_label(re.compile("Trần Quang Minh")).check()
    await thu.get_by_role("button", name="Gửi lời mời").click()
    await thu.get_by_role("heading", name="Đang chờ bác sĩ trả lời").wait_for()


async def conclude(minh: Page, code: str, texts: dict[str, str]) -> None:
    """Fill in the conclusion."""
    for field, text in texts.items():
        await minh.locator(f"[name={field}]").fill(text)
    await minh.locator("[name=diagnosis_code]").fill(code)
    await minh.locator(".combobox__option").first.click()
    await minh.locator("[name=plan]").select_option(index=1)
    await minh.locator("[name=follow_up_on]").fill("30/12/2026")
