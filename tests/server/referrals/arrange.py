"""Requests for tests: written, agreed to and sent through the pages, as a doctor would."""

import re
from secrets import randbelow
from uuid import UUID

from server.demo import demo_id
from tests.server.patients.arrange import register_patient

HOSPITAL = demo_id("Bệnh viện Đa khoa thành phố Cần Thơ (mẫu)")
OTHER_HOSPITAL = demo_id("Bệnh viện Đa khoa khu vực Thốt Nốt (mẫu)")


def adult() -> dict[str, object]:
    """What is typed for a patient whom the hospital can know, by a telephone of their own."""
    return {"birth_date": "09/03/1962", "phone": f"09{randbelow(10**8):08}"}


def content(**overrides) -> dict[str, object]:
    """What is typed into the form of a request that lacks nothing."""
    return {
        "reason": "Đau ngực tái phát, huyết áp không xuống",
        "symptoms": "Đau sau xương ức 2 ngày, lan vai trái",
        "question_1": "Có cần chuyển viện ngay không?",
        "pulse": "88",
        "systolic": "165",
        "diastolic": "95",
        "temperature": "37,2",
        "history": "Tăng huyết áp 10 năm",
        "provisional_code": "I20.9",
        "hospital_id": HOSPITAL,
        "specialty_code": "cardiology",
        "priority": "2",
        "channel": "video",
        "mode": "inter_facility_support",
        **overrides,
    }


AGREED = {
    "ground": "patient_request",
    "given_by": "patient",
    "method": "signed_paper",
    "agreed": "yes",
}


async def draft(visitor, patient_id: UUID | None = None, **patient) -> UUID:
    """Open a draft for a patient, a new adult unless given, and return its id."""
    patient_id = patient_id or await register_patient(visitor, **(adult() | patient))
    answer = await visitor.post(f"/patients/{patient_id}/referrals")
    assert answer.status == 303, visitor.text[:2000]
    return UUID(answer.headers["Location"].split("/")[2])


async def version_of(visitor, referral_id: UUID) -> str:
    """Open the form and return the hidden version that goes back with it."""
    answer = await visitor.get(f"/referrals/{referral_id}/request")
    assert answer.status == 200, visitor.text[:2000]
    return re.search(r'name="version"[^>]*value="(\d+)"', visitor.text)[1]


async def written(visitor, referral_id: UUID, **overrides):
    """Fill in the form and press its button; return the answer."""
    version = await version_of(visitor, referral_id)
    return await visitor.post(
        f"/referrals/{referral_id}/request",
        {"version": version, **content(**overrides)},
    )


async def agreed(visitor, referral_id: UUID, **overrides):
    """Record the consent; return the answer."""
    return await visitor.post(
        f"/referrals/{referral_id}/consent", {**AGREED, **overrides}
    )


async def submitted_referral(binh, **overrides) -> UUID:
    """Return the id of a request that has been sent; `overrides` are fields of the form."""
    referral_id = await draft(binh)
    answer = await written(binh, referral_id, **overrides)
    assert answer.status == 303, binh.text[:3000]
    answer = await agreed(binh, referral_id)
    assert answer.status == 303, binh.text[:3000]
    answer = await binh.post(f"/referrals/{referral_id}/submit")
    assert answer.status == 303, binh.text[:3000]
    assert answer.headers["Location"] == f"/referrals/{referral_id}"
    return referral_id
