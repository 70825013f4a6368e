"""The patient over time, the request with everything about it, and the meeting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from server.access.actor import Actor
from server.access.permissions import Permission, Role
from server.appointments import queries as appointment_queries
from server.audit import trail
from server.cases import timeline
from server.consultations import queries as consultation_queries
from server.consultations import service as consultation_service
from server.consultations.models import CallAttempt, Consultation
from server.documents import queries as document_queries
from server.patients import queries as patient_queries
from server.records import queries as record_queries
from server.referrals import history
from server.referrals import queries as referral_queries
from server.referrals.states import ReferralStatus
from server.web.context import db_and_actor
from server.web.paths import path_id
from server.web.responses import page, redirect
from server.web.routes import route

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.referrals.models import Referral

_MEETABLE = frozenset(
    {
        ReferralStatus.ACCEPTED,
        ReferralStatus.IN_CONSULTATION,
        ReferralStatus.ANSWERED,
    }
)
