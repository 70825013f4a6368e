"""Ends the calls of people who may not be in them any more; keeps those who talk signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, exists, or_, select, update

from server.access.permissions import Role
from server.accounts.models import Person, SignInSession
from server.consultations import calls, queries
from server.consultations.models import CallAttempt, CallParticipant, Consultation
from server.consultations.states import AttemptStatus, EndReason
from server.core import clock
from server.patients.models import CaseAccess

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

_BATCH = 50
# Longer than the pause between two rounds, far shorter than any idle limit.
_STILL_OPEN = timedelta(minutes=4)


async def end_calls_of_excluded(db: AsyncSession) -> bool:
    """End calls of closed accounts and of specialists who lost the case; True for more.

    Every way to lose a right ends here, so that no verb has to think of calls.
    """
    rows = await db.execute(
        select(CallAttempt, Consultation)
        .join(Consultation, Consultation.id == CallAttempt.consultation_id)
        .where(CallAttempt.status.in_(queries.LIVE), _with_an_excluded_person())
        .order_by(CallAttempt.rang_at)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
    found = rows.all()
    for attempt, meeting in found:
        ringing = attempt.status in queries.RINGING
        await calls.close(
            db,
            attempt,
            meeting,
            status=AttemptStatus.FAILED if ringing else AttemptStatus.ENDED,
            reason=EndReason.EXCLUDED,
            by=None,
        )
        inside = await queries.participants_of(db, attempt.id)
        db.info.setdefault("revoked", set()).update(one.participant for one in inside)
    return len(found) == _BATCH


def _with_an_excluded_person() -> ColumnElement[bool]:
    involved = Person.id.in_(
        [CallAttempt.caller_id, CallAttempt.answered_by, Consultation.specialist_id]
    )
    reads_case = (
        exists()
        .where(
            CaseAccess.referral_id == Consultation.referral_id,
            CaseAccess.person_id == Person.id,
            CaseAccess.ended_at.is_(None),
        )
        .correlate(Consultation, Person)
    )
    lost_the_case = and_(Person.role == Role.SPECIALIST, ~reads_case)
    return exists().where(involved, or_(Person.disabled_at.is_not(None), lost_the_case))


async def keep_talkers_signed_in(db: AsyncSession) -> bool:
    """Count being in a call as use of the session, for nobody touches a key meanwhile."""
    moment = clock.now()
    talking = (
        select(CallParticipant.person_id)
        .join(CallAttempt, CallAttempt.id == CallParticipant.attempt_id)
        .where(
            CallAttempt.status == AttemptStatus.ACCEPTED,
            CallParticipant.joined_at.is_not(None),
            CallParticipant.left_at.is_(None),
        )
    )
    await db.execute(
        update(SignInSession)
        .where(
            SignInSession.person_id.in_(talking),
            SignInSession.ended_at.is_(None),
            SignInSession.last_seen_at > moment - _STILL_OPEN,
        )
        .values(last_seen_at=moment)
    )
    return False
