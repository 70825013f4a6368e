"""Programs read what happened to a patient, each only what they may know."""

from tests.server.documents.arrange import add_document
from tests.server.records.arrange import add_call, described_case, save_draft, sign


async def timeline_of(visitor, patient) -> list[dict]:
    answer = await visitor.api("GET", f"/patients/{patient}/timeline")
    assert answer.status == 200, visitor.text
    return (await answer.json())["items"]


async def test_a_timeline_tells_everything_and_when(visitors, stage):
    case = await described_case(stage)
    binh, minh = await visitors("binh"), await visitors("minh")
    await binh.get(f"/referrals/{case.referral}")
    document = await add_document(binh, case.referral, "Điện tim.png")
    await add_call(stage, case)
    record = await sign(minh, case)
    found = await timeline_of(binh, case.patient)
    assert [one["at"] for one in found] == sorted(
        (one["at"] for one in found), reverse=True
    )
    by_subject = {one["subject"]: one for one in found}
    assert by_subject["referral"]["id"] == str(case.referral)
    assert by_subject["referral"]["status"] == "concluded"
    assert by_subject["consultation"]["status"] == "answered"
    assert by_subject["record"]["id"] == record.rpartition("/")[2]
    assert by_subject["record"]["status"] == "signed"
    assert by_subject["document"]["id"] == str(document)
    assert by_subject["document"]["text"] == "Điện tim"
    assert "status" not in by_subject["document"]


async def test_a_draft_of_a_conclusion_is_on_nobody_elses_timeline(visitors, stage):
    case = await described_case(stage)
    binh, minh, hoa = [await visitors(name) for name in ("binh", "minh", "hoa")]
    await save_draft(minh, case)
    seen = {
        name: {one["subject"] for one in await timeline_of(visitor, case.patient)}
        for name, visitor in (("binh", binh), ("minh", minh))
    }
    assert seen == {"binh": {"referral"}, "minh": {"referral", "record"}}
    assert (await hoa.api("GET", f"/patients/{case.patient}/timeline")).status == 404
