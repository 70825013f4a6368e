"""A specialist keeps the hours; coordinators find out who is on duty."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, event, select

from server.access.permissions import Role
from server.accounts.models import Person
from server.core import clock
from server.rosters import queries
from server.rosters.models import AvailabilityRule


@pytest.fixture(scope="module")
async def lan_off(stage):
    """Lan begins without any hours; the demonstration gives her all of them."""
    async with stage.acting("lan") as (db, actor):
        await db.execute(
            delete(AvailabilityRule).where(AvailabilityRule.person_id == actor.id)
        )


async def _on_duty(stage, username: str) -> bool:
    async with stage.acting("thu") as (db, actor):
        found = await queries.on_duty_specialists(
            db, actor.facility_id, "cardiology", clock.now()
        )
        return next(there for person, there, _ in found if person.username == username)


@pytest.mark.usefixtures("lan_off")
async def test_hours_are_added_shown_and_taken_away(visitors, stage):
    lan = await visitors("lan")
    await lan.get("/availability")
    assert "Ngoài giờ trực" in lan.text
    assert not await _on_duty(stage, "lan")

    typed = {
        "weekdays": list(range(1, 8)),
        "starts": "00:00",
        "ends": "23:59",
        "slot_minutes": "30",
    }
    await lan.follow(await lan.post("/availability", typed))
    assert lan.text.count("00:00–23:59") == 7
    assert "Đang trong giờ trực" in lan.text
    assert await _on_duty(stage, "lan")

    assert (await lan.post("/availability", typed)).status == 422
    assert "trùng với giờ đã có" in lan.text

    async with stage.acting("lan") as (db, actor):
        rules = await queries.week_of(db, actor)
    for rule in rules:
        await lan.post(f"/availability/{rule.id}/remove")
    assert not await _on_duty(stage, "lan")


async def test_a_day_off_wins_over_the_week(visitors, stage):
    minh = await visitors("minh")
    assert await _on_duty(stage, "minh")
    today = f"{clock.today():%d/%m/%Y}"
    await minh.follow(
        await minh.post("/availability/days", {"on": today, "note": "Đi học"})
    )
    assert "Đi học" in minh.text
    assert not await _on_duty(stage, "minh")
    async with stage.acting("minh") as (db, actor):
        (day,) = await queries.days_of(db, actor, clock.today())
    await minh.post(f"/availability/days/{day.id}/remove")
    assert await _on_duty(stage, "minh")


@pytest.mark.parametrize(
    ("path", "typed", "sentence"),
    [
        ("", {}, "Hãy chọn ít nhất một ngày trong tuần."),
        ("", {"weekdays": "1", "starts": "9 giờ"}, "Hãy nhập giờ bắt đầu"),
        (
            "",
            {"weekdays": "1", "starts": "09:00", "ends": "08:00"},
            "phải sau giờ bắt đầu",
        ),
        ("/days", {"on": "31/02/2027"}, "Hãy nhập ngày"),
        ("/days", {"on": "01/01/2020"}, "Ngày này đã qua"),
        ("/days", {"on": "01/01/2090", "kind": "extra"}, "cả giờ bắt đầu và giờ"),
    ],
)
async def test_hours_that_make_no_sense_are_refused(visitors, path, typed, sentence):
    minh = await visitors("minh")
    assert (await minh.post(f"/availability{path}", typed)).status == 422
    assert sentence in minh.text
    for value in typed.values():
        assert f'value="{value}"' in minh.text


@pytest.mark.usefixtures("lan_off")
async def test_the_api_replaces_the_week(visitors):
    lan = await visitors("lan")
    morning = {"weekdays": [1, 3], "starts": "07:30", "ends": "11:30"}
    answer = await lan.api("PUT", "/availability/rules", {"rules": [morning]})
    rules = (await answer.json())["rules"]
    assert [(one["weekday"], one["starts"]) for one in rules] == [
        (1, "07:30:00"),
        (3, "07:30:00"),
    ]
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    added = await lan.api("POST", "/availability/exceptions", {"on": tomorrow})
    key = (await added.json())["id"]
    shown = await (await lan.api("GET", "/availability")).json()
    assert [one["id"] for one in shown["exceptions"]] == [key]
    path = f"/availability/exceptions/{key}"
    assert (await lan.api("DELETE", path)).status == 204
    assert (await lan.api("DELETE", path)).status == 404
    await lan.api("PUT", "/availability/rules", {"rules": []})


async def test_nobody_changes_the_hours_of_another(visitors, stage):
    async with stage.acting("minh") as (db, actor):
        rule = (await queries.week_of(db, actor))[0]
    lan = await visitors("lan")
    assert (await lan.post(f"/availability/{rule.id}/remove")).status == 404


@pytest.mark.parametrize("username", ["binh", "thu", "quan", "admin"])
async def test_only_specialists_keep_hours(visitors, username):
    person = await visitors(username)
    assert (await person.get("/availability")).status == 403
    assert (await person.api("GET", "/availability")).status == 403


async def test_who_is_on_duty_is_known_in_three_queries(stage):
    async with stage.acting("thu") as (db, actor):
        asked: list[str] = []
        connection = (await db.connection()).sync_connection
        event.listen(
            connection,
            "before_cursor_execute",
            lambda *given: asked.append(given[2]),
        )
        found = await queries.on_duty_specialists(
            db, actor.facility_id, None, clock.now()
        )
        assert len(asked) == 3
        specialists = await db.scalars(
            select(Person.id).where(
                Person.facility_id == actor.facility_id, Person.role == Role.SPECIALIST
            )
        )
    assert {person.id for person, _, _ in found} == set(specialists)
