"""Asks for the patient's word before anything about the patient leaves the station."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from server.access.permissions import Permission
from server.consents import queries as consents
from server.consents import wording
from server.consents.forms import ConsentForm, WithdrawalInput
from server.consents.models import GivenBy, Ground, Method
from server.core import clock
from server.core.errors import Invalid
from server.patients import queries as patients
from server.patients.age import age_on
from server.referrals import drafts, queries, requests
from server.referrals.states import OPEN, ReferralStatus
from server.web.context import db_and_actor
from server.web.forms import Form, blank, read_form
from server.web.paths import path_id
from server.web.responses import page, redirect
from server.web.routes import route

if TYPE_CHECKING:
    from server.referrals.models import Referral


async def show(request: web.Request) -> web.Response:
    """Show what shall be read out, and the form for what was said."""
    db, actor = db_and_actor(request)
    referral = await queries.get(db, actor, path_id(request, "id"))
    if referral.status not in drafts.EDITABLE:
        return redirect(f"/referrals/{referral.id}")
    if referral.hospital_id is None:
        return redirect(f"/referrals/{referral.id}/request")
    patient = await patients.get(db, actor, referral.patient_id)
    known = {
        "giver_name": patient.representative_name,
        "relation": patient.representative_relation,
    }
    return await _page(request, referral, blank(request, known))


async def record(request: web.Request) -> web.Response:
    """Record what was said, then show the check before sending."""
    db, actor = db_and_actor(request)
    form = await read_form(request, ConsentForm)
    referral = await queries.get(db, actor, path_id(request, "id"))
    if form.data is None:
        return await _page(request, referral, form, 422)
    try:
        await drafts.record_consent(db, actor, referral.id, form.data.given())
    except Invalid as refusal:
        return await _page(request, referral, form.refused(refusal), 422)
    return redirect(f"/referrals/{referral.id}/review")


async def show_withdrawal(request: web.Request) -> web.Response:
    """Ask who takes the agreement back and how, and say what follows."""
    db, actor = db_and_actor(request)
    referral = await queries.get(db, actor, path_id(request, "id"))
    return await _withdrawal_page(request, referral, blank(request))


async def withdraw(request: web.Request) -> web.Response:
    """Record that the patient takes the agreement back, then show where the case stands."""
    db, actor = db_and_actor(request)
    form = await read_form(request, WithdrawalInput)
    referral = await queries.get(db, actor, path_id(request, "id"))
    if form.data is None:
        return await _withdrawal_page(request, referral, form, 422)
    try:
        await requests.withdraw_consent(db, actor, referral.id, form.data.said())
    except Invalid as refusal:
        return await _withdrawal_page(request, referral, form.refused(refusal), 422)
    return redirect(f"/referrals/{referral.id}")


async def _withdrawal_page(
    request: web.Request, referral: Referral, form: Form[Any], status: int = 200
) -> web.Response:
    db, actor = db_and_actor(request)
    standing = await consents.of_referral(db, actor, referral.id)
    agreed = [one for one in standing if one.may_be_withdrawn]
    if not agreed:
        return redirect(f"/referrals/{referral.id}")
    return page(
        request,
        "referrals/consent_withdrawal.html.j2",
        status=status,
        form=form,
        form_errors=form.errors,
        referral=referral,
        patient=await patients.get(db, actor, referral.patient_id),
        agreed=agreed,
        ends=referral.status in OPEN
        and not any(
            one.ground is Ground.EMERGENCY
            and one.receiving_facility_id == referral.hospital_id
            for one in standing
        ),
        is_draft=referral.status is ReferralStatus.DRAFT,
        givers=list(GivenBy),
        methods=list(Method),
    )


async def _page(
    request: web.Request, referral: Referral, form: Form[Any], status: int = 200
) -> web.Response:
    db, actor = db_and_actor(request)
    referral = await queries.get(db, actor, referral.id)
    patient = await patients.get(db, actor, referral.patient_id)
    wordings = wording.offered(age_on(patient, clock.today()))
    alone = wording.BY_PATIENT in wordings
    return page(
        request,
        "referrals/request_consent.html.j2",
        status=status,
        form=form,
        form_errors=form.errors,
        referral=referral,
        patient=patient,
        wordings=wordings,
        givers=list(GivenBy) if alone else [GivenBy.REPRESENTATIVE],
        methods=list(Method),
    )


_NEEDS = Permission.CONSENTS_RECORD
_CONSENT = "/referrals/{id}/consent"
ROUTES = [
    route("GET", _CONSENT, show, needs=_NEEDS),
    route("POST", _CONSENT, record, needs=_NEEDS),
    route("GET", f"{_CONSENT}/withdrawal", show_withdrawal, needs=_NEEDS),
    route("POST", f"{_CONSENT}/withdrawal", withdraw, needs=_NEEDS),
]
