"""Forgets what has served its time: answers kept for a retry, failed tries, old events."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, select

from server.accounts.models import SignInFailure
from server.core import clock
from server.notifications.models import Event
from server.web.models import AnsweredRequest

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

_BATCH = 1_000
_ANSWERS = timedelta(hours=48)
_FAILURES = timedelta(days=1)
_EVENTS = timedelta(days=30)


async def forget(db: AsyncSession) -> bool:
    """Delete what is too old, of events one batch; True when there may be more."""
    moment = clock.now()
    await db.execute(
        delete(AnsweredRequest).where(AnsweredRequest.at < moment - _ANSWERS)
    )
    await db.execute(delete(SignInFailure).where(SignInFailure.at < moment - _FAILURES))
    old = (
        select(Event.id)
        .where(Event.id < first_id(moment - _EVENTS))
        .order_by(Event.id)
        .limit(_BATCH)
    )
    gone = await db.scalars(delete(Event).where(Event.id.in_(old)).returning(Event.id))
    return len(gone.all()) == _BATCH


def first_id(moment: datetime) -> UUID:
    """Return the least UUIDv7 of a moment: the ids of events are the index of their age."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
