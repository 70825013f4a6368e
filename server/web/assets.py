"""The built browser assets, named by their content and cached for a year."""

from __future__ import annotations

from aiohttp import web

from server.access.permissions import Access
from server.core.errors import NotFound
from server.web.context import SETTINGS
from server.web.protection import ASSETS
from server.web.routes import route

_FOREVER = "public, max-age=31536000, immutable"


async def send(request: web.Request) -> web.FileResponse:
    """Send one built file, compressed in advance when the browser takes it."""
    folder = request.app[SETTINGS].assets_dir
    name = request.match_info["name"]
    path = (folder / name).resolve() if name.isprintable() else folder
    if not path.is_relative_to(folder) or not path.is_file():
        raise NotFound
    return web.FileResponse(path, headers={"Cache-Control": _FOREVER})


ROUTES = [route("GET", f"{ASSETS}{{name:.+}}", send, needs=Access.ANYONE, streams=True)]
