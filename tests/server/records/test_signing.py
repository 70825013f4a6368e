"""The signature: what it demands, what it moves, and that nothing can undo it."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from server.accounts.models import SignInFailure
from server.appointments.models import Appointment
from server.appointments.states import AppointmentStatus
from server.consultations.models import Consultation
from server.core import clock
from server.demo import PASSWORD
from server.notifications.models import Event
from server.records.conclusion import digest
from server.records.models import RecordVersion
from server.referrals.models import Referral, ReferralChange
from server.referrals.states import ReferralStatus
from tests.server.records.arrange import (
    add_call,
    conclusion,
    described_case,
    record_of,
    save_draft,
    sign,
)


async def test_a_signed_conclusion_is_sealed_and_the_case_is_concluded(visitors, stage):
    case = await described_case(stage)
    await add_call(stage, case)
    minh = await visitors("minh")
    version = await save_draft(minh, case)
    path = f"/referrals/{case.referral}/record"

    await minh.get(f"{path}/sign")
    assert "Có, chuyển trong ngày bằng xe cứu thương." in minh.text
    assert "Gọi hình" in minh.text
    signed = await minh.post(f"{path}/sign", {"password": PASSWORD, "version": version})
    await minh.follow(signed)
    assert "Trần Quang Minh" in minh.text
    assert (await minh.get(path)).headers["Location"] == signed.headers["Location"]

    record = await record_of(stage, case)
    async with stage.as_platform() as db:
        sealed = await db.get_one(RecordVersion, (record.id, 1))
        meeting = await db.scalar(
            select(Consultation).where(Consultation.referral_id == case.referral)
        )
        moves = await db.execute(
            select(ReferralChange.before, ReferralChange.after).where(
                ReferralChange.referral_id == case.referral
            )
        )
        assert set(moves.all()) == {("accepted", "answered"), ("answered", "concluded")}
    assert record.status == "signed"
    assert record.draft == {}
    assert sealed.content_sha256 == digest(sealed.content)
    assert sealed.content["referral_id"] == str(case.referral)
    assert sealed.content["channel"] == "video"
    assert sealed.signer_licence == "DEMO-MINH"
    assert meeting.status == "answered"


async def test_without_a_call_the_answer_is_in_writing(visitors, stage):
    case = await described_case(stage)
    await sign(await visitors("minh"), case)
    record = await record_of(stage, case)
    async with stage.as_platform() as db:
        version = await db.get_one(RecordVersion, (record.id, 1))
    assert version.content["channel"] == "written"


async def test_the_booking_in_which_it_was_answered_is_completed(visitors, stage):
    case = await described_case(stage, status=ReferralStatus.IN_CONSULTATION)
    now = clock.now()
    async with stage.as_platform() as db:
        referral = await db.get_one(Referral, case.referral)
        appointment = Appointment(
            referral_id=referral.id,
            patient_id=referral.patient_id,
            station_id=referral.station_id,
            hospital_id=referral.hospital_id,
            specialist_id=referral.specialist_id,
            period=func.tstzrange(now, now + timedelta(minutes=20)),
            status=AppointmentStatus.IN_CONSULTATION,
            booked_by=referral.requested_by,
            booked_at=now,
        )
        db.add(appointment)
    await sign(await visitors("minh"), case)
    async with stage.as_platform() as db:
        found = await db.get_one(Appointment, appointment.id)
    assert found.status == "completed"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"diagnosis_code": "", "diagnosis_text": ""}, "diagnosis_code"),
        ({"diagnosis_code": "Q99.99"}, "diagnosis_code"),
        ({"diagnosis_code": "H36.0"}, "diagnosis_code"),
        ({"answer_1": ""}, "answer_1"),
        ({"answer_0": "ok"}, "answer_0"),
        ({"advice": "", "plan": ""}, "advice"),
        ({"follow_up_on": ""}, "follow_up_on"),
        ({"follow_up_on": "31/02/2027"}, "follow_up_on"),
        ({"follow_up_on": "01/01/2020"}, "follow_up_on"),
        ({"follow_up_on": "01/01/2199"}, "follow_up_on"),
        ({"no_follow_up": "yes"}, "follow_up_on"),
    ],
)
async def test_what_is_missing_is_said_beside_its_field(visitors, stage, fields, field):
    case = await described_case(stage)
    minh = await visitors("minh")
    version = await save_draft(minh, case, **fields)
    answer = await minh.get(f"/referrals/{case.referral}/record/sign")
    assert answer.status == 422
    assert f'href="#field-{field}"' in minh.text
    forced = await minh.api(
        "POST",
        f"/referrals/{case.referral}/record/sign",
        {"password": PASSWORD, "version": version},
    )
    assert forced.status == 422
    assert [one["field"] for one in (await forced.json())["errors"]] == [field]


async def test_every_gap_is_named_at_once(visitors, stage):
    case = await described_case(stage)
    minh = await visitors("minh")
    await minh.api("PUT", f"/referrals/{case.referral}/record", {"version": 0})
    await minh.get(f"/referrals/{case.referral}/record/sign")
    for field in ("diagnosis_code", "answer_0", "answer_1", "advice", "follow_up_on"):
        assert f'href="#field-{field}"' in minh.text


async def test_words_alone_can_be_the_diagnosis_and_nothing_may_be_due(visitors, stage):
    case = await described_case(stage)
    fields = {"diagnosis_code": "", "follow_up_on": "", "no_follow_up": "yes"}
    await sign(await visitors("minh"), case, **fields)
    record = await record_of(stage, case)
    async with stage.as_platform() as db:
        version = await db.get_one(RecordVersion, (record.id, 1))
    assert version.content["follow_up_on"] is None


async def test_a_wrong_password_signs_nothing_and_is_counted(visitors, stage):
    case = await described_case(stage)
    minh = await visitors("minh")
    version = await save_draft(minh, case)
    path = f"/referrals/{case.referral}/record/sign"
    await minh.get(path)
    answer = await minh.post(path, {"password": "sai-mat-khau", "version": version})
    assert answer.status == 422
    assert 'href="#field-password"' in minh.text
    assert "sai-mat-khau" not in minh.text
    api = await minh.api("POST", path, {"password": "sai", "version": version})
    assert api.status == 422
    assert (await api.json())["code"] == "wrong_password"
    async with stage.as_platform() as db:
        failures = select(func.count()).where(SignInFailure.username == "minh")
        assert await db.scalar(failures) == 2
    assert (await record_of(stage, case)).status == "draft"


async def test_the_eleventh_wrong_password_closes_the_door(visitors, stage):
    case = await described_case(stage)
    minh = await visitors("minh")
    version = await save_draft(minh, case)
    path = f"/referrals/{case.referral}/record/sign"
    async with stage.as_platform() as db:
        db.add_all(
            SignInFailure(username="minh", address="-", at=clock.now())
            for _ in range(10)
        )
    answer = await minh.post(path, {"password": PASSWORD, "version": version})
    assert answer.status == 429
    async with stage.as_platform() as db:
        await db.execute(delete(SignInFailure))


async def test_only_what_was_read_is_signed(visitors, stage):
    case = await described_case(stage)
    minh = await visitors("minh")
    read = await save_draft(minh, case)
    await save_draft(minh, case, version=read, advice="Lời khuyên viết sau")
    answer = await minh.post(
        f"/referrals/{case.referral}/record/sign",
        {"password": PASSWORD, "version": read},
    )
    assert answer.status == 409
    assert (await record_of(stage, case)).status == "draft"


async def test_after_signing_the_draft_is_closed(visitors, stage):
    case = await described_case(stage)
    minh = await visitors("minh")
    await sign(minh, case)
    answer = await minh.api(
        "PUT", f"/referrals/{case.referral}/record", {"findings": "x", "version": 1}
    )
    assert answer.status == 409


async def test_those_who_wait_are_told(visitors, stage):
    case = await described_case(stage)
    await sign(await visitors("minh"), case)
    record = await record_of(stage, case)
    binh, thu = await stage.actor("binh"), await stage.actor("thu")
    async with stage.as_platform() as db:
        told = set(
            await db.execute(
                select(Event.person_id, Event.kind).where(
                    Event.subject_id.in_([record.id, case.referral])
                )
            )
        )
    assert (binh.id, "record.changed") in told
    assert (thu.id, "referral.changed") in told
    assert (thu.id, "record.changed") not in told


async def test_a_code_typed_without_its_point_is_understood(visitors, stage):
    case = await described_case(stage)
    record = await sign(await visitors("minh"), case, diagnosis_code="i209")
    binh = await visitors("binh")
    await binh.get(record)
    assert "I20.9" in binh.text
    assert conclusion()["diagnosis_text"] in binh.text


async def test_of_two_signatures_at_once_one_counts(visitors, stage):
    case = await described_case(stage)
    minh, other = await visitors("minh"), await visitors("minh")
    version = await save_draft(minh, case)
    seal = {"password": PASSWORD, "version": version}
    path = f"/referrals/{case.referral}/record/sign"
    answers = await asyncio.gather(
        minh.api("POST", path, seal), other.api("POST", path, seal)
    )
    assert sorted(answer.status for answer in answers) == [200, 409]
