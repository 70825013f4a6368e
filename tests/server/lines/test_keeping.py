"""Checks are kept by place and time, with no name, and seen by whoever plans calls there."""

from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import func, select, text, update

from server import retention
from server.audit.models import AuditEvent
from server.core import clock
from server.lines import queries
from server.lines.models import LineCheck, LineSchedule
from tests.server.lines.arrange import DEAF, GOOD, WEAK, keep


async def test_a_check_is_kept_with_its_light_and_reasons(visitors, stage):
    binh = await visitors("binh")
    told = await keep(binh, WEAK)
    assert told["light"] == "yellow"
    assert told["reasons"] == ["rate_picture"]
    async with stage.as_platform() as db:
        kept = await db.get_one(LineCheck, told["id"])
        assert kept.facility_id == (await stage.actor("binh")).facility_id
        assert (kept.up, kept.relay_udp, kept.relay_tls) == (120, False, None)


async def test_the_trail_says_that_a_line_was_checked(visitors, stage):
    told = await keep(await visitors("binh"), GOOD)
    async with stage.as_platform() as db:
        row = await db.scalar(
            select(AuditEvent).where(AuditEvent.object_id == told["id"])
        )
        assert (row.action, row.detail) == ("line:check", {"light": "green"})


def test_the_table_has_no_column_for_a_person():
    columns = {column.name for column in LineCheck.__table__.columns}
    assert not {name for name in columns if "person" in name or name.endswith("_by")}


async def test_a_check_that_is_sent_twice_is_kept_once(visitors):
    binh = await visitors("binh")
    key = uuid4().hex
    answers = [
        await binh.api("POST", "/line-checks", GOOD, Idempotency_Key=key)
        for _ in range(3)
    ]
    ids = {(await one.json())["id"] for one in answers}
    assert len(ids) == 1
    assert answers[-1].headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    "changed",
    [
        {"up": -1},
        {"loss_up": 1.5},
        {"rtt": 40_000},
        {"microphone": "broken"},
        {"name": "Bình"},
        {"signaling": None},
    ],
)
async def test_nonsense_is_refused(visitors, changed):
    binh = await visitors("binh")
    answer = await binh.api("POST", "/line-checks", GOOD | changed)
    assert answer.status == 422


async def seen_by(visitors, username, facility_id) -> int:
    visitor = await visitors(username)
    answer = await visitor.api("GET", f"/line-checks?facility_id={facility_id}")
    if answer.status == 404:
        return -1
    return len((await answer.json())["line_checks"])


async def test_it_is_seen_in_the_province_but_not_by_another_station(visitors, stage):
    await keep(await visitors("binh"), GOOD)
    place = (await stage.actor("binh")).facility_id
    assert await seen_by(visitors, "binh", place) > 0
    assert await seen_by(visitors, "thu", place) > 0
    assert await seen_by(visitors, "minh", place) > 0
    assert await seen_by(visitors, "quan", place) > 0
    assert await seen_by(visitors, "hoa", place) == 0
    assert await seen_by(visitors, "khoa", place) == -1


@pytest.mark.parametrize(
    ("username", "sees"),
    [("binh", True), ("thu", True), ("hoa", False), ("khoa", False)],
)
async def test_row_level_security_alone_says_the_same(stage, visitors, username, sees):
    await keep(await visitors("binh"), GOOD)
    async with stage.acting(username) as (db, _):
        assert bool(await db.scalar(select(func.count(LineCheck.id)))) is sees


async def test_nobody_measures_for_another_place(stage):
    hoa = await stage.actor("hoa")
    async with stage.acting("binh") as (db, actor):
        nested = await db.begin_nested()
        with pytest.raises(Exception, match="row-level security"):
            await db.execute(
                text(
                    "insert into line_checks (id, facility_id, province_code, at,"
                    " scheduled, light, signaling, reached)"
                    " values (:id, :place, :province, now(), false, 'red', true, true)"
                ),
                {
                    "id": uuid4(),
                    "place": hoa.facility_id,
                    "province": actor.province_code,
                },
            )
        await nested.rollback()


