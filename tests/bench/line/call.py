"""Run our call and plain WebRTC on the same lines in the same run: `make bench-call`.

The two take turns on each line, under the same seed. Side by side they would compete for the
processors: four browsers that encode and decode on two cores measure the machine, not the line.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from pathlib import Path

import structlog
from playwright.async_api import Error, Playwright, async_playwright

from server.embedded.supervise import until_signalled
from tests.bench.line.beds import Bed, proxied_bed, shaped_bed
from tests.bench.line.lines import LINES, SEVEN, Line
from tests.bench.line.namespaces import can_shape, enter_new_network
from tests.bench.line.ours import hang_up, our_call, product
from tests.bench.line.pair import Browsers, Call, measured, two_browsers
from tests.bench.line.plain import plain_call, plain_site
from tests.bench.line.sources import make_sources
from tests.bench.line.table import table
from tests.bench.line.three import third
from tests.conftest import Stage
from tests.janus import HAS_JANUS, Janus

_SEED = 20
_SECONDS = 60


def _lines() -> list[Line]:
    names = os.getenv("LINES", "").split()
    if not names or names[0].isdecimal():  # a terminal may say how many lines it has
        names = list(SEVEN)
    unknown = [name for name in names if name not in LINES]
    if unknown:
        sys.exit(f"No such line: {' '.join(unknown)}; there are {' '.join(LINES)}.")
    return [LINES[name] for name in names]


class Laboratory:
    """Everything that a call needs but the line."""

    def __init__(
        self, playwright: Playwright, bed: Bed, stage: Stage, janus: Janus | None
    ) -> None:
        self._browsers = Browsers(playwright, make_sources(bed.folder))
        self._bed = bed
        self._stage = stage
        self._janus = janus

    async def call(self, kind: str, line: Line, seconds: int) -> Call:
        """Make one call of one kind on a new line, and measure it."""
        async with two_browsers(self._browsers, self._bed, line, _SEED) as pair:
            seconds = max(seconds, line.least_seconds)
            if kind == "plain":
                await plain_call(self._bed, pair)
                return await measured(pair, line, kind, seconds)
            async with AsyncExitStack() as stack:
                if kind == "media":
                    await stack.enter_async_context(self._janus.running())
                await our_call(self._bed, self._stage, pair)
                if kind != "ours":
                    await stack.enter_async_context(third(self._bed, pair))
                found = await measured(pair, line, kind, seconds)
            await hang_up(pair)
            return found


@asynccontextmanager
async def laboratory(*, shaped: bool) -> AsyncIterator[Laboratory]:
    """Start everything; when `shaped`, this process must be in a network of its own."""
    async with AsyncExitStack() as stack:
        folder = tempfile.TemporaryDirectory(prefix="tramxa-line-")
        base = Path(stack.enter_context(folder))
        bed = await stack.enter_async_context(
            shaped_bed(base) if shaped else proxied_bed(base)
        )
        janus = Janus(base) if HAS_JANUS else None
        stage = await stack.enter_async_context(product(bed, janus))
        await stack.enter_async_context(plain_site(bed))
        playwright = await stack.enter_async_context(async_playwright())
        yield Laboratory(playwright, bed, stage, janus)


def _kinds() -> list[str]:
    """Return the kinds of call: of two, ours and plain; of three, directly and by Janus."""
    kinds = os.getenv("KINDS", "ours plain").split()
    unknown = set(kinds) - {"ours", "plain", "three", "media"}
    if unknown or ("media" in kinds and not HAS_JANUS):
        sys.exit("KINDS are: ours plain three media; the last needs Janus.")
    return kinds


async def _run(
    lines: list[Line], kinds: list[str], seconds: int, *, shaped: bool
) -> None:
    """Make every call, and tell what was measured even when somebody stops the run."""
    found: list[Call] = []
    try:
        async with laboratory(shaped=shaped) as at:
            for line in lines:
                for kind in kinds:
                    try:
                        found.append(await at.call(kind, line, seconds))
                    except Error as error:
                        why = " ".join(error.message.split())
                        _say(f"{line.name}, {kind}: {why}")
                    else:
                        _say(f"{line.name}, {kind}: done, load {found[-1].load:.1f}")
    finally:
        _tell(found)


def _tell(found: list[Call]) -> None:
    print(table(found))  # noqa: T201
    if path := os.getenv("BENCH_JSON"):
        Path(path).write_text(json.dumps([asdict(one) for one in found], indent=1))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def main() -> None:
    """Choose the better line that this machine can have, and run."""
    # The table alone goes to the standard output.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    lines, kinds = _lines(), _kinds()
    shaped = can_shape() and not os.getenv("PROXY")
    if shaped:
        enter_new_network()
    else:
        _say("Without root: a proxy in place of namespaces, calls through a relay.")
    seconds = int(os.getenv("SECONDS", str(_SECONDS)))
    asyncio.run(until_signalled(_run(lines, kinds, seconds, shaped=shaped)))


if __name__ == "__main__":
    main()
