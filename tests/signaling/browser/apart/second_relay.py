"""Run by test_relayed_call.py on a network of its own, where two relays have public addresses."""

import asyncio
import time
from contextlib import AsyncExitStack
from signal import SIGKILL, SIGSTOP

import pytest

from signaling.ice import Relay
from tests.signaling.relay.apart import PUBLIC_ADDRESSES
from tests.signaling.relay.coturn import Coturn

SECRET = "shared by both"
WITHIN_SECONDS = 15
# Half a second of speech: more than can be under way.
PACKETS = 25
# The page has no `seen` before it has its sound.
TALKING = f"globalThis.seen?.packets > {PACKETS} && seen.relay"


@pytest.fixture
def relays(tmp_path, authority):
    return [
        Coturn(tmp_path / one, one, secret=SECRET, authority=authority)
        for one in PUBLIC_ADDRESSES
    ]


@pytest.fixture
def relay(relays, transport):
    """Lent as a deployment lends two: every address in one entry."""
    return Relay(tuple(one.url(transport) for one in relays), SECRET)


@pytest.fixture
async def run():
    """What starts a relay; it ends with the test."""
    async with AsyncExitStack() as stack:
        yield stack.enter_async_context


async def in_a_call(visit):
    pages = [await visit(who, page="/test/room_page.html") for who in ("binh", "minh")]
    for page in pages:
        await page.wait_for_function(TALKING)
    return pages


async def heard_again_after(relay, blow, pages):
    """Strike a relay that both voices pass; return the seconds until both come again."""
    relay.signal(blow)
    began = time.perf_counter()
    before = await asyncio.gather(*(page.evaluate("seen.packets") for page in pages))
    limit = WITHIN_SECONDS * 1000
    await asyncio.gather(
        *(
            page.wait_for_function(f"seen.packets > {count + PACKETS}", timeout=limit)
            for page, count in zip(pages, before, strict=True)
        )
    )
    seconds = time.perf_counter() - began
    for page in pages:
        await page.wait_for_function("seen.states.at(-1) === 'talking'")
    print(f"{relay.address}, {blow.name}: heard again after {seconds:.1f} s")  # noqa: T201
    assert seconds < WITHIN_SECONDS


# A stopped process neither answers nor refuses: so is a machine that lost its power.
@pytest.mark.parametrize(
    ("transport", "blow"), [("udp", SIGSTOP), ("tls", SIGKILL)], ids=str
)
async def test_the_other_relay_that_was_lent_carries_on(
    relays, run, visit, *, transport, blow
):
    for one in relays:
        await run(one)
    pages = await in_a_call(visit)
    used = await pages[0].evaluate("seen.relay")
    [struck] = [one for one in relays if one.url(transport) == used]
    await heard_again_after(struck, blow, pages)
    assert await pages[0].evaluate("seen.relay") != used


@pytest.mark.parametrize(
    ("transport", "blow"), [("udp", SIGKILL), ("tls", SIGSTOP)], ids=str
)
async def test_a_restart_with_fresh_credentials_finds_a_relay_that_was_away(
    relays, run, visit, *, transport, blow
):
    first, second = relays
    await run(first)
    pages = await in_a_call(visit)
    former = [await page.evaluate("[seen.ufrag, seen.username]") for page in pages]
    await run(second)
    await heard_again_after(first, blow, pages)
    renewed = []
    for page, (ufrag, username) in zip(pages, former, strict=True):
        assert await page.evaluate("seen.relay") == second.url(transport)
        assert await page.evaluate("seen.ufrag") != ufrag
        renewed.append(await page.evaluate("seen.username") != username)
    # Whoever asked for the restart was lent anew.
    assert any(renewed)
