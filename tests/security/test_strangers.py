"""What a stranger asks for is written down, and the answer says nothing."""

import pytest
from sqlalchemy import select

from server.audit.models import AuditEvent, Outcome
from tests.server.consultations.arrange import accepted_case
from tests.server.documents.arrange import add_document
from tests.server.records.arrange import sign

STRANGERS = ("hoa", "khoa", "lan", "quan", "admin")


@pytest.mark.parametrize("username", STRANGERS)
async def test_each_look_of_a_stranger_is_refused_and_leaves_a_row(
    visitors, stage, username
):
    binh, minh = await visitors("binh"), await visitors("minh")
    case = await accepted_case(stage)
    document = await add_document(binh, case.referral)
    record = (await sign(minh, case, answer_1=None)).rpartition("/")[2]
    stranger = await visitors(username)
    paths = {
        f"/patients/{case.patient}": case.patient,
        f"/referrals/{case.referral}": case.referral,
        f"/records/{record}": record,
        f"/records/{record}/minutes.pdf": record,
        f"/documents/{document}": document,
        f"/api/v1/patients/{case.patient}": case.patient,
        f"/api/v1/referrals/{case.referral}": case.referral,
    }
    for path in paths:
        assert (await stranger.get(path)).status == 404, path
        assert "Nguyễn Văn Mẫu" not in stranger.text
    async with stage.as_platform() as db:
        rows = await db.execute(
            select(AuditEvent.object_id, AuditEvent.detail["route"].astext).where(
                AuditEvent.action == "request:refuse",
                AuditEvent.outcome == Outcome.REFUSED,
                AuditEvent.person_id == (await stage.actor(username)).id,
            )
        )
        asked = [row[0] for row in rows]
    assert {str(one) for one in paths.values()} <= set(asked)
    assert len(asked) >= len(paths)


async def test_whoever_sees_a_case_leaves_a_row_for_each_thing_seen(visitors, stage):
    binh, minh = await visitors("binh"), await visitors("minh")
    case = await accepted_case(stage)
    document = await add_document(binh, case.referral)
    record = (await sign(minh, case, answer_1=None)).rpartition("/")[2]
    looks = {
        f"/patients/{case.patient}": "patient:view",
        f"/patients/{case.patient}/edit": "patient:view",
        f"/referrals/{case.referral}": "referral:view",
        f"/documents/{document}": "document:view",
        f"/records/{record}": "record:view",
        f"/api/v1/patients/{case.patient}": "patient:view",
        f"/api/v1/referrals/{case.referral}": "referral:view",
        f"/api/v1/records/{record}": "record:view",
    }
    seen = select(AuditEvent.action).where(
        AuditEvent.patient_id == case.patient,
        AuditEvent.person_id == (await stage.actor("binh")).id,
    )
    for path, action in looks.items():
        async with stage.as_platform() as db:
            before = list(await db.scalars(seen)).count(action)
        async with binh.http.get(binh.root / path.removeprefix("/")) as answer:
            assert answer.status == 200, path
        async with stage.as_platform() as db:
            assert list(await db.scalars(seen)).count(action) == before + 1, path
