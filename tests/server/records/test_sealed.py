"""What is signed stays as it is and where it is, whatever the application forgets."""

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from server.audit.models import AuditEvent
from server.records.models import Record, RecordVersion
from tests.server.records.arrange import described_case, sign


@pytest.mark.parametrize(
    "change",
    [
        update(RecordVersion).values(amendment_reason="giả"),
        delete(RecordVersion),
        text("UPDATE record_responses SET text = 'giả'"),
        text("DELETE FROM record_changes"),
        text("DELETE FROM records"),
    ],
)
async def test_no_role_of_the_application_changes_what_is_signed(
    visitors, stage, change
):
    case = await described_case(stage)
    await sign(await visitors("minh"), case)
    with pytest.raises(DBAPIError, match="permission denied"):
        async with stage.as_platform() as db:
            await db.execute(change)


@pytest.mark.parametrize("username", ["hoa", "khoa", "lan", "thu", "quan", "admin"])
async def test_row_security_hides_the_record_without_the_application(
    visitors, stage, username
):
    case = await described_case(stage)
    await sign(await visitors("minh"), case)
    async with stage.acting(username) as (db, _):
        for model in (Record, RecordVersion):
            assert await db.scalar(select(func.count()).select_from(model)) == 0


async def test_signing_leaves_a_trail(visitors, stage):
    case = await described_case(stage)
    await sign(await visitors("minh"), case)
    async with stage.as_platform() as db:
        actions = set(
            await db.scalars(
                select(AuditEvent.action).where(AuditEvent.patient_id == case.patient)
            )
        )
    assert {"record:draft", "record:sign"} <= actions
