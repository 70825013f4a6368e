"""The ways beside a call in the browser: the telephone, and an answer in writing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from server.audit import trail
from server.consultations import calls, followup, queries
from server.consultations.models import CallAttempt, CallAttemptChange, Consultation
from server.consultations.service import called_by, refuse_outsider, tell_both
from server.consultations.states import AttemptStatus, ConsultationStatus, EndReason
from server.core import clock
from server.referrals.states import Channel

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.access.actor import Actor


async def note_phone_call(
    db: AsyncSession, actor: Actor, consultation_id: UUID, minutes: int | None
) -> CallAttempt:
    """Note that the two have telephoned, and how long if somebody says; raises CaseEnded."""
    meeting = await queries.get_for_change(db, actor, consultation_id)
    refuse_outsider(actor, meeting)
    referral = await calls.lock_meetable(db, actor, meeting)
    if meeting.status in queries.OVER:
        raise calls.CallOver
    await _end_ring(db, actor, meeting)
    talked = await _add(db, actor, meeting, Channel.PHONE)
    talked.rang_at -= timedelta(minutes=minutes or 0)
    talked.answered_at = talked.rang_at
    if talked.called == meeting.specialist_id:
        talked.answered_by = meeting.specialist_id
    await followup.settle(db, meeting.id)
    meeting.stuck_since = None
    if meeting.status not in {ConsultationStatus.WAITING, ConsultationStatus.IN_CALL}:
        moved = meeting.move_to(ConsultationStatus.WAITING, by=actor.id, at=clock.now())
        db.add(moved)
    await calls.begin_talk(db, actor, meeting, referral)
    await tell_both(db, meeting, "call.noted", attempt=str(talked.id))
    trail.record(db, "call:note", object_id=talked.id, patient_id=meeting.patient_id)
    return talked


async def ask_for_writing(
    db: AsyncSession, actor: Actor, consultation_id: UUID
) -> CallAttempt:
    """Ask the specialist to answer without a call; it waits among what they owe."""
    meeting = await queries.get_for_change(db, actor, consultation_id)
    refuse_outsider(actor, meeting)
    await calls.lock_meetable(db, actor, meeting)
    if meeting.status in queries.OVER:
        raise calls.CallOver
    await followup.settle(db, meeting.id, called=meeting.specialist_id)
    asked = await _add(db, actor, meeting, Channel.WRITTEN)
    asked.owed_since = asked.ended_at
    await tell_both(db, meeting, "consultation.writing_asked")
    trail.record(
        db, "call:ask_writing", object_id=asked.id, patient_id=meeting.patient_id
    )
    return asked


async def _end_ring(db: AsyncSession, actor: Actor, meeting: Consultation) -> None:
    live = await queries.live_attempt(db, meeting.id)
    if live is None or live.status not in queries.RINGING:
        return
    await calls.close(
        db,
        live,
        meeting,
        status=AttemptStatus.ANSWERED_ELSEWHERE,
        reason=EndReason.ANSWERED_ELSEWHERE,
        by=actor.id,
    )


_REASONS = {
    Channel.PHONE: EndReason.BY_PHONE,
    Channel.WRITTEN: EndReason.WRITING_ASKED,
}


async def _add(
    db: AsyncSession, actor: Actor, meeting: Consultation, channel: Channel
) -> CallAttempt:
    """Add a try that needed no ring: it is over when it is noted."""
    moment = clock.now()
    attempt = CallAttempt(
        consultation_id=meeting.id,
        channel=channel,
        status=AttemptStatus.ENDED,
        caller_id=actor.id,
        called=called_by(actor, meeting),
        rang_at=moment,
        ended_at=moment,
        end_reason=_REASONS[channel],
    )
    db.add(attempt)
    await db.flush()
    db.add(
        CallAttemptChange(
            attempt_id=attempt.id,
            before="",
            after=AttemptStatus.ENDED.value,
            by=actor.id,
            at=moment,
            reason=_REASONS[channel].value,
        )
    )
    return attempt
