"""Finds the person behind a request: a session cookie, or a bearer token for the API."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from server.accounts import sessions, tokens
from server.web.context import SESSION_COOKIE, SETTINGS
from server.web.routes import API_PREFIX, ROUTE

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.access.actor import Actor

API_TOKEN_KEY = web.AppKey("api_token_key", bytes)
_BEARER = "Bearer "


async def authenticate(request: web.Request, db: AsyncSession) -> Actor | None:
    """Return who is signed in, or None; raises TokenRefused for a bad bearer token."""
    header = request.headers.get("Authorization", "")
    if header and request.path.startswith(API_PREFIX):
        if not header.startswith(_BEARER):
            raise tokens.TokenRefused
        return await tokens.authenticate(
            db, request.app[API_TOKEN_KEY], header.removeprefix(_BEARER)
        )
    secret = request.cookies.get(SESSION_COOKIE)
    if secret is None:
        return None
    settings = request.app[SETTINGS]
    limits = sessions.Limits(
        timedelta(minutes=settings.session_idle_minutes),
        timedelta(hours=settings.session_absolute_hours),
    )
    return await sessions.authenticate(db, secret, limits, in_use=_by_hand(request))


def _by_hand(request: web.Request) -> bool:
    """Tell a person's doing from what an open page fetches by itself (Fetch Metadata)."""
    if request[ROUTE].streams:
        return False
    fetched = request.headers.get("Sec-Fetch-Dest") == "empty"
    return not (fetched and request.method == "GET")
