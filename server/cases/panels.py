"""Gathers what the panels of a case show; each panel belongs to its feature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from server.access.permissions import Role
from server.accounts.queries import names_of
from server.appointments import queries as bookings
from server.consents import queries as consents
from server.consultations import queries as consultations
from server.consultations.service import MEETABLE
from server.documents import queries as documents
from server.lines import queries as lines
from server.patients import queries as patients
from server.quality import charts
from server.records import fragments as records
from server.referrals import history, offer_queries, station_queries
from server.referrals.states import OPEN
from server.referrals.vitals import readings
from server.web.context import db_and_actor
from server.web.forms import blank

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.access.actor import Actor
    from server.referrals.models import Referral


async def of_case(request: web.Request, referral: Referral) -> dict[str, Any]:
    """Return the context of every panel; the request's places must be loaded."""
    db, actor = db_and_actor(request)
    holds = referral.specialist_id == actor.id and referral.status in MEETABLE
    values: dict[str, Any] = {
        "referral": referral,
        "referral_id": referral.id,
        "patient": await patients.get(db, actor, referral.patient_id),
        "details": await station_queries.details_of(db, referral.id),
        "readings": readings(referral.vitals, referral.patient_age),
        "story": await history.story(db, referral.id),
        "messages": await history.conversation(db, referral.id),
        "consents": await consents.of_referral(db, actor, referral.id),
        "appointments": await bookings.of_referral(db, actor, referral.id),
        "lights": await lines.lights(db, actor, [referral.station_id]),
        "own_offer": await _own_offer(db, actor, referral.id),
        "may_meet": referral.status in MEETABLE,
        "open_statuses": [status.value for status in OPEN],
        "holds": holds,
        "record_form": None,
        **await _meetings(db, referral.id),
        **await _documents(request, referral),
        **await records.panel(request, referral.id),
    }
    if holds:
        values |= await records.editor(request, referral)
    return values


async def _own_offer(db: AsyncSession, actor: Actor, referral_id: UUID) -> object:
    if actor.role is not Role.SPECIALIST:
        return None
    return await offer_queries.own_open_offer(db, actor, referral_id)


async def _meetings(db: AsyncSession, referral_id: UUID) -> dict[str, Any]:
    meetings = await consultations.of_referral(db, referral_id)
    callers = {attempt.caller_id for one in meetings for attempt in one.attempts}
    return {
        "meetings": meetings,
        "names": await names_of(db, callers),
        "call_charts": await charts.of_meetings(db, meetings),
    }


async def _documents(request: web.Request, referral: Referral) -> dict[str, Any]:
    db, actor = db_and_actor(request)
    return {
        "documents": await documents.of_referral(db, actor, referral.id),
        "documents_change": referral.status in OPEN,
        "documents_back": "case",
        "upload_form": blank(request),
    }
