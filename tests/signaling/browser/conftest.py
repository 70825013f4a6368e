"""Real pages in a call, with the client's own modules and no server behind them."""

from pathlib import Path

import pytest
from aiohttp import web

from signaling.config import SOCKET_PATH
from tests.signaling.conftest import RELAY, opaque

HERE = Path(__file__).parent
CALL = HERE.parents[2] / "web_client/js/call"
LINK = "[...links.values()][0].link"
DECODES = """
  globalThis.seen?.decoded?.frames > 5
  && seen.decoded.energy > 0
  && seen.decoded.samples > 8000
"""


@pytest.fixture
def relay():
    """What the node lends; the pages do not use it unless they are told to."""
    return RELAY


@pytest.fixture
async def site(start_node, relay):
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
        [
            web.get("/", page),
            web.get("/pass", give_pass),
            web.static("/call", CALL),
            web.static("/test", HERE),
        ]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site["origin"] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    site["node"] = await start_node(page_origin=site["origin"], relay=relay)
    yield site
    await runner.cleanup()


@pytest.fixture
async def visit(chromium, site):
    """Open the page as somebody; what goes wrong in any page fails the test."""
    contexts, faults = [], []

    async def open_page(who, more="", page="/"):
        context = await chromium.new_context()
        contexts.append(context)
        tab = await context.new_page()
        tab.on("pageerror", lambda error: faults.append(f"{who}: {error}"))
        await tab.goto(f"{site['origin']}{page}?who={who}{more}")
        return tab

    yield open_page
    for context in contexts:
        await context.close()
    assert faults == []
