"""Two browsers, the station's behind the line, and what is measured in both."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, Playwright

from tests.bench.line.beds import CHROMIUM, Bed, RunningLine
from tests.bench.line.errands import Done, run_errands
from tests.bench.line.lines import GOOD, Line
from tests.bench.line.model import Condition
from tests.bench.line.readings import Side, side
from tests.bench.line.sources import Sources

_MEASURING = (Path(__file__).parent / "measuring.js").read_text(encoding="utf-8")
_PATIENCE_MS = 90_000
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--ignore-certificate-errors",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)


@dataclass(frozen=True)
class Browsers:
    """What browsers are started with."""

    playwright: Playwright
    sources: Sources

    async def start(self, program: str, *more: str) -> Browser:
        return await self.playwright.chromium.launch(
            executable_path=program, args=[*_ARGUMENTS, *self.sources.arguments, *more]
        )


@dataclass
class Pair:
    """The two pages of one call, and the line between them."""

    station: Page
    hospital: Page
    line: RunningLine
    condition: Condition
    page_load: dict[str, float] = field(default_factory=dict)

    async def ready(self) -> None:
        """Make the line what it is to be: the pages may have come over a better one."""
        await self.line.become(self.condition)

    @property
    def pages(self) -> tuple[Page, Page]:
        return self.station, self.hospital

    async def opened(self, name: str) -> None:
        """Note how long the station's page took."""
        timing = "performance.getEntriesByType('navigation')[0].loadEventEnd"
        self.page_load[name] = await self.station.evaluate(timing) / 1000


@dataclass(frozen=True)
class Call:
    """One call on one line, measured."""

    line: str
    kind: str
    seconds: int
    page_load: dict[str, float]
    station: Side
    hospital: Side
    load: float
    busy: float  # share of the processors' time
    shaped: dict[str, dict[str, float]]
    errands: list[Done]
    samples: dict[str, Any]


@asynccontextmanager
async def two_browsers(
    browsers: Browsers, bed: Bed, line: Line, seed: int
) -> AsyncIterator[Pair]:
    """Open both browsers anew, so that nothing is cached.

    With PAGES=good in the environment the pages come over a good line, which saves minutes.
    """
    pages = GOOD if os.getenv("PAGES") == "good" else line.first
    async with bed.station(pages, seed) as behind:
        station = await browsers.start(
            behind.program, *bed.arguments, *behind.arguments
        )
        hospital = await browsers.start(CHROMIUM, *bed.arguments)
        try:
            yield Pair(
                await new_page(station, behind.relay),
                await new_page(hospital, None),
                behind.line,
                line.first,
            )
        finally:
            for browser in (station, hospital):
                await browser.close()


async def new_page(browser: Browser, relay: str | None) -> Page:
    """Open a page that measures; its media go by the relay where there is one."""
    context = await browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="vi-VN"
    )
    address = "null" if relay is None else f"'{relay}'"
    await context.add_init_script(_MEASURING.replace("RELAY\n", f"{address}\n"))
    page = await context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    return page


async def measured(pair: Pair, line: Line, kind: str, seconds: int) -> Call:
    """Let an accepted call run its time while the line does what it does; then read it."""
    before = _processor_ticks()
    for share, condition in line.steps:
        await pair.line.become(condition)
        await asyncio.sleep(share * seconds)
    errands = await run_errands(pair, line.steps[-1][1], line.errands)
    idle, total = (
        now - then for now, then in zip(_processor_ticks(), before, strict=True)
    )
    station, hospital = await asyncio.gather(
        *(page.evaluate("laboratory") for page in pair.pages)
    )
    clicked = hospital["clicked"]
    return Call(
        line=line.name,
        kind=kind,
        seconds=seconds,
        page_load=pair.page_load,
        station=side(station, clicked),
        hospital=side(hospital, clicked),
        load=os.getloadavg()[0],
        busy=1 - idle / total,
        shaped=await pair.line.report(),
        errands=errands,
        samples={"clicked": clicked, "station": station, "hospital": hospital},
    )


def _processor_ticks() -> tuple[int, int]:
    numbers = Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
    ticks = [int(number) for number in numbers]
    return ticks[3] + ticks[4], sum(ticks)
