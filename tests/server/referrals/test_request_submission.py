"""The gate of a request, its sending, and the page where it is followed."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from server.core import clock
from server.notifications.models import Event
from server.referrals.models import (
    Referral,
    ReferralChange,
)
from server.referrals.states import Priority, ReferralStatus
from tests.server.referrals.arrange import (
    HOSPITAL,
    agreed,
    content,
    draft,
    submitted_referral,
    version_of,
    written,
)


async def _row(stage, referral_id: UUID) -> Referral:
    async with stage.as_platform() as db:
        return await db.get_one(Referral, referral_id)


async def _told(stage, username: str, referral_id: UUID) -> list[str]:
    person = await stage.actor(username)
    async with stage.as_platform() as db:
        return list(
            await db.scalars(
                select(Event.kind)
                .where(Event.person_id == person.id, Event.subject_id == referral_id)
                .order_by(Event.at)
            )
        )


async def test_an_empty_request_hears_everything_that_is_missing_at_once(visitors):
    binh = await visitors("binh")
    referral = await draft(binh)
    empty = {"version": await version_of(binh, referral)}
    answer = await binh.post(f"/referrals/{referral}/request", empty)
    assert answer.status == 422
    assert "<title>Lỗi: " in binh.text
    for field in (
        "hospital_id",
        "specialty_code",
        "reason",
        "symptoms",
        "question_1",
        "pulse",
        "systolic",
    ):
        assert f'href="#field-{field}"' in binh.text
        assert f'id="field-{field}"' in binh.text


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": "Đau ngực"}, "reason"),
        ({"symptoms": ""}, "symptoms"),
        ({"question_1": "Sao?"}, "question_1"),
        ({"hospital_id": ""}, "hospital_id"),
        ({"specialty_code": ""}, "specialty_code"),
        ({"pulse": ""}, "pulse"),
        ({"systolic": ""}, "systolic"),
        ({"diastolic": ""}, "diastolic"),
        ({"pulse": "900"}, "pulse"),
    ],
)
async def test_each_missing_thing_stops_the_request_and_is_named(
    visitors, changes, code
):
    binh = await visitors("binh")
    referral = await draft(binh)
    assert (await written(binh, referral, **changes)).status == 422
    assert f'href="#field-{code}"' in binh.text
    # Nor does the last step let through what the first has stopped.
    await binh.post(f"/referrals/{referral}/submit")
    assert f'href="#field-{code}"' in binh.text


async def test_a_patient_whom_nobody_could_find_is_completed_first(visitors):
    binh = await visitors("binh")
    referral = await draft(binh, birth_date="", phone="", emergency="yes")
    assert (await written(binh, referral)).status == 422
    assert 'href="#field-patient"' in binh.text


async def test_an_emergency_goes_before_anything_is_measured(visitors, stage):
    binh = await visitors("binh")
    unmeasured = {"pulse": "", "systolic": "", "diastolic": "", "temperature": ""}
    referral = await submitted_referral(binh, priority="1", **unmeasured)
    row = await _row(stage, referral)
    assert row.due_at - row.submitted_at == timedelta(minutes=15)


@pytest.mark.parametrize(
    ("priority", "hours"), [(Priority.URGENT, 2), (Priority.ROUTINE, 24)]
)
async def test_what_is_sent_has_its_due_time_and_the_clinical_minimum(
    visitors, stage, priority, hours
):
    binh = await visitors("binh")
    referral = await submitted_referral(binh, priority=priority.value)
    row = await _row(stage, referral)
    assert row.status is ReferralStatus.SUBMITTED
    assert row.due_at - row.submitted_at == timedelta(hours=hours)
    assert row.patient_age == clock.today().year - 1962 - (
        (clock.today().month, clock.today().day) < (3, 9)
    )
    assert (row.province_code, row.hospital_id) == ("92", HOSPITAL)
    async with stage.as_platform() as db:
        changes = await db.scalars(
            select(ReferralChange).where(ReferralChange.referral_id == referral)
        )
        assert [(one.before, one.after) for one in changes] == [("draft", "submitted")]


async def test_the_coordinator_is_told_and_no_one_else_outside_the_station(
    visitors, stage
):
    binh = await visitors("binh")
    referral = await submitted_referral(binh)
    assert await _told(stage, "thu", referral) == ["referral.changed"]
    for name in ("hoa", "khoa", "minh", "lan", "quan"):
        assert await _told(stage, name, referral) == []


async def test_a_request_goes_once_and_is_not_changed_afterwards(visitors):
    binh = await visitors("binh")
    referral = await submitted_referral(binh)
    assert (await binh.post(f"/referrals/{referral}/submit")).status == 409
    typed = {"version": "9", **content(reason="một lý do hoàn toàn khác")}
    saved = await binh.post(f"/referrals/{referral}/request", typed)
    assert saved.status == 409
    answer = await binh.get(f"/referrals/{referral}/request")
    assert answer.headers["Location"] == f"/referrals/{referral}"


async def test_without_consent_nothing_leaves(visitors, stage):
    binh = await visitors("binh")
    referral = await draft(binh)
    await written(binh, referral)
    answer = await binh.post(f"/referrals/{referral}/submit")
    assert answer.headers["Location"] == f"/referrals/{referral}/consent"
    assert (await _row(stage, referral)).submitted_at is None


async def test_the_check_warns_of_dangerous_signs_and_of_a_specialty_nobody_has(
    visitors,
):
    binh = await visitors("binh")
    referral = await draft(binh)
    await written(
        binh, referral, priority="3", oxygen_saturation="84", specialty_code="oncology"
    )
    await agreed(binh, referral)
    await binh.get(f"/referrals/{referral}/review")
    assert "Có dấu hiệu đáng lo" in binh.text
    assert "chưa có bác sĩ nào nhận chuyên khoa" in binh.text
    assert "Gửi yêu cầu" in binh.text


async def test_todays_page_shows_each_case_where_it_stands(visitors):
    binh = await visitors("binh")
    await submitted_referral(binh, priority="1")
    await draft(binh)
    await binh.get("/referrals")
    assert "Đang chờ bệnh viện (" in binh.text
    assert "Bản nháp (" in binh.text
    assert 'data-on="referral appointment record ' in binh.text
    khoa = await visitors("khoa")
    await khoa.get("/referrals")
    assert "Chưa có việc nào đang chờ" in khoa.text
    assert "Trần Thị Mận" not in khoa.text
    assert (await (await visitors("thu")).get("/referrals")).status == 403
