"""Programs read the draft, find the signed record and fetch its minutes."""

import pytest

from tests.server.records.arrange import amend, described_case, save_draft, sign


async def record_of(visitor, case):
    answer = await visitor.api("GET", f"/referrals/{case.referral}/record")
    return answer.status, await answer.json()


async def test_a_draft_comes_back_as_it_is_saved_again(visitors, stage):
    case = await described_case(stage)
    minh = await visitors("minh")
    assert (await record_of(minh, case))[1]["draft"]["version"] == 0
    await save_draft(minh, case)
    _, found = await record_of(minh, case)
    draft = found["draft"]
    assert draft["diagnosis_code"] == "I20.9"
    path = f"/referrals/{case.referral}/record"
    changed = draft | {"advice": "Nghỉ tại giường"}
    saved = await minh.api("PUT", path, changed)
    assert saved.status == 200, minh.text
    assert (await record_of(minh, case))[1]["draft"] == changed | {
        "version": draft["version"] + 1
    }


async def test_a_draft_is_its_writers_and_a_signed_record_leads_to_itself(
    visitors, stage
):
    written, case = await described_case(stage), await described_case(stage)
    minh, binh = await visitors("minh"), await visitors("binh")
    await save_draft(minh, written)
    assert (await record_of(binh, written))[0] == 404
    record = await sign(minh, case)
    for reader in (minh, binh):
        assert await record_of(reader, case) == (
            200,
            {"record_id": record.rpartition("/")[2]},
        )


@pytest.mark.parametrize(
    ("query", "status"), [("?version=3", 404), ("?version=x", 422)]
)
async def test_each_version_has_minutes_for_programs_too(
    visitors, stage, query, status
):
    case = await described_case(stage)
    minh = await visitors("minh")
    record = await sign(minh, case)
    await amend(minh, record)
    path = minh.root.with_path(f"/api/v1{record}/minutes.pdf")
    pages = [await minh.http.get(path.with_query(version=n)) for n in (1, 2)]
    assert [one.content_type for one in pages] == ["application/pdf"] * 2
    first, second = [await one.read() for one in pages]
    assert first[:5] == second[:5] == b"%PDF-"
    assert first != second
    answer = await minh.api("GET", f"{record}/minutes.pdf{query}")
    assert answer.status == status
