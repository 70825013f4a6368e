"""How fast the main pages are, beside their SQL alone and beside an empty page.

Run by `make bench-pages`; BENCH_ROWS names other sizes, BENCH_REQUESTS another number of
requests a row, BENCH_JSON a file for the numbers.
"""

import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import asyncpg

from server.core import clock
from server.embedded.postgres_address import SUPERUSER
from tests.bench.replay import big_tables, explained, heard, replay, written_down
from tests.bench.stage import COORDINATOR, STATION, Stage, filled_stage, say
from tests.conftest import Visitor

SIZES = [int(one) for one in os.getenv("BENCH_ROWS", "10000 1000000").split()]
REQUESTS = int(os.getenv("BENCH_REQUESTS", "300"))
_WARM_UP = 20
_GOAL_MS = 30.0
_EMPTY = "/account/password"


@dataclass(frozen=True)
class Page:
    """A page that somebody asks for."""

    title: str
    username: str
    path: str


@dataclass(frozen=True)
class Measured:
    """Milliseconds of a page, of its statements alone and of an empty page."""

    rows: int
    page: str
    p50: float
    p95: float
    sql_p50: float
    sql_p95: float
    empty_p50: float
    queries: int
    kilobytes: float
    whole_reads: list[str]


class Site:
    """The address of a server, in the shape that a visitor asks for."""

    def __init__(self, port: int) -> None:
        self.host, self.port = "127.0.0.1", port


async def pages_of(stage: Stage) -> list[Page]:
    """Return what is asked for; the patient is one of those who come most often."""
    db = await asyncpg.connect(stage.address.url(SUPERUSER))
    patient = await db.fetchrow(
        "select p.id, p.full_name, p.phone, extract(year from p.birth_date)::int as born,"
        " i.value from patients as p join patient_identifiers as i on i.patient_id = p.id"
        " where p.facility_id = $1 and i.kind = 'cccd' order by"
        " (select count(*) from referrals where patient_id = p.id) desc, p.id limit 1",
        STATION,
    )
    await db.close()
    today = clock.today()
    return [
        Page("queue, hospital", "thu", "/queue"),
        Page("queue, province", COORDINATOR, "/queue"),
        Page("search, with accents", "binh", "/patients?q=Nguyễn Thị Hồng"),
        Page("search, without accents", "binh", "/patients?q=nguyen thi hong"),
        Page("search, other order", "binh", "/patients?q=hong nguyen"),
        Page("search, a rare name", "binh", "/patients?q=giang diep"),
        Page("search, nobody", "binh", "/patients?q=khong co ai"),
        Page(
            "search, name and year",
            "binh",
            f"/patients?q={patient['full_name']} {patient['born']}",
        ),
        Page("search, number", "binh", f"/patients?q={patient['value']}"),
        Page("search, phone", "binh", f"/patients?q=0{patient['phone'][3:]}"),
        Page("patients, no words", "binh", "/patients"),
        Page("patient", "binh", f"/patients/{patient['id']}"),
        Page("counts, month", "quan", f"/reports?period=month&on={today}"),
        Page(
            "counts, year × station",
            "quan",
            f"/reports?period=year&on={today.replace(year=today.year - 1)}&by=station",
        ),
    ]


async def timed(work: Callable[[], Awaitable[object]]) -> list[float]:
    """Return the milliseconds of each run after the first few, shortest first."""
    spent = []
    for number in range(_WARM_UP + REQUESTS):
        started = time.perf_counter()
        await work()
        if number >= _WARM_UP:
            spent.append((time.perf_counter() - started) * 1000)
    return sorted(spent)


def p95(spent: list[float]) -> float:
    return spent[int(len(spent) * 0.95)]


async def get(visitor: Visitor, path: str) -> bytes:
    async with visitor.http.get(visitor.root.with_path("/").join_path(path)) as answer:
        body = await answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        return body


async def measure(stage: Stage, rows: int) -> list[Measured]:
    """Measure every page on one size of the database."""
    database = await asyncpg.connect(stage.address.app_url)
    big = await big_tables(database)
    results = []
    async with written_down(stage.settings) as listening:
        for page in await pages_of(stage):
            results.append(await _measured(stage, page, rows, listening, database, big))
            say(f"{rows} {page.title}: {results[-1].p50:.1f} ms")
    await database.close()
    return results
