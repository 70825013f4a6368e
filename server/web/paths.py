"""Reads what stands in a path."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web

from server.core.errors import NotFound


def path_id(request: web.Request, name: str) -> UUID:
    """Return the id at this place of the path; raises NotFound when it is none."""
    try:
        return UUID(request.match_info[name])
    except ValueError as error:
        raise NotFound from error
