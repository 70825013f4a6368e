"""Forgets what has served its time: answers, failed tries, old events, samples of calls, lines."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, select, tuple_

from server.accounts.models import SignInFailure
from server.core import clock
from server.lines.models import LineCheck
from server.notifications.models import Event
from server.quality.models import CallSample
from server.web.models import AnsweredRequest

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

_BATCH = 1_000
_ANSWERS = timedelta(hours=48)
_FAILURES = timedelta(days=1)
_EVENTS = timedelta(days=30)
_SAMPLES = timedelta(days=90)
_LINE_CHECKS = timedelta(days=365)


async def forget(db: AsyncSession) -> bool:
    """Delete what is too old, of the many one batch; True when there may be more."""
    moment = clock.now()
    await db.execute(
        delete(AnsweredRequest).where(AnsweredRequest.at < moment - _ANSWERS)
    )
    await db.execute(delete(SignInFailure).where(SignInFailure.at < moment - _FAILURES))
    await db.execute(delete(LineCheck).where(LineCheck.at < moment - _LINE_CHECKS))
    events = await _forget_events(db, moment - _EVENTS)
    samples = await _forget_samples(db, moment - _SAMPLES)
    return _BATCH in {events, samples}


async def _forget_events(db: AsyncSession, before: datetime) -> int:
    old = (
        select(Event.id)
        .where(Event.id < first_id(before))
        .order_by(Event.id)
        .limit(_BATCH)
    )
    gone = await db.scalars(delete(Event).where(Event.id.in_(old)).returning(Event.id))
    return len(gone.all())


async def _forget_samples(db: AsyncSession, before: datetime) -> int:
    key = tuple_(CallSample.attempt_id, CallSample.person_id, CallSample.number)
    old = (
        select(CallSample.attempt_id, CallSample.person_id, CallSample.number)
        .where(CallSample.at < before)
        .limit(_BATCH)
    )
    gone = await db.scalars(
        delete(CallSample).where(key.in_(old)).returning(CallSample.number)
    )
    return len(gone.all())


def first_id(moment: datetime) -> UUID:
    """Return the least UUIDv7 of a moment: the ids of events are the index of their age."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
