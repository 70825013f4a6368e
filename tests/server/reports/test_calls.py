"""The administrator sees how calls went at each station, and no patient."""

import csv
import io
import re
from datetime import timedelta
from uuid import UUID

import pytest

from server.core import clock
from server.quality.models import CallSummary
from tests.conftest import Visitor
from tests.server.admin.arrange import administrator_of
from tests.server.quality.arrange import call_of
from tests.server.reports.arrange import BINH_STATION, HOA_STATION, KHOA_STATION

pytestmark = pytest.mark.usefixtures("calls")
GOOD = {"mos": 4.3, "concealed": 0.001, "relayed": False}
BAD = {"mos": 2.1, "concealed": 0.3, "relayed": True, "without_picture": 240}
UNKNOWN = {"mos": None, "concealed": None, "relayed": None, "silent": 2}


@pytest.fixture(scope="module")
async def calls(site, stage):
    """Calls of three stations, two of them of one province, and the lines about them."""
    people: dict[str, Visitor] = {}

    async def known(name):
        people[name] = people.get(name) or await Visitor(site).sign_in(name)
        return people[name]

    for station, days_ago, numbers in (
        *[("binh", 1, one) for one in (GOOD, GOOD, BAD)],
        ("hoa", 1, GOOD | {"mos": 3.0}),
        ("hoa", 1, UNKNOWN),
        ("khoa", 1, BAD),
        ("binh", 60, BAD),
        ("binh", 100, BAD),
    ):
        call = await call_of(known, stage, station=station)
        doctor = await stage.actor(station)
        async with stage.as_platform() as db:
            db.add(
                CallSummary(
                    attempt_id=UUID(call.id),
                    province_code=doctor.province_code,
                    station_id=doctor.facility_id,
                    ended_at=clock.now() - timedelta(days=days_ago),
                    **{"seconds": 300, "without_picture": 0, "silent": 0, **numbers},
                )
            )
    yield
    for visitor in people.values():
        await visitor.close()


async def stations(visitor, asked="") -> list[dict]:
    answer = await visitor.api("GET", f"/reports/calls{asked}")
    return (await answer.json())["stations"]


async def test_each_station_has_its_calls_of_the_last_days(visitors):
    quan = await visitors("quan")
    found = {one["station"]: one for one in await stations(quan)}
    assert set(found) == {str(BINH_STATION), str(HOA_STATION)}
    mine = found[str(BINH_STATION)]
    assert (mine["calls"], mine["mos"], mine["relayed"]) == (3, 4.3, 33)
    assert mine["lost"] == pytest.approx(24, abs=1)
    assert (mine["without_picture"], mine["silent"]) == (4, 0)
    other = found[str(HOA_STATION)]
    assert (other["calls"], other["mos"], other["silent"]) == (2, 3.0, 1)

    quarter = {one["station"]: one for one in await stations(quan, "?days=90")}
    assert quarter[str(BINH_STATION)]["calls"] == 4


@pytest.mark.parametrize(
    ("worst", "first"),
    [
        ("mos", HOA_STATION),
        ("silent", HOA_STATION),
        ("lost", BINH_STATION),
        ("relayed", BINH_STATION),
        ("without_picture", BINH_STATION),
        ("calls", BINH_STATION),
    ],
)
async def test_the_worst_station_comes_first_in_any_column(visitors, worst, first):
    quan = await visitors("quan")
    found = await stations(quan, f"?worst={worst}")
    assert found[0]["station"] == str(first)


async def test_page_and_file_say_the_same(visitors):
    quan = await visitors("quan")
    asked = "?days=90&worst=lost"
    assert (await quan.get(f"/reports/calls{asked}")).status == 200
    shown = [
        [
            re.sub(r"<[^>]+>", "", cell).strip().replace(",", ".")
            for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in re.findall(
            r'<tr data-subject="[^"]*">(.*?)</tr>', quan.text, re.DOTALL
        )
    ]
    assert 'aria-sort="descending"' in quan.text
    assert "Nguyễn Văn Mẫu" not in quan.text
    file = await quan.get(f"/reports/calls.csv{asked}")
    assert file.content_type == "text/csv"
    body = (await file.read()).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    assert rows[1:] == shown
    for_programs = await quan.api("GET", f"/reports/calls.csv{asked}")
    assert (await for_programs.read()).decode("utf-8-sig") == body


async def test_another_province_sees_its_own_stations_only(visitors, stage):
    await administrator_of(stage, "lao-cai-goi", "15")
    other = await visitors("lao-cai-goi")
    assert [one["station"] for one in await stations(other)] == [str(KHOA_STATION)]


@pytest.mark.parametrize("who", ["binh", "minh", "thu", "admin"])
async def test_nobody_else_reads_the_table(visitors, who):
    stranger = await visitors(who)
    for path in ("/reports/calls", "/reports/calls.csv"):
        assert (await stranger.get(path)).status == 403
        assert (await stranger.api("GET", path)).status == 403


@pytest.mark.parametrize("asked", ["days=31", "days=x", "worst=patient", "on=1"])
async def test_a_question_that_makes_no_sense_is_refused(visitors, asked):
    quan = await visitors("quan")
    for path in ("/reports/calls", "/reports/calls.csv"):
        assert (await quan.get(f"{path}?{asked}")).status == 422
        assert (await quan.api("GET", f"{path}?{asked}")).status == 422
