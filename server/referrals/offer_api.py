"""What a specialist is asked, and the answers, for programs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel

from server.access.permissions import Permission
from server.referrals import answers, offer_queries
from server.referrals.offer_queries import OpenOffer
from server.referrals.queue_api import CaseInQueue, CaseState
from server.referrals.queue_forms import DeclineOffer, HandOver
from server.web.context import db_and_actor
from server.web.forms import read_json
from server.web.paths import path_id
from server.web.responses import json, no_content
from server.web.routes import api


class Offer(BaseModel):
    """A case that the specialist is asked to take, until `due_at`."""

    id: UUID
    due_at: datetime
    referral: CaseInQueue


class Offers(BaseModel):
    """What a specialist is asked, the nearest deadline first."""

    offers: list[Offer]


async def show_offers(request: web.Request) -> web.Response:
    """Return what the specialist is asked now."""
    db, actor = db_and_actor(request)
    found = await offer_queries.open_offers(db, actor)
    return json(Offers(offers=[_offer(one) for one in found]))


async def accept_offer(request: web.Request) -> web.Response:
    """Take a case."""
    db, actor = db_and_actor(request)
    return json(CaseState.of(await answers.accept(db, actor, path_id(request, "id"))))


async def decline_offer(request: web.Request) -> web.Response:
    """Say no to an offer."""
    db, actor = db_and_actor(request)
    given = await read_json(request, DeclineOffer)
    await answers.decline(
        db, actor, path_id(request, "id"), reason=given.reason, details=given.details
    )
    return no_content()


async def hand_over(request: web.Request) -> web.Response:
    """Give an accepted case back."""
    db, actor = db_and_actor(request)
    given = await read_json(request, HandOver)
    await answers.hand_over(db, actor, path_id(request, "id"), given.hand_over_reason)
    return no_content()


def _offer(one: OpenOffer) -> Offer:
    return Offer(
        id=one.offer.id,
        due_at=one.offer.due_at,
        referral=CaseInQueue.of(one.referral),
    )


_ANSWERS = Permission.REFERRALS_ANSWER
ROUTES = [
    api(
        "POST",
        "/referrals/{id}/hand-over",
        hand_over,
        needs=_ANSWERS,
        summary="Give an accepted case back",
        accepts=HandOver,
    ),
    api(
        "GET",
        "/offers",
        show_offers,
        needs=_ANSWERS,
        summary="What I am asked",
        returns=Offers,
    ),
    api(
        "POST",
        "/offers/{id}/accept",
        accept_offer,
        needs=_ANSWERS,
        summary="Take a case",
        returns=CaseState,
    ),
    api(
        "POST",
        "/offers/{id}/decline",
        decline_offer,
        needs=_ANSWERS,
        summary="Say no to an offer",
        accepts=DeclineOffer,
    ),
]
