"""Markup that people type is shown as they typed it, and runs nowhere."""

import pytest

from server.demo import PASSWORD
from tests.server.consultations.arrange import Case
from tests.server.documents.arrange import add_document
from tests.server.patients.arrange import somebody
from tests.server.records import arrange as records
from tests.server.referrals import queued
from tests.server.referrals.arrange import adult, agreed, content, draft, version_of

PAYLOADS = (
    "<script>window.ran=1</script>",
    "<img src=x onerror=window.ran=1>",
    "\"'><svg/onload=window.ran=1>",
    "javascript:window.ran=1//{{7*7}}${7*7}",
    "</textarea></script><script>window.ran=1</script>",
)


async def signed_case(visitors, stage, payload):
    """Carry the payload in every text through the main job; return who and where to look."""
    binh, minh, thu = [await visitors(one) for one in ("binh", "minh", "thu")]
    person = somebody(
        **adult(),
        current_address=payload,
        representative_name=payload,
        representative_relation=payload,
        allergies=payload,
        history=payload,
    )
    made = await binh.post("/patients", person)
    assert made.status == 303, binh.text
    patient = made.headers["Location"]
    referral = await draft(binh, patient.removeprefix("/patients/"))
    words = ("reason", "symptoms", "question_1", "history", "examination", "tests")
    typed = content(**dict.fromkeys(words, f"{payload} trong mười hai chữ"))
    version = await version_of(binh, referral)
    await binh.post(f"/referrals/{referral}/request", {"version": version, **typed})
    await agreed(binh, referral)
    await add_document(binh, referral, f"{payload.replace('/', '')}.png")
    assert (await binh.post(f"/referrals/{referral}/submit")).status == 303
    [minh_id] = await queued.ids_of(stage, "minh")
    asked = {"specialist_ids": [str(minh_id)]}
    await thu.api("POST", f"/referrals/{referral}/offers", asked)
    [offer] = (await queued.offers_of(stage, referral)).values()
    assert (await minh.post(f"/offers/{offer.id}/accept")).status == 303
    fields = ("findings", "diagnosis_text", "answer_0", "advice", "plan_text")
    version = await records.save_draft(
        minh, Case(None, referral), answer_1=None, **dict.fromkeys(fields, payload)
    )
    drafted = f"/referrals/{referral}"
    pages = [(binh, patient), (binh, f"{patient}/edit"), (minh, drafted)]
    texts = [await shown(*page) for page in pages]
    signed = await minh.post(
        f"{drafted}/record/sign", {"password": PASSWORD, "version": version}
    )
    assert signed.status == 303, minh.text
    record = signed.headers["Location"]
    await records.respond(binh, record, decision="other", text=payload)
    later = [
        (binh, record),
        (binh, drafted),
        (binh, "/referrals"),
        (binh, f"/patients?q={payload}"),
        (thu, f"{drafted}/triage"),
        (thu, "/queue"),
        (minh, "/offers"),
        (minh, patient),
    ]
    return texts + [await shown(*page) for page in later]


async def shown(visitor, path):
    answer = await visitor.get(path)
    assert answer.status == 200, path
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    return visitor.text


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_a_page_shows_markup_as_text(visitors, stage, payload):
    texts = await signed_case(visitors, stage, payload)
    together = "\n".join(texts)
    assert together.count("window.ran=1") > len(texts)  # it is shown, and often
    for live in ("<script>window", "<img src=x", "<svg/onload", 'href="javascript:'):
        assert live not in together
    assert "{{7*7}}" in together or "7*7" not in payload
