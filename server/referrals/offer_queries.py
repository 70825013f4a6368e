"""Reads for those who offer a case and for those who are asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from server.access.actor import Actor
from server.accounts.models import Person
from server.core import clock
from server.core.errors import NotFound
from server.referrals.models import Referral, ReferralOffer
from server.referrals.queries import seen_by, visible_to
from server.referrals.states import OfferStatus, ReferralStatus
from server.rosters import queries as rosters

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

_MOST = 50
_RECENT = 20
HELD = (
    ReferralStatus.ACCEPTED,
    ReferralStatus.IN_CONSULTATION,
    ReferralStatus.ANSWERED,
)
_SIGNED = (ReferralStatus.CONCLUDED, ReferralStatus.CLOSED)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A specialist who could be asked, with what helps to choose."""

    person: Person
    on_duty: bool
    last_seen_at: datetime | None
    held: int
    asked: int


@dataclass(frozen=True, slots=True)
class OpenOffer:
    """A case that somebody waits for this specialist to take."""

    offer: ReferralOffer
    referral: Referral


async def candidates(db: AsyncSession, referral: Referral) -> list[Candidate]:
    """Return the specialists of the case's hospital and specialty, those on duty first."""
    if referral.hospital_id is None:
        return []
    found = await rosters.on_duty_specialists(
        db, referral.hospital_id, referral.specialty_code, clock.now()
    )
    people = [person.id for person, _, _ in found]
    held, asked = await _held(db, people), await _asked(db, people)
    rows = [
        Candidate(
            person, on_duty, seen, held.get(person.id, 0), asked.get(person.id, 0)
        )
        for person, on_duty, seen in found
    ]
    return sorted(rows, key=lambda one: (not one.on_duty, one.held + one.asked))


async def offers_of(
    db: AsyncSession, referral_id: UUID
) -> Sequence[tuple[ReferralOffer, Person]]:
    """Return every offer of a visible request with who was asked, the oldest first."""
    rows = await db.execute(
        select(ReferralOffer, Person)
        .join(Person, Person.id == ReferralOffer.specialist_id)
        .where(ReferralOffer.referral_id == referral_id)
        .order_by(ReferralOffer.offered_at, ReferralOffer.id)
    )
    return [(offer, person) for offer, person in rows]


async def own_open_offer(
    db: AsyncSession, actor: Actor, referral_id: UUID
) -> ReferralOffer | None:
    """Return the offer of this case that the actor has not answered yet, if there is one."""
    found = await db.execute(
        _open(actor).where(ReferralOffer.referral_id == referral_id)
    )
    row = found.one_or_none()
    return None if row is None else row[0]


async def own_offer(db: AsyncSession, actor: Actor, offer_id: UUID) -> OpenOffer:
    """Return an offer that the actor can still answer; raises NotFound."""
    row = (
        await db.execute(_open(actor).where(ReferralOffer.id == offer_id))
    ).one_or_none()
    if row is None:
        raise NotFound
    return OpenOffer(row[0], row[1])


async def open_offers(db: AsyncSession, actor: Actor) -> list[OpenOffer]:
    """Return what the specialist is asked now, the nearest deadline first."""
    statement = _open(actor).order_by(ReferralOffer.due_at, ReferralOffer.id)
    rows = await db.execute(statement.limit(_MOST))
    return [OpenOffer(offer, referral) for offer, referral in rows]


async def held_by(db: AsyncSession, actor: Actor) -> Sequence[Referral]:
    """Return the cases that wait for this specialist's answer, the most urgent first."""
    statement = _mine(actor, HELD).order_by(Referral.priority, Referral.due_at)
    return (await db.scalars(statement.limit(_MOST))).all()


async def held_case(db: AsyncSession, actor: Actor, referral_id: UUID) -> Referral:
    """Return a case that the actor has accepted and not discussed yet; raises NotFound."""
    statement = _mine(actor, (ReferralStatus.ACCEPTED,))
    found = await db.scalar(statement.where(Referral.id == referral_id))
    if found is None:
        raise NotFound
    return found


async def signed_by(db: AsyncSession, actor: Actor) -> Sequence[Referral]:
    """Return the cases that the specialist has concluded lately."""
    statement = _mine(actor, _SIGNED).order_by(Referral.changed_at.desc())
    return (await db.scalars(statement.limit(_RECENT))).all()


def _open(actor: Actor) -> Select[ReferralOffer, Referral]:
    return (
        select(ReferralOffer, Referral)
        .join(Referral, Referral.id == ReferralOffer.referral_id)
        .options(
            joinedload(Referral.station, innerjoin=True),
            joinedload(Referral.specialty, innerjoin=True),
        )
        .where(
            seen_by(actor),
            ReferralOffer.specialist_id == actor.id,
            ReferralOffer.status == OfferStatus.OFFERED,
        )
    )


def _mine(actor: Actor, statuses: tuple[ReferralStatus, ...]) -> Select[Referral]:
    return (
        visible_to(actor)
        .where(Referral.specialist_id == actor.id, Referral.status.in_(statuses))
        .options(
            joinedload(Referral.station, innerjoin=True),
            joinedload(Referral.specialty, innerjoin=True),
        )
    )


async def _held(db: AsyncSession, people: list[UUID]) -> dict[UUID, int]:
    rows = await db.execute(
        select(Referral.specialist_id, func.count())
        .where(Referral.specialist_id.in_(people), Referral.status.in_(HELD))
        .group_by(Referral.specialist_id)
    )
    return {person: number for person, number in rows if person is not None}


async def _asked(db: AsyncSession, people: list[UUID]) -> dict[UUID, int]:
    rows = await db.execute(
        select(ReferralOffer.specialist_id, func.count())
        .where(
            ReferralOffer.specialist_id.in_(people),
            ReferralOffer.status == OfferStatus.OFFERED,
        )
        .group_by(ReferralOffer.specialist_id)
    )
    return {row[0]: row[1] for row in rows}
