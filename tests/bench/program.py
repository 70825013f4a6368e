"""The web program with one page more, which shows nothing: what every page costs."""

import uvloop
from aiohttp import web

from server import config, serving
from server.access.permissions import Access
from server.app import make_app
from server.embedded.supervise import until_signalled
from server.web.responses import page
from server.web.routes import TABLE, route

EMPTY = "/empty"


async def show_nothing(request: web.Request) -> web.Response:
    """Show the frame of a page to whoever is signed in."""
    return page(request, "base.html.j2")


def make_measured_app(settings: config.Settings) -> web.Application:
    app = make_app(settings)
    added = app.router.add_get(EMPTY, show_nothing, allow_head=False)
    app[TABLE][added] = route("GET", EMPTY, show_nothing, needs=Access.SIGNED_IN)
    return app


if __name__ == "__main__":
    given = config.load()
    uvloop.run(until_signalled(serving.answer(make_measured_app(given), given)))
