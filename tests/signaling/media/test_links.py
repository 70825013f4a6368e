"""What a link does by itself, without Janus or a page."""

import asyncio

import pytest

from signaling.media import link
from signaling.media.exchange import Exchange
from signaling.media.link import Means, Pace, VideoRoom
from signaling.media.links import Inlet
from tests.signaling.conftest import until


@pytest.mark.parametrize(("sender", "sends"), [(4, False), (5, True)])
async def test_only_the_connection_of_now_is_believed(sender, sends):
    exchange = Exchange()
    means = Means(
        janus=None,
        room=VideoRoom(),
        exchange=exchange,
        send=lambda _: None,
        changed=lambda: None,
        looks=lambda: None,
    )
    inlet = Inlet("a", means)
    inlet.handle = 5
    inlet._heard({"janus": "webrtcup", "sender": sender})
    await inlet._jobs.get_nowait()()
    assert ("a" in exchange.feeds) is sends


async def test_of_what_is_asked_too_fast_the_last_counts(monkeypatch):
    monkeypatch.setattr(link, "PACE_SECONDS", 0.05)
    jobs = []
    done = []
    pace = Pace(jobs.append)

    async def do(number):
        done.append(number)

    for number in range(3):
        pace.ask(lambda number=number: do(number))
    await jobs.pop()()
    for number in range(3, 6):
        pace.ask(lambda number=number: do(number))
    assert not jobs
    began = asyncio.get_running_loop().time()
    await until(lambda: jobs)
    await jobs.pop()()
    assert asyncio.get_running_loop().time() - began > 0.04
    assert done == [2, 5]
