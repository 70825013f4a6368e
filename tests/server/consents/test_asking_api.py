"""Programs learn what to read out to the patient, and what was agreed."""

import pytest

from tests.server.referrals.arrange import agreed, draft, submitted_referral, written


async def asked(visitor, referral) -> dict:
    answer = await visitor.api("GET", f"/referrals/{referral}/consent")
    assert answer.status == 200, visitor.text
    return await answer.json()


async def test_the_wording_names_the_station_and_the_hospital(visitors):
    binh = await visitors("binh")
    referral = await draft(binh)
    assert (await asked(binh, referral))["wordings"] == []
    await written(binh, referral)
    found = await asked(binh, referral)
    text = found["wordings"][0]["text"]
    assert "Trường Long" in text
    assert "Bệnh viện Đa khoa thành phố Cần Thơ (mẫu)" in text
    assert found["recorded"] == []

    await agreed(binh, referral)
    (recorded,) = (await asked(binh, referral))["recorded"]
    assert recorded["ground"] == "patient_request"
    assert recorded["receiving_facility_id"] == found["receiving_facility_id"]


@pytest.mark.parametrize(
    ("born", "versions"),
    [("1962", 2), ("2025", 1)],
)
async def test_who_is_asked_depends_on_the_age(visitors, born, versions):
    binh = await visitors("binh")
    referral = await draft(binh, birth_date=born, **representative())
    await written(binh, referral)
    assert len((await asked(binh, referral))["wordings"]) == versions


def representative() -> dict:
    return {
        "representative_name": "Trần Thị Mẹ",
        "representative_relation": "mẹ",
        "representative_phone": "0912345678",
    }


async def test_what_was_sent_is_not_read_out_again(visitors):
    binh = await visitors("binh")
    found = await asked(binh, await submitted_referral(binh))
    assert found["wordings"] == []
    assert len(found["recorded"]) == 1
