"""What the worker does for requests: closes offers that nobody has answered in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import literal, select

from server.core import clock
from server.referrals import offers
from server.referrals.audiences import tell_change
from server.referrals.models import Referral, ReferralOffer
from server.referrals.states import OfferStatus

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

_BATCH = 50


async def expire_offers(db: AsyncSession) -> bool:
    """Close a batch of offers past their deadline; True when there may be more.

    Both rows are locked, never waited for: an acceptance that came first keeps the case,
    and a second worker finds nothing left of what this one took.
    """
    rows = (
        await db.execute(
            select(Referral, ReferralOffer)
            .join(ReferralOffer, ReferralOffer.referral_id == Referral.id)
            .where(
                ReferralOffer.status
                == literal(
                    OfferStatus.OFFERED, ReferralOffer.status.type, literal_execute=True
                ),
                ReferralOffer.due_at <= clock.now(),
            )
            .order_by(ReferralOffer.due_at)
            .limit(_BATCH)
            .with_for_update(skip_locked=True)
        )
    ).all()
    late: dict[Referral, list[ReferralOffer]] = {}
    for referral, offer in rows:
        late.setdefault(referral, []).append(offer)
    for referral, ended in late.items():
        await offers.close(db, referral, ended, OfferStatus.EXPIRED)
        await offers.return_when_nobody_is_asked(db, referral, by=None)
        await tell_change(db, referral)
    return len(rows) == _BATCH
