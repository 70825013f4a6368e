"""The request for programs, from a draft with an id of its own to its end."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from server.audit.models import AuditEvent
from server.core.ids import new_id
from tests.server.patients.arrange import register_patient
from tests.server.referrals.arrange import HOSPITAL, adult, submitted_referral

BODY = {
    "reason": "Đau ngực tái phát, huyết áp không xuống",
    "symptoms": "Đau sau xương ức 2 ngày",
    "questions": ["Có cần chuyển viện ngay không?"],
    "vitals": {"pulse": 88, "systolic": 165, "diastolic": 95, "temperature": 37.2},
    "history": "Tăng huyết áp",
    "provisional_code": "I20.9",
    "hospital_id": str(HOSPITAL),
    "specialty_code": "cardiology",
    "priority": 2,
}
CONSENT = {
    "ground": "patient_request",
    "given_by": "patient",
    "method": "spoken_witnessed",
    "agreed": True,
}


async def _draft(binh, **more) -> dict:
    patient = await register_patient(binh, **adult())
    answer = await binh.api("POST", "/referrals", {"patient_id": str(patient), **more})
    assert answer.status == 201, binh.text
    return await answer.json()


async def test_a_program_writes_and_sends_a_request(visitors):
    binh = await visitors("binh")
    made = await _draft(binh, id=str(new_id()))
    path = f"/referrals/{made['id']}"
    written = await binh.api("PUT", path, {"revision": made["revision"], **BODY})
    assert written.status == 200, binh.text
    assert (await written.json())["vitals"]["temperature"] == 37.2

    early = await binh.api("POST", f"{path}/submit")
    assert early.status == 422
    assert [one["code"] for one in (await early.json())["errors"]] == [
        "consent_missing"
    ]
    agreed = await binh.api("POST", f"{path}/consent", CONSENT)
    assert agreed.status == 201, binh.text
    sent = await binh.api("POST", f"{path}/submit")
    assert (await sent.json())["status"] == "submitted"

    listed = await binh.api("GET", "/referrals?status=submitted")
    ids = [one["id"] for one in (await listed.json())["referrals"]]
    assert made["id"] in ids
    ended = await binh.api(
        "POST",
        f"{path}/finish",
        {"outcome": "cancelled", "reason": "Người bệnh đã đỡ"},
    )
    assert (await ended.json())["status"] == "cancelled"


@pytest.mark.parametrize("outcome", ["transferred", "patient_died"])
async def test_a_sent_request_ends_as_the_patient_fares(visitors, outcome):
    binh = await visitors("binh")
    sent = await submitted_referral(binh)
    path = f"/referrals/{sent}/finish"
    short = await binh.api("POST", path, {"outcome": outcome, "reason": "x"})
    assert (short.status, (await short.json())["code"]) == (422, "invalid")
    body = {"outcome": outcome, "reason": "Xe cứu thương đã đón"}
    ended = await binh.api("POST", path, body)
    assert (await ended.json())["status"] == outcome
    again = await binh.api("POST", path, body)
    assert (again.status, (await again.json())["code"]) == (409, "wrong_state")


async def test_the_id_of_the_client_is_kept_and_repeated_safely(visitors):
    binh = await visitors("binh")
    own = str(new_id())
    made = await _draft(binh, id=own)
    assert made["id"] == own
    again = await binh.api(
        "POST", "/referrals", {"patient_id": made["patient_id"], "id": own}
    )
    assert (again.status, (await again.json())["id"]) == (200, own)
    patient = await register_patient(binh, **adult())
    taken = await binh.api(
        "POST", "/referrals", {"patient_id": str(patient), "id": own}
    )
    assert (taken.status, (await taken.json())["code"]) == (409, "id_taken")


async def test_an_old_revision_is_refused(visitors):
    binh = await visitors("binh")
    made = await _draft(binh)
    body = {"revision": made["revision"], **BODY}
    assert (await binh.api("PUT", f"/referrals/{made['id']}", body)).status == 200
    late = await binh.api(
        "PUT", f"/referrals/{made['id']}", body | {"reason": "khác hẳn"}
    )
    assert (late.status, (await late.json())["code"]) == (409, "revision_conflict")


@pytest.mark.parametrize(
    "wrong",
    [
        {"revision": 0},
        {"revision": "x"},
        {"vitals": {"mood": 3}},
        {"vitals": {"pulse": "nhanh"}},
        {"vitals": {"pulse": 1e308}},
        {"questions": ["?"] * 6},
        {"questions": "?"},
        {"priority": 7},
        {"provisional_code": "I20.9; drop table"},
        {"hospital_id": "x"},
        {"hospital_id": str(uuid4())},
        {"specialty_code": "x" * 33},
        {"specialty_code": "khác"},
        {"reason": "x" * 5001},
        {"reason": 3},
        {"number": "TX-0000-00000"},
    ],
)
async def test_a_wrong_body_is_refused_with_the_field(visitors, wrong):
    binh = await visitors("binh")
    made = await _draft(binh)
    body = {"revision": made["revision"], **BODY, **wrong}
    answer = await binh.api("PUT", f"/referrals/{made['id']}", body)
    assert answer.status == 422, binh.text
    (field,) = wrong
    assert (await answer.json())["errors"][0]["field"].startswith(field)


async def test_a_null_character_is_no_reason_to_fail(visitors):
    binh = await visitors("binh")
    made = await _draft(binh)
    body = {"revision": made["revision"], **BODY, "reason": "Đau\u0000 ngực dữ dội"}
    answer = await binh.api("PUT", f"/referrals/{made['id']}", body)
    assert (await answer.json())["reason"] == "Đau ngực dữ dội"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("hoa", 404),
        ("khoa", 404),
        ("minh", 404),
        ("lan", 404),
        ("quan", 404),
        ("thu", 200),
    ],
)
async def test_each_sees_what_is_theirs(visitors, name, status):
    binh = await visitors("binh")
    referral = await submitted_referral(binh, history="Bí mật của người bệnh")
    other = await visitors(name)
    answer = await other.api("GET", f"/referrals/{referral}")
    assert answer.status == status
    # A coordinator gets the clinical minimum and not the history.
    assert "Bí mật của người bệnh" not in other.text
    for action in ("consent", "submit", "answer", "cancel"):
        body = {"reason": "thử xem sao", "text": "thử", **CONSENT}
        fields = {
            "consent": CONSENT,
            "submit": None,
            "answer": {"text": body["text"]},
            "cancel": {"reason": body["reason"]},
        }[action]
        refused = await other.api("POST", f"/referrals/{referral}/{action}", fields)
        assert refused.status == 404, action


async def test_a_list_is_read_page_by_page(visitors):
    binh = await visitors("binh")
    for _ in range(3):
        await _draft(binh)
    first = await (await binh.api("GET", "/referrals?limit=2")).json()
    last = first["referrals"][-1]["changed_at"].replace("+", "%2B")
    second = await (await binh.api("GET", f"/referrals?limit=2&before={last}")).json()
    ids = [one["id"] for one in first["referrals"] + second["referrals"]]
    assert len(ids) == len(set(ids)) > 2
    assert (await binh.api("GET", "/referrals?limit=0")).status == 422
    for wrong in ("yesterday", "2026-01-01T00:00:00", "0001-01-01T00:00:00%2B14:00"):
        assert (await binh.api("GET", f"/referrals?before={wrong}")).status == 422


async def test_each_view_and_change_leaves_a_trail(visitors, stage):
    binh = await visitors("binh")
    made = await _draft(binh)
    await binh.api("GET", f"/referrals/{made['id']}")
    await binh.api("PUT", f"/referrals/{made['id']}", {"revision": 1, **BODY})
    async with stage.as_platform() as db:
        rows = await db.scalars(
            select(AuditEvent).where(AuditEvent.object_id == made["id"])
        )
        events = rows.all()
    actions = {one.action for one in events}
    assert {"referral:draft", "referral:view", "referral:save"} <= actions
    assert all("Đau" not in str(one.detail) for one in events)
