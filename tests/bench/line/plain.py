"""Plain WebRTC with the browser's defaults: a page and a relay, the measure of our own call."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

from aiohttp import web

from signaling.ice import servers_for
from tests.bench.line.beds import Bed
from tests.bench.line.pair import Pair

_PAGE = Path(__file__).with_name("plain.html")
_SOCKETS = web.AppKey("sockets", set[web.WebSocketResponse])


async def _relay(request: web.Request) -> web.WebSocketResponse:
    """Pass what one says to whoever else is here."""
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    everybody = request.app[_SOCKETS]
    everybody.add(socket)
    async for message in socket:
        for other in everybody - {socket}:
            await other.send_str(message.data)
    everybody.discard(socket)
    return socket


@asynccontextmanager
async def plain_site(bed: Bed) -> AsyncIterator[None]:
    """Serve the page on the near side."""

    async def page(_request: web.Request) -> web.FileResponse:
        return web.FileResponse(_PAGE)

    async def ice(_request: web.Request) -> web.Response:
        servers = servers_for(bed.relay, "plain", time.time())
        return web.json_response({"iceServers": [asdict(one) for one in servers]})

    app = web.Application()
    app[_SOCKETS] = set()
    app.add_routes(
        [web.get("/", page), web.get("/ice", ice), web.get("/relay", _relay)]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, bed.bind, bed.ports["plain"], ssl_context=bed.tls).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def plain_call(bed: Bed, pair: Pair) -> None:
    """Ring and accept."""
    for page in (pair.hospital, pair.station):
        await page.goto(bed.url("plain"))
    await pair.opened("first")
    await pair.ready()
    await pair.station.get_by_role("button", name="Call").click()
    await pair.hospital.get_by_role("button", name="Accept").click()
