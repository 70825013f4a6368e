"""Run by test_relayed_call.py on a network of its own, where the relay's address is public."""

import pytest

from tests.signaling.browser.conftest import DECODES, LINK
from tests.signaling.relay.apart import PUBLIC_ADDRESSES
from tests.signaling.relay.coturn import Coturn

SAMPLE = "seen.samples.findLast((sample) => sample.relayed !== null)"


@pytest.fixture(params=["udp", "tcp", "tls"])
def transport(request):
    return request.param


@pytest.fixture
async def relay(transport, authority, tmp_path):
    async with Coturn(tmp_path, PUBLIC_ADDRESSES[0], authority=authority) as coturn:
        yield coturn.relay(transport)


async def test_two_pages_talk_through_the_relay_alone(visit, transport):
    pages = [await visit(who, "&relayed") for who in ("binh", "minh")]
    for page in pages:
        await page.wait_for_function(DECODES)
        await page.wait_for_function(f"{SAMPLE}?.relayed")
        used = await page.evaluate(f"""async () => [
          ...(await {LINK}.connection.getStats()).values()
        ].filter((stat) => stat.type === 'local-candidate')
         .map((stat) => `${{stat.candidateType}} ${{stat.relayProtocol}}`)""")
        assert set(used) == {f"relay {transport}"}
    # A new way through the network is asked for with fresh credentials.
    ufrag = f"{LINK}.connection.localDescription.sdp.match(/ufrag:(.*)/)[1]"
    before = await pages[0].evaluate(ufrag)
    await pages[0].evaluate(f"{LINK}.restart()")
    await pages[0].wait_for_function(f"{ufrag} !== '{before}'")
    frames = await pages[1].evaluate("seen.decoded.frames")
    await pages[1].wait_for_function(f"seen.decoded.frames > {frames} + 20")


async def test_whoever_answers_a_restart_late_in_a_call_is_lent_anew_too(visit):
    pages = [await visit(who, "&relayed") for who in ("binh", "minh")]
    for page in pages:
        await page.wait_for_function(DECODES)
    await pages[1].evaluate("{ const at = Date.now; Date.now = () => at() + 15 * 6e4 }")
    await pages[0].evaluate(f"{LINK}.restart()")
    await pages[1].wait_for_function("seen.lent === 1")
    frames = await pages[1].evaluate("seen.decoded.frames")
    await pages[1].wait_for_function(f"seen.decoded.frames > {frames} + 20")


async def test_whoever_was_alone_for_long_calls_with_fresh_credentials(visit):
    binh = await visit("binh", "&relayed&waited")
    minh = await visit("minh", "&relayed")
    for page in (binh, minh):
        await page.wait_for_function(DECODES)
    assert await binh.evaluate("seen.refused") == 0
