"""Serves the description of the API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from aiohttp import web
from pydantic import RootModel

from server.access.permissions import Access
from server.interop import openapi
from server.web.responses import ready_json
from server.web.routes import Route, api

# Of the API: the first number stands in its paths, the second rises with each addition.
VERSION = "1.0"
DESCRIPTION: web.AppKey[bytes] = web.AppKey("description", bytes)


class Description(RootModel[dict[str, Any]]):
    """An OpenAPI document."""


async def show(request: web.Request) -> web.Response:
    """Return the OpenAPI 3.1 document."""
    return ready_json(request.app[DESCRIPTION])


def described(routes: Iterable[Route]) -> bytes:
    """Return the document as it is sent; it is made once, at the start."""
    document = openapi.describe(routes, VERSION)
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


ROUTES = [
    api(
        "GET",
        "/openapi.json",
        show,
        needs=Access.ANYONE,
        summary="This document",
        returns=Description,
    ),
]
