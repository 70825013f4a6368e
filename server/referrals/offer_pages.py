"""The specialist's pages: what is offered, what is held, and the answers to an offer."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from server.access.permissions import Permission
from server.referrals import answers, offer_queries, reasons
from server.referrals.queue_forms import DeclineOffer, HandOver
from server.web.context import db_and_actor
from server.web.forms import Form, blank, read_form
from server.web.paths import path_id
from server.web.responses import page, redirect
from server.web.routes import route

_HOME = "referrals/offers.html.j2"
_DECLINE = "referrals/offer_decline.html.j2"
_HAND_OVER = "referrals/offer_hand_over.html.j2"


async def show_offers(request: web.Request) -> web.Response:
    """Show the specialist's work: asked now, held, lately signed."""
    db, actor = db_and_actor(request)
    return page(
        request,
        _HOME,
        open_offers=await offer_queries.open_offers(db, actor),
        held=await offer_queries.held_by(db, actor),
        signed=await offer_queries.signed_by(db, actor),
    )


async def accept(request: web.Request) -> web.Response:
    """Take the case and go to it."""
    db, actor = db_and_actor(request)
    referral = await answers.accept(db, actor, path_id(request, "id"))
    return redirect(f"/referrals/{referral.id}")


async def show_decline(request: web.Request) -> web.Response:
    """Ask why the case is not taken."""
    return await _decline_page(request, blank(request))


async def decline(request: web.Request) -> web.Response:
    """Say no with a reason, and go back to what else is asked."""
    db, actor = db_and_actor(request)
    form = await read_form(request, DeclineOffer)
    if form.data is None:
        return await _decline_page(request, form)
    await answers.decline(
        db,
        actor,
        path_id(request, "id"),
        reason=form.data.reason,
        details=form.data.details,
    )
    return redirect("/offers")


async def show_hand_over(request: web.Request) -> web.Response:
    """Ask why the case is given back."""
    return await _hand_over_page(request, blank(request))


async def hand_over(request: web.Request) -> web.Response:
    """Give the case back to the coordinator."""
    db, actor = db_and_actor(request)
    form = await read_form(request, HandOver)
    if form.data is None:
        return await _hand_over_page(request, form)
    await answers.hand_over(
        db, actor, path_id(request, "id"), form.data.hand_over_reason
    )
    return redirect("/offers")


async def _decline_page(request: web.Request, form: Form[Any]) -> web.Response:
    db, actor = db_and_actor(request)
    return page(
        request,
        _DECLINE,
        status=422 if form.errors else 200,
        form=form,
        form_errors=form.errors,
        asked=await offer_queries.own_offer(db, actor, path_id(request, "id")),
        reasons=reasons.OFFER_REASONS,
    )


async def _hand_over_page(request: web.Request, form: Form[Any]) -> web.Response:
    db, actor = db_and_actor(request)
    referral = await offer_queries.held_case(db, actor, path_id(request, "id"))
    return page(
        request,
        _HAND_OVER,
        status=422 if form.errors else 200,
        form=form,
        form_errors=form.errors,
        referral=referral,
    )


_ANSWERS = Permission.REFERRALS_ANSWER
ROUTES = [
    route("GET", "/offers", show_offers, needs=_ANSWERS),
    route("POST", "/offers/{id}/accept", accept, needs=_ANSWERS),
    route("GET", "/offers/{id}/decline", show_decline, needs=_ANSWERS),
    route("POST", "/offers/{id}/decline", decline, needs=_ANSWERS),
    route("GET", "/referrals/{id}/hand-over", show_hand_over, needs=_ANSWERS),
    route("POST", "/referrals/{id}/hand-over", hand_over, needs=_ANSWERS),
]
