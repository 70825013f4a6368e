"""The server's own peer: what it answers, what it refuses, and that nothing stays behind."""

import asyncio
import os
import signal
import statistics
import time
from pathlib import Path

import pytest

from server.line_check.api import ECHOES
from server.line_check.echo import announced
from server.line_check.echoes import Echoes, NoEchoFree, OfferRefused, Reach
from server.lines.models import LineSchedule
from tests.server.line_check.calling import Caller

PATIENCE = 20
PEOPLE = [f"00000000-0000-7000-8000-{number:012}" for number in range(30)]


@pytest.fixture
async def echoes():
    made = Echoes(Reach(most=2))
    yield made
    await made.close()


@pytest.fixture
async def caller():
    made = Caller()
    yield made
    await made.close()


def children() -> set[int]:
    """The processes of this one that are echo peers."""
    found = set()
    for task in Path("/proc/self/task").iterdir():
        for pid in (task / "children").read_text().split():
            line = Path(f"/proc/{pid}/cmdline")
            if line.exists() and b"line_check.echo" in line.read_bytes():
                found.add(int(pid))
    return found


def peers_of(pid: int) -> str:
    return Path(f"/proc/{pid}/net/udp").read_text()


async def until(condition) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - another process sets no event here
            await asyncio.sleep(0.02)


async def test_the_voice_comes_back_and_bytes_are_counted(echoes, caller):
    await caller.take(await echoes.answer(PEOPLE[0], await caller.offer()))
    async with asyncio.timeout(PATIENCE):
        await caller.heard.wait()
    for _ in range(20):
        caller.bulk.send(b"\0" * 1000)
    await until(lambda: caller.bulk.bufferedAmount == 0)
    told = await caller.count()
    assert 0 < told["bytes"] <= 19_000
    assert (await caller.count())["bytes"] == 0
    caller.control.send("send")
    await until(lambda: caller.received > 50_000)


async def test_the_peer_ends_with_the_call(echoes, caller):
    await caller.take(await echoes.answer(PEOPLE[0], await caller.offer()))
    caller.control.send("end")
    await until(lambda: echoes.running == 0)
    assert children() == set()


async def test_it_calls_nobody_whom_the_offer_names(echoes, caller):
    named = (await caller.offer()).replace(
        "a=end-of-candidates",
        "a=candidate:1 1 udp 2130706431 203.0.113.7 9 typ host\r\na=end-of-candidates",
    )
    await caller.take(await echoes.answer(PEOPLE[0], named))
    (pid,) = children()
    assert "077100CB" not in peers_of(pid)  # 203.0.113.7, as the kernel writes it


async def test_nonsense_is_refused_and_leaves_no_process(echoes):
    with pytest.raises(OfferRefused):
        await echoes.answer(PEOPLE[0], "v=0\r\nm=audio\r\na=fingerprint:sha-256 AA")
    await until(lambda: echoes.running == 0)
    assert children() == set()


async def test_of_one_person_the_newest_check_counts(echoes):
    first, second = Caller(), Caller()
    await echoes.answer(PEOPLE[0], await first.offer())
    before = children()
    await echoes.answer(PEOPLE[0], await second.offer())
    assert echoes.running == 1
    assert len(children()) == 1
    assert children() != before
    for one in (first, second):
        await one.close()


async def test_a_server_bears_so_many_and_says_so_to_the_next(echoes):
    callers = [Caller() for _ in range(3)]
    offers = [await one.offer() for one in callers]
    for person, offer in zip(PEOPLE[:2], offers, strict=False):
        await echoes.answer(person, offer)
    with pytest.raises(NoEchoFree):
        await echoes.answer(PEOPLE[2], offers[2])
    for one in callers:
        await one.close()


async def test_a_peer_that_is_killed_gives_its_place_back(echoes, caller):
    await echoes.answer(PEOPLE[0], await caller.offer())
    (pid,) = children()
    os.kill(pid, signal.SIGKILL)
    await until(lambda: echoes.running == 0)


async def test_the_end_of_the_server_ends_every_check(caller):
    echoes = Echoes(Reach(most=2))
    await echoes.answer(PEOPLE[0], await caller.offer())
    await echoes.close()
    assert (echoes.running, children()) == (0, set())


