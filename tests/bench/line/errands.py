"""What befalls a line in mid call, or is sent over it; and what that did to the voice."""

import asyncio
import re
import time
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image
from playwright.async_api import Page

from tests.bench.line.readings import lost_between

if TYPE_CHECKING:
    from tests.bench.line.model import Condition
    from tests.bench.line.pair import Pair

_PATIENCE = 45  # seconds
_CALM = 15  # seconds between two errands
_SENDING_MS = 600_000
_ARRIVED = re.compile("Đã (tới bên kia|lưu vào hồ sơ)")


@dataclass(frozen=True)
class Done:
    """How an errand went: seconds until it was over, None if never; share of speech lost."""

    name: str
    station: float | None = None
    hospital: float | None = None
    lost: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True)
class Cut:
    """Nothing comes through for a while; counts from the moment the line is back."""

    seconds: float

    async def run(self, pair: "Pair", condition: "Condition") -> Done:
        await pair.line.become(replace(condition, cut=True))
        await asyncio.sleep(self.seconds)
        await pair.line.become(condition)
        return await _heard_again(pair, f"cut {self.seconds:g} s")


@dataclass(frozen=True)
class Move:
    """The station gets another address, as from one network to the next."""

    async def run(self, pair: "Pair", condition: "Condition") -> Done:  # noqa: ARG002
        await pair.line.move()
        return await _heard_again(pair, "new address")


@dataclass(frozen=True)
class Send:
    """The station sends a file of so many bytes; the line is cut a few times meanwhile."""

    size: int
    cuts: int = 0

    async def run(self, pair: "Pair", condition: "Condition") -> Done:
        begin = time.time()
        file = {
            "name": "photo.jpg",
            "mimeType": "image/jpeg",
            "buffer": _jpeg(self.size),
        }
        await pair.station.locator("[data-part=file]").set_input_files(file)
        for _ in range(self.cuts):
            await asyncio.sleep(20)
            await pair.line.become(replace(condition, cut=True))
            await asyncio.sleep(6)
            await pair.line.become(condition)
        files = pair.station.locator("[data-part=files]")
        await files.get_by_text(_ARRIVED).wait_for(timeout=_SENDING_MS)
        seconds = time.time() - begin
        seen = await asyncio.gather(*(_seen(page) for page in pair.pages))
        lost = tuple(
            lost_between(one, 1000 * begin, 1000 * time.time()) for one in seen
        )
        name = f"{self.size // 1000} kB" + (f", {self.cuts} cuts" if self.cuts else "")
        return Done(name, seconds, seconds, lost)


Errand = Cut | Move | Send


async def run_errands(
    pair: "Pair", condition: "Condition", errands: tuple[Errand, ...]
) -> list[Done]:
    """Run one after the other, with time in between for everything to settle."""
    done = []
    for errand in errands:
        done.append(await errand.run(pair, condition))
        await asyncio.sleep(_CALM)
    return done


async def _heard_again(pair: "Pair", name: str) -> Done:
    since = 1000 * time.time()
    station, hospital = await asyncio.gather(
        *(_gap_end(page, since) for page in pair.pages)
    )
    return Done(name, station, hospital)


async def _gap_end(page: Page, since: float) -> float | None:
    ended = f"laboratory.gaps.find((gap) => gap.to > {since})?.to"
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if at := await page.evaluate(ended):
            return (at - since) / 1000
        await asyncio.sleep(0.1)
    return None


async def _seen(page: Page) -> dict:
    return await page.evaluate("laboratory")


def _jpeg(size: int) -> bytes:
    """Return a picture with so much behind its end, which readers pass over."""
    picture = BytesIO()
    Image.new("RGB", (64, 64)).save(picture, "JPEG")
    return picture.getvalue().ljust(size, b"\0")
