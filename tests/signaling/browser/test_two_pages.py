from signaling.app import CONNECTIONS
from tests.signaling.browser.conftest import DECODES, LINK

# The first samples of a call may fall before anything came.
SAMPLED = "seen.samples.some((s) => s.frames && s.received && s.rtt !== null)"


async def test_two_pages_see_and_hear_each_other_and_stay_together(visit, site):
    binh = await visit("binh")
    minh = await visit("minh")
    for page in (binh, minh):
        await page.wait_for_function(DECODES)
    assert await binh.evaluate("seen.failures") == []
    assert await binh.evaluate("seen.media.camera") is True
    await binh.wait_for_function(SAMPLED)
    sample = await binh.evaluate(SAMPLED.replace("some", "find"))
    assert sample["relayed"] is False
    assert sample["received"] > 0
    assert 0 <= sample["concealed"] <= 1

    # The line of one drops: signaling resumes, and the media does not notice.
    for connection in tuple(site["node"].app[CONNECTIONS]):
        if connection._seat.participant == site["people"]["binh"]:
            connection._cut_off()
    await binh.wait_for_function("seen.states.length === 4")
    assert await binh.evaluate("seen.states") == [
        "connecting",
        "open",
        "reconnecting",
        "open",
    ]
    assert await binh.evaluate("seen.links") == 1
    assert await minh.evaluate("seen.links") == 1

    # A reload is the same person on another page: both find each other again.
    await minh.reload()
    for page in (binh, minh):
        await page.wait_for_function(DECODES)
    assert await binh.evaluate("seen.links") == 2

    # Another tab takes over, and the earlier one is told to stop.
    other = await visit("minh")
    await other.wait_for_function(DECODES)
    await minh.wait_for_function("seen.closed === 'taken_over'")


async def test_a_connection_is_restarted_and_rebuilt_without_anybody_doing_anything(
    visit,
):
    binh = await visit("binh")
    minh = await visit("minh")
    for page in (binh, minh):
        await page.wait_for_function(DECODES)
    ufrag = f"{LINK}.connection.localDescription.sdp.match(/ufrag:(.*)/)[1]"
    before = await binh.evaluate(ufrag)
    await binh.evaluate("dispatchEvent(new Event('online'))")
    await binh.wait_for_function(f"{ufrag} !== '{before}'")
    # A connection closed behind its back is the harshest failure there is.
    await binh.evaluate(f"{LINK}.connection.close()")
    await binh.evaluate(f"{LINK}.tell('checked')")
    await binh.wait_for_function(f"{LINK}.connection.connectionState === 'connected'")
    for page in (binh, minh):
        await page.wait_for_function(DECODES)
    assert await minh.evaluate("seen.links") == 1
