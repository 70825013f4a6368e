"""The composition root of the web program: everything is wired here, in sight."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web

from server.access.actor import Actor
from server.access.permissions import Permission
from server.accounts import api as accounts_api
from server.accounts import authentication
from server.accounts import pages as accounts_pages
from server.config import Settings
from server.core import crypto
from server.core.bus import Bus
from server.core.db import make_engine, make_sessions
from server.core.messages import N_
from server.notifications import pages as notifications_pages
from server.patients import api as patients_api
from server.patients import pages as patients_pages
from server.web import assets, health, protection
from server.web.context import (
    AUTHENTICATE,
    BUS,
    FORM_KEY,
    NAVIGATION,
    SESSIONS,
    SETTINGS,
)
from server.web.routes import register
from server.web.unit_of_work import answer_refusals, describe_request, work

# The largest upload is 20 MB; each route's own limit is smaller or equal.
_LARGEST_BODY = 24 * 1024 * 1024

_MENU = (
    (Permission.REFERRALS_REQUEST, "/", N_("Việc hôm nay")),
    (Permission.PATIENTS_REGISTER, "/patients", N_("Người bệnh")),
)


def make_app(settings: Settings) -> web.Application:
    """Return the application; raises UndeclaredRoute when a route states no permission."""
    app = web.Application(
        client_max_size=_LARGEST_BODY,
        middlewares=[health.measure, describe_request, answer_refusals, work],
    )
    app[SETTINGS] = settings
    app[AUTHENTICATE] = authentication.authenticate
    app[NAVIGATION] = navigation
    app[FORM_KEY] = crypto.key_from_file(settings.secrets_dir / "forms.key")
    app[authentication.API_TOKEN_KEY] = crypto.key_from_file(
        settings.secrets_dir / "api-tokens.key"
    )
    app.cleanup_ctx.extend([_database, _bus])
    app.on_response_prepare.append(_add_security_headers)
    register(
        app,
        [
            assets.ROUTES,
            health.ROUTES,
            accounts_pages.ROUTES,
            accounts_api.ROUTES,
            notifications_pages.ROUTES,
            patients_pages.ROUTES,
            patients_api.ROUTES,
        ],
    )
    return app


def navigation(actor: Actor, path: str) -> list[dict[str, Any]]:
    """Return the menu of a person, with the page being shown marked."""
    return [
        {"href": href, "text": text, "current": path == href}
        for needs, href, text in _MENU
        if actor.may(needs)
    ]


async def _database(app: web.Application) -> AsyncIterator[None]:
    settings = app[SETTINGS]
    engine = make_engine(settings.database_url, settings.pool_size)
    app[SESSIONS] = make_sessions(engine)
    yield
    await engine.dispose()


async def _bus(app: web.Application) -> AsyncIterator[None]:
    app[BUS] = await Bus.connect(app[SETTINGS].nats_url, "server")
    yield
    await app[BUS].close()


async def _add_security_headers(
    request: web.Request, response: web.StreamResponse
) -> None:
    for name, value in protection.security_headers(request).items():
        response.headers.setdefault(name, value)
