"""Whom to ask, asking, and taking an offer back, for programs of a coordinator."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel

from server.access.permissions import Permission
from server.audit import trail
from server.referrals import offer_queries, offers, queries
from server.referrals.queue_api import CaseState
from server.referrals.queue_forms import MakeOffers
from server.web.context import db_and_actor
from server.web.forms import read_json
from server.web.paths import path_id
from server.web.responses import json
from server.web.routes import api

if TYPE_CHECKING:
    from aiohttp import web

    from server.referrals.offer_queries import Candidate


class CandidateOut(BaseModel):
    """A specialist who could be asked, with how many cases they hold and are asked for."""

    id: UUID
    name: str
    on_duty: bool
    last_seen_at: datetime | None
    held: int
    asked: int


class Candidates(BaseModel):
    """The specialists of the hospital and specialty, those on duty first."""

    candidates: list[CandidateOut]


async def list_candidates(request: web.Request) -> web.Response:
    """Return who could be asked to take a case."""
    db, actor = db_and_actor(request)
    referral = await queries.get(db, actor, path_id(request, "id"))
    trail.record(
        db, "referral:view", object_id=referral.id, patient_id=referral.patient_id
    )
    found = await offer_queries.candidates(db, referral)
    return json(Candidates(candidates=[_candidate(one) for one in found]))


async def make_offers(request: web.Request) -> web.Response:
    """Ask specialists to take a case."""
    db, actor = db_and_actor(request)
    given = await read_json(request, MakeOffers)
    within = timedelta(minutes=given.minutes) if given.minutes else None
    referral = await offers.make(
        db, actor, path_id(request, "id"), given.specialist_ids, within=within
    )
    return json(CaseState.of(referral))


async def withdraw_offer(request: web.Request) -> web.Response:
    """Take one offer back."""
    db, actor = db_and_actor(request)
    referral = await offers.withdraw(
        db, actor, path_id(request, "id"), path_id(request, "offer_id")
    )
    return json(CaseState.of(referral))


def _candidate(one: Candidate) -> CandidateOut:
    return CandidateOut(
        id=one.person.id,
        name=one.person.display_name,
        on_duty=one.on_duty,
        last_seen_at=one.last_seen_at,
        held=one.held,
        asked=one.asked,
    )


_TRIAGES = Permission.REFERRALS_TRIAGE
ROUTES = [
    api(
        "GET",
        "/referrals/{id}/candidates",
        list_candidates,
        needs=_TRIAGES,
        summary="Who could be asked to take a case",
        returns=Candidates,
    ),
    api(
        "POST",
        "/referrals/{id}/offers",
        make_offers,
        needs=_TRIAGES,
        summary="Ask specialists to take a case",
        accepts=MakeOffers,
        returns=CaseState,
    ),
    api(
        "POST",
        "/referrals/{id}/offers/{offer_id}/withdraw",
        withdraw_offer,
        needs=_TRIAGES,
        summary="Take an offer back",
        returns=CaseState,
    ),
]