async def test_it_keeps_to_the_ports_of_the_firewall(caller):
    echoes = Echoes(Reach(most=1, address="203.0.113.10", ports=(42_000, 42_030)))
    sdp = await echoes.answer(PEOPLE[0], await caller.offer())
    named = [line.split() for line in sdp.splitlines() if "candidate:" in line]
    assert named
    assert {one[4] for one in named} == {"203.0.113.10"}
    assert all(42_000 <= int(one[5]) <= 42_030 for one in named)
    await echoes.close()


def test_without_an_address_the_answer_names_those_of_the_machine():
    assert announced("a=candidate:1 1 udp 5 10.0.0.1 9 typ host\r\n", "") == (
        "a=candidate:1 1 udp 5 10.0.0.1 9 typ host\r\n"
    )


async def test_twenty_checks_leave_nothing_behind(caller):
    echoes = Echoes(Reach(most=1))
    offer = await caller.offer()
    tasks, files = len(asyncio.all_tasks()), len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for person in PEOPLE[:20]:
        await echoes.answer(person, offer)
        await echoes.close()
    await until(lambda: len(asyncio.all_tasks()) <= tasks)
    assert len(os.listdir("/proc/self/fd")) <= files + 2  # noqa: PTH208
    assert (echoes.running, children()) == (0, set())


async def test_a_check_does_not_make_other_pages_wait(site, visitors, caller):
    binh, hoa = await visitors("binh"), await visitors("hoa")
    alone = await p95_of_loop(1.0)
    answer = await binh.api("POST", "/line-checks/echo", {"sdp": await caller.offer()})
    assert answer.status == 200, binh.text
    await caller.take((await answer.json())["sdp"])
    caller.control.send("send")
    busy = asyncio.create_task(p95_of_loop(3.0))
    assert (await hoa.get("/referrals")).status == 200
    assert await busy < max(alone, 0.001) + 0.020
    await site.app[ECHOES].close()


async def p95_of_loop(seconds: float) -> float:
    """How late the loop of the web program wakes, at the 95th percentile."""
    late, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        began = time.perf_counter()
        await asyncio.sleep(0.005)
        late.append(time.perf_counter() - began - 0.005)
    return statistics.quantiles(late, n=20)[-1]


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        (lambda sdp: sdp.replace("a=fingerprint", "a=nothing"), (422, "invalid")),
        (lambda sdp: sdp + "m=video 9 RTP/SAVPF 96\r\n" * 3, (422, "invalid")),
        (lambda sdp: sdp + "a=x\r\n" * 4000, (422, "invalid")),
        (lambda sdp: sdp + "a=x\r\n" * 9000, (413, "body_too_large")),
        (lambda sdp: "v=0\r\nm=audio 9\r\n" + sdp[-200:], (422, "invalid")),
    ],
)
async def test_an_offer_is_bounded_and_needs_a_fingerprint(
    visitors, caller, changed, refused
):
    binh = await visitors("binh")
    sdp = changed(await caller.offer())
    answer = await binh.api("POST", "/line-checks/echo", {"sdp": sdp})
    assert (answer.status, (await answer.json())["code"]) == refused
    assert children() == set()


async def test_a_stranger_has_no_echo(visitors, caller):
    stranger = await visitors()
    answer = await stranger.api(
        "POST", "/line-checks/echo", {"sdp": await caller.offer()}
    )
    assert answer.status == 401


async def test_without_a_node_the_check_says_so(visitors):
    binh = await visitors("binh")
    answer = await binh.api("POST", "/line-checks/begin", {})
    assert answer.status == 200
    assert set(await answer.json()) == {"now"}


async def test_a_scheduled_check_needs_a_schedule(visitors, stage):
    binh = await visitors("binh")
    answer = await binh.api("POST", "/line-checks/begin", {"scheduled": True})
    assert (await answer.json())["code"] == "line_check_not_due"
    async with stage.as_platform() as db:
        assert (
            await db.get(LineSchedule, (await stage.actor("binh")).facility_id) is None
        )
