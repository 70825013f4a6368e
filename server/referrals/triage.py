"""What a coordinator decides about a request before anybody is asked to answer it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from server.access.actor import Actor
from server.audit import trail
from server.core import clock
from server.core.errors import FieldError, Invalid
from server.core.messages import N_
from server.facilities.models import Specialty
from server.notifications.service import tell
from server.referrals import offers, queries, reasons
from server.referrals.audiences import tell_change
from server.referrals.models import Referral, ReferralChange, ReferralMessage
from server.referrals.reasons import Reason
from server.referrals.states import Priority, ReferralStatus

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

# How soon somebody shall answer; no law sets a time, so these are ours.
DUE_WITHIN = {
    Priority.EMERGENCY: timedelta(minutes=15),
    Priority.URGENT: timedelta(hours=2),
    Priority.ROUTINE: timedelta(hours=24),
}


@dataclass(frozen=True, slots=True)
class Classification:
    """How urgent a case is and for whom; what is None stays as it is."""

    priority: Priority | None
    specialty_code: str | None
    reason: str


async def classify(
    db: AsyncSession, actor: Actor, referral_id: UUID, chosen: Classification
) -> Referral:
    """Set priority and specialty; offers that are open were made for another case and end."""
    referral = await queries.get_for_change(db, actor, referral_id)
    await _refuse_unknown_specialty(db, chosen.specialty_code)
    await offers.withdraw_all(db, referral)
    moment = clock.now()
    db.add(_triaged(referral, actor, chosen.reason))
    referral.priority = chosen.priority or referral.priority
    referral.specialty_code = chosen.specialty_code or referral.specialty_code
    if referral.submitted_at is not None:
        # Counted from the sending: a new band must not start the wait anew.
        referral.due_at = referral.submitted_at + DUE_WITHIN[referral.priority]
    referral.changed_at = moment
    trail.record(
        db,
        "referral:classify",
        object_id=referral.id,
        patient_id=referral.patient_id,
        priority=referral.priority.value,
        specialty=referral.specialty_code,
    )
    await tell_change(db, referral)
    return referral


async def ask(
    db: AsyncSession, actor: Actor, referral_id: UUID, question: str
) -> Referral:
    """Send the request back to its station to be completed."""
    referral = await queries.get_for_change(db, actor, referral_id)
    moment = clock.now()
    db.add(referral.move_to(ReferralStatus.NEEDS_INFO, by=actor.id, at=moment))
    db.add(
        ReferralMessage(
            referral_id=referral.id, author_id=actor.id, at=moment, text=question
        )
    )
    trail.record(
        db,
        "referral:ask",
        object_id=referral.id,
        patient_id=referral.patient_id,
    )
    tell(db, [referral.requested_by], "message.added", referral.id)
    await tell_change(db, referral)
    return referral


async def decline(
    db: AsyncSession,
    actor: Actor,
    referral_id: UUID,
    *,
    reason: Reason,
    details: str = "",
) -> Referral:
    """End the request without an answer; the reason goes to the station."""
    referral = await queries.get_for_change(db, actor, referral_id)
    db.add(
        referral.move_to(
            ReferralStatus.DECLINED,
            by=actor.id,
            at=clock.now(),
            reason=reasons.stored(reason, details),
        )
    )
    trail.record(
        db,
        "referral:decline",
        object_id=referral.id,
        patient_id=referral.patient_id,
        reason=reason.value,
    )
    await tell_change(db, referral)
    return referral


def _triaged(referral: Referral, actor: Actor, reason: str) -> ReferralChange:
    moment = clock.now()
    if referral.status is not ReferralStatus.TRIAGED:
        return referral.move_to(
            ReferralStatus.TRIAGED, by=actor.id, at=moment, reason=reason
        )
    # Another priority or specialty in the same state is a line of the history as well.
    return ReferralChange(
        referral_id=referral.id,
        before=referral.status.value,
        after=referral.status.value,
        by=actor.id,
        at=moment,
        reason=reason,
    )


async def _refuse_unknown_specialty(db: AsyncSession, code: str | None) -> None:
    if code is not None and await db.get(Specialty, code) is None:
        raise Invalid(
            FieldError(
                "specialty_code",
                "specialty_unknown",
                N_("Hãy chọn một chuyên khoa trong danh sách."),
            )
        )
