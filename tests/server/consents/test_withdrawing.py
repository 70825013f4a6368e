"""What a patient agreed to, a patient can take back, as easily as it was given."""

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import ProgrammingError

from server.audit.models import AuditEvent
from server.consents.models import Consent, GivenBy, Method
from server.consultations.models import CallAttempt
from server.records.models import Record
from server.records.states import RecordStatus
from server.referrals.states import OfferStatus, ReferralStatus
from tests.contract.case_parts import consent_of
from tests.server.records.arrange import add_call, described_case, sign
from tests.server.referrals import queued
from tests.server.referrals.arrange import (
    agreed,
    draft,
    submitted_referral,
    written,
)

BY_PATIENT = {"asked_by": "patient", "method": "spoken_witnessed"}
EMERGENCY = {"ground": "emergency", "reason": "Hôn mê, không có người nhà"}


async def withdrawn(visitor, case, **said):
    path = f"/referrals/{case}/consent/withdrawal"
    return await visitor.post(path, {**BY_PATIENT, **said})


async def consents_of(stage, case):
    async with stage.as_platform() as db:
        return (
            await db.scalars(select(Consent).where(Consent.referral_id == case))
        ).all()


async def status_of(stage, case):
    return (await queued.get_referral(stage, case)).status


async def case_with_consent(stage):
    """A case that Dr Minh holds, with the patient's consent."""
    case = await described_case(stage)
    async with stage.as_platform() as db:
        db.add(consent_of(await queued.get_referral(stage, case.referral)))
    return case


async def test_who_took_it_back_when_how_and_why_is_kept(visitors, stage):
    binh = await visitors("binh")
    case = await submitted_referral(binh)
    await binh.get(f"/referrals/{case}/consent/withdrawal")
    assert "Yêu cầu sẽ bị hủy ngay" in binh.text
    mother = {"asker_name": "Lê Thị Bé", "relation": "mẹ", "reason": "Gia đình đổi ý"}
    await withdrawn(binh, case, asked_by="representative", **mother)
    (consent,) = await consents_of(stage, case)
    assert consent.withdrawn_at is not None
    assert consent.withdrawal_recorded_by == (await stage.actor("binh")).id
    assert consent.withdrawal_asked_by is GivenBy.REPRESENTATIVE
    assert consent.withdrawal_method is Method.SPOKEN_WITNESSED
    assert consent.withdrawal_asker_name == "Lê Thị Bé"
    assert consent.withdrawal_relation == "mẹ"
    assert consent.withdrawal_reason == "Gia đình đổi ý"
    async with stage.as_platform() as db:
        written_down = await db.scalar(
            select(func.count())
            .select_from(AuditEvent)
            .where(AuditEvent.action == "consent:withdraw")
            .where(AuditEvent.object_id == str(consent.id))
        )
    assert written_down == 1


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"asked_by": ""}, "Hãy chọn ai yêu cầu rút lại"),
        ({"method": ""}, "Hãy chọn cách yêu cầu"),
        ({"asked_by": "representative"}, "Hãy nhập họ tên người đại diện"),
        (
            {"asked_by": "representative", "asker_name": "Lê Thị Bé"},
            "Hãy nhập quan hệ với người bệnh",
        ),
    ],
)
async def test_half_a_withdrawal_changes_nothing(visitors, stage, said, sentence):
    binh = await visitors("binh")
    case = await submitted_referral(binh)
    answer = await withdrawn(binh, case, **said, reason="Gia đình đổi ý")
    assert answer.status == 422
    assert sentence in binh.text
    assert "Gia đình đổi ý" in binh.text
    assert await status_of(stage, case) is ReferralStatus.SUBMITTED


async def test_the_case_page_and_the_patients_page_lead_there(visitors, stage):
    binh = await visitors("binh")
    case = await submitted_referral(binh)
    patient = (await queued.get_referral(stage, case)).patient_id
    link = f"/referrals/{case}/consent/withdrawal"
    for path in (f"/referrals/{case}", f"/patients/{patient}"):
        await binh.get(path)
        assert link in binh.text
    await binh.follow(await withdrawn(binh, case))
    assert "Đã rút lại" in binh.text
    assert link not in binh.text
    assert "Người bệnh rút lại đồng ý gửi thông tin" in binh.text  # in the story


async def test_a_draft_stays_and_cannot_be_sent_before_the_patient_agrees_anew(
    visitors, stage
):
    binh = await visitors("binh")
    case = await draft(binh)
    await written(binh, case)
    await agreed(binh, case)
    await withdrawn(binh, case)
    assert await status_of(stage, case) is ReferralStatus.DRAFT
    answer = await binh.post(f"/referrals/{case}/submit")
    assert answer.headers["Location"].endswith("/consent")
    await agreed(binh, case)
    answer = await binh.post(f"/referrals/{case}/submit")
    assert answer.headers["Location"] == f"/referrals/{case}"


