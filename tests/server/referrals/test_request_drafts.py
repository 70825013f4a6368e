"""How a request is written: one a patient, saved while it is typed, lost to nobody."""

import asyncio
import re
from uuid import uuid4

import pytest
from sqlalchemy import select

from server.referrals import station_queries
from server.referrals.models import Referral
from tests.server.patients.arrange import register_patient
from tests.server.referrals.arrange import (
    HOSPITAL,
    adult,
    content,
    draft,
    version_of,
    written,
)

JSON = {"Accept": "application/json"}


async def _autosave(binh, referral, version, **fields):
    return await binh.post(
        f"/referrals/{referral}/draft", {"version": version, **fields}, headers=JSON
    )


async def _row(stage, referral_id) -> Referral:
    async with stage.acting("binh") as (db, _):
        return await db.get_one(Referral, referral_id)


async def test_a_second_request_for_the_same_patient_opens_the_first(visitors):
    binh = await visitors("binh")
    patient = await register_patient(binh, **adult())
    first = await draft(binh, patient)
    assert await draft(binh, patient) == first


async def test_impatient_fingers_make_one_draft(visitors, stage):
    binh = await visitors("binh")
    patient = await register_patient(binh, **adult())
    answers = await asyncio.gather(
        *(binh.post(f"/patients/{patient}/referrals") for _ in range(8))
    )
    assert {one.status for one in answers} == {303}
    assert len({one.headers["Location"] for one in answers}) == 1
    async with stage.acting("binh") as (db, actor):
        found = await db.scalars(select(Referral).where(Referral.patient_id == patient))
        assert len(found.all()) == 1
        assert await station_queries.open_of_patient(db, actor, patient) is not None


async def test_a_number_says_the_month_and_nothing_of_how_many_there_are(
    visitors, stage
):
    binh = await visitors("binh")
    row = await _row(stage, await draft(binh))
    assert re.fullmatch(r"TX-\d{4}-[0-9A-HJKMNP-TV-Z]{5}", row.number)


async def test_what_is_typed_is_kept_however_little_it_is(visitors, stage):
    binh = await visitors("binh")
    referral = await draft(binh)
    first = await _autosave(
        binh, referral, "1", reason="Đau", pulse="cao", systolic="999"
    )
    assert (first.status, await first.json()) == (200, {"version": 2})
    row = await _row(stage, referral)
    assert (row.reason, row.vitals) == ("Đau", {"systolic": 999})
    # The same text again changes nothing, so a lost answer may be repeated.
    again = await _autosave(binh, referral, "2", reason="Đau", systolic="999")
    assert await again.json() == {"version": 2}


async def test_two_who_write_at_once_notice_each_other(visitors, stage):
    binh = await visitors("binh")
    referral = await draft(binh)
    await _autosave(binh, referral, "1", reason="bản của người thứ nhất")
    late = await _autosave(binh, referral, "1", reason="bản của người thứ hai")
    assert (late.status, (await late.json())["code"]) == (409, "revision_conflict")
    assert (await _row(stage, referral)).reason == "bản của người thứ nhất"

    old = {"version": "1", **content(reason="bản của người thứ hai")}
    answer = await binh.post(f"/referrals/{referral}/request", old)
    assert answer.status == 409
    assert "bản của người thứ hai" in binh.text
    assert "Người khác vừa sửa yêu cầu này" in binh.text
    assert "bản của người thứ nhất" in binh.text
    # Every link leads to something that can be seen: no field is hidden.
    for place in re.findall(r'href="#(field-[^"]+)"', binh.text):
        assert re.search(rf'<(?!input type="hidden")[^>]*id="{place}"', binh.text)
    # Whoever presses again after that has read the warning.
    version = re.search(r'name="version"[^>]*value="(\d+)"', binh.text)[1]
    answer = await binh.post(
        f"/referrals/{referral}/request", {**old, "version": version}
    )
    assert answer.status == 303
    assert (await _row(stage, referral)).reason == "bản của người thứ hai"


