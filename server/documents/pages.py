"""Hands out the bytes of a file to those who may read its case."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from aiohttp import web

from server.access.permissions import Permission
from server.core.errors import NotFound
from server.documents import files, service, store
from server.web.context import SETTINGS, db_and_actor
from server.web.paths import path_id
from server.web.routes import route

if TYPE_CHECKING:
    from server.documents.models import Document

# Nothing in a file may run, load or be framed, whatever a browser takes it for.
_SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


async def show(request: web.Request) -> web.FileResponse:
    """Send an image to be looked at, or a PDF to be saved."""
    db, actor = db_and_actor(request)
    document = await service.open_for_reading(db, actor, path_id(request, "id"))
    path = store.path_of(request.app[SETTINGS].documents_dir, document.sha256)
    if not path.is_file():
        raise NotFound
    return web.FileResponse(
        path,
        headers={
            "Content-Type": document.media_type,
            "Content-Disposition": _disposition(document),
            "Content-Security-Policy": _SANDBOX,
            "X-Content-Type-Options": "nosniff",
            # The browser may keep it, and asks each time whether the person may still see it.
            "Cache-Control": "private, no-cache",
        },
    )


def _disposition(document: Document) -> str:
    """Return the header of RFC 6266 with the title as its name in UTF-8."""
    kind = "attachment" if document.media_type == files.PDF else "inline"
    ending = document.media_type.rpartition("/")[2]
    return f"{kind}; filename*=UTF-8''{quote(document.title, safe='')}.{ending}"


ROUTES = [route("GET", "/documents/{id}", show, needs=Permission.DOCUMENTS_READ)]
