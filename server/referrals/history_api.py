"""What happened to a request and what was said about it, for programs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel

from server.access.permissions import Permission
from server.audit import trail
from server.referrals import history, offer_queries, queries
from server.referrals.reasons import Reason, parts
from server.referrals.states import OfferStatus, ReferralStatus
from server.web.context import db_and_actor
from server.web.paths import path_id
from server.web.responses import json
from server.web.routes import api

if TYPE_CHECKING:
    from aiohttp import web

    from server.accounts.models import Person
    from server.referrals.models import ReferralChange, ReferralOffer


class ChangeOut(BaseModel):
    """One move of the request; `by` is left out where no person moved it."""

    at: datetime
    before: ReferralStatus
    after: ReferralStatus
    by: str | None
    reason: Reason | None
    words: str


class OfferOut(BaseModel):
    """Who was asked until when, and what came of it."""

    id: UUID
    specialist_id: UUID
    specialist_name: str
    status: OfferStatus
    offered_at: datetime
    due_at: datetime
    answered_at: datetime | None
    reason: Reason | None
    words: str


class MessageOut(BaseModel):
    """What the hospital asked to be completed, or what the station answered."""

    at: datetime
    author: str
    text: str


class History(BaseModel):
    """Every move, offer and message of a request, the oldest first."""

    changes: list[ChangeOut]
    offers: list[OfferOut]
    messages: list[MessageOut]


async def show(request: web.Request) -> web.Response:
    """Return the story of a request."""
    db, actor = db_and_actor(request)
    referral = await queries.get(db, actor, path_id(request, "id"))
    trail.record(
        db, "referral:view", object_id=referral.id, patient_id=referral.patient_id
    )
    said = await history.conversation(db, referral.id)
    return json(
        History(
            changes=[
                _change(change, person)
                for change, person in await history.changes_of(db, referral.id)
            ],
            offers=[
                _offer(offer, person)
                for offer, person in await offer_queries.offers_of(db, referral.id)
            ],
            messages=[
                MessageOut.model_validate(one, from_attributes=True) for one in said
            ],
        )
    )


def _change(change: ReferralChange, person: Person | None) -> ChangeOut:
    reason, words = parts(change.reason)
    return ChangeOut(
        at=change.at,
        before=ReferralStatus(change.before),
        after=ReferralStatus(change.after),
        by=person.display_name if person else None,
        reason=reason,
        words=words,
    )


def _offer(offer: ReferralOffer, person: Person) -> OfferOut:
    reason, words = parts(offer.reason)
    return OfferOut(
        id=offer.id,
        specialist_id=offer.specialist_id,
        specialist_name=person.display_name,
        status=offer.status,
        offered_at=offer.offered_at,
        due_at=offer.due_at,
        answered_at=offer.answered_at,
        reason=reason,
        words=words,
    )


ROUTES = [
    api(
        "GET",
        "/referrals/{id}/history",
        show,
        needs=Permission.REFERRALS_READ,
        summary="What happened to a request and what was said about it",
        returns=History,
    ),
]
