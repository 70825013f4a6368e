"""Nothing leaves the station before the patient, or an emergency, says so."""

from datetime import date
from uuid import uuid4

import pytest

from server.consents import queries, wording
from server.consents.models import Ground
from server.core import clock
from tests.server.referrals.arrange import (
    AGREED,
    HOSPITAL,
    OTHER_HOSPITAL,
    agreed,
    draft,
    written,
)


async def _ready(binh, **patient):
    referral = await draft(binh, **patient)
    assert (await written(binh, referral)).status == 303, binh.text[:2000]
    return referral


def _born(years: int) -> str:
    today = clock.today()
    return date(today.year - years, 1, 1).strftime("%d/%m/%Y")


async def test_the_words_name_the_hospital_and_nothing_is_ticked(visitors):
    binh = await visitors("binh")
    referral = await _ready(binh)
    await binh.get(f"/referrals/{referral}/consent")
    assert "Bệnh viện Đa khoa thành phố Cần Thơ (mẫu) để bác sĩ" in binh.text
    assert "Trạm y tế xã Trường Long chuyển thông tin" in binh.text
    assert " checked" not in binh.text


async def test_what_was_agreed_is_kept_with_who_when_how_and_in_which_words(
    visitors, stage
):
    binh = await visitors("binh")
    referral = await _ready(binh)
    await binh.follow(await agreed(binh, referral))
    assert "Sẵn sàng gửi" in binh.text
    async with stage.acting("binh") as (db, actor):
        consent = await queries.valid_for(db, referral, HOSPITAL)
        assert consent.ground is Ground.PATIENT_REQUEST
        assert consent.wording_version == wording.BY_PATIENT.version
        assert consent.scope == wording.BY_PATIENT.scope
        assert consent.recorded_by == actor.id
        assert await queries.valid_for(db, referral, OTHER_HOSPITAL) is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ground": ""}, "Hãy chọn: người bệnh đồng ý, hay cấp cứu"),
        ({"ground": "maybe"}, "Hãy chọn: người bệnh đồng ý, hay cấp cứu"),
        ({"given_by": ""}, "Hãy chọn ai đã đồng ý"),
        ({"method": ""}, "Hãy chọn cách đồng ý"),
        ({"agreed": ""}, "Hãy đọc nội dung cho người bệnh nghe"),
        ({"given_by": "representative"}, "Hãy nhập họ tên người đại diện"),
        (
            {"given_by": "representative", "giver_name": "Lê Thị Bé"},
            "Hãy nhập quan hệ với người bệnh",
        ),
        ({"ground": "emergency", "reason": "gấp"}, "Hãy ghi vì sao phải gửi ngay"),
        ({"ground": "emergency"}, "Hãy ghi vì sao phải gửi ngay"),
    ],
)
async def test_half_a_consent_is_none(visitors, stage, changes, sentence):
    binh = await visitors("binh")
    referral = await _ready(binh)
    answer = await agreed(binh, referral, **changes)
    assert answer.status == 422
    assert sentence in binh.text
    async with stage.acting("binh") as (db, _):
        assert await queries.valid_for(db, referral, HOSPITAL) is None


@pytest.mark.parametrize(
    ("spoken", "version"),
    [
        ((3, "patient"), None),
        ((3, "representative"), "2026-11-rep"),
        ((9, "patient"), None),
        ((9, "representative"), "2026-11-child"),
        ((40, "patient"), "2026-11"),
        ((40, "representative"), "2026-11-rep"),
    ],
)
async def test_a_child_is_spoken_for_and_from_seven_also_asked(
    visitors, stage, spoken, version
):
    binh = await visitors("binh")
    age, giver = spoken
    referral = await _ready(binh, birth_date=_born(age))
    mother = {"given_by": giver, "giver_name": "Lê Thị Bé", "relation": "mẹ"}
    answer = await agreed(binh, referral, **mother)
    assert answer.status == (303 if version else 422), binh.text
    async with stage.acting("binh") as (db, _):
        consent = await queries.valid_for(db, referral, HOSPITAL)
        assert (consent and consent.wording_version) == version
        if consent and giver == "representative":
            assert (consent.giver_name, consent.relation) == ("Lê Thị Bé", "mẹ")


async def test_an_emergency_needs_a_reason_and_no_signature(visitors, stage):
    binh = await visitors("binh")
    referral = await _ready(binh)
    reason = {"reason": "Hôn mê, không có người nhà"}
    answer = await agreed(binh, referral, ground="emergency", **reason)
    assert answer.status == 303
    async with stage.acting("binh") as (db, _):
        consent = await queries.valid_for(db, referral, HOSPITAL)
        assert (consent.ground, consent.method) == (Ground.EMERGENCY, None)


async def test_another_hospital_asks_for_another_consent(visitors):
    binh = await visitors("binh")
    referral = await _ready(binh)
    await agreed(binh, referral)
    answer = await written(binh, referral, hospital_id=OTHER_HOSPITAL)
    assert answer.headers["Location"].endswith("/consent")
    answer = await binh.post(f"/referrals/{referral}/submit")
    assert answer.headers["Location"].endswith("/consent")
    # And back again: the first consent still names the first hospital.
    answer = await written(binh, referral)
    assert answer.headers["Location"].endswith("/review")


async def test_before_a_hospital_is_chosen_there_is_nothing_to_agree_to(visitors):
    binh = await visitors("binh")
    referral = await draft(binh)
    await binh.get("/referrals")
    answer = await binh.get(f"/referrals/{referral}/consent")
    assert answer.headers["Location"].endswith("/request")
    answer = await binh.api("POST", f"/referrals/{referral}/consent", _json(AGREED))
    assert (await answer.json())["errors"][0]["code"] == "hospital_missing"


def _json(fields):
    return {**fields, "agreed": True}


@pytest.mark.parametrize("name", ["hoa", "khoa", "lan", "minh", "quan", "thu"])
async def test_a_stranger_can_neither_see_nor_record_it(visitors, name):
    binh = await visitors("binh")
    referral = await _ready(binh)
    stranger = await visitors(name)
    assert (await stranger.get(f"/referrals/{referral}/consent")).status == 404
    assert (await agreed(stranger, referral)).status == 404
    assert (await stranger.post(f"/referrals/{uuid4()}/consent", AGREED)).status == 404
