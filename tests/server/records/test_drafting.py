"""The draft beside the call: saved at every pause, seen by its writer only."""

import re

import pytest
from sqlalchemy import select

from server.audit.models import AuditEvent
from server.patients.models import CaseAccess
from server.records.models import Record
from server.referrals.models import Referral
from server.referrals.states import ReferralStatus
from tests.server.records.arrange import conclusion, described_case, save_draft


def revision_shown(visitor) -> int:
    return int(re.search(r'name="version"\s+value="(\d+)"', visitor.text)[1])


async def test_what_is_typed_comes_back_with_its_gaps(visitors, stage):
    case = await described_case(stage)
    minh = await visitors("minh")
    path = f"/referrals/{case.referral}/record"
    assert (await minh.get(path)).status == 200
    assert "Câu hỏi 2: Dùng thuốc nào trước khi chuyển?" in minh.text

    assert await save_draft(minh, case, answer_0="", plan=None) == 1
    await minh.get(path)

    assert "Aspirin 162 mg nhai" in minh.text
    assert "I20.9" in minh.text
    assert revision_shown(minh) == 1


async def test_a_save_that_knows_only_the_older_text_is_refused(visitors, stage):
    case = await described_case(stage)
    minh = await visitors("minh")
    await minh.get("/account/password")
    await save_draft(minh, case)
    path = f"/referrals/{case.referral}/record/draft"
    late = {**conclusion(findings="Bản gõ ở máy khác"), "version": 0}

    script = await minh.post(path, late, headers={"Accept": "application/json"})
    assert script.status == 409
    assert (await script.json())["code"] == "draft_moved_on"

    page = await minh.post(path, late)
    assert page.status == 409
    assert "Bản gõ ở máy khác" in minh.text
    assert revision_shown(minh) == 1


async def test_the_same_autosave_sent_twice_saves_once(visitors, stage):
    case = await described_case(stage)
    minh = await visitors("minh")
    path = f"/referrals/{case.referral}/record/draft"
    headers = {"Accept": "application/json", "Idempotency-Key": "a-key-of-the-script"}
    typed = [("csrf_token", minh.csrf), ("findings", "Ổn"), ("version", "0")]
    for _ in range(2):
        answer = await minh.post(path, data=typed, headers=headers)
        assert (await answer.json())["version"] == 1


async def test_nobody_but_its_writer_sees_a_draft(visitors, stage):
    case = await described_case(stage)
    await save_draft(await visitors("minh"), case)
    async with stage.as_platform() as db:
        record = await db.scalar(
            select(Record.id).where(Record.referral_id == case.referral)
        )
    for username in ("binh", "hoa", "khoa", "lan", "thu", "quan", "admin"):
        somebody = await visitors(username)
        for path in (
            f"/referrals/{case.referral}/record",
            f"/referrals/{case.referral}/record/sign",
            f"/records/{record}",
            f"/records/{record}/minutes.pdf",
        ):
            assert (await somebody.get(path)).status == 404, (username, path)
        answer = await somebody.api(
            "PUT",
            f"/referrals/{case.referral}/record",
            {"findings": "lạ", "version": 1},
        )
        assert answer.status == 404, username
    stranger = await visitors()
    answer = await stranger.get(f"/referrals/{case.referral}/record")
    assert answer.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("status", list(ReferralStatus))
async def test_a_draft_is_written_only_while_the_case_can_be_answered(
    visitors, stage, status
):
    case = await described_case(stage)
    async with stage.as_platform() as db:
        referral = await db.get_one(Referral, case.referral)
        referral.status = status  # arranged: the moves have their own tests
    minh = await visitors("minh")
    answer = await minh.api(
        "PUT", f"/referrals/{case.referral}/record", {"findings": "Ổn", "version": 0}
    )
    open_cases = {"accepted", "in_consultation", "answered"}
    assert answer.status == (200 if status in open_cases else 409)


async def test_a_case_that_is_handed_over_keeps_its_draft(visitors, stage):
    case = await described_case(stage)
    await save_draft(await visitors("minh"), case)
    lan_id = (await stage.actor("lan")).id
    async with stage.as_platform() as db:
        given = await db.scalar(
            select(CaseAccess).where(CaseAccess.referral_id == case.referral)
        )
        db.add(
            CaseAccess(
                referral_id=case.referral,
                person_id=lan_id,
                patient_id=case.patient,
                station_id=given.station_id,
                hospital_id=given.hospital_id,
                province_code=given.province_code,
                given_at=given.given_at,
            )
        )
        (await db.get_one(Referral, case.referral)).specialist_id = lan_id
    lan = await visitors("lan")
    await lan.get(f"/referrals/{case.referral}/record")
    assert "Aspirin 162 mg nhai" in lan.text
    minh = await visitors("minh")
    assert (await minh.get(f"/referrals/{case.referral}/record")).status == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [("plan", "fly"), ("version", "x"), ("answer_x", "?"), ("findings", "a" * 6001)],
)
async def test_what_the_form_does_not_know_is_refused_and_kept(
    visitors, stage, field, value
):
    case = await described_case(stage)
    minh = await visitors("minh")
    answer = await minh.post(
        f"/referrals/{case.referral}/record/draft",
        {**conclusion(), "version": "0", field: value},
    )
    assert answer.status == 422
    assert "Aspirin 162 mg nhai" in minh.text


async def test_each_save_leaves_a_trail_without_its_text(visitors, stage):
    case = await described_case(stage)
    await save_draft(await visitors("minh"), case)
    async with stage.as_platform() as db:
        row = await db.scalar(
            select(AuditEvent).where(
                AuditEvent.patient_id == case.patient,
                AuditEvent.action == "record:draft",
            )
        )
    assert row.detail == {"revision": "1"}
