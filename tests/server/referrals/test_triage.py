"""What a coordinator decides about a request, and who may."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from server.audit.models import AuditEvent
from server.notifications.models import Event
from server.referrals.models import ReferralChange, ReferralMessage
from server.referrals.reasons import REQUEST_REASONS
from server.referrals.states import Priority, ReferralStatus
from server.referrals.triage import DUE_WITHIN
from tests.server.referrals.queued import (
    PATIENT_NAME,
    get_referral,
    ids_of,
    submitted,
)


async def test_the_coordinator_sees_the_clinical_minimum_and_never_a_name(
    visitors, stage
):
    referral_id = await submitted(stage)
    thu = await visitors("thu")
    assert (await thu.get(f"/referrals/{referral_id}/triage")).status == 200, thu.text
    for words in (
        "Đau ngực trái",
        "Nữ, 62 tuổi",
        "Trần Quang Minh",
        "chuyển viện ngay",
    ):
        assert words in thu.text
    assert PATIENT_NAME not in thu.text
    async with stage.as_platform() as db:
        seen = await db.scalar(
            select(AuditEvent).where(
                AuditEvent.action == "referral:view",
                AuditEvent.object_id == str(referral_id),
            )
        )
    assert seen.patient_id is not None


async def test_a_new_priority_counts_from_the_sending(visitors, stage):
    referral_id = await submitted(stage, waited=timedelta(minutes=30))
    thu = await visitors("thu")
    await thu.get(f"/referrals/{referral_id}/triage")
    answer = await thu.post(
        f"/referrals/{referral_id}/triage",
        {
            "priority": Priority.URGENT.value,
            "specialty_code": "internal",
            "change_reason": "Đau tăng nhanh",
        },
    )
    await thu.follow(answer)
    assert "Đau tăng nhanh" in thu.text

    referral = await get_referral(stage, referral_id)
    assert referral.status is ReferralStatus.TRIAGED
    assert referral.specialty_code == "internal"
    assert referral.due_at == referral.submitted_at + DUE_WITHIN[Priority.URGENT]


async def test_a_second_change_stays_in_triage_and_in_the_history(visitors, stage):
    referral_id = await submitted(stage)
    thu = await visitors("thu")
    for priority in (Priority.URGENT, Priority.EMERGENCY):
        answer = await thu.api(
            "POST",
            f"/referrals/{referral_id}/triage",
            {"priority": priority.value, "change_reason": f"Mức {priority:d}"},
        )
        assert answer.status == 200, thu.text
    assert (await answer.json())["priority"] == Priority.EMERGENCY
    async with stage.as_platform() as db:
        reasons = await db.scalars(
            select(ReferralChange.reason)
            .where(ReferralChange.referral_id == referral_id)
            .order_by(ReferralChange.at)
        )
        assert list(reasons)[1:] == ["Mức 2", "Mức 1"]


async def test_what_is_missing_is_asked_of_the_station(visitors, stage):
    referral_id = await submitted(stage)
    thu = await visitors("thu")
    await thu.get(f"/referrals/{referral_id}/triage")
    question = "Chụp lại điện tâm đồ cho rõ"
    await thu.follow(
        await thu.post(f"/referrals/{referral_id}/ask", {"question": question})
    )
    assert question in thu.text
    assert (await get_referral(stage, referral_id)).status is ReferralStatus.NEEDS_INFO
    (binh,) = await ids_of(stage, "binh")
    async with stage.acting("binh") as (db, _):
        asked = await db.scalar(
            select(ReferralMessage).where(ReferralMessage.referral_id == referral_id)
        )
        assert asked.text == question
        kinds = await db.scalars(
            select(Event.kind).where(
                Event.person_id == binh, Event.subject_id == referral_id
            )
        )
        assert set(kinds) == {"referral.changed", "message.added"}


@pytest.mark.parametrize("reason", REQUEST_REASONS)
async def test_a_request_is_declined_for_a_reason_that_can_be_counted(
    visitors, stage, reason
):
    referral_id = await submitted(stage)
    thu = await visitors("thu")
    await thu.get(f"/referrals/{referral_id}/triage")
    answer = await thu.post(
        f"/referrals/{referral_id}/decline",
        {"reason": reason.value, "details": "Xin chuyển người bệnh đến khám"},
    )
    assert answer.headers["Location"] == "/queue"
    await thu.get(f"/referrals/{referral_id}/triage")
    assert reason.label in thu.text
    assert "Mời bác sĩ trả lời" not in thu.text
    async with stage.as_platform() as db:
        change = await db.scalar(
            select(ReferralChange).where(
                ReferralChange.referral_id == referral_id,
                ReferralChange.after == "declined",
            )
        )
    assert change.reason == f"{reason.value}: Xin chuyển người bệnh đến khám"


@pytest.mark.parametrize(
    ("action", "fields", "kept"),
    [
        ("triage", {"priority": "1", "change_reason": "x"}, "Hãy ghi rõ lý do"),
        (
            "triage",
            {"priority": "7", "change_reason": "Vì sao"},
            "Hãy chọn mức ưu tiên",
        ),
        (
            "triage",
            {"specialty_code": "magic", "change_reason": "Vì sao"},
            "Hãy chọn một chuyên khoa",
        ),
        ("offers", {"minutes": "0"}, "Thời hạn trả lời từ 1"),
        ("ask", {"question": "ngắn"}, "Hãy viết rõ cần bổ sung gì"),
        ("decline", {}, "Hãy chọn một lý do"),
        ("decline", {"reason": "busy"}, "Hãy chọn một lý do"),
        ("decline", {"reason": "other"}, "Hãy ghi rõ lý do"),
        ("offers", {}, "Hãy chọn ít nhất một bác sĩ"),
    ],
)
async def test_a_refused_decision_keeps_what_was_typed(
    visitors, stage, *, action, fields, kept
):
    referral_id = await submitted(stage)
    thu = await visitors("thu")
    await thu.get(f"/referrals/{referral_id}/triage")
    answer = await thu.post(f"/referrals/{referral_id}/{action}", fields)
    assert answer.status == 422, thu.text[:2000]
    assert thu.text.count(kept) >= 2  # beside the field and in the summary
    assert "<title>Lỗi: " in thu.text
    for name in fields.keys() & {"change_reason", "question"}:
        assert fields[name] in thu.text
    assert (await get_referral(stage, referral_id)).status is ReferralStatus.SUBMITTED


@pytest.mark.parametrize(
    "status",
    [
        ReferralStatus.ACCEPTED,
        ReferralStatus.ANSWERED,
        ReferralStatus.CONCLUDED,
        ReferralStatus.CANCELLED,
    ],
)
async def test_a_case_that_has_moved_on_is_not_declined(visitors, stage, status):
    referral_id = await submitted(stage, status=status)
    thu = await visitors("thu")
    answer = await thu.api(
        "POST", f"/referrals/{referral_id}/decline", {"reason": "incomplete"}
    )
    assert answer.status == 409
    assert (await answer.json())["code"] == "wrong_state"


async def test_an_unknown_specialty_is_refused(visitors, stage):
    referral_id = await submitted(stage)
    thu = await visitors("thu")
    answer = await thu.api(
        "POST",
        f"/referrals/{referral_id}/triage",
        {"specialty_code": "magic", "change_reason": "Vì sao"},
    )
    assert answer.status == 422
    assert (await answer.json())["errors"][0]["code"] == "specialty_unknown"


_DECISIONS = {
    "triage": {"change_reason": "Vì sao"},
    "ask": {"question": "Xin bổ sung điện tâm đồ"},
    "decline": {"reason": "incomplete"},
    "offers": {"specialist_ids": ["01a2008a-5a0e-7000-8000-000000000000"]},
}


@pytest.mark.parametrize("action", _DECISIONS)
@pytest.mark.parametrize("stranger", ["binh", "hoa", "lan", "quan", "khoa", None])
async def test_a_stranger_learns_nothing(visitors, stage, action, stranger):
    referral_id = await submitted(stage)
    visitor = await visitors(stranger)
    answer = await visitor.api(
        "POST", f"/referrals/{referral_id}/{action}", _DECISIONS[action]
    )
    assert answer.status == (404 if stranger else 401)
    assert (await get_referral(stage, referral_id)).status is ReferralStatus.SUBMITTED


async def test_a_coordinator_of_another_hospital_is_a_stranger(visitors, stage):
    referral_id = await submitted(
        stage, hospital="Bệnh viện Đa khoa khu vực Thốt Nốt (mẫu)"
    )
    thu = await visitors("thu")
    for action, body in _DECISIONS.items():
        answer = await thu.api("POST", f"/referrals/{referral_id}/{action}", body)
        assert answer.status == 404, action
    assert (await thu.get("/referrals/not-an-id/triage")).status == 404
