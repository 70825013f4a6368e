"""Offers a case to specialists; the first who accepts holds it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from server.access.actor import Actor
from server.audit import trail
from server.core import clock
from server.core.errors import FieldError, Invalid, NotFound
from server.core.messages import N_
from server.notifications.service import tell
from server.referrals import case_rights, offer_queries, queries
from server.referrals.audiences import tell_change
from server.referrals.models import Referral, ReferralOffer
from server.referrals.reasons import Reason
from server.referrals.states import OfferStatus, Priority, ReferralStatus

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

ANSWER_WITHIN = {
    Priority.EMERGENCY: timedelta(minutes=5),
    Priority.URGENT: timedelta(minutes=15),
    Priority.ROUTINE: timedelta(minutes=60),
}


async def make(
    db: AsyncSession,
    actor: Actor,
    referral_id: UUID,
    specialist_ids: Collection[UUID],
    *,
    within: timedelta | None = None,
) -> Referral:
    """Ask these specialists at once; who is asked already keeps the first deadline."""
    referral = await queries.get_for_change(db, actor, referral_id)
    await _refuse_unavailable(db, referral, specialist_ids)
    asked = {offer.specialist_id for offer in await open_offers(db, referral)}
    moment = clock.now()
    if referral.status is not ReferralStatus.OFFERED:
        db.add(referral.move_to(ReferralStatus.OFFERED, by=actor.id, at=moment))
    new = [person for person in dict.fromkeys(specialist_ids) if person not in asked]
    if new:
        await case_rights.give(db, referral, new, at=moment)
    due_at = moment + (within or ANSWER_WITHIN[referral.priority])
    for person in new:
        db.add(_offer(referral, actor, person, (moment, due_at)))
        trail.record(
            db,
            "offer:make",
            object_id=referral.id,
            patient_id=referral.patient_id,
            specialist=person,
        )
    tell(db, new, "offer.made", referral.id)
    await tell_change(db, referral)
    return referral


async def withdraw(
    db: AsyncSession, actor: Actor, referral_id: UUID, offer_id: UUID
) -> Referral:
    """Take one offer back; with the last one the case returns to triage."""
    referral = await queries.get_for_change(db, actor, referral_id)
    offer = await db.scalar(
        select(ReferralOffer).where(
            ReferralOffer.id == offer_id, ReferralOffer.referral_id == referral.id
        )
    )
    if offer is None:
        raise NotFound
    await close(db, referral, [offer], OfferStatus.WITHDRAWN)
    await return_when_nobody_is_asked(db, referral, by=actor.id)
    await tell_change(db, referral)
    return referral


async def withdraw_all(db: AsyncSession, referral: Referral) -> None:
    """Take every open offer of a locked request back, wherever it goes next."""
    await close(db, referral, await open_offers(db, referral), OfferStatus.WITHDRAWN)


async def close(
    db: AsyncSession,
    referral: Referral,
    ending: Sequence[ReferralOffer],
    status: OfferStatus,
) -> None:
    """End offers without an answer, with the right to read that came with them."""
    moment = clock.now()
    for offer in ending:
        offer.move_to(status, at=moment)
        trail.record(
            db,
            f"offer:{status.value}",
            object_id=referral.id,
            patient_id=referral.patient_id,
            specialist=offer.specialist_id,
        )
    people = [offer.specialist_id for offer in ending]
    if people:
        await case_rights.end(db, referral.id, people, at=moment)
        tell(db, people, "offer.closed", referral.id, status=status.value)


async def open_offers(db: AsyncSession, referral: Referral) -> Sequence[ReferralOffer]:
    """Return the offers of a locked request that still wait for an answer."""
    await db.flush()
    return (
        await db.scalars(
            select(ReferralOffer)
            .where(
                ReferralOffer.referral_id == referral.id,
                ReferralOffer.status == OfferStatus.OFFERED,
            )
            .order_by(ReferralOffer.id)
            .execution_options(populate_existing=True)
        )
    ).all()


async def return_when_nobody_is_asked(
    db: AsyncSession, referral: Referral, *, by: UUID | None
) -> None:
    """Move an offered request back to triage when its last offer has closed."""
    if referral.status is not ReferralStatus.OFFERED or await open_offers(db, referral):
        return
    db.add(
        referral.move_to(
            ReferralStatus.TRIAGED,
            by=by,
            at=clock.now(),
            reason=Reason.NOBODY_LEFT.value,
        )
    )
    await db.flush()


async def _refuse_unavailable(
    db: AsyncSession, referral: Referral, specialist_ids: Collection[UUID]
) -> None:
    on_duty = {
        one.person.id
        for one in await offer_queries.candidates(db, referral)
        if one.on_duty
    }
    if not specialist_ids or not on_duty.issuperset(specialist_ids):
        raise Invalid(
            FieldError(
                "specialist_ids",
                "specialist_unavailable",
                N_("Hãy chọn bác sĩ đang trực của chuyên khoa này trong danh sách."),
            )
        )


def _offer(
    referral: Referral,
    actor: Actor,
    specialist_id: UUID,
    period: tuple[datetime, datetime],
) -> ReferralOffer:
    offered_at, due_at = period
    return ReferralOffer(
        referral_id=referral.id,
        specialist_id=specialist_id,
        offered_by=actor.id,
        offered_at=offered_at,
        due_at=due_at,
        status=OfferStatus.OFFERED,
    )