async def test_a_whole_request_is_shown_again_as_it_was_typed(visitors):
    binh = await visitors("binh")
    referral = await draft(binh)
    answer = await written(
        binh, referral, question_2="Liều thuốc nào?", tests="ECG: ST chênh"
    )
    assert answer.headers["Location"] == f"/referrals/{referral}/consent"
    await binh.get(f"/referrals/{referral}/request")
    for kept in (
        "37,2",
        "Liều thuốc nào?",
        "ECG: ST chênh",
        "I20.9",
        "Tăng huyết áp 10 năm",
    ):
        assert kept in binh.text
    assert re.search(rf'value="{HOSPITAL}"[^>]*selected', binh.text)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"pulse": "nhanh"}, "pulse", "Hãy nhập một số nguyên"),
        ({"temperature": "99"}, "temperature", "ngoài khoảng 30–44."),
        ({"provisional_code": "đau đầu"}, "provisional_code", "Mã ICD-10 có dạng"),
        ({"hospital_id": str(uuid4())}, "hospital_id", "Hãy chọn một bệnh viện"),
        ({"hospital_id": "abc"}, "hospital_id", "Hãy chọn một mục"),
        ({"specialty_code": "magic"}, "specialty_code", "Hãy chọn một chuyên khoa"),
        ({"priority": "9"}, "priority", "Hãy chọn một trong các giá trị"),
        ({"reason": "x" * 5001}, "reason", "Nhiều nhất 5000 ký tự"),
    ],
)
async def test_what_cannot_be_used_is_said_beside_its_field(
    visitors, changes, field, sentence
):
    binh = await visitors("binh")
    referral = await draft(binh)
    answer = await written(binh, referral, **changes)
    assert answer.status == 422
    assert sentence in binh.text
    assert f'href="#field-{field}"' in binh.text
    assert "Đau sau xương ức 2 ngày" in binh.text


async def test_characters_that_no_page_can_show_are_dropped(visitors, stage):
    binh = await visitors("binh")
    referral = await draft(binh)
    saved = await _autosave(binh, referral, "1", reason="Đau\x00 ngực\x08\r\ndữ dội")
    assert saved.status == 200
    assert (await _row(stage, referral)).reason == "Đau ngực\ndữ dội"


async def test_markup_in_a_text_stays_text(visitors):
    binh = await visitors("binh")
    referral = await draft(binh)
    await written(binh, referral, symptoms="<script>alert(1)</script>")
    await binh.get(f"/referrals/{referral}/review")
    assert "<script>alert(1)" not in binh.text
    assert "&lt;script&gt;alert(1)" in binh.text


@pytest.mark.parametrize("name", ["hoa", "khoa", "lan", "minh", "quan", "thu"])
async def test_a_draft_is_nobody_elses(visitors, name):
    binh = await visitors("binh")
    patient = await register_patient(binh, **adult())
    referral = await draft(binh, patient)
    stranger = await visitors(name)
    for page in ("request", "review", "consent", "finish"):
        assert (await stranger.get(f"/referrals/{referral}/{page}")).status == 404
    for action in ("request", "draft", "submit", "answer", "finish", "consent"):
        answer = await stranger.post(
            f"/referrals/{referral}/{action}",
            {"version": "1", "outcome": "cancelled", "reason": "thử xem sao"},
        )
        assert answer.status in {404, 422}, action
        assert "Trần Thị Mận" not in stranger.text
    assert (await stranger.post(f"/patients/{patient}/referrals")).status == 404


async def test_who_is_signed_out_is_asked_to_sign_in(visitors):
    nobody = await visitors()
    for path in ("/referrals", f"/referrals/{uuid4()}/request"):
        assert (await nobody.get(path)).headers["Location"].startswith("/sign-in")


async def test_an_address_that_is_no_id_is_not_found(visitors):
    binh = await visitors("binh")
    assert (await binh.get("/referrals/abc/request")).status == 404
    assert await version_of(binh, await draft(binh)) == "1"
