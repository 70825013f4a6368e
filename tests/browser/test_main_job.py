"""The main job by clicking: one asks, one offers, two talk, one signs, and a count rises."""

import io
import re

import pypdf
from playwright.async_api import Page, expect
from sqlalchemy import select

from server.consultations.models import CallAttempt, CallParticipant, Consultation
from server.consultations.states import AttemptStatus, EndReason
from server.demo import PASSWORD
from server.records.models import Record
from server.records.states import RecordStatus
from server.referrals.models import Referral

MEDIA = """async () => {
  const video = document.querySelector('[data-part=remote]')
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  const samples = new Float32Array(analyser.fftSize)
  let heard = null
  let frames = 0
  let sound = 0
  for (let tries = 0; tries < 200 && !(frames && sound); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    if (video.srcObject && video.srcObject !== heard) {
      heard = video.srcObject
      context.createMediaStreamSource(heard).connect(analyser)
    }
    frames = video.getVideoPlaybackQuality().totalVideoFrames
    analyser.getFloatTimeDomainData(samples)
    sound = Math.max(sound, ...samples.map(Math.abs))
  }
  await context.close()
  return {frames, sound}
}"""


async def shown_counts(quan: Page, root: str, dimension: str) -> dict[str, list[int]]:
    """Return the totals by row of the report of this month."""
    await quan.goto(f"{root}/reports?period=month&by={dimension}")
    rows = quan.locator("table.counts-table :is(tbody, tfoot) tr")
    found = {}
    for row in await rows.all():
        cells = [text.strip() for text in await row.locator("th, td").all_inner_texts()]
        if len(cells) > 4:
            found[cells[0]] = [int(cell) for cell in cells[1:5]]
    return found


async def register_patient(
    binh: Page, root: str, name: str = "Thạch Thị Sa Rương", born: str = "1957"
) -> str:
    await binh.goto(f"{root}/patients")
    await binh.get_by_role(
        "link", name=re.compile("người bệnh mới|Đăng ký")
    ).first.click()
    await binh.get_by_label("Họ và tên", exact=True).fill(name)
    await binh.get_by_label("Ngày sinh hoặc năm sinh").fill(born)
    await binh.get_by_label("Nữ", exact=True).check()
    await binh.get_by_role("button", name="Lưu").click()
    await expect(binh.get_by_role("heading", name="Hồ sơ người bệnh")).to_be_visible()
    return binh.url


async def write_request(binh: Page) -> None:
    await binh.get_by_role("button", name="Xin hội chẩn từ xa").click()
    await binh.locator("[name=priority][value='2']").check()
    hospital = binh.locator("[name=hospital_id]")
    choice = hospital.locator("option", has_text="Đa khoa thành phố Cần Thơ")
    await hospital.select_option(await choice.get_attribute("value"))
    await binh.locator("[name=specialty_code]").select_option("cardiology")
    await binh.locator("[name=channel][value=video]").check()
    await binh.locator("#field-reason").fill(
        "Đau ngực trái lan vai khi gắng sức, hai ngày nay"
    )
    await binh.locator("[name=question_1]").fill(
        "Có cần chuyển viện ngay trong hôm nay không?"
    )
    await binh.locator("[name=symptoms]").fill(
        "Đau tức ngực trái, khó thở nhẹ khi đi bộ"
    )
    await binh.locator("[name=pulse]").fill("92")
    await binh.locator("[name=systolic]").fill("158")
    await binh.locator("[name=diastolic]").fill("94")
    await binh.locator("[name=history]").fill(
        "Tăng huyết áp mười năm, uống thuốc không đều"
    )
    await binh.get_by_role("button", name=re.compile("Xem lại và gửi")).click()


async def record_consent_and_send(binh: Page) -> str:
    await binh.locator("[name=ground][value=patient_request]").check()
    await binh.locator("[name=given_by][value=patient]").check()
    await binh.locator("[name=method][value=spoken_witnessed]").check()
    await binh.locator("[name=agreed]").check()
    await binh.get_by_role("button", name="Ghi nhận và tiếp tục").click()
    await binh.get_by_role("button", name="Gửi yêu cầu").click()
    heading = binh.get_by_role("heading", level=1)
    await expect(heading).to_contain_text("TX-")
    return (await heading.inner_text()).removeprefix("Ca").strip()


async def offer_to_minh(thu: Page, root: str, number: str) -> None:
    await thu.goto(f"{root}/queue")
    await thu.get_by_role("link", name=number).click()
    await thu.get_by_label(re.compile("Trần Quang Minh")).check()
    await thu.get_by_role("button", name="Gửi lời mời").click()
    await expect(thu.get_by_text("Đang mời bác sĩ").first).to_be_visible()


