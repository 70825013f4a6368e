"""The whole job with scripts switched off: forms and links are enough, but for the call."""

import re
from datetime import timedelta

from playwright.async_api import Page, expect

from server.core import clock
from server.demo import PASSWORD
from tests.browser.test_accessibility import sign_in
from tests.browser.test_main_job import (
    offer_to_minh,
    record_consent_and_send,
    register_patient,
    write_request,
)


async def without_scripts(chromium, root: str, username: str) -> Page:
    page = await sign_in(chromium, root, username, java_script_enabled=False)
    page.set_default_timeout(30_000)
    return page


async def conclude(minh: Page) -> None:
    await minh.get_by_role("link", name="Viết kết luận").click()
    await minh.locator("[name=diagnosis_code]").fill("I20")
    await minh.locator("[name=answer_0]").fill("Chưa cần; theo dõi tại trạm 24 giờ")
    await minh.locator("[name=advice]").fill("Nghỉ ngơi, dùng thuốc hạ áp đều")
    due = clock.today() + timedelta(days=7)
    await minh.locator("[name=follow_up_on]").fill(f"{due:%d/%m/%Y}")
    await minh.get_by_role("button", name="Xem lại và ký").click()
    await minh.locator("[name=password]").fill(PASSWORD)
    await minh.get_by_role("button", name="Ký kết luận").click()
    await expect(minh.get_by_text("Bác sĩ chuyên khoa đã ký").first).to_be_visible()


async def test_the_job_is_done_without_scripts(site, chromium):
    root = f"http://{site.host}:{site.port}"
    binh = await without_scripts(chromium, root, "binh")
    patient = await register_patient(binh, root)
    # What a script would have opened stays within reach.
    await write_request(binh)
    number = await record_consent_and_send(binh)

    thu = await without_scripts(chromium, root, "thu")
    await thu.goto(f"{root}/queue")
    await thu.get_by_role("link", name=number).click()
    await thu.get_by_text("Đổi mức ưu tiên hoặc chuyên khoa").click()
    await thu.locator("[name=priority][value='1']").check()
    await thu.locator("[name=change_reason]").fill("Đau ngực có dấu hiệu nặng")
    await thu.get_by_role("button", name="Lưu thay đổi").click()
    await expect(thu.get_by_text("Cấp cứu").first).to_be_visible()
    await offer_to_minh(thu, root, number)

    minh = await without_scripts(chromium, root, "minh")
    await minh.goto(f"{root}/offers")
    await minh.get_by_role("button", name="Nhận ca").click()
    await conclude(minh)

    await binh.goto(patient)
    await binh.get_by_role("link", name="Kết luận hội chẩn").click()
    await binh.locator("[name=decision][value=accepted]").check()
    await binh.get_by_role("button", name="Xác nhận").click()
    reached = re.compile("Chờ trạm phản hồi kết quả|Hạn báo")
    await expect(binh.get_by_text(reached).first).to_be_visible()