async def test_a_check_is_never_changed(stage, visitors):
    await keep(await visitors("binh"), GOOD)
    db = await asyncpg.connect(stage.app_url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await db.execute("update line_checks set light = 'green'")
    await db.close()


async def test_after_a_year_it_is_forgotten(stage, visitors):
    told = await keep(await visitors("binh"), GOOD)
    owner = await asyncpg.connect(stage.superuser_url)
    await owner.execute(
        "update line_checks set at = $1 where id = $2",
        clock.now() - timedelta(days=366),
        told["id"],
    )
    await owner.close()
    async with stage.as_platform() as db:
        await retention.forget(db)
    async with stage.as_platform() as db:
        assert await db.get(LineCheck, told["id"]) is None


async def test_the_last_light_counts_until_it_is_two_weeks_old(stage, visitors):
    await keep(await visitors("hoa"), GOOD)
    await keep(await visitors("hoa"), DEAF)
    place = (await stage.actor("hoa")).facility_id
    async with stage.acting("thu") as (db, actor):
        assert (await queries.lights(db, actor, [place]))[place].light == "red"
    owner = await asyncpg.connect(stage.superuser_url)
    await owner.execute(
        "update line_checks set at = $1 where facility_id = $2",
        clock.now() - timedelta(days=15),
        place,
    )
    await owner.close()
    async with stage.acting("thu") as (db, actor):
        assert await queries.lights(db, actor, [place]) == {}


async def set_hour(visitor, hour) -> int:
    answer = await visitor.api("PUT", "/line-checks/schedule", {"hour": hour})
    return answer.status


async def test_a_station_chooses_the_hour_of_its_own_check(visitors):
    binh = await visitors("binh")
    await binh.get("/line-check")
    await binh.follow(await binh.post("/line-check/schedule", {"hour": "7"}))
    assert '<option value="7" selected>' in binh.text
    answer = await binh.api("GET", "/line-checks/schedule")
    assert await answer.json() == {"hour": 7}
    hoa = await visitors("hoa")
    assert await (await hoa.api("GET", "/line-checks/schedule")).json() == {}
    await binh.get("/line-check")
    await binh.post("/line-check/schedule", {"hour": ""})
    answer = await binh.api("GET", "/line-checks/schedule")
    assert await answer.json() == {}


async def test_an_hour_that_does_not_exist_is_refused_beside_the_field(visitors):
    binh = await visitors("binh")
    await binh.get("/line-check")
    answer = await binh.post("/line-check/schedule", {"hour": "24"})
    assert answer.status == 422
    assert "Hãy chọn một giờ trong danh sách." in binh.text
    assert await set_hour(binh, 99) == 422


async def test_only_a_station_has_an_hour(visitors):
    assert await set_hour(await visitors("thu"), 7) == 403


async def test_the_open_page_is_told_to_check_until_it_has(visitors, stage):
    binh = await visitors("binh")
    await set_hour(binh, 0)
    await binh.get("/referrals")
    assert "data-line-check-daily" in binh.text
    await keep(binh, GOOD, scheduled=True)
    await binh.get("/referrals")
    assert "data-line-check-daily" not in binh.text
    async with stage.as_platform() as db:
        await db.execute(update(LineSchedule).values(hour=23))
        schedule = await db.scalar(select(LineSchedule))
        assert 0 <= schedule.seconds_left <= 23 * 3600 + 1


async def test_whoever_watches_counts_lights_and_learns_no_place(visitors, stage):
    binh = await visitors("binh")
    await keep(binh, GOOD)
    await binh.get("/metrics")
    counted = [one for one in binh.text.splitlines() if "tramxa_line_checks{" in one]
    assert [one.split("}")[0] for one in counted] == [
        f'tramxa_line_checks{{light="{light}"' for light in ("green", "yellow", "red")
    ]
    assert str((await stage.actor("binh")).facility_id) not in binh.text
