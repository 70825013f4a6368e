"""What a program and a request carry, under typed keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from server.access.actor import Actor
from server.audit.trail import Origin
from server.config import Settings
from server.core.bus import Bus
from server.core.db import Sessions

Authenticate = Callable[[web.Request, AsyncSession], Awaitable[Actor | None]]
Navigation = Callable[[Actor, str, int], list[dict[str, Any]]]
# What waits for somebody beside the menu: has `ringing` and `count`.
WaitingFor = Callable[[AsyncSession, Actor], Awaitable[Any]]

SETTINGS = web.AppKey("settings", Settings)
SESSIONS = web.AppKey("sessions", Sessions)
BUS = web.AppKey("bus", Bus)
AUTHENTICATE: web.AppKey[Authenticate] = web.AppKey("authenticate")
NAVIGATION: web.AppKey[Navigation] = web.AppKey("navigation")
WAITING_FOR: web.AppKey[WaitingFor] = web.AppKey("waiting_for")
FORM_KEY = web.AppKey("form_key", bytes)

DB: web.RequestKey[AsyncSession] = web.RequestKey("db", AsyncSession)
ACTOR: web.RequestKey[Actor] = web.RequestKey("actor", Actor)
LOCALE: web.RequestKey[str] = web.RequestKey("locale", str)
NONCE: web.RequestKey[str] = web.RequestKey("nonce", str)
ORIGIN: web.RequestKey[Origin] = web.RequestKey("origin", Origin)
VISIT: web.RequestKey[str] = web.RequestKey("visit", str)
ONCE: web.RequestKey[str] = web.RequestKey("once", str)
OPENING: web.RequestKey[str] = web.RequestKey("opening", str)
WAITING: web.RequestKey[Any] = web.RequestKey("waiting", object)

SESSION_COOKIE = "__Host-session"
VISIT_COOKIE = "__Host-visit"
LOCALE_COOKIE = "__Host-locale"


def db_and_actor(request: web.Request) -> tuple[AsyncSession, Actor]:
    """Return the transaction of the request and who is signed in."""
    return request[DB], request[ACTOR]
