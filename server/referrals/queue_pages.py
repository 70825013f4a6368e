"""The coordinator's pages: the queue, and the triage of one request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp import web

from server.access.permissions import Permission
from server.core.errors import Invalid
from server.core.states import refuse_wrong_move
from server.lines import queries as lines
from server.referrals import (
    history,
    offer_queries,
    offers,
    queries,
    queue_queries,
    reasons,
    triage,
    vitals,
)
from server.referrals.offers import ANSWER_WITHIN
from server.referrals.queue_forms import (
    Ask,
    Classify,
    DeclineRequest,
    MakeOffers,
    QueueFilters,
)
from server.referrals.queue_queries import Place
from server.referrals.states import TRANSITIONS, WAITING, Priority, ReferralStatus
from server.web.context import db_and_actor
from server.web.forms import Form, Input, blank, read_form, read_query
from server.web.openings import record_view
from server.web.paths import path_id
from server.web.responses import page, redirect
from server.web.routes import route

if TYPE_CHECKING:
    from uuid import UUID

    from server.referrals.models import Referral

_QUEUE = "referrals/queue.html.j2"
_TRIAGE = "referrals/triage.html.j2"
_LEADS_TO = {
    "classify": ReferralStatus.TRIAGED,
    "ask": ReferralStatus.NEEDS_INFO,
    "decline": ReferralStatus.DECLINED,
    "offers": ReferralStatus.OFFERED,
}
# What may be decided again without leaving the state.
_REPEATED = {"classify", "offers"}
_MINUTES = (5, 10, 15, 30, 60, 120, 240)


async def show_queue(request: web.Request) -> web.Response:
    """Show who waits, in fair order, a page at a time."""
    db, actor = db_and_actor(request)
    chosen = read_query(request, QueueFilters)
    waiting, more = await queue_queries.queue(
        db, actor, chosen.filters, Place.parse(chosen.after)
    )
    typed = {key: value for key, value in request.query.items() if key != "after"}
    stations = [one.referral.station_id for one in waiting]
    return page(
        request,
        _QUEUE,
        lines=waiting,
        lights=await lines.lights(db, actor, stations),
        counts=await queue_queries.counts(db, actor),
        more=f"/queue?{urlencode(typed | {'after': str(more)})}" if more else None,
        here=request.path_qs,
        filters=blank(request, typed),
        filtered=any(typed.values()),
        specialties=await queue_queries.specialties(db),
        statuses=WAITING,
        priorities=tuple(Priority),
    )


async def show_triage(request: web.Request) -> web.Response:
    """Show one request with the clinical minimum and what can be done about it."""
    return await _triage_page(request)


async def classify(request: web.Request) -> web.Response:
    """Change the priority or the specialty."""
    form = await read_form(request, Classify)
    db, actor = db_and_actor(request)

    async def decide(referral_id: UUID, data: Classify) -> Referral:
        chosen = triage.Classification(
            data.priority, data.specialty_code, data.change_reason
        )
        return await triage.classify(db, actor, referral_id, chosen)

    return await _decide(request, "classify", form, decide)


async def ask(request: web.Request) -> web.Response:
    """Send the request back to be completed."""
    form = await read_form(request, Ask)
    db, actor = db_and_actor(request)

    async def decide(referral_id: UUID, data: Ask) -> Referral:
        return await triage.ask(db, actor, referral_id, data.question)

    return await _decide(request, "ask", form, decide)


async def decline(request: web.Request) -> web.Response:
    """Refuse the request with a reason."""
    form = await read_form(request, DeclineRequest)
    db, actor = db_and_actor(request)

    async def decide(referral_id: UUID, data: DeclineRequest) -> Referral:
        return await triage.decline(
            db, actor, referral_id, reason=data.reason, details=data.details
        )

    return await _decide(request, "decline", form, decide)


async def make_offers(request: web.Request) -> web.Response:
    """Ask one or several specialists."""
    form = await read_form(request, MakeOffers)
    db, actor = db_and_actor(request)

    async def decide(referral_id: UUID, data: MakeOffers) -> Referral:
        within = timedelta(minutes=data.minutes) if data.minutes else None
        return await offers.make(
            db, actor, referral_id, data.specialist_ids, within=within
        )

    return await _decide(request, "offers", form, decide)


async def withdraw_offer(request: web.Request) -> web.Response:
    """Take one offer back."""
    db, actor = db_and_actor(request)
    referral = await offers.withdraw(
        db, actor, path_id(request, "id"), path_id(request, "offer_id")
    )
    return redirect(f"/referrals/{referral.id}/triage")


async def _decide(
    request: web.Request,
    name: str,
    form: Form[Any],
    decide: Callable[[UUID, Any], Awaitable[Referral]],
) -> web.Response:
    """Carry out a decision; a refused form is shown again in its place on the page."""
    if form.data is None:
        await _refuse_late(request, name)
        return await _triage_page(request, name, form)
    data: Input = form.data
    try:
        referral = await decide(path_id(request, "id"), data)
    except Invalid as refusal:
        return await _triage_page(request, name, form.refused(refusal))
    if referral.status is ReferralStatus.DECLINED:
        return redirect("/queue")
    return redirect(f"/referrals/{referral.id}/triage")


async def _refuse_late(request: web.Request, name: str) -> None:
    """Raise WrongState when the page has no place left for the form."""
    db, actor = db_and_actor(request)
    referral = await queries.get(db, actor, path_id(request, "id"))
    wanted = _LEADS_TO[name]
    if referral.status is not wanted or name not in _REPEATED:
        refuse_wrong_move(TRANSITIONS, referral.status, wanted)


async def _triage_page(
    request: web.Request, failed: str = "", form: Form[Any] | None = None
) -> web.Response:
    db, actor = db_and_actor(request)
    referral = await queries.get(db, actor, path_id(request, "id"))
    record_view(
        request,
        "referral:view",
        object_id=referral.id,
        patient_id=referral.patient_id,
    )
    forms = _blank_forms(request, referral)
    if form is not None:
        forms[failed] = form
    return page(
        request,
        _TRIAGE,
        status=422 if form else 200,
        form_errors=form.errors if form else [],
        failed=failed,
        forms=forms,
        referral=referral,
        lights=await lines.lights(db, actor, [referral.station_id]),
        readings=vitals.readings(referral.vitals, referral.patient_age),
        next_states=TRANSITIONS[referral.status],
        candidates=await offer_queries.candidates(db, referral),
        offered=await offer_queries.offers_of(db, referral.id),
        said=await history.conversation(db, referral.id),
        story=await history.story(db, referral.id),
        specialties=await queue_queries.specialties(db),
        priorities=tuple(Priority),
        reasons=reasons.REQUEST_REASONS,
        minutes=_MINUTES,
    )


def _blank_forms(request: web.Request, referral: Referral) -> dict[str, Form[Any]]:
    default = int(ANSWER_WITHIN[referral.priority].total_seconds() // 60)
    return {
        "classify": blank(
            request,
            {
                "priority": int(referral.priority),
                "specialty_code": referral.specialty_code,
            },
        ),
        "ask": blank(request),
        "decline": blank(request),
        "offers": blank(request, {"minutes": default}),
    }


_TRIAGES = Permission.REFERRALS_TRIAGE
ROUTES = [
    route("GET", "/queue", show_queue, needs=_TRIAGES),
    route("GET", "/referrals/{id}/triage", show_triage, needs=_TRIAGES),
    route("POST", "/referrals/{id}/triage", classify, needs=_TRIAGES),
    route("POST", "/referrals/{id}/ask", ask, needs=_TRIAGES),
    route("POST", "/referrals/{id}/decline", decline, needs=_TRIAGES),
    route("POST", "/referrals/{id}/offers", make_offers, needs=_TRIAGES),
    route(
        "POST",
        "/referrals/{id}/offers/{offer_id}/withdraw",
        withdraw_offer,
        needs=_TRIAGES,
    ),
]
