"""Ends invitations with all that came with them: the ring, the case, the place in the call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, case, exists, or_, select, update
from sqlalchemy.orm import aliased

from server.access.permissions import Role
from server.accounts.models import Person
from server.audit import trail
from server.consultations import calls, queries
from server.consultations.guest_models import ConsultationGuest
from server.consultations.models import CallAttempt, CallParticipant, Consultation
from server.consultations.service import MEETABLE, people_of
from server.consultations.states import AttemptStatus, GuestEnd
from server.core import clock
from server.notifications.service import tell
from server.patients.models import CaseAccess
from server.referrals import case_rights
from server.referrals.models import Referral, ReferralOffer
from server.referrals.states import OfferStatus

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

_BATCH = 50


async def end(
    db: AsyncSession, guest: ConsultationGuest, meeting: Consultation, reason: GuestEnd
) -> None:
    """Close an invitation and the case that it opened; the platform acts, all are told."""
    moment = clock.now()
    guest.end(reason, at=moment)
    people = {*await people_of(db, meeting), guest.person_id}
    data = {"guest": str(guest.person_id), "reason": reason.value}
    tell(db, people, "call.withdrawn", meeting.id, **data)
    trail.record(
        db,
        "guest:end",
        object_id=guest.id,
        patient_id=meeting.patient_id,
        guest=guest.person_id,
        reason=reason.value,
    )
    if guest.opened_case and not await _may_read_anyway(db, guest, meeting):
        await case_rights.end(db, meeting.referral_id, [guest.person_id], at=moment)


async def end_over(db: AsyncSession) -> bool:
    """End invitations that nobody answers or that have lost their ground; True for more."""
    await _stop_ringing_again(db)
    no_answer = ConsultationGuest.ringing_since < clock.now() - calls.RING_FOR
    rows = await db.execute(
        select(
            ConsultationGuest,
            Consultation,
            case(
                (_is_excluded(), GuestEnd.EXCLUDED.value),
                (_is_over(), GuestEnd.OVER.value),
                else_=GuestEnd.NO_ANSWER.value,
            ),
        )
        .join(Consultation, Consultation.id == ConsultationGuest.consultation_id)
        .join(Referral, Referral.id == Consultation.referral_id)
        .where(
            ConsultationGuest.ended_at.is_(None),
            or_(_is_excluded(), _is_over(), no_answer),
        )
        .order_by(ConsultationGuest.invited_at)
        .limit(_BATCH)
        .with_for_update(of=[Consultation, ConsultationGuest], skip_locked=True)
    )
    ended = rows.all()
    for guest, meeting, reason in ended:
        await end(db, guest, meeting, GuestEnd(reason))
    await _put_out(db)
    return len(ended) == _BATCH


async def _stop_ringing_again(db: AsyncSession) -> None:
    """Whoever was in the call before keeps the invitation when they do not come back."""
    await db.execute(
        update(ConsultationGuest)
        .where(
            ConsultationGuest.joined_at.is_not(None),
            ConsultationGuest.ringing_since < clock.now() - calls.RING_FOR,
        )
        .values(ringing_since=None)
    )


def _is_over() -> ColumnElement[bool]:
    """Tell that the meeting has ended, or the call into which somebody was asked."""
    running = exists().where(
        CallAttempt.consultation_id == Consultation.id,
        CallAttempt.status == AttemptStatus.ACCEPTED,
    )
    return or_(
        Consultation.status.in_(queries.OVER),
        Referral.status.not_in(MEETABLE),
        Referral.specialist_id.is_distinct_from(Consultation.specialist_id),
        and_(ConsultationGuest.joined_at.is_(None), ~running),
    )


def _is_excluded() -> ColumnElement[bool]:
    """Tell that the account is closed, or the case was closed to them otherwise."""
    reads = (
        exists()
        .where(
            CaseAccess.referral_id == Referral.id,
            CaseAccess.person_id == ConsultationGuest.person_id,
            CaseAccess.ended_at.is_(None),
        )
        .correlate(Referral, ConsultationGuest)
    )
    return exists().where(
        Person.id == ConsultationGuest.person_id,
        or_(
            Person.disabled_at.is_not(None),
            and_(Person.role == Role.SPECIALIST, ~reads),
        ),
    )


async def _put_out(db: AsyncSession) -> None:
    """Have signaling shut out whoever is in a call without the invitation they came with."""
    later = aliased(ConsultationGuest)
    inside = await db.scalars(
        select(CallParticipant.participant)
        .join(CallAttempt, CallAttempt.id == CallParticipant.attempt_id)
        .join(
            ConsultationGuest,
            and_(
                ConsultationGuest.consultation_id == CallAttempt.consultation_id,
                ConsultationGuest.person_id == CallParticipant.person_id,
                ConsultationGuest.ended_at >= CallParticipant.entered_at,
            ),
        )
        .where(
            CallAttempt.status == AttemptStatus.ACCEPTED,
            CallParticipant.left_at.is_(None),
            ~exists().where(
                later.consultation_id == CallAttempt.consultation_id,
                later.person_id == CallParticipant.person_id,
                later.ended_at.is_(None),
            ),
        )
    )
    db.info.setdefault("revoked", set()).update(inside)


async def _may_read_anyway(
    db: AsyncSession, guest: ConsultationGuest, meeting: Consultation
) -> bool:
    """Tell whether the case has meanwhile been offered to the guest, or is theirs."""
    offered = exists().where(
        ReferralOffer.referral_id == meeting.referral_id,
        ReferralOffer.specialist_id == guest.person_id,
        ReferralOffer.status == OfferStatus.OFFERED,
    )
    holds = exists().where(
        Referral.id == meeting.referral_id, Referral.specialist_id == guest.person_id
    )
    return bool(await db.scalar(select(or_(offered, holds))))
