from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import async_playwright

from signaling.app import CONNECTIONS
from signaling.config import SOCKET_PATH
from tests.signaling.conftest import opaque

HERE = Path(__file__).parent
CALL = HERE.parents[1] / "web_client/js/call"
ARGUMENTS = [
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
]
# The first samples of a call may fall before anything came.
SAMPLED = "seen.samples.some((s) => s.frames && s.received && s.rtt !== null)"
LINK = "[...links.values()][0].link"
DECODES = """
  globalThis.seen?.decoded?.frames > 5
  && seen.decoded.energy > 0
  && seen.decoded.samples > 8000
"""


@pytest.fixture
async def browser():
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=ARGUMENTS
        )
        yield chromium
        await chromium.close()


@pytest.fixture
async def site(start_node):
    """Serve the test page and, in place of the server, hand out passes."""
    room = opaque()
    people = {"binh": opaque(), "minh": opaque()}
    site = {"room": room, "people": people}

    async def give_pass(request):
        node = site["node"]
        url = node.base.replace("http", "ws") + SOCKET_PATH
        person = people[request.query["who"]]
        return web.json_response({"url": url, "ticket": node.ticket(room, person)})

    async def page(_request):
        return web.FileResponse(HERE / "call_page.html")

    app = web.Application()
    app.add_routes(
        [web.get("/", page), web.get("/pass", give_pass), web.static("/call", CALL)]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site["origin"] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    site["node"] = await start_node(page_origin=site["origin"])
    yield site
    await runner.cleanup()


async def visit(browser, site, who):
    context = await browser.new_context()
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    await page.goto(f"{site['origin']}/?who={who}")
    return page, faults


async def test_two_pages_see_and_hear_each_other_and_stay_together(browser, site):
    binh, binh_faults = await visit(browser, site, "binh")
    minh, minh_faults = await visit(browser, site, "minh")
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
    other, other_faults = await visit(browser, site, "minh")
    await other.wait_for_function(DECODES)
    await minh.wait_for_function("seen.closed === 'taken_over'")
    assert binh_faults + minh_faults + other_faults == []


async def test_a_connection_is_restarted_and_rebuilt_without_anybody_doing_anything(
    browser, site
):
    binh, binh_faults = await visit(browser, site, "binh")
    minh, minh_faults = await visit(browser, site, "minh")
    for page in (binh, minh):
        await page.wait_for_function(DECODES)
    ufrag = f"{LINK}.connection.localDescription.sdp.match(/ufrag:(.*)/)[1]"
    before = await binh.evaluate(ufrag)
    await binh.evaluate("dispatchEvent(new Event('online'))")
    await binh.wait_for_function(f"{ufrag} !== '{before}'")
    # A connection closed behind its back is the harshest failure there is.
    await binh.evaluate(f"{LINK}.connection.close()")
    await binh.evaluate(f"{LINK}.check()")
    await binh.wait_for_function(f"{LINK}.connection.connectionState === 'connected'")
    for page in (binh, minh):
        await page.wait_for_function(DECODES)
    assert await minh.evaluate("seen.links") == 1
    assert binh_faults + minh_faults == []
