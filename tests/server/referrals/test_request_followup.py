"""After the sending: a question of the hospital is answered, a request ends early."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from server.core import clock
from server.notifications.models import Event
from server.patients.models import CaseAccess
from server.referrals.models import Referral, ReferralMessage, ReferralOffer
from server.referrals.states import OfferStatus, Priority, ReferralStatus
from tests.server.referrals.arrange import (
    content,
    draft,
    submitted_referral,
    version_of,
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


async def _ask(stage, referral_id: UUID, question: str) -> None:
    async with stage.acting("thu") as (db, thu):
        row = await db.get_one(Referral, referral_id)
        moment = clock.now()
        db.add(row.move_to(ReferralStatus.NEEDS_INFO, by=thu.id, at=moment))
        db.add(
            ReferralMessage(
                referral_id=row.id, author_id=thu.id, at=moment, text=question
            )
        )


async def test_a_question_of_the_hospital_is_answered_without_losing_the_place(
    visitors, stage
):
    binh = await visitors("binh")
    referral = await submitted_referral(binh)
    before = await _row(stage, referral)
    await _ask(stage, referral, "Xin gửi thêm điện tim")

    await binh.get("/referrals")
    assert "Cần bổ sung (1)" in binh.text
    version = await version_of(binh, referral)
    assert "Xin gửi thêm điện tim" in binh.text
    typed = {"version": version, **content(tests="ECG: ST chênh xuống V4–V6")}
    silent = await binh.post(f"/referrals/{referral}/answer", typed)
    assert silent.status == 422
    assert 'href="#field-answer"' in binh.text

    version = await version_of(binh, referral)
    typed |= {"version": version, "answer": "Đã gửi điện tim lúc 9 giờ"}
    # A request that was sent keeps its addressee, whatever the form says.
    typed |= {"specialty_code": "oncology", "priority": "1"}
    answer = await binh.post(f"/referrals/{referral}/answer", typed)
    assert answer.status == 303, binh.text[:2000]
    after = await _row(stage, referral)
    assert after.status is ReferralStatus.SUBMITTED
    assert (after.submitted_at, after.due_at) == (before.submitted_at, before.due_at)
    assert (after.specialty_code, after.priority) == ("cardiology", Priority.URGENT)
    assert "message.added" in await _told(stage, "thu", referral)


async def _offered(stage, referral_id: UUID) -> None:
    minh = await stage.actor("minh")
    async with stage.acting("thu") as (db, thu):
        row = await db.get_one(Referral, referral_id)
        moment = clock.now()
        db.add(row.move_to(ReferralStatus.OFFERED, by=thu.id, at=moment))
        db.add(
            ReferralOffer(
                referral_id=row.id,
                specialist_id=minh.id,
                offered_by=thu.id,
                offered_at=moment,
                due_at=moment + timedelta(minutes=15),
            )
        )
        db.add(
            CaseAccess(
                referral_id=row.id,
                person_id=minh.id,
                patient_id=row.patient_id,
                station_id=row.station_id,
                hospital_id=row.hospital_id,
                province_code=row.province_code,
                given_at=moment,
            )
        )


@pytest.mark.parametrize("outcome", ["cancelled", "transferred", "patient_died"])
async def test_the_end_of_a_request_ends_offers_and_sight_and_is_told(
    visitors, stage, outcome
):
    binh = await visitors("binh")
    referral = await submitted_referral(binh)
    await _offered(stage, referral)
    reason = {"outcome": outcome, "reason": "Đã chuyển viện lúc 10 giờ"}
    assert (await binh.post(f"/referrals/{referral}/finish", reason)).status == 303

    row = await _row(stage, referral)
    assert row.status.value == outcome
    async with stage.as_platform() as db:
        offer = await db.scalar(
            select(ReferralOffer).where(ReferralOffer.referral_id == referral)
        )
        assert offer.status is OfferStatus.WITHDRAWN
        access = await db.scalar(
            select(CaseAccess).where(CaseAccess.referral_id == referral)
        )
        assert access.ended_at is not None
    assert "offer.closed" in await _told(stage, "minh", referral)
    assert "referral.changed" in await _told(stage, "thu", referral)
    assert (await binh.post(f"/referrals/{referral}/finish", reason)).status == 409


async def test_an_end_needs_a_choice_and_a_reason(visitors):
    binh = await visitors("binh")
    referral = await submitted_referral(binh)
    await binh.get(f"/referrals/{referral}/finish")
    assert (await binh.post(f"/referrals/{referral}/finish", {})).status == 422
    assert "Hãy chọn vì sao kết thúc" in binh.text
    assert "Hãy ghi lý do" in binh.text


async def test_a_draft_is_thrown_away_and_another_can_begin(visitors, stage):
    binh = await visitors("binh")
    referral = await draft(binh)
    reason = {"outcome": "cancelled", "reason": "Nhầm người bệnh"}
    answer = await binh.post(f"/referrals/{referral}/finish", reason)
    assert answer.headers["Location"] == "/referrals"
    row = await _row(stage, referral)
    assert row.status is ReferralStatus.CANCELLED
    assert await draft(binh, row.patient_id) != referral
    dead = {"outcome": "patient_died", "reason": "không thể từ nháp"}
    assert (await binh.post(f"/referrals/{referral}/finish", dead)).status == 409
