"""The minutes: one page of A4, Vietnamese intact, and nothing typed is ever markup."""

from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from server.audit.models import AuditEvent
from server.consultations.models import CallAttempt, CallParticipant, Consultation
from server.core import clock
from server.core.ids import new_token
from server.demo import demo_id
from server.patients.models import Patient
from server.referrals.models import Referral, ReferralDetails
from tests.server.records.arrange import (
    add_call,
    amend,
    described_case,
    respond,
    sign,
)
from tests.server.referrals.queued import add_colleague

HOSTILE = '#read("/etc/passwd") [x] $y$ \\ % @a *b* _c_ `d` <e> "f" -- // /* #{1+1}'


async def minutes(visitor, record: str, query: str = "") -> PdfReader:
    answer = await visitor.http.get(
        visitor.root.with_path(f"{record}/minutes.pdf").with_query(query)
    )
    assert answer.status == 200
    assert answer.content_type == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    return PdfReader(BytesIO(await answer.read()))


def words(pdf: PdfReader) -> str:
    """The text with single spaces, however its lines were broken."""
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


async def test_the_minutes_of_a_usual_case_fill_one_page(visitors, stage):
    case = await described_case(stage)
    await add_call(stage, case)
    minh, binh = await visitors("minh"), await visitors("binh")
    record = await sign(minh, case)
    await respond(binh, record, text="Gia đình đồng ý chuyển.")

    pdf = await minutes(binh, record)

    assert len(pdf.pages) == 1
    assert [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == [595, 842]
    said = words(pdf)
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "SỞ Y TẾ THÀNH PHỐ CẦN THƠ",
        "TRÍCH BIÊN BẢN HỘI CHẨN TỪ XA",
        "Nguyễn Văn Mẫu",
        "05/09/1958 – 60 tuổi",
        "Khơ-me",
        "Nông dân",
        "Số 12, ấp Thạnh Lợi",
        "Huyết áp 150/90 mmHg",
        "Penicillin",
        "Câu hỏi 2: Dùng thuốc nào trước khi chuyển?",
        "Aspirin 162 mg nhai, theo dõi huyết áp mỗi 15 phút.",
        "I20.9",
        "Chủ trì: BS.CKII Trần Quang Minh (giấy phép hành nghề số DEMO-MINH)",
        "BS. Nguyễn Thanh Bình (giấy phép hành nghề số DEMO-BINH)",
        "Phạm Ngọc Lan",
        "Gọi hình",
        "12 phút 0 giây",
        "1 lần gọi không thành",
        "bác sĩ tại trạm quyết định và chịu trách nhiệm",
        "Tiếp nhận và làm theo kết luận. Gia đình đồng ý chuyển.",
        "không phải chữ ký số",
    ):
        assert part in said, part


async def test_a_guest_of_the_call_stands_with_the_own_workplace(visitors, stage):
    case = await described_case(stage)
    await add_call(stage, case)
    elsewhere = demo_id("Bệnh viện Đa khoa khu vực Thốt Nốt (mẫu)")
    async with stage.as_platform() as db:
        guest = await add_colleague(db, "phuong", "minh", elsewhere)
        talked = await db.scalar(
            select(CallParticipant.attempt_id)
            .join(CallAttempt, CallAttempt.id == CallParticipant.attempt_id)
            .join(Consultation, Consultation.id == CallAttempt.consultation_id)
            .where(Consultation.referral_id == case.referral)
        )
        db.add(
            CallParticipant(
                participant=new_token(),
                attempt_id=talked,
                person_id=guest.id,
                joined_at=clock.now(),
            )
        )
    minh = await visitors("minh")
    said = words(await minutes(minh, await sign(minh, case)))
    [_, invited] = said.split("Người được mời")
    assert invited.lstrip(" :").startswith("Người phuong (giấy phép")
    assert "Thốt Nốt" in invited


async def test_its_fonts_travel_with_it(visitors, stage):
    case = await described_case(stage)
    minh = await visitors("minh")
    pdf = await minutes(minh, await sign(minh, case))
    fonts = pdf.pages[0]["/Resources"]["/Font"]
    assert fonts
    for font in fonts.values():
        drawn = font.get_object()["/DescendantFonts"][0].get_object()
        assert "BeVietnamPro" in drawn["/BaseFont"] or "DejaVu" in drawn["/BaseFont"]
        assert "/FontFile2" in drawn["/FontDescriptor"].get_object()


async def test_what_was_typed_comes_out_as_it_was_typed(visitors, stage):
    case = await described_case(stage, reason=HOSTILE, questions=[HOSTILE])
    async with stage.as_platform() as db:
        patient = await db.get_one(Patient, case.patient)
        patient.full_name = patient.current_address = patient.allergies = HOSTILE
        details = await db.get_one(ReferralDetails, case.referral)
        details.history = details.examination = details.tests = HOSTILE
        (await db.get_one(Referral, case.referral)).symptoms = HOSTILE
    minh, binh = await visitors("minh"), await visitors("binh")
    fields = ("findings", "diagnosis_text", "answer_0", "advice", "plan_text")
    typed = {**dict.fromkeys(fields, HOSTILE), "answer_1": None}
    record = await sign(minh, case, **typed)
    await respond(binh, record, text=HOSTILE)

    pdf = await minutes(binh, record)

    assert words(pdf).count(HOSTILE) == 15
    assert "root:" not in words(pdf)


async def test_lines_that_were_typed_stay_lines_and_a_long_case_flows_over(
    visitors, stage
):
    case = await described_case(stage)
    minh = await visitors("minh")
    record = await sign(minh, case, findings="\n".join(["Dòng dài " * 10] * 60))
    pdf = await minutes(minh, record)
    assert len(pdf.pages) > 1
    assert "Trang 2/" in words(pdf)


@pytest.mark.parametrize(
    ("query", "answer"), [("?version=3", 404), ("?version=x", 422)]
)
async def test_only_versions_that_exist_have_minutes(visitors, stage, query, answer):
    case = await described_case(stage)
    minh = await visitors("minh")
    record = await sign(minh, case)
    assert (await minh.get(f"{record}/minutes.pdf{query}")).status == answer


async def test_each_version_keeps_its_own_minutes(visitors, stage):
    case = await described_case(stage)
    minh = await visitors("minh")
    record = await sign(minh, case)
    first = words(await minutes(minh, record))
    await amend(minh, record, advice="Nhịn ăn trước khi chuyển.")
    now, old = await minutes(minh, record), await minutes(minh, record, "version=1")
    assert words(old) == first
    assert "Bản bổ sung số 2. Lý do: Có thêm kết quả xét nghiệm men tim" in words(now)
    assert "Nhịn ăn trước khi chuyển." in words(now)


async def test_each_export_leaves_a_trail(visitors, stage):
    case = await described_case(stage)
    minh = await visitors("minh")
    record = await sign(minh, case)
    await minutes(minh, record)
    async with stage.as_platform() as db:
        exports = select(func.count()).where(
            AuditEvent.action == "record:export", AuditEvent.patient_id == case.patient
        )
        assert await db.scalar(exports) == 1