async def test_an_open_request_ends_and_everybody_who_follows_it_is_told(
    visitors, stage
):
    binh, thu = await visitors("binh"), await visitors("thu")
    case = await submitted_referral(binh)
    minh, lan = await queued.ids_of(stage, "minh", "lan")
    asked = {"specialist_ids": [minh, lan]}
    made = await thu.post(f"/referrals/{case}/offers", asked)
    assert made.status == 303, thu.text
    before = {who: await queued.told(stage, who, case) for who in ("thu", "minh")}
    await withdrawn(binh, case)
    assert await status_of(stage, case) is ReferralStatus.CANCELLED
    offers = await queued.offers_of(stage, case)
    assert {one.status for one in offers.values()} == {OfferStatus.WITHDRAWN}
    for who, known in before.items():
        news = await queued.told(stage, who, case) - known
        assert news["consent.withdrawn"] == news["referral.changed"] == 1
    for who in ("minh", "lan"):
        assert not await queued.readable_by(stage, who, case)
    await thu.get(f"/referrals/{case}/triage")
    assert "Người bệnh rút lại đồng ý gửi thông tin" in thu.text
    again = await thu.post(f"/referrals/{case}/offers", asked)
    assert again.status in (409, 422)


async def test_nobody_calls_about_the_case_any_more(visitors, stage):
    binh, minh = await visitors("binh"), await visitors("minh")
    case = (await case_with_consent(stage)).referral
    opened = await binh.api("POST", f"/referrals/{case}/consultations", {})
    meeting = (await opened.json())["id"]
    calls = f"/consultations/{meeting}/calls"
    rung = await (await minh.api("POST", calls, {"channel": "video"})).json()
    await withdrawn(binh, case)
    answer = await binh.api("POST", f"/calls/{rung['id']}/accept", {})
    assert (answer.status, (await answer.json())["code"]) == (409, "case_ended")
    answer = await binh.api("POST", calls, {"channel": "video"})
    assert (answer.status, (await answer.json())["code"]) == (409, "case_ended")
    answer = await minh.api("POST", calls, {"channel": "video"})
    assert answer.status == 404
    async with stage.as_platform() as db:
        tries = select(func.count()).where(CallAttempt.consultation_id == meeting)
        assert await db.scalar(tries) == 1


async def test_an_emergency_carries_the_case_on(visitors, stage):
    binh = await visitors("binh")
    case = await draft(binh)
    await written(binh, case)
    await agreed(binh, case)
    await agreed(binh, case, **EMERGENCY)
    await binh.post(f"/referrals/{case}/submit")
    await binh.get(f"/referrals/{case}/consent/withdrawal")
    assert "Yêu cầu vẫn ở tình trạng hiện nay" in binh.text
    await withdrawn(binh, case)
    assert await status_of(stage, case) is ReferralStatus.SUBMITTED
    assert (await queued.told(stage, "thu", case))["consent.withdrawn"] == 1


async def test_nobody_takes_back_an_emergency_or_what_is_taken_back(visitors):
    binh = await visitors("binh")
    alone = await draft(binh)
    await written(binh, alone)
    await agreed(binh, alone, **EMERGENCY)
    sent = await submitted_referral(binh)
    await withdrawn(binh, sent)
    for case in (alone, sent):
        path = f"/referrals/{case}/consent/withdrawal"
        answer = await binh.api("POST", path, BY_PATIENT)
        assert answer.status == 409
        assert (await answer.json())["code"] == "nothing_to_withdraw"
        assert (await binh.get(path)).status == 303


async def test_what_was_signed_stays(visitors, stage):
    binh, minh = await visitors("binh"), await visitors("minh")
    case = await case_with_consent(stage)
    await add_call(stage, case)
    record = await sign(minh, case)
    await withdrawn(binh, case.referral)
    assert await status_of(stage, case.referral) is ReferralStatus.CONCLUDED
    for reader in (binh, minh):
        assert (await reader.get(record)).status == 200
    async with stage.as_platform() as db:
        kept = select(Record.status).where(Record.referral_id == case.referral)
        assert await db.scalar(kept) is RecordStatus.SIGNED
    assert (await queued.told(stage, "minh", case.referral))["consent.withdrawn"] == 1


async def test_the_same_withdrawal_sent_twice_is_one(visitors):
    binh = await visitors("binh")
    case = await submitted_referral(binh)
    path = f"/referrals/{case}/consent/withdrawal"
    for _ in range(2):
        answer = await binh.api("POST", path, BY_PATIENT, Idempotency_Key="once-only")
        assert answer.status == 200
        assert (await answer.json())["status"] == "cancelled"
    assert answer.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("name", ["hoa", "khoa", "lan", "minh", "quan", "thu"])
async def test_only_the_station_takes_it_back(visitors, stage, name):
    case = (await case_with_consent(stage)).referral
    other = await visitors(name)
    path = f"/referrals/{case}/consent/withdrawal"
    assert (await other.get(path)).status == 404
    assert (await withdrawn(other, case)).status == 404
    assert (await other.api("POST", path, BY_PATIENT)).status == 404
    async with stage.acting(name) as (db, _):
        touched = await db.execute(
            update(Consent)
            .where(Consent.referral_id == case)
            .values(withdrawal_reason="x")
        )
    assert touched.rowcount == 0


async def test_the_database_lets_nobody_rewrite_what_was_agreed(stage):
    case = (await case_with_consent(stage)).referral
    statement = text("UPDATE consents SET scope = 'x' WHERE referral_id = :case")
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with stage.acting("binh") as (db, _):
            await db.execute(statement, {"case": case})