async def test_a_station_asks_and_a_specialist_answers_by_video(program, stage):
    root = program.root
    quan = await program.sign_in("quan")
    dimensions = ("station", "hospital", "specialty")
    before = {one: await shown_counts(quan, root, one) for one in dimensions}

    binh = await program.sign_in("binh")
    patient_page = await register_patient(binh, root)
    await write_request(binh)
    number = await record_consent_and_send(binh)

    thu = await program.sign_in("thu")
    minh = await program.sign_in("minh")
    await offer_to_minh(thu, root, number)
    # Nobody reloads: the offer reaches the specialist's open page by itself.
    await minh.get_by_role("link", name=number).click()
    await minh.get_by_role("button", name="Nhận ca").click()
    await expect(binh.get_by_text("Bác sĩ đã nhận").first).to_be_visible()

    await minh.get_by_role("button", name="Vào phòng hội chẩn").click()
    await binh.goto(binh.url)
    await binh.get_by_role("button", name="Vào phòng hội chẩn").click()
    await binh.get_by_role("button", name="Gọi hình").click()
    await minh.get_by_role("button", name="Nghe máy").click()
    for page in (binh, minh):
        await expect(page.get_by_role("button", name="Tắt micrô")).to_be_visible()
        heard = await page.evaluate(MEDIA)
        assert heard["frames"] > 0
        assert heard["sound"] > 0

    await binh.reload()
    await expect(binh.get_by_role("button", name="Tắt micrô")).to_be_visible()
    assert (await binh.evaluate(MEDIA))["sound"] > 0

    await write_conclusion(minh)
    await binh.get_by_role("button", name="Gác máy").click()
    await expect(minh.get_by_role("button", name="Gọi hình")).to_be_visible()
    await sign(minh)

    await binh.goto(patient_page)
    await binh.get_by_role("link", name="Kết luận hội chẩn").click()
    await binh.locator("[name=decision][value=accepted]").check()
    await binh.get_by_role("button", name="Xác nhận").click()
    accepted = binh.get_by_text(
        re.compile("Trạm đã tiếp nhận|Đã hoàn tất|Chờ trạm phản hồi")
    )
    await expect(accepted.first).to_be_visible()

    await check_rows(stage, number)
    await check_minutes(binh, root, number)
    after = {one: await shown_counts(quan, root, one) for one in dimensions}
    for dimension in dimensions:

        def earlier(name: str, dimension: str = dimension) -> list[int]:
            return before[dimension].get(name, [0] * 4)

        risen = {
            name: [now - then for now, then in zip(counts, earlier(name), strict=True)]
            for name, counts in after[dimension].items()
        }
        changed = {name: rise for name, rise in risen.items() if any(rise)}
        assert all(rise == [1, 1, 0, 1] for rise in changed.values()), changed
        assert len(changed) == 2  # the row of the subject, and the sum
    assert program.errors == []


async def write_conclusion(minh: Page) -> None:
    await minh.locator("[name=findings]").fill(
        "Đau ngực kiểu mạch vành, huyết áp chưa kiểm soát"
    )
    code = minh.locator("[name=diagnosis_code]")
    await code.fill("I20")
    await minh.locator("[name=answer_0]").fill(
        "Chưa cần chuyển ngay; theo dõi sát tại trạm 24 giờ"
    )
    await minh.locator("[name=advice]").fill(
        "Nghỉ ngơi, dùng thuốc hạ áp đều, đo điện tim lại sáng mai"
    )
    await minh.locator("[name=plan]").select_option(index=1)
    await minh.locator("[name=follow_up_on]").fill("30/12/2026")


async def sign(minh: Page) -> None:
    await minh.get_by_role("button", name="Xem lại và ký").click()
    await minh.locator("[name=password]").fill(PASSWORD)
    await minh.get_by_role("button", name="Ký kết luận").click()
    await expect(minh.get_by_text("Bác sĩ chuyên khoa đã ký").first).to_be_visible()


async def check_rows(stage, number: str) -> None:
    async with stage.as_platform() as db:
        referral = await db.scalar(select(Referral).where(Referral.number == number))
        meeting = await db.scalar(
            select(Consultation).where(Consultation.referral_id == referral.id)
        )
        [attempt] = (
            await db.scalars(
                select(CallAttempt).where(CallAttempt.consultation_id == meeting.id)
            )
        ).all()
        people = (
            await db.scalars(
                select(CallParticipant).where(CallParticipant.attempt_id == attempt.id)
            )
        ).all()
        record = await db.scalar(
            select(Record).where(Record.referral_id == referral.id)
        )
    assert attempt.status is AttemptStatus.ENDED
    assert attempt.end_reason is EndReason.HUNG_UP
    assert attempt.connected_at is not None
    assert attempt.seconds is not None
    assert len(people) == 2
    assert all(one.joined_at for one in people)
    assert record.status in {RecordStatus.FEEDBACK_DUE, RecordStatus.CLOSED}
    assert record.version == 1


async def check_minutes(binh: Page, root: str, number: str) -> None:
    link = binh.get_by_role("link", name=re.compile("Biên bản hội chẩn")).first
    address = await link.get_attribute("href")
    answer = await binh.context.request.get(f"{root}{address}")
    assert answer.status == 200
    reader = pypdf.PdfReader(io.BytesIO(await answer.body()))
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert len(reader.pages) == 1
    for words in (number, "Thạch Thị Sa Rương", "HỘI CHẨN", "I20", "Trần Quang Minh"):
        assert words in text
