"""The patient over time, and the request with everything about it."""

from __future__ import annotations

from aiohttp import web

from server.access.permissions import Permission, Role
from server.audit import trail
from server.cases import panels, timeline
from server.consents import queries as consents
from server.patients import queries as patients
from server.referrals import queries as referrals
from server.referrals import station_queries
from server.referrals.states import ReferralStatus
from server.web.context import db_and_actor
from server.web.openings import record_view
from server.web.paths import path_id
from server.web.responses import page, redirect
from server.web.routes import route


async def show_patient(request: web.Request) -> web.Response:
    """Show who the patient is and what has happened."""
    db, actor = db_and_actor(request)
    patient = await patients.get(db, actor, path_id(request, "id"))
    trail.record(db, "patient:view", object_id=patient.id, patient_id=patient.id)
    may_ask = actor.may(Permission.REFERRALS_REQUEST)
    return page(
        request,
        "cases/patient.html.j2",
        patient=patient,
        items=await timeline.of_patient(db, actor, patient.id),
        consents=await consents.of_patient(db, actor, patient.id),
        may_ask=may_ask,
        open_request=await station_queries.open_of_patient(db, actor, patient.id)
        if may_ask
        else None,
    )


async def show_referral(request: web.Request) -> web.Response:
    """Show the case; a draft opens its form, a coordinator gets the clinical minimum."""
    db, actor = db_and_actor(request)
    referral = await referrals.get(db, actor, path_id(request, "id"))
    if actor.role is Role.COORDINATOR:
        return redirect(f"/referrals/{referral.id}/triage")
    if referral.status is ReferralStatus.DRAFT:
        return redirect(f"/referrals/{referral.id}/request")
    record_view(
        request,
        "referral:view",
        object_id=referral.id,
        patient_id=referral.patient_id,
    )
    return page(
        request, "cases/referral.html.j2", **await panels.of_case(request, referral)
    )


ROUTES = [
    route("GET", "/patients/{id}", show_patient, needs=Permission.PATIENTS_READ),
    route("GET", "/referrals/{id}", show_referral, needs=Permission.REFERRALS_READ),
]
