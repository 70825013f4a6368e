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
from server.admin import api as admin_api
from server.admin import departments as admin_departments
from server.admin import facilities as admin_facilities
from server.admin import people as admin_people
from server.admin import trail as admin_trail
from server.appointments import api as appointments_api
from server.appointments import pages as appointments_pages
from server.cases import api as cases_api
from server.cases import meeting_pages
from server.cases import pages as cases_pages
from server.config import Settings
from server.consultations import api as consultations_api
from server.consultations import (
    guest_api,
    guest_pages,
    meeting_api,
    waiting,
    waiting_api,
)
from server.consultations import pages as consultations_pages
from server.consultations.ticket_keys import ensure_ticket_keys
from server.core import crypto
from server.core.bus import Bus
from server.core.db import make_engine, make_sessions
from server.core.messages import N_
from server.documents import pages as documents_pages
from server.facilities import api as facilities_api
from server.facilities import department_api
from server.interop import api as interop_api
from server.line_check import api as line_check_api
from server.line_check import pages as line_check_pages
from server.line_check.echoes import Echoes, Reach
from server.lines import api as lines_api
from server.lines import metrics as lines_metrics
from server.notifications import api as notifications_api
from server.notifications import pages as notifications_pages
from server.patients import api as patients_api
from server.patients import pages as patients_pages
from server.places import api as places_api
from server.quality import api as quality_api
from server.quality import metrics as quality_metrics
from server.records import api as records_api
from server.records import pages as records_pages
from server.records import reading_pages as records_reading_pages
from server.referrals import (
    consent_api,
    consent_pages,
    document_api,
    document_pages,
    history_api,
    offer_api,
    offer_pages,
    offering_api,
    queue_api,
    queue_pages,
    request_pages,
    station_api,
    station_pages,
)
from server.reports import api as reports_api
from server.reports import call_api as reports_call_api
from server.reports import call_pages as reports_call_pages
from server.reports import pages as reports_pages
from server.rosters import api as rosters_api
from server.rosters import pages as rosters_pages
from server.web import assets, health, protection
from server.web.context import (
    AUTHENTICATE,
    BUS,
    FORM_KEY,
    NAVIGATION,
    SESSIONS,
    SETTINGS,
    WAITING_FOR,
)
from server.web.routes import TABLE, register
from server.web.unit_of_work import answer_refusals, describe_request, work

# The largest upload is 20 MB; each route's own limit is smaller or equal.
_LARGEST_BODY = 24 * 1024 * 1024

_MENU = (
    (Permission.REFERRALS_REQUEST, "/referrals", N_("Việc hôm nay")),
    (Permission.REFERRALS_TRIAGE, "/queue", N_("Hàng chờ")),
    (Permission.REFERRALS_ANSWER, "/offers", N_("Việc của tôi")),
    (Permission.PATIENTS_REGISTER, "/patients", N_("Người bệnh")),
    (Permission.APPOINTMENTS_READ, "/appointments", N_("Lịch hẹn")),
    (Permission.AVAILABILITY_MANAGE, "/availability", N_("Lịch trực")),
    (Permission.REPORTS_READ, "/reports", N_("Báo cáo")),
    (Permission.ACCOUNTS_MANAGE, "/admin/people", N_("Tài khoản")),
    (Permission.FACILITIES_MANAGE, "/admin/facilities", N_("Cơ sở")),
    (Permission.AUDIT_READ, "/admin/audit", N_("Nhật ký")),
)
_WORK = frozenset(
    {
        Permission.REFERRALS_ANSWER,
        Permission.REFERRALS_REQUEST,
        Permission.REFERRALS_TRIAGE,
    }
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
    app[WAITING_FOR] = waiting.for_actor
    app[health.SOURCES] = [quality_metrics.measured, lines_metrics.measured]
    app[FORM_KEY] = crypto.key_from_file(settings.secrets_dir / "forms.key")
    app[authentication.API_TOKEN_KEY] = crypto.key_from_file(
        settings.secrets_dir / "api-tokens.key"
    )
    app[consultations_api.TICKET_KEY] = ensure_ticket_keys(settings.secrets_dir)
    app.cleanup_ctx.extend([_database, _bus, _echoes])
    app.on_response_prepare.append(_add_security_headers)
    app.on_shutdown.append(_end_streams)
    register(
        app,
        [
            assets.ROUTES,
            health.ROUTES,
            accounts_pages.ROUTES,
            accounts_api.ROUTES,
            notifications_pages.ROUTES,
            notifications_api.ROUTES,
            consultations_pages.ROUTES,
            consultations_api.ROUTES,
            meeting_api.ROUTES,
            waiting_api.ROUTES,
            guest_pages.ROUTES,
            guest_api.ROUTES,
            quality_api.ROUTES,
            lines_api.ROUTES,
            line_check_pages.ROUTES,
            line_check_api.ROUTES,
            records_pages.ROUTES,
            records_reading_pages.ROUTES,
            records_api.ROUTES,
            patients_pages.ROUTES,
            cases_pages.ROUTES,
            meeting_pages.ROUTES,
            cases_api.ROUTES,
            patients_api.ROUTES,
            places_api.ROUTES,
            facilities_api.ROUTES,
            department_api.ROUTES,
            reports_pages.ROUTES,
            reports_api.ROUTES,
            reports_call_pages.ROUTES,
            reports_call_api.ROUTES,
            admin_people.ROUTES,
            admin_facilities.ROUTES,
            admin_departments.ROUTES,
            admin_trail.ROUTES,
            admin_api.ROUTES,
            documents_pages.ROUTES,
            station_pages.ROUTES,
            request_pages.ROUTES,
            consent_pages.ROUTES,
            document_pages.ROUTES,
            station_api.ROUTES,
            consent_api.ROUTES,
            document_api.ROUTES,
            history_api.ROUTES,
            rosters_pages.ROUTES,
            rosters_api.ROUTES,
            queue_pages.ROUTES,
            offer_pages.ROUTES,
            queue_api.ROUTES,
            offering_api.ROUTES,
            offer_api.ROUTES,
            appointments_pages.ROUTES,
            appointments_api.ROUTES,
            interop_api.ROUTES,
        ],
    )
    app[interop_api.DESCRIPTION] = interop_api.described(set(app[TABLE].values()))
    return app


def navigation(actor: Actor, path: str, count: int) -> list[dict[str, Any]]:
    """Return the menu of a person: the shown page marked, on the work page what waits."""
    return [
        {
            "href": href,
            "text": text,
            "current": path == href or path.startswith(f"{href}/"),
            "badge": count if needs in _WORK else None,
        }
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


async def _echoes(app: web.Application) -> AsyncIterator[None]:
    settings = app[SETTINGS]
    reach = Reach(
        most=settings.line_checks_at_once,
        address=settings.line_check_address,
        ports=settings.line_check_ports,
    )
    app[line_check_api.ECHOES] = Echoes(reach)
    yield
    await app[line_check_api.ECHOES].close()


async def _end_streams(app: web.Application) -> None:
    app[BUS].stop()  # open streams would otherwise hold the shutdown up


async def _add_security_headers(
    request: web.Request, response: web.StreamResponse
) -> None:
    for name, value in protection.security_headers(request).items():
        response.headers.setdefault(name, value)
