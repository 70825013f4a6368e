"""The page of counts: its table, its chart and its file say the same; strangers see nothing."""

import csv
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from server.audit.models import AuditEvent
from server.core import clock
from server.facilities.models import Facility
from server.reports.csv_table import csv_table
from tests.server.admin.arrange import administrator_of
from tests.server.reports.arrange import (
    BINH_STATION,
    HOA_STATION,
    KHOA_STATION,
    LAO_CAI,
    PROVINCIAL,
    completed,
    submitted,
)

pytestmark = pytest.mark.usefixtures("cases")


@pytest.fixture(scope="module")
async def cases(stage) -> None:
    async with stage.as_platform() as db:
        at = clock.now() - timedelta(hours=1)
        await completed(db, at)
        await completed(db, at, specialty="paediatrics")
        await submitted(db, at, station=HOA_STATION)
        await completed(db, at, station=KHOA_STATION, province="15", hospital=LAO_CAI)


def table_of(html: str) -> list[list[str]]:
    rows = re.findall(r'<tr[^>]*data-subject="[^"]*">(.*?)</tr>', html, re.DOTALL)
    return [
        [
            re.sub(r"<[^>]+>", "", cell).strip()
            for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", _minutes(row), re.DOTALL)
        ]
        for row in rows
    ]


def _minutes(row: str) -> str:
    return re.sub(r'<time datetime="PT(\d+)M">.*?</time>', r"\1", row, flags=re.DOTALL)


@pytest.mark.parametrize("by", ["time", "station", "hospital", "specialty"])
async def test_table_chart_and_file_say_the_same(visitors, by):
    quan = await visitors("quan")
    asked = f"?period=month&on={clock.today()}&by={by}"
    assert (await quan.get(f"/reports{asked}")).status == 200
    table = table_of(quan.text)
    bars = re.findall(r'data-requests="(\d+)"\s+data-completed="(\d+)"', quan.text)
    assert bars == [(row[1], row[4]) for row in table[:-1]]
    labels = re.findall(r'class="chart__label"[^>]*>(.*?)</div>', quan.text)
    assert labels == [row[0] for row in table[:-1]]
    assert 'role="img"' in quan.text
    assert "style=" not in quan.text

    answer = await quan.get(f"/reports.csv{asked}")
    assert answer.content_type == "text/csv"
    body = await answer.read()
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    assert rows[1:] == [[cell.replace("–", "") for cell in row] for row in table]
    assert rows[-1][1:5] == ["3", "2", "0", "2"]
    for_programs = await quan.api("GET", f"/reports/counts.csv{asked}")
    assert await for_programs.read() == body


async def test_one_more_completed_case_raises_each_number_by_one(visitors, stage):
    quan = await visitors("quan")

    async def total() -> dict:
        answer = await quan.api("GET", "/reports/counts?period=year&by=hospital")
        return (await answer.json())["total"]

    before = await total()
    async with stage.as_platform() as db:
        await completed(db, clock.now() - timedelta(minutes=30))
    after = await total()
    for name in ("requests", "accepted", "completed"):
        assert after[name] == before[name] + 1
    assert after["declined"] == before["declined"]


async def test_another_province_sees_only_its_own_cases(visitors, stage):
    await administrator_of(stage, "lao-cai-xem", "15")
    other = await visitors("lao-cai-xem")
    answer = await other.api("GET", "/reports/counts?period=year&by=station")
    found = await answer.json()
    assert [line["subject"] for line in found["lines"]] == [str(KHOA_STATION)]
    assert found["total"]["requests"] == 1


