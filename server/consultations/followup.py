"""What a call that came to nothing leaves to do: for the called side, for the coordinator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, or_, update

from server.accounts.queries import coordinators_of
from server.audit import trail
from server.consultations import queries
from server.consultations.models import CallAttempt, Consultation
from server.consultations.service import MEETABLE, side_of
from server.consultations.states import AttemptStatus, EndReason
from server.facilities.models import Facility
from server.notifications.service import tell
from server.referrals.models import Referral

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.access.actor import Actor

# After as many tries in vain the other ways are offered, and the coordinator looks.
ENOUGH_TRIES = 2
_OWED = frozenset({AttemptStatus.BUSY, AttemptStatus.CANCELLED, AttemptStatus.MISSED})


async def after(db: AsyncSession, attempt: CallAttempt, meeting: Consultation) -> None:
    """Note who owes a call back, and that two tries in a row came to nothing."""
    promised = attempt.end_reason is EndReason.IN_FIVE_MINUTES
    if attempt.status in _OWED or promised:
        await settle(db, meeting.id, called=attempt.called)
        attempt.owed_since = attempt.ended_at
    if meeting.stuck_since is not None or attempt.status not in queries.FAILED:
        return
    if await queries.failures_in_a_row(db, meeting.id) < ENOUGH_TRIES:
        return
    meeting.stuck_since = attempt.ended_at
    station = await db.get_one(Facility, meeting.station_id)
    coordinators = await coordinators_of(db, meeting.hospital_id, station.province_code)
    tell(db, coordinators, "call.stuck", meeting.id)


async def settle(
    db: AsyncSession, consultation_id: UUID, *, called: UUID | None = None
) -> None:
    """Count a side as having called back; without one, both have talked."""
    statement = update(CallAttempt).where(
        CallAttempt.consultation_id == consultation_id,
        CallAttempt.owed_since.is_not(None),
    )
    if called is not None:
        statement = statement.where(CallAttempt.called == called)
    await db.execute(statement.values(owed_since=None))


async def dismiss(db: AsyncSession, actor: Actor, attempt_id: UUID) -> None:
    """Take a missed call off the own side's list."""
    attempt, meeting = await queries.attempt_for_change(db, actor, attempt_id)
    if attempt.called != side_of(actor, meeting) or attempt.owed_since is None:
        return
    attempt.owed_since = None
    trail.record(
        db, "call:dismiss", object_id=attempt.id, patient_id=meeting.patient_id
    )


async def dismiss_stuck(db: AsyncSession, actor: Actor, consultation_id: UUID) -> None:
    """Take a meeting off the coordinator's list: the two have been brought together."""
    meeting = await queries.get_for_change(db, actor, consultation_id)
    if meeting.stuck_since is None:
        return
    meeting.stuck_since = None
    trail.record(
        db,
        "consultation:dismiss",
        object_id=meeting.id,
        patient_id=meeting.patient_id,
    )


async def settle_over(db: AsyncSession) -> bool:
    """Take off all lists what concerns cases that have ended or were handed back."""
    over = exists().where(
        Referral.id == Consultation.referral_id,
        or_(
            Consultation.status.in_(queries.OVER),
            Referral.status.not_in(MEETABLE),
            Referral.specialist_id != Consultation.specialist_id,
        ),
    )
    await db.execute(
        update(CallAttempt)
        .where(
            CallAttempt.owed_since.is_not(None),
            exists().where(and_(Consultation.id == CallAttempt.consultation_id, over)),
        )
        .values(owed_since=None)
    )
    await db.execute(
        update(Consultation)
        .where(Consultation.stuck_since.is_not(None), over)
        .values(stuck_since=None)
    )
    return False
