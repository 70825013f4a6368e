"""Run by test_relayed_call.py on a network of its own, where the relay's address is public."""

import pytest

from tests.signaling.browser.conftest import DECODES, LINK
from tests.signaling.browser.test_relayed_call import RELAY_ADDRESS
from tests.signaling.relay.coturn import running_coturn

SAMPLE = "seen.samples.findLast((sample) => sample.relayed !== null)"


@pytest.fixture(params=["udp", "tcp"])
async def relay(request, tmp_path):
    async with running_coturn(tmp_path, RELAY_ADDRESS) as coturn:
        yield coturn.relay(request.param)


async def test_two_pages_talk_through_the_relay_alone(visit, relay):
    pages = [await visit(who, "&relayed") for who in ("binh", "minh")]
    transport = relay.urls[0].rpartition("=")[2]
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
