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
from yarl import URL

from server.core import clock
from server.embedded.postgres_address import SUPERUSER
from tests.bench.program import EMPTY
from tests.bench.replay import (
    Statement,
    big_tables,
    explained,
    heard,
    replay,
    written_down,
)
from tests.bench.stage import COORDINATOR, STATION, Stage, filled_stage, say
from tests.bench.table import Measured, table
from tests.conftest import Visitor

SIZES = [int(one) for one in os.getenv("BENCH_ROWS", "10000 1000000").split()]
REQUESTS = int(os.getenv("BENCH_REQUESTS", "300"))
_WARM_UP = 20


@dataclass(frozen=True)
class Page:
    """A page that somebody asks for."""

    title: str
    username: str
    path: str


@dataclass(frozen=True)
class Site:
    """The address of a server, in the shape that a visitor asks for."""

    port: int
    host: str = "127.0.0.1"


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


async def timed(*works: Callable[[], Awaitable[object]]) -> list[list[float]]:
    """Return the milliseconds of each work, shortest first.

    They take turns, so that whatever else the machine does falls on all of them.
    """
    spent: list[list[float]] = [[] for _ in works]
    for number in range(_WARM_UP + REQUESTS):
        for work, times in zip(works, spent, strict=True):
            started = time.perf_counter()
            await work()
            if number >= _WARM_UP:
                times.append((time.perf_counter() - started) * 1000)
    return [sorted(times) for times in spent]


def p95(spent: list[float]) -> float:
    return spent[int(len(spent) * 0.95)]


async def get(visitor: Visitor, path: str) -> bytes:
    async with visitor.http.get(visitor.root.join(URL(path))) as answer:
        body = await answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        return body


class Bench:
    """The program as it runs, the same program where it can be heard, and the database."""

    def __init__(self, stage: Stage, listening, database: asyncpg.Connection) -> None:
        self.database = database
        self._stage = stage
        self._sites = {"running": Site(stage.settings.port), "heard": listening}
        self._visitors: dict[tuple[str, str], Visitor] = {}

    async def visitor(self, site: str, username: str) -> Visitor:
        if (site, username) not in self._visitors:
            visitor = await Visitor(self._sites[site]).sign_in(username)
            self._visitors[site, username] = visitor
        return self._visitors[site, username]

    async def statements(self, page: Page) -> list[Statement]:
        visitor = await self.visitor("heard", page.username)
        await get(visitor, page.path)
        with heard() as statements:
            await get(visitor, page.path)
        return statements

    async def measure(self, page: Page, rows: int, big: set[str]) -> Measured:
        visitor = await self.visitor("running", page.username)
        statements = await self.statements(page)
        cpu: list[float] = []

        async def ask() -> None:
            before = self._stage.cpu_ms()
            await get(visitor, page.path)
            cpu.append(self._stage.cpu_ms() - before)

        shown, alone, empty = await timed(
            ask,
            lambda: replay(self.database, statements),
            lambda: get(visitor, EMPTY),
        )
        plans = await explained(self.database, statements, big)
        return Measured(
            rows=rows,
            page=page.title,
            p10=shown[len(shown) // 10],
            p50=statistics.median(shown),
            p95=p95(shown),
            sql_p10=alone[len(alone) // 10],
            sql_p50=statistics.median(alone),
            sql_p95=p95(alone),
            empty_p50=statistics.median(empty),
            empty_p95=p95(empty),
            cpu_p50=statistics.median(cpu),
            queries=len(statements),
            kilobytes=len(await get(visitor, page.path)) / 1024,
            plans=plans,
        )

    async def close(self) -> None:
        for visitor in self._visitors.values():
            await visitor.close()


async def measured(rows: int) -> list[Measured]:
    """Measure every page on a database of this size."""
    with tempfile.TemporaryDirectory(prefix="tramxa-bench-") as folder:
        async with filled_stage(Path(folder), rows) as stage:
            database = await asyncpg.connect(stage.address.app_url)
            big = await big_tables(database)
            async with written_down(stage.settings) as listening:
                bench = Bench(stage, listening, database)
                found = []
                for page in await pages_of(stage):
                    found.append(await bench.measure(page, rows, big))
                    say(f"{rows:>9,} {page.title}: {found[-1].p50:.1f} ms")
                await bench.close()
            await database.close()
            return found


def main() -> None:
    """Measure each size in turn and print one table."""
    found = [one for rows in SIZES for one in asyncio.run(measured(rows))]
    print(table(found))  # noqa: T201
    if path := os.getenv("BENCH_JSON"):
        Path(path).write_text(json.dumps([asdict(one) for one in found], indent=2))


if __name__ == "__main__":
    main()
