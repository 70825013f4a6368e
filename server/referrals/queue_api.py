"""The queue and its triage for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel

from server.access.permissions import Permission
from server.patients.codes import Sex
from server.referrals import queue_queries, triage
from server.referrals.models import Referral
from server.referrals.queue_forms import (
    Ask,
    Classify,
    DeclineRequest,
    QueueFilters,
)
from server.referrals.queue_queries import Place, Waiting
from server.referrals.states import Priority, ReferralStatus
from server.web.context import db_and_actor
from server.web.forms import read_json, read_query
from server.web.paths import path_id
from server.web.responses import json
from server.web.routes import api


class CaseState(BaseModel):
    """Where a request stands after a decision."""

    id: UUID
    number: str
    status: ReferralStatus
    priority: Priority
    specialty_code: str | None
    due_at: datetime | None
    specialist_id: UUID | None

    @classmethod
    def of(cls, referral: Referral) -> Self:
        """Return the state of a request."""
        return cls.model_validate(referral, from_attributes=True)


class CaseInQueue(CaseState):
    """One line of a list: the clinical minimum, never a name."""

    station_id: UUID
    hospital_id: UUID | None
    patient_age: int | None
    patient_sex: Sex
    reason: str
    submitted_at: datetime | None


class QueueLine(BaseModel):
    """A case that waits, and who is asked to take it."""

    referral: CaseInQueue
    overdue: bool
    asked: list[str]
    answer_due_at: datetime | None


class Queue(BaseModel):
    """A page of the queue; `next` is the `after` of the following page."""

    waiting: int
    overdue: int
    offered: int
    needs_info: int
    lines: list[QueueLine]
    next: str | None


async def show_queue(request: web.Request) -> web.Response:
    """Return a page of the queue in fair order."""
    db, actor = db_and_actor(request)
    chosen = read_query(request, QueueFilters)
    lines, more = await queue_queries.queue(
        db, actor, chosen.filters, Place.parse(chosen.after)
    )
    counts = await queue_queries.counts(db, actor)
    return json(
        Queue(
            waiting=counts.waiting,
            overdue=counts.overdue,
            offered=counts.offered,
            needs_info=counts.needs_info,
            lines=[_line(line) for line in lines],
            next=str(more) if more else None,
        )
    )


async def classify(request: web.Request) -> web.Response:
    """Change the priority or the specialty."""
    db, actor = db_and_actor(request)
    given = await read_json(request, Classify)
    chosen = triage.Classification(
        given.priority, given.specialty_code, given.change_reason
    )
    return json(
        CaseState.of(await triage.classify(db, actor, path_id(request, "id"), chosen))
    )


async def ask(request: web.Request) -> web.Response:
    """Send a request back to be completed."""
    db, actor = db_and_actor(request)
    given = await read_json(request, Ask)
    referral = await triage.ask(db, actor, path_id(request, "id"), given.question)
    return json(CaseState.of(referral))


async def decline(request: web.Request) -> web.Response:
    """Refuse a request."""
    db, actor = db_and_actor(request)
    given = await read_json(request, DeclineRequest)
    referral = await triage.decline(
        db, actor, path_id(request, "id"), reason=given.reason, details=given.details
    )
    return json(CaseState.of(referral))


def _line(line: Waiting) -> QueueLine:
    return QueueLine(
        referral=CaseInQueue.of(line.referral),
        overdue=line.overdue,
        asked=list(line.asked),
        answer_due_at=line.answer_due_at,
    )


_TRIAGES = Permission.REFERRALS_TRIAGE
ROUTES = [
    api(
        "GET",
        "/queue",
        show_queue,
        needs=_TRIAGES,
        summary="The queue in fair order",
        query=QueueFilters,
        returns=Queue,
    ),
    *(
        api(
            "POST",
            f"/referrals/{{id}}/{verb}",
            handler,
            needs=_TRIAGES,
            summary=summary,
            accepts=model,
            returns=CaseState,
        )
        for verb, handler, summary, model in (
            ("triage", classify, "Change priority or specialty", Classify),
            ("ask", ask, "Send a request back to be completed", Ask),
            ("decline", decline, "Refuse a request", DeclineRequest),
        )
    ),
]
