"""The queue stays fast: a page of it is read along the index of its lane."""

from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from server.core import clock
from server.demo import demo_id
from server.referrals import queue_queries
from server.referrals.queue_queries import Filters, Place
from tests.server.referrals.queued import (
    HOSPITAL,
    get_referral,
    ids_of,
    provincial_coordinator,
    submitted,
)

_FILL = (Path(__file__).parent / "fill_queue.sql").read_text()


@pytest.fixture(scope="module")
async def filled(stage):
    """Add many requests of several hospitals and provinces, most of them long over."""
    await provincial_coordinator(stage)
    (binh,) = await ids_of(stage, "binh")
    patient = (await get_referral(stage, await submitted(stage))).patient_id
    async with stage.as_platform() as db:
        await db.execute(
            text(_FILL),
            {
                "patient": patient,
                "binh": binh,
                "station": demo_id("station:31309"),
                "hospital": demo_id(HOSPITAL),
                "other": demo_id("Bệnh viện Đa khoa tỉnh Lào Cai (mẫu)"),
            },
        )
    owner = await asyncpg.connect(stage.owner_url)
    await owner.execute("ANALYZE referrals")
    await owner.close()


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("username", "index"),
    [("thu", "ix_referrals_queue_hospital"), ("sau", "ix_referrals_queue_province")],
)
async def test_the_queue_is_read_along_its_index(stage, username, index):
    place = Place(2, clock.now(), clock.now(), demo_id("anything"))
    for after in (None, place):
        async with stage.acting(username) as (db, actor):
            statement = queue_queries.page_of_queue(actor, Filters(), after)
            plan = await explained(db, statement)
        assert f"Index Scan using {index}" in plan, plan
        assert "Seq Scan on referrals" not in plan, plan


async def explained(db, statement):
    compiled = statement.compile(
        dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}
    )
    connection = await db.connection()
    rows = await connection.exec_driver_sql(f"EXPLAIN {compiled}")
    return "\n".join(row[0] for row in rows)
