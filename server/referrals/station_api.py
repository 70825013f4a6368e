"""The request for programs: what the station's pages do, in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from server.access.permissions import Permission
from server.audit import trail
from server.consents.forms import ConsentBody, WithdrawalInput
from server.documents import queries as documents
from server.referrals import drafts, queries, requests, station_queries
from server.referrals.models import Referral
from server.referrals.representations import (
    ConsentView,
    DocumentView,
    ReferralSummary,
    ReferralView,
    Summaries,
)
from server.referrals.station_forms import (
    AnswerBody,
    Ending,
    ListQuery,
    NewRequest,
    RequestBody,
)
from server.web.context import db_and_actor
from server.web.forms import read_json, read_query
from server.web.paths import path_id
from server.web.responses import json
from server.web.routes import KIB, api

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.documents.models import Document


async def create(request: web.Request) -> web.Response:
    """Make a draft, or return the patient's request that is not finished."""
    db, actor = db_and_actor(request)
    given = await read_json(request, NewRequest)
    referral, is_new = await drafts.open_draft(db, actor, given.patient_id, given.id)
    return await _view(request, referral, status=201 if is_new else 200)


async def index(request: web.Request) -> web.Response:
    """Return the requests that the person may know of, the latest change first."""
    db, actor = db_and_actor(request)
    asked = read_query(request, ListQuery)
    found = await station_queries.listed(
        db, actor, status=asked.status, before=asked.before, limit=asked.limit
    )
    trail.record(db, "referral:list", count=len(found))
    return json(
        Summaries(referrals=[ReferralSummary.model_validate(one) for one in found])
    )


async def show(request: web.Request) -> web.Response:
    """Return one request with its clinical part and its files."""
    db, actor = db_and_actor(request)
    referral = await queries.get(db, actor, path_id(request, "id"))
    trail.record(
        db, "referral:view", object_id=referral.id, patient_id=referral.patient_id
    )
    return await _view(request, referral)


async def update(request: web.Request) -> web.Response:
    """Replace what is written; refused when the revision is not the present one."""
    db, actor = db_and_actor(request)
    body = await read_json(request, RequestBody)
    referral = await drafts.save(
        db,
        actor,
        path_id(request, "id"),
        content=body.content(),
        revision=body.revision,
    )
    return await _view(request, referral)


async def consent(request: web.Request) -> web.Response:
    """Record that the patient asked for the sharing, or why nobody could be asked."""
    db, actor = db_and_actor(request)
    body = await read_json(request, ConsentBody)
    recorded = await drafts.record_consent(
        db, actor, path_id(request, "id"), body.given()
    )
    return json(ConsentView.model_validate(recorded), status=201)


async def withdraw_consent(request: web.Request) -> web.Response:
    """Record that the patient takes the agreement back; returns where the request stands."""
    db, actor = db_and_actor(request)
    body = await read_json(request, WithdrawalInput)
    return await _view(
        request,
        await requests.withdraw_consent(db, actor, path_id(request, "id"), body.said()),
    )


async def submit(request: web.Request) -> web.Response:
    """Send the request to the hospital's queue."""
    db, actor = db_and_actor(request)
    return await _view(
        request, await requests.submit(db, actor, path_id(request, "id"))
    )


async def answer(request: web.Request) -> web.Response:
    """Send a completed request back."""
    db, actor = db_and_actor(request)
    body = await read_json(request, AnswerBody)
    referral = await requests.answer(db, actor, path_id(request, "id"), body.text)
    return await _view(request, referral)


async def finish(request: web.Request) -> web.Response:
    """End the request: withdrawn, sent on in person, or the patient has died."""
    db, actor = db_and_actor(request)
    body = await read_json(request, Ending)
    referral = await requests.finish(
        db,
        actor,
        path_id(request, "id"),
        outcome=body.status,
        reason=body.reason,
    )
    return await _view(request, referral)


async def _view(
    request: web.Request, referral: Referral, status: int = 200
) -> web.Response:
    db, actor = db_and_actor(request)
    details = await station_queries.details_of(db, referral.id)
    found: Sequence[Document] = await documents.of_referral(db, actor, referral.id)
    summary = ReferralSummary.model_validate(referral)
    view = ReferralView(
        **summary.model_dump(),
        history=details.history if details else None,
        examination=details.examination if details else None,
        tests=details.tests if details else None,
        documents=[DocumentView.model_validate(one) for one in found],
    )
    return json(view, status=status)


_WRITE = Permission.REFERRALS_REQUEST
_ONE = "/referrals/{id}"
ROUTES = [
    api(
        "POST",
        "/referrals",
        create,
        needs=_WRITE,
        summary="Draft a request",
        accepts=NewRequest,
        returns=ReferralView,
        created=True,
        may_exist=True,
    ),
    api(
        "GET",
        "/referrals",
        index,
        needs=Permission.REFERRALS_READ,
        summary="List requests",
        query=ListQuery,
        returns=Summaries,
    ),
    api(
        "GET",
        _ONE,
        show,
        needs=Permission.REFERRALS_READ,
        summary="Read a request",
        returns=ReferralView,
    ),
    api(
        "PUT",
        _ONE,
        update,
        needs=_WRITE,
        summary="Write a request",
        accepts=RequestBody,
        returns=ReferralView,
        body_limit=768 * KIB,
    ),
    api(
        "POST",
        f"{_ONE}/consent",
        consent,
        needs=Permission.CONSENTS_RECORD,
        summary="Record consent",
        accepts=ConsentBody,
        returns=ConsentView,
        created=True,
    ),
    api(
        "POST",
        f"{_ONE}/consent/withdrawal",
        withdraw_consent,
        needs=Permission.CONSENTS_RECORD,
        summary="Withdraw consent",
        accepts=WithdrawalInput,
        returns=ReferralView,
    ),
    api(
        "POST",
        f"{_ONE}/submit",
        submit,
        needs=_WRITE,
        summary="Send a request",
        returns=ReferralView,
    ),
    api(
        "POST",
        f"{_ONE}/answer",
        answer,
        needs=_WRITE,
        summary="Answer the hospital's question",
        accepts=AnswerBody,
        returns=ReferralView,
    ),
    api(
        "POST",
        f"{_ONE}/finish",
        finish,
        needs=_WRITE,
        summary="End a request without a conclusion",
        accepts=Ending,
        returns=ReferralView,
    ),
]