async def test_the_target_shows_both_wordings_their_denominator_and_who_is_missing(
    visitors, stage
):
    quan = await visitors("quan")
    found = await (await quan.api("GET", "/reports/target?period=year")).json()
    assert found["facilities"] == 106
    assert (found["stations"], found["hospitals"]) == (103, 3)
    assert (
        found["consulting"] == 2
    )  # the station that asked, the hospital that answered
    assert found["with_unit"] == 3
    idle = {one["id"] for one in found["idle_stations"]}
    assert len(idle) == 102
    assert str(BINH_STATION) not in idle
    assert str(HOA_STATION) in idle  # asked, but nothing is completed

    await quan.get("/reports?period=year")
    assert "106" in quan.text
    assert "Quyết định 3516/QĐ-BYT" in quan.text
    async with stage.as_platform() as db:
        hoa = await db.get_one(Facility, HOA_STATION)
        assert hoa.name in quan.text
        assert f"tel:{hoa.phone}" in quan.text


async def test_a_closed_station_leaves_the_denominator_after_its_last_day(
    visitors, stage
):
    quan = await visitors("quan")
    async with stage.as_platform() as db:
        hospital = await db.get_one(Facility, PROVINCIAL)
        hospital.telehealth_unit_since = clock.today() + timedelta(days=1)
        station = await db.scalar(
            select(Facility).where(Facility.name_fold.contains("my huong"))
        )
        station.active_until = clock.today() - timedelta(days=1)
    found = await (await quan.api("GET", "/reports/target?period=day")).json()
    assert (found["facilities"], found["with_unit"]) == (105, 2)
    async with stage.as_platform() as db:
        hospital = await db.get_one(Facility, PROVINCIAL)
        hospital.telehealth_unit_since = hospital.active_from
        station = await db.get_one(Facility, station.id)
        station.active_until = None


async def test_a_hospital_counts_for_its_province_wherever_the_station_is(
    visitors, stage
):
    await administrator_of(stage, "lao-cai-dem", "15")
    other = await visitors("lao-cai-dem")
    found = await (await other.api("GET", "/reports/target?period=year")).json()
    assert found["consulting"] == 2
    async with stage.as_platform() as db:
        name = "Bệnh viện Đa khoa khu vực Ngã Bảy (mẫu)"
        hospital = await db.scalar(select(Facility).where(Facility.name == name))
        at = clock.now() - timedelta(minutes=20)
        await completed(
            db, at, station=KHOA_STATION, province="15", hospital=hospital.id
        )
    quan = await visitors("quan")
    found = await (await quan.api("GET", "/reports/target?period=year")).json()
    assert found["consulting"] == 3


async def test_looking_and_exporting_leave_a_trail(visitors, stage):
    quan = await visitors("quan")
    await quan.get("/reports")
    await quan.get("/reports.csv")
    async with stage.as_platform() as db:
        actions = await db.scalars(
            select(AuditEvent.action).where(AuditEvent.action.startswith("report:"))
        )
        assert {"report:view", "report:export"} <= set(actions)


@pytest.mark.parametrize("who", ["binh", "minh", "thu", "admin"])
async def test_nobody_but_the_provincial_administrator_reads_counts(visitors, who):
    stranger = await visitors(who)
    for path in ("/reports", "/reports.csv"):
        assert (await stranger.get(path)).status == 403
    for path in ("/reports/counts", "/reports/target"):
        assert (await stranger.api("GET", path)).status == 403


@pytest.mark.parametrize(
    "asked", ["period=week", "on=2026-02-30", "on=0001-01-01", "by=patient", "x=1"]
)
async def test_a_question_that_makes_no_sense_is_refused(visitors, asked):
    quan = await visitors("quan")
    assert (await quan.get(f"/reports?{asked}")).status == 422
    assert (await quan.get(f"/reports.csv?{asked}")).status == 422
    assert (await quan.api("GET", f"/reports/counts?{asked}")).status == 422


async def test_a_period_without_cases_says_so(visitors):
    quan = await visitors("quan")
    await quan.get("/reports?period=quarter&on=2021-05-05&by=station")
    assert "quý 2 năm 2021" in quan.text
    assert "Chưa có ca nào trong kỳ này" in quan.text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start):
    text = csv_table([[f"{start}1+1", 5, None]]).decode("utf-8-sig")
    assert next(csv.reader(io.StringIO(text, newline=""))) == [f"'{start}1+1", "5", ""]
