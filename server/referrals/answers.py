"""What a specialist says to an offer, and how a held case is handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from server.access.actor import Actor
from server.audit import trail
from server.core import clock
from server.core.errors import Conflict, NotFound
from server.core.messages import N_
from server.referrals import case_rights, offers, queries, reasons
from server.referrals.audiences import tell_change
from server.referrals.models import Referral, ReferralOffer
from server.referrals.reasons import Reason
from server.referrals.states import OfferStatus, ReferralStatus

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


class OfferClosed(Conflict):
    """Somebody else was first, the deadline has passed, or the offer was taken back."""

    code = "offer_closed"
    message = N_(
        "Lời mời này đã kết thúc: đồng nghiệp đã nhận ca, đã quá hạn, hoặc điều phối đã"
        " thu hồi. Bạn không cần làm gì thêm."
    )


async def accept(db: AsyncSession, actor: Actor, offer_id: UUID) -> Referral:
    """Take the case; everybody else who was asked is released in the same moment.

    A deadline that has passed counts only once the platform has closed the offer: until
    then a late yes is better for the patient than none.
    """
    referral, offer = await _lock_own(db, actor, offer_id)
    moment = clock.now()
    offer.move_to(OfferStatus.ACCEPTED, at=moment)
    referral.specialist_id = actor.id
    referral.accepted_at = moment
    db.add(referral.move_to(ReferralStatus.ACCEPTED, by=actor.id, at=moment))
    async with case_rights.as_platform(db, actor):
        await offers.withdraw_all(db, referral)
    trail.record(
        db, "offer:accept", object_id=referral.id, patient_id=referral.patient_id
    )
    await tell_change(db, referral, actor.id)
    return referral


async def decline(
    db: AsyncSession,
    actor: Actor,
    offer_id: UUID,
    *,
    reason: Reason,
    details: str = "",
) -> None:
    """Say no; with the last no the case returns to the coordinator."""
    referral, offer = await _lock_own(db, actor, offer_id)
    moment = clock.now()
    offer.move_to(
        OfferStatus.DECLINED, at=moment, reason=reasons.stored(reason, details)
    )
    await offers.return_when_nobody_is_asked(db, referral, by=actor.id)
    trail.record(
        db,
        "offer:decline",
        object_id=referral.id,
        patient_id=referral.patient_id,
        reason=reason.value,
    )
    await tell_change(db, referral, actor.id)
    await case_rights.end(db, referral.id, [actor.id], at=moment)


async def hand_over(
    db: AsyncSession, actor: Actor, referral_id: UUID, reason: str
) -> None:
    """Give a case that one has accepted back to the coordinator, before it is discussed."""
    referral = await queries.get_for_change(db, actor, referral_id)
    if referral.specialist_id != actor.id:
        raise NotFound
    moment = clock.now()
    db.add(
        referral.move_to(ReferralStatus.TRIAGED, by=actor.id, at=moment, reason=reason)
    )
    referral.specialist_id = None
    referral.accepted_at = None
    accepted = await db.scalars(
        select(ReferralOffer).where(
            ReferralOffer.referral_id == referral.id,
            ReferralOffer.status == OfferStatus.ACCEPTED,
        )
    )
    for offer in accepted:
        offer.move_to(OfferStatus.WITHDRAWN, at=moment, reason=reason)
    trail.record(
        db, "referral:hand_over", object_id=referral.id, patient_id=referral.patient_id
    )
    await tell_change(db, referral, actor.id)
    await case_rights.end(db, referral.id, [actor.id], at=moment)


async def _lock_own(
    db: AsyncSession, actor: Actor, offer_id: UUID
) -> tuple[Referral, ReferralOffer]:
    """Return the request, locked, and the open offer; raises OfferClosed or NotFound.

    Who was asked once is told how it ended; whoever was not learns nothing.
    """
    mine = ReferralOffer.id == offer_id, ReferralOffer.specialist_id == actor.id
    async with case_rights.as_platform(db, actor):
        referral_id = await db.scalar(select(ReferralOffer.referral_id).where(*mine))
    if referral_id is None:
        raise NotFound
    try:
        referral = await queries.get_for_change(db, actor, referral_id)
    except NotFound as error:
        raise OfferClosed from error
    # Read after the lock: what another did while this waited for it counts.
    offer = await db.scalar(select(ReferralOffer).where(*mine))
    if offer is None or offer.status is not OfferStatus.OFFERED:
        raise OfferClosed
    if referral.status is not ReferralStatus.OFFERED:
        raise OfferClosed
    return referral, offer
