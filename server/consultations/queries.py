"""Reads of meetings and calls; a meeting is seen by those who see its request."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from server.access.actor import Actor
from server.consultations.models import CallAttempt, CallParticipant, Consultation
from server.consultations.states import AttemptStatus, ConsultationStatus
from server.core.errors import NotFound
from server.referrals.models import Referral
from server.referrals.queries import seen_by
from server.referrals.states import Channel

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

RINGING = (AttemptStatus.INVITED, AttemptStatus.RINGING)
LIVE = (*RINGING, AttemptStatus.ACCEPTED)
FAILED = frozenset(
    {
        AttemptStatus.BUSY,
        AttemptStatus.DECLINED,
        AttemptStatus.FAILED,
        AttemptStatus.LOST,
        AttemptStatus.MISSED,
    }
)
OVER = (ConsultationStatus.ANSWERED, ConsultationStatus.CANCELLED)
_LOOK_BACK = 10


def visible_to(actor: Actor) -> Select[Consultation]:
    """Return the meetings of the requests that the actor may know of."""
    return (
        select(Consultation)
        .join(Consultation.referral)
        .where(seen_by(actor))
        .options(joinedload(Consultation.referral))
    )


async def get(db: AsyncSession, actor: Actor, consultation_id: UUID) -> Consultation:
    """Return the meeting with its request and attempts; raises NotFound."""
    found = await db.scalar(
        visible_to(actor)
        .where(Consultation.id == consultation_id)
        .options(
            selectinload(Consultation.attempts),
            joinedload(Consultation.referral).joinedload(Referral.station),
            joinedload(Consultation.referral).joinedload(Referral.hospital),
        )
    )
    if found is None:
        raise NotFound
    return found


async def get_for_change(
    db: AsyncSession, actor: Actor, consultation_id: UUID
) -> Consultation:
    """Return the meeting and lock its row; raises NotFound."""
    found = await db.scalar(
        visible_to(actor)
        .where(Consultation.id == consultation_id)
        .with_for_update(of=Consultation)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


async def attempt_for_change(
    db: AsyncSession, actor: Actor, attempt_id: UUID
) -> tuple[CallAttempt, Consultation]:
    """Return a try to call and its meeting, both locked; raises NotFound."""
    consultation_id = await db.scalar(
        select(CallAttempt.consultation_id).where(CallAttempt.id == attempt_id)
    )
    if consultation_id is None:
        raise NotFound
    consultation = await get_for_change(db, actor, consultation_id)
    attempt = await db.scalar(
        select(CallAttempt)
        .where(CallAttempt.id == attempt_id)
        .execution_options(populate_existing=True)
    )
    if attempt is None:
        raise NotFound
    return attempt, consultation


async def open_of_referral(db: AsyncSession, referral_id: UUID) -> Consultation | None:
    """Return the meeting of a request that is not over."""
    return await db.scalar(
        select(Consultation)
        .where(
            Consultation.referral_id == referral_id, Consultation.status.not_in(OVER)
        )
        .order_by(Consultation.created_at.desc())
        .limit(1)
    )


async def of_referral(db: AsyncSession, referral_id: UUID) -> Sequence[Consultation]:
    """Return every meeting of a request with its attempts, oldest first."""
    return (
        await db.scalars(
            select(Consultation)
            .where(Consultation.referral_id == referral_id)
            .options(selectinload(Consultation.attempts))
            .order_by(Consultation.created_at)
        )
    ).all()


async def live_attempt(db: AsyncSession, consultation_id: UUID) -> CallAttempt | None:
    """Return the try that rings or talks now."""
    return await db.scalar(
        select(CallAttempt).where(
            CallAttempt.consultation_id == consultation_id, CallAttempt.status.in_(LIVE)
        )
    )


async def both_inside(db: AsyncSession, attempt: CallAttempt) -> bool:
    """Tell whether who called and who answered have both been in the room."""
    present = await participants_of(db, attempt.id)
    inside = {one.person_id for one in present if one.joined_at is not None}
    return attempt.answered_by is not None and inside >= {
        attempt.caller_id,
        attempt.answered_by,
    }


async def talking(db: AsyncSession, people: Collection[UUID]) -> set[UUID]:
    """Return who of these people is in the room of a running call now."""
    found = await db.scalars(
        select(CallParticipant.person_id)
        .join(CallAttempt, CallAttempt.id == CallParticipant.attempt_id)
        .where(
            CallParticipant.person_id.in_(people),
            CallParticipant.joined_at.is_not(None),
            CallParticipant.left_at.is_(None),
            CallAttempt.status == AttemptStatus.ACCEPTED,
        )
    )
    return set(found)


async def is_inside(db: AsyncSession, attempt_id: UUID, person_id: UUID) -> bool:
    """Tell whether somebody is in the room of a call now."""
    present = await participants_of(db, attempt_id)
    return any(
        one.person_id == person_id and one.joined_at and not one.left_at
        for one in present
    )


async def failures_in_a_row(db: AsyncSession, consultation_id: UUID) -> int:
    """Return how many of the last tries came to nothing; who gave up ringing does not count."""
    statuses = await db.scalars(
        select(CallAttempt.status)
        .where(
            CallAttempt.consultation_id == consultation_id,
            CallAttempt.channel != Channel.WRITTEN,
            CallAttempt.status != AttemptStatus.CANCELLED,
        )
        .order_by(CallAttempt.rang_at.desc())
        .limit(_LOOK_BACK)
    )
    return len(list(takewhile(FAILED.__contains__, statuses)))


async def participants_of(
    db: AsyncSession, attempt_id: UUID
) -> Sequence[CallParticipant]:
    """Return who has been given a ticket for a try."""
    return (
        await db.scalars(
            select(CallParticipant).where(CallParticipant.attempt_id == attempt_id)
        )
    ).all()
