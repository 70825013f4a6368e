"""The shaped line against itself: what was asked for is what traffic meets."""

import asyncio
import json
import statistics
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.bench.line.lines import EDGE
from tests.bench.line.model import Condition
from tests.bench.line.namespaces import ROOT, can_shape, namespace, shaped_line
from tests.bench.line.shaper import NEAR

pytestmark = pytest.mark.skipif(
    not can_shape(),
    reason="Namespaces and TUN devices need root on Linux; the proxy's tests need neither.",
)


class Bench:
    """Two namespaces with a line in between, and traffic from the far one to the near one."""

    def __init__(self, near, far, line) -> None:
        self.near, self.far, self.line = near, far, line

    async def _start(self, where, *arguments):
        return await asyncio.create_subprocess_exec(
            *where.command(sys.executable, "-m", "tests.bench.line.traffic"),
            *(str(one) for one in arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )

    async def send(self, kind, *numbers) -> tuple[dict, dict]:
        """Send, let the line empty, and return what was sent and what came."""
        sink = await self._start(self.near, "sink", NEAR)
        await sink.stdout.readline()
        source = await self._start(self.far, kind, NEAR, *numbers)
        sent, _ = await source.communicate()
        await asyncio.sleep(1.5)
        came, _ = await sink.communicate(b"")
        return json.loads(sent), json.loads(came)


@asynccontextmanager
async def bench(condition: Condition):
    async with (
        namespace() as near,
        namespace() as far,
        shaped_line(near, far, condition, seed=3) as line,
    ):
        yield Bench(near, far, line)


@pytest.mark.parametrize("rate", [64e3, 512e3, 5e6])
async def test_a_flood_comes_out_at_the_rate_of_the_line(rate):
    async with bench(Condition(rate=rate, delay=0.02, queue=0.3)) as at:
        _, came = await at.send("udp", 2 * rate, 500, 4)
    times = [when for when, *_ in came["trips"]]
    measured = 8 * 500 * (len(times) - 1) / (times[-1] - times[0])
    assert measured == pytest.approx(rate, rel=0.05)
    # The queue is full: the longest trip is its wait, the packet itself, and the way.
    longest = max(trip for *_, trip in came["trips"])
    assert longest == pytest.approx(0.3 + 0.02 + 8 * 500 / rate, rel=0.1)


async def test_one_tcp_connection_fills_the_line_but_not_more():
    async with bench(Condition(rate=2e6, delay=0.03)) as at:
        _, came = await at.send("tcp", 6)
    settled = [
        (when, size) for when, size in came["tcp"] if when > came["tcp"][0][0] + 2
    ]
    seconds = settled[-1][0] - settled[0][0]
    rate = 8 * sum(size for _, size in settled[1:]) / seconds
    assert 0.85 * 2e6 < rate < 1.02 * 2e6


async def test_packets_take_the_delay_with_its_jitter_and_keep_their_order():
    async with bench(Condition(rate=1e6, delay=0.15, jitter=0.03)) as at:
        sent, came = await at.send("udp", 12_800, 100, 6)
    numbers = [number for _, number, _ in came["trips"]]
    trips = [trip for *_, trip in came["trips"]]
    assert numbers == list(range(sent["sent"]))
    # Of the even spread nine tenths; the rest may meet a busy machine.
    low, *_, high = statistics.quantiles(trips, n=20)
    assert statistics.median(trips) == pytest.approx(0.15, rel=0.07)
    assert high - low == pytest.approx(0.9 * 0.06, rel=0.25)


@pytest.mark.parametrize("burst", [1, 6])
async def test_packets_are_lost_at_the_share_asked_for(burst):
    async with bench(Condition(loss=0.2, burst=burst, delay=0.01)) as at:
        sent, came = await at.send("udp", 800_000, 100, 5)
    lost = 1 - len(came["trips"]) / sent["sent"]
    # 5,000 packets: in bursts chance alone moves the mean by 8% of itself.
    assert lost == pytest.approx(0.2, rel=0.05 if burst == 1 else 0.2)


async def test_the_line_changes_while_it_runs_and_counts_what_it_carried():
    async with bench(EDGE) as at:
        await at.line.change(rate=0, delay=0.05, jitter=0, loss=0)
        sent, came = await at.send("udp", 80_000, 200, 2)
        assert len(came["trips"]) == sent["sent"]
        trips = [trip for *_, trip in came["trips"]]
        assert statistics.median(trips) == pytest.approx(0.05, abs=0.005)
        await at.line.change(up={"cut": True})
        _, came = await at.send("udp", 80_000, 200, 1)
        assert came["trips"] == []
        report = await at.line.report()
    assert report["up"]["packets"] > report["down"]["packets"]
    assert report["up"]["dropped"] > 0
    assert report["up"]["late_ms_p99"] < 50


async def test_a_killed_owner_leaves_neither_namespace_nor_process():
    """Ctrl-C is kind; here the owner gets no chance to tidy up."""
    owner = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", OWNER), stdout=subprocess.PIPE, cwd=ROOT
    )
    pids = json.loads(await owner.stdout.readline())
    assert all(alive(pid) for pid in pids)
    owner.kill()
    await owner.wait()
    async with asyncio.timeout(10):
        while any(alive(pid) for pid in pids):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}/ns/net").exists()


OWNER = """
import asyncio, json
from tests.bench.line.model import Condition
from tests.bench.line.namespaces import namespace, shaped_line

async def hold():
    async with namespace() as near, namespace() as far:
        async with shaped_line(near, far, Condition()) as line:
            print(json.dumps([near.pid, far.pid, line._process.pid]), flush=True)
            await asyncio.Event().wait()

asyncio.run(hold())
"""
