"""Both sides negotiate in the same instant, again and again, and nobody is stuck."""

import asyncio
from itertools import cycle, islice

import pytest

from tests.signaling.browser.conftest import DECODES, LINK

ROUNDS = 24
# What both sides do at once, and how many pictures each then gets.
STEPS = {
    "both show something more": (
        f"{LINK}.addTrack('screen', stream.getVideoTracks()[0].clone(), stream)",
        2,
    ),
    "both look for a new way": (f"{LINK}.restart()", 2),
    "both stop showing it": (f"{LINK}.removeTrack('screen')", 1),
    "both look for a new way again": (f"{LINK}.restart()", 1),
}
HOLDS_AN_OFFER = "holds().some(({ payload }) => payload.type === 'offer')"
CROSSING = "(await import('/test/crossing.js'))"
FLOWS = f"async (pictures) => {CROSSING}.flows({LINK}, pictures)"
CONNECT = f"async (lose) => {CROSSING}.connect(stream, lose)"
# In the description of the moment: sound, camera, screen.
PARTS = f"{LINK}.connection.localDescription.sdp.match(/^m=/gm).length"


async def test_offers_that_cross_leave_nobody_stuck(visit):
    pages = [await visit("binh"), await visit("minh")]
    for page in pages:
        await page.wait_for_function(DECODES)
    for what, (step, pictures) in islice(cycle(STEPS.items()), ROUNDS):
        for page in pages:
            await page.evaluate(f"hold(); void {step}")
        for page in pages:
            await page.wait_for_function(HOLDS_AN_OFFER)
        await asyncio.gather(*(page.evaluate("release()") for page in pages))
        stuck = await asyncio.gather(
            *(page.evaluate(FLOWS, pictures) for page in pages)
        )
        assert stuck == [None, None], what
    for page in pages:
        assert await page.evaluate("seen.links") == 1
        # Shown six times, yet the description has not grown by a part each time.
        assert await page.evaluate(PARTS) == 3


async def test_first_offers_that_cross_connect_all_the_same(visit):
    page = await visit("binh")
    await page.wait_for_function("globalThis.stream")
    for _ in range(5):
        pairs = [page.evaluate(CONNECT, "") for _ in range(4)]
        for pair in await asyncio.gather(*pairs):
            assert pair == {"stuck": None, "lost": 0, "built": 2}


@pytest.mark.parametrize("lost", ["candidates", "description"])
async def test_a_first_connection_that_does_not_come_is_tried_anew(visit, lost):
    page = await visit("binh")
    await page.wait_for_function("globalThis.stream")
    pair = await page.evaluate(CONNECT, lost)
    assert (pair["stuck"], pair["lost"]) == (None, 2)
