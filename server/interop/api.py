"""Serves the description of the API."""

from __future__ import annotations

from typing import Any

import orjson
from aiohttp import web

from server.access.permissions import Access
from server.web.responses import ready_json
from server.web.routes import api

DESCRIPTION: web.AppKey[bytes] = web.AppKey("description", bytes)


async def show(request: web.Request) -> web.Response:
    """Return the OpenAPI 3.1 document."""
    return ready_json(request.app[DESCRIPTION])


def encoded(description: dict[str, Any]) -> bytes:
    """Return the document as it is sent; it is made once, at the start."""
    return orjson.dumps(description, option=orjson.OPT_SORT_KEYS)


ROUTES = [
    api("GET", "/openapi.json", show, needs=Access.ANYONE, summary="This document"),
]
