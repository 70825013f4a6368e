"""The station's pages: today's work, a new request, the check before it goes, its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aiohttp import web

from server.access.permissions import Permission
from server.accounts import queries as accounts
from server.audit import trail
from server.consents import queries as consents
from server.core import clock
from server.core.errors import Invalid
from server.core.messages import N_
from server.documents import queries as documents
from server.lines import queries as lines
from server.patients import queries as patients
from server.patients.age import age_on
from server.referrals import drafts, queries, request_pages, requests, station_queries
from server.referrals.states import TRANSITIONS, WAITING, Priority, ReferralStatus
from server.referrals.station_forms import Ending
from server.referrals.vitals import readings
from server.web.context import db_and_actor
from server.web.forms import Form, blank, read_form
from server.web.openings import record_view
from server.web.paths import path_id
from server.web.responses import page, redirect
from server.web.routes import route

if TYPE_CHECKING:
    from uuid import UUID

    from server.referrals.models import Referral

_SECTIONS = (
    ("needs_info", N_("Cần bổ sung"), (ReferralStatus.NEEDS_INFO,)),
    ("concluded", N_("Có kết luận"), (ReferralStatus.CONCLUDED,)),
    (
        "accepted",
        N_("Bác sĩ đã nhận"),
        (
            ReferralStatus.ACCEPTED,
            ReferralStatus.IN_CONSULTATION,
            ReferralStatus.ANSWERED,
        ),
    ),
    (
        "waiting",
        N_("Đang chờ bệnh viện"),
        tuple(one for one in WAITING if one is not ReferralStatus.NEEDS_INFO),
    ),
    ("declined", N_("Bị từ chối gần đây"), (ReferralStatus.DECLINED,)),
    ("draft", N_("Bản nháp"), (ReferralStatus.DRAFT,)),
)
_ENDINGS = (
    ReferralStatus.CANCELLED,
    ReferralStatus.TRANSFERRED,
    ReferralStatus.PATIENT_DIED,
)


async def show_today(request: web.Request) -> web.Response:
    """Show what waits for the station, and what the station waits for."""
    db, actor = db_and_actor(request)
    work = await station_queries.todays_work(db, actor)
    trail.record(db, "referral:list", count=len(work))
    return page(
        request,
        "referrals/list.html.j2",
        sections=_sections(work),
        line_check=await lines.due(db, actor),
    )


def _sections(work: Sequence[Referral]) -> list[dict[str, object]]:
    return [
        {
            "key": key,
            "title": title,
            "referrals": [one for one in work if one.status in statuses],
        }
        for key, title, statuses in _SECTIONS
    ]


async def start(request: web.Request) -> web.Response:
    """Open the patient's request: the one that is not finished, or a new draft."""
    db, actor = db_and_actor(request)
    referral, _ = await drafts.open_draft(db, actor, path_id(request, "id"))
    if referral.status in drafts.EDITABLE:
        return redirect(f"/referrals/{referral.id}/request")
    return redirect(f"/referrals/{referral.id}")


async def show_review(request: web.Request) -> web.Response:
    """Show everything that is about to leave the station."""
    db, actor = db_and_actor(request)
    referral = await queries.get(db, actor, path_id(request, "id"))
    if referral.status is not ReferralStatus.DRAFT:
        return redirect(f"/referrals/{referral.id}")
    return await _review_page(request, referral.id)


async def submit(request: web.Request) -> web.Response:
    """Send the request; what is missing is shown where it can be filled in."""
    db, actor = db_and_actor(request)
    referral = await queries.get(db, actor, path_id(request, "id"))
    try:
        await requests.submit(db, actor, referral.id)
    except Invalid as refusal:
        if [one.field for one in refusal.errors] == ["consent"]:
            return redirect(f"/referrals/{referral.id}/consent")
        details = await station_queries.details_of(db, referral.id)
        form = blank(request, request_pages.saved_values(referral, details))
        return await request_pages.show_form(
            request, referral.id, form.refused(refusal), 422
        )
    return redirect(f"/referrals/{referral.id}")


async def show_ending(request: web.Request) -> web.Response:
    """Ask why the request shall end."""
    db, actor = db_and_actor(request)
    referral = await queries.get(db, actor, path_id(request, "id"))
    return await _ending_page(request, referral, blank(request))


async def finish(request: web.Request) -> web.Response:
    """End the request: withdrawn, sent on in person, or the patient has died."""
    db, actor = db_and_actor(request)
    form = await read_form(request, Ending)
    referral = await queries.get(db, actor, path_id(request, "id"))
    if form.data is None:
        return await _ending_page(request, referral, form, 422)
    await requests.finish(
        db, actor, referral.id, outcome=form.data.status, reason=form.data.reason
    )
    if referral.submitted_at is None:
        return redirect("/referrals")
    return redirect(f"/referrals/{referral.id}")


async def _ending_page(
    request: web.Request, referral: Referral, form: Form[Any], status: int = 200
) -> web.Response:
    choices = [one for one in _ENDINGS if one in TRANSITIONS[referral.status]]
    if not choices:
        return redirect(f"/referrals/{referral.id}")
    return page(
        request,
        "referrals/request_end.html.j2",
        status=status,
        form=form,
        form_errors=form.errors,
        referral=referral,
        is_draft=referral.status is ReferralStatus.DRAFT,
        choices=choices,
    )


async def _review_page(request: web.Request, referral_id: UUID) -> web.Response:
    db, actor = db_and_actor(request)
    referral = await queries.get(db, actor, referral_id)
    patient = await patients.get(db, actor, referral.patient_id)
    age = age_on(patient, clock.today())
    signs = readings(referral.vitals, age)
    problems = await requests.missing(db, actor, referral)
    record_view(
        request,
        "referral:view",
        object_id=referral.id,
        patient_id=referral.patient_id,
    )
    return page(
        request,
        "referrals/request_review.html.j2",
        referral=referral,
        patient=patient,
        details=await station_queries.details_of(db, referral.id),
        readings=signs,
        endangered=any(one.alarming for one in signs)
        and referral.priority is Priority.ROUTINE,
        documents=await documents.of_referral(db, actor, referral.id),
        documents_change=False,
        referral_id=referral.id,
        problems=[one for one in problems if one.field != "consent"],
        consent=await consents.valid_for(db, referral.id, referral.hospital_id),
        answered_for=await _answered_for(request, referral),
    )


async def _answered_for(request: web.Request, referral: Referral) -> bool:
    """Tell whether the hospital has anybody for the specialty that is asked."""
    if referral.hospital_id is None or referral.specialty_code is None:
        return True
    db, _ = db_and_actor(request)
    return bool(
        await accounts.specialists(db, referral.hospital_id, referral.specialty_code)
    )


_NEEDS = Permission.REFERRALS_REQUEST
ROUTES = [
    route("GET", "/referrals", show_today, needs=_NEEDS),
    route("POST", "/patients/{id}/referrals", start, needs=_NEEDS),
    route("GET", "/referrals/{id}/review", show_review, needs=_NEEDS),
    route("POST", "/referrals/{id}/submit", submit, needs=_NEEDS),
    route("GET", "/referrals/{id}/finish", show_ending, needs=_NEEDS),
    route("POST", "/referrals/{id}/finish", finish, needs=_NEEDS),
]
