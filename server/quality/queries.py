"""Reads of samples; they are seen by those who see the call."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from server.access.actor import Actor
from server.consultations import queries as consultations
from server.consultations.models import CallAttempt, Consultation
from server.core.errors import NotFound
from server.quality.models import CallSample, CallSummary
from server.quality.story import Moment

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

Ends = dict["UUID", list[Moment]]
_MOMENT = (
    CallSample.at,
    CallSample.seconds,
    CallSample.concealed,
    CallSample.received,
    CallSample.relayed,
    CallSample.rung,
    CallSample.reason,
    CallSample.mos,
)


async def attempt(db: AsyncSession, actor: Actor, attempt_id: UUID) -> CallAttempt:
    """Return a call of a meeting that the actor may know of; raises NotFound."""
    found = await db.scalar(
        select(CallAttempt).where(
            CallAttempt.id == attempt_id,
            CallAttempt.consultation_id.in_(
                consultations.visible_to(actor).with_only_columns(Consultation.id)
            ),
        )
    )
    if found is None:
        raise NotFound
    return found


async def samples_of(
    db: AsyncSession, actor: Actor, attempt_id: UUID
) -> Sequence[CallSample]:
    """Return everything that was measured of a call, in the order of time."""
    found = await attempt(db, actor, attempt_id)
    rows = await db.scalars(
        select(CallSample)
        .where(CallSample.attempt_id == found.id)
        .order_by(CallSample.at)
    )
    return rows.all()


async def moments_of(
    db: AsyncSession, attempt_ids: Collection[UUID]
) -> dict[UUID, Ends]:
    """Return what was measured of calls, by call and by person, in the order of time."""
    found: dict[UUID, Ends] = defaultdict(lambda: defaultdict(list))
    rows = await db.execute(
        select(CallSample.attempt_id, CallSample.person_id, *_MOMENT)
        .where(CallSample.attempt_id.in_(attempt_ids))
        .order_by(CallSample.at)
    )
    for call, person, *values in rows:
        found[call][person].append(Moment(*values))
    return found


async def silent_ends(db: AsyncSession) -> int:
    """Return how many ends of calls have left no sample, as far back as summaries go."""
    found = await db.scalar(
        select(func.coalesce(func.sum(CallSummary.silent), 0)).where(
            CallSummary.silent > 0
        )
    )
    return found or 0
