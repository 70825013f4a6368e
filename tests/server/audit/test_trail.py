"""The trail: the system administrator reads it, nobody changes it."""

import re
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import select

from server.accounts.models import Person
from server.audit import queries, trail
from server.audit.models import AuditEvent
from server.core import clock


async def look(stage, username: str, patient_id, times: int) -> None:
    for _ in range(times):
        async with stage.acting(username) as (db, _):
            trail.record(db, "patient:view", patient_id=patient_id)


async def test_the_trail_is_read_newest_first_page_by_page(visitors, stage):
    patient = uuid4()
    await look(stage, "binh", patient, queries.PAGE + 7)
    admin = await visitors("admin")
    path = f"/audit?patient_id={patient}&action=patient:"
    first = await (await admin.api("GET", path)).json()
    rest = await (
        await admin.api("GET", f"{path}&before={first['next'].replace('+', '%2B')}")
    ).json()
    times = [one["at"] for one in first["events"] + rest["events"]]
    assert times == sorted(times, reverse=True)
    assert (len(first["events"]), len(rest["events"])) == (queries.PAGE, 7)
    assert rest["next"] == ""

    await admin.get(f"/admin/audit?patient_id={patient}&action=patient:")
    older = re.search(r'href="(\?[^"]*before=[^"]+)"', admin.text)[1]
    await admin.get("/admin/audit" + older.replace("&amp;", "&"))
    assert admin.text.count("<code>patient:view</code>") == 7


async def test_looking_at_the_trail_is_in_the_trail(visitors, stage):
    admin = await visitors("admin")
    patient = uuid4()
    assert (await admin.get(f"/admin/audit?patient_id={patient}")).status == 200
    async with stage.as_platform() as db:
        look = select(AuditEvent).where(AuditEvent.patient_id == patient)
        event = await db.scalar(look)
    assert event.action == "audit:view"
    assert event.role == "system_admin"


async def test_it_is_narrowed_to_a_person_and_a_day(visitors, stage):
    patient = uuid4()
    await look(stage, "hoa", patient, 2)
    admin = await visitors("admin")
    hoa = await (await admin.api("GET", "/audit?username=HOA")).json()
    async with stage.as_platform() as db:
        hoa_id = await db.scalar(select(Person.id).where(Person.username == "hoa"))
    assert {one["person_id"] for one in hoa["events"]} == {str(hoa_id)}
    yesterday = clock.today() - timedelta(days=1)
    none = await (await admin.api("GET", f"/audit?username=hoa&day={yesterday}")).json()
    assert none["events"] == []
    await admin.get("/admin/audit?username=hoa")
    assert admin.text.count("<code>patient:view</code>") == 2


@pytest.mark.parametrize(
    "asked",
    ["username=khong-co", "patient_id=5", "day=hôm nay", "before=x", "before=2026_x"],
)
async def test_a_question_that_makes_no_sense_is_refused(visitors, asked):
    admin = await visitors("admin")
    assert (await admin.get(f"/admin/audit?{asked}")).status == 422
    assert "Có lỗi cần sửa" in admin.text
    assert (await admin.api("GET", f"/audit?{asked}")).status == 422


@pytest.mark.parametrize("who", ["binh", "minh", "thu", "quan"])
async def test_nobody_else_reads_it_by_page_program_or_row(visitors, stage, who):
    stranger = await visitors(who)
    assert (await stranger.get("/admin/audit")).status == 403
    assert (await stranger.api("GET", "/audit")).status == 403
    async with stage.acting(who) as (db, actor):
        assert await queries.newest(db, actor, queries.Search()) == ([], False)
        # The check of the application left out, the database still refuses.
        assert (await db.scalars(select(AuditEvent))).all() == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_events SET action = 'nothing:happened'",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events",
        "DROP TABLE audit_events",
        "ALTER TABLE audit_events DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE audit_events DISABLE TRIGGER ALL",
    ],
)
@pytest.mark.parametrize("role", ["system", "system_admin"])
async def test_the_application_cannot_change_the_trail(stage, change, role):
    db = await asyncpg.connect(stage.app_url)
    try:
        await db.execute(f"SET app.role = '{role}'")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await db.execute(change)
    finally:
        await db.close()
