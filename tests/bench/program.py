"""The web program with one page more, which shows nothing: what every page costs."""

import asyncio

import uvloop
from aiohttp import web

from server import config
from server.access.permissions import Access
from server.app import make_app
from server.embedded.supervise import until_signalled
from server.web.responses import page
from server.web.routes import TABLE, route

EMPTY = "/empty"


async def show_nothing(request: web.Request) -> web.Response:
    """Show the frame of a page to whoever is signed in."""
    return page(request, "base.html.j2")


async def serve(settings: config.Settings) -> None:
    app = make_app(settings)
    added = app.router.add_get(EMPTY, show_nothing, allow_head=False)
    app[TABLE][added] = route("GET", EMPTY, show_nothing, needs=Access.SIGNED_IN)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    uvloop.run(until_signalled(serve(config.load())))
