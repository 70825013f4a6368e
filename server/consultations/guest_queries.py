"""Reads of invitations into a call, and of whom one may invite."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from server.access.actor import Actor
from server.accounts.models import Person
from server.accounts.queries import advisers
from server.consultations import queries
from server.consultations.guest_models import ConsultationGuest
from server.consultations.models import CallAttempt, CallParticipant, Consultation
from server.consultations.states import AttemptStatus, GuestEnd, GuestRole
from server.core.errors import NotFound
from server.facilities.models import Facility

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

_MOST_FOUND = 20


@dataclass(frozen=True, slots=True)
class Guest:
    """An invitation, as others read it."""

    id: UUID
    person_id: UUID
    name: str
    role: GuestRole
    invited_at: datetime
    ringing_since: datetime | None
    joined_at: datetime | None
    ended_at: datetime | None
    end_reason: GuestEnd | None


@dataclass(frozen=True, slots=True)
class Inside:
    """Somebody who has been given a pass to a call, under the name that signaling knows."""

    participant: str
    name: str


async def of_meeting(db: AsyncSession, consultation_id: UUID) -> Sequence[Guest]:
    """Return every invitation of a meeting, the latest first."""
    rows = await db.execute(
        select(ConsultationGuest, Person)
        .join(Person, Person.id == ConsultationGuest.person_id)
        .where(ConsultationGuest.consultation_id == consultation_id)
        .options(joinedload(Person.facility))
        .order_by(ConsultationGuest.invited_at.desc())
    )
    return [
        Guest(
            id=guest.id,
            person_id=guest.person_id,
            name=name_of(person),
            role=guest.role,
            invited_at=guest.invited_at,
            ringing_since=guest.ringing_since,
            joined_at=guest.joined_at,
            ended_at=guest.ended_at,
            end_reason=guest.end_reason,
        )
        for guest, person in rows
    ]


async def open_of(
    db: AsyncSession, consultation_id: UUID
) -> Sequence[ConsultationGuest]:
    """Return the open invitations of a locked meeting."""
    return (
        await db.scalars(
            select(ConsultationGuest)
            .where(
                ConsultationGuest.consultation_id == consultation_id,
                ConsultationGuest.ended_at.is_(None),
            )
            .execution_options(populate_existing=True)
        )
    ).all()


async def own_open(
    db: AsyncSession, actor: Actor, consultation_id: UUID
) -> ConsultationGuest | None:
    """Return the open invitation of this person."""
    invited = await open_of(db, consultation_id)
    return next((one for one in invited if one.person_id == actor.id), None)


async def get_for_change(
    db: AsyncSession, actor: Actor, guest_id: UUID
) -> tuple[ConsultationGuest, Consultation]:
    """Return an invitation and its meeting, which is locked; raises NotFound."""
    consultation_id = await db.scalar(
        select(ConsultationGuest.consultation_id).where(
            ConsultationGuest.id == guest_id
        )
    )
    if consultation_id is None:
        raise NotFound
    meeting = await queries.get_for_change(db, actor, consultation_id)
    guest = await db.get_one(ConsultationGuest, guest_id, populate_existing=True)
    return guest, meeting


async def candidates(
    db: AsyncSession, actor: Actor, meeting: Consultation, words: str
) -> Sequence[Person]:
    """Return whom one may invite, by any part of name or place."""
    found = await _somebody_else(db, actor, meeting, words)
    return (await db.scalars(found.limit(_MOST_FOUND))).all()


async def candidate(
    db: AsyncSession, actor: Actor, meeting: Consultation, person_id: UUID
) -> Person | None:
    """Return one of those whom one may invite."""
    found = await _somebody_else(db, actor, meeting, "")
    return await db.scalar(found.where(Person.id == person_id))


async def _somebody_else(
    db: AsyncSession, actor: Actor, meeting: Consultation, words: str
) -> Select[Person]:
    """Return the statement of people to be asked: not who is in the call anyway."""
    station = await db.get_one(Facility, meeting.station_id)
    taken = {actor.id, meeting.specialist_id}
    live = await queries.live_attempt(db, meeting.id)
    if live is not None:
        taken |= {one for one in (live.caller_id, live.answered_by) if one}
    statement = advisers(station, meeting.hospital_id, words)
    return statement.where(Person.id.not_in(taken))


async def people_of_call(
    db: AsyncSession, actor: Actor, attempt_id: UUID
) -> Sequence[Inside]:
    """Return who has been given a pass to a call that the actor may know of."""
    seen = queries.visible_to(actor).with_only_columns(Consultation.id)
    attempt = await db.scalar(
        select(CallAttempt).where(
            CallAttempt.id == attempt_id, CallAttempt.consultation_id.in_(seen)
        )
    )
    if attempt is None:
        raise NotFound
    rows = await db.execute(
        select(CallParticipant.participant, Person)
        .join(Person, Person.id == CallParticipant.person_id)
        .where(CallParticipant.attempt_id == attempt.id)
        .options(joinedload(Person.facility))
    )
    return [Inside(participant, name_of(person)) for participant, person in rows]


async def rings_for(
    db: AsyncSession, actor: Actor
) -> tuple[ConsultationGuest, CallAttempt, Consultation, Person] | None:
    """Return the running call into which somebody is asked right now, and who asks."""
    row = await db.execute(
        select(ConsultationGuest, CallAttempt, Consultation, Person)
        .join(Consultation, Consultation.id == ConsultationGuest.consultation_id)
        .join(CallAttempt, CallAttempt.consultation_id == Consultation.id)
        .join(Person, Person.id == ConsultationGuest.invited_by)
        .where(
            ConsultationGuest.person_id == actor.id,
            ConsultationGuest.ringing_since.is_not(None),
            CallAttempt.status == AttemptStatus.ACCEPTED,
        )
        .options(joinedload(Consultation.referral), joinedload(Person.facility))
        .limit(1)
    )
    found = row.first()
    return None if found is None else (found[0], found[1], found[2], found[3])


def name_of(person: Person) -> str:
    """Return a name with its place, as the others in the call read it."""
    return f"{person.display_name} – {person.facility.name}"
