"""Reads of meetings and calls; a meeting is seen by those who see its request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import joinedload, selectinload

from server.access.actor import Actor
from server.access.permissions import Role
from server.accounts.models import Person
from server.consultations.models import CallAttempt, CallParticipant, Consultation
from server.consultations.states import AttemptStatus, ConsultationStatus
from server.core.errors import NotFound
from server.referrals.models import Referral
from server.referrals.queries import seen_by

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

LIVE = (AttemptStatus.RINGING, AttemptStatus.ACCEPTED)
OVER = (ConsultationStatus.ANSWERED, ConsultationStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Ringing:
    """A call that rings for somebody now."""

    id: UUID
    caller: str


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


async def ringing_for(db: AsyncSession, actor: Actor) -> Ringing | None:
    """Return a call that rings for this person now, for a page that was just loaded."""
    if actor.role not in {Role.STATION_DOCTOR, Role.SPECIALIST}:
        return None
    own_side = (
        Consultation.specialist_id == actor.id
        if actor.role is Role.SPECIALIST
        else Consultation.station_id == actor.facility_id
    )
    callers = _callers_for(actor)
    row = (
        await db.execute(
            select(Consultation.id, Person)
            .join(CallAttempt, CallAttempt.consultation_id == Consultation.id)
            .join(Person, Person.id == CallAttempt.caller_id)
            .where(CallAttempt.status == AttemptStatus.RINGING, own_side, callers)
            .limit(1)
        )
    ).first()
    return None if row is None else Ringing(row[0], row[1].display_name)


def _callers_for(actor: Actor) -> ColumnElement[bool]:
    if actor.role is Role.SPECIALIST:
        return CallAttempt.caller_id != actor.id
    return CallAttempt.caller_id == Consultation.specialist_id


async def participants_of(
    db: AsyncSession, attempt_id: UUID
) -> Sequence[CallParticipant]:
    """Return who has been given a ticket for a try."""
    return (
        await db.scalars(
            select(CallParticipant).where(CallParticipant.attempt_id == attempt_id)
        )
    ).all()
