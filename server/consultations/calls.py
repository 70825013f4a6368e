"""Ringing, accepting, declining, hanging up: each try is a row that says how it went."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from server.access.actor import Actor
from server.access.permissions import Role
from server.appointments import queries as appointment_queries
from server.appointments.states import AppointmentStatus
from server.audit import trail
from server.consultations import queries
from server.consultations.models import CallAttempt, Consultation
from server.consultations.service import MEETABLE, tell_both, tell_other_side
from server.consultations.states import AttemptStatus, ConsultationStatus, EndReason
from server.core import clock
from server.core.errors import Conflict, Forbidden
from server.core.messages import N_
from server.referrals import queries as referral_queries
from server.referrals.models import Referral
from server.referrals.states import Channel, ReferralStatus

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

RING_FOR = timedelta(seconds=60)


class CallLive(Conflict):
    """The two are ringing or talking already."""

    code = "call_live"
    message = N_("Cuộc gọi đang diễn ra. Hãy nghe máy hoặc vào lại phòng.")


class CallOver(Conflict):
    """The call rang out or was ended meanwhile."""

    code = "call_over"
    message = N_("Cuộc gọi này đã kết thúc. Hãy gọi lại nếu cần.")


class CaseEnded(Conflict):
    """The request has ended, was handed back, or rests on no agreement any more."""

    code = "case_ended"
    message = N_("Ca này đã kết thúc hoặc chưa có bác sĩ giữ nên không gọi được nữa.")


async def ring(
    db: AsyncSession, actor: Actor, consultation_id: UUID, channel: Channel
) -> CallAttempt:
    """Call the other side; raises CallLive or CaseEnded."""
    meeting = await queries.get_for_change(db, actor, consultation_id)
    _refuse_outsider(actor, meeting)
    await _lock_meetable(db, actor, meeting)
    if meeting.status in queries.OVER:
        raise CallOver
    if await queries.live_attempt(db, meeting.id) is not None:
        raise CallLive
    moment = clock.now()
    attempt = CallAttempt(
        consultation_id=meeting.id, channel=channel, caller_id=actor.id, rang_at=moment
    )
    db.add(attempt)
    await db.flush()
    await tell_other_side(
        db, actor, meeting, "call.ringing", attempt=str(attempt.id), **_caller(actor)
    )
    trail.record(db, "call:ring", object_id=attempt.id, patient_id=meeting.patient_id)
    return attempt


async def accept(db: AsyncSession, actor: Actor, attempt_id: UUID) -> CallAttempt:
    """Answer a call; of several colleagues the first has it. Raises CallOver or CaseEnded."""
    attempt, meeting = await queries.attempt_for_change(db, actor, attempt_id)
    _refuse_outsider(actor, meeting)
    if attempt.status is AttemptStatus.ACCEPTED and attempt.answered_by == actor.id:
        return attempt  # a reload, or the answer to the first click was lost
    if not rings_for(actor, attempt, meeting):
        raise CallOver
    referral = await _lock_meetable(db, actor, meeting)
    moment = clock.now()
    attempt.move_to(AttemptStatus.ACCEPTED, at=moment)
    attempt.answered_by = actor.id
    if meeting.status is not ConsultationStatus.IN_CALL:
        db.add(meeting.move_to(ConsultationStatus.IN_CALL, by=actor.id, at=moment))
    meeting.started_at = meeting.started_at or moment
    if referral.status is ReferralStatus.ACCEPTED:
        db.add(referral.move_to(ReferralStatus.IN_CONSULTATION, by=actor.id, at=moment))
    await _begin_appointment(db, actor, meeting)
    if await queries.both_inside(db, attempt):
        attempt.connected_at = moment  # they came in while it rang
    await tell_both(db, meeting, "call.accepted", attempt=str(attempt.id))
    trail.record(db, "call:accept", object_id=attempt.id, patient_id=meeting.patient_id)
    return attempt


async def decline(
    db: AsyncSession, actor: Actor, attempt_id: UUID, *, busy: bool = False
) -> None:
    """Refuse a call that rings; the case goes on by another try or another channel."""
    attempt, meeting = await queries.attempt_for_change(db, actor, attempt_id)
    _refuse_outsider(actor, meeting)
    if not rings_for(actor, attempt, meeting):
        raise CallOver
    status = AttemptStatus.BUSY if busy else AttemptStatus.DECLINED
    reason = EndReason.BUSY if busy else EndReason.DECLINED
    await close(db, attempt, meeting, status=status, reason=reason, by=actor.id)


async def hang_up(
    db: AsyncSession, actor: Actor, attempt_id: UUID, reason: EndReason
) -> None:
    """End a call from either side, or stop ringing; a call that is over stays as it is."""
    attempt, meeting = await queries.attempt_for_change(db, actor, attempt_id)
    _refuse_outsider(actor, meeting)
    if attempt.status is AttemptStatus.RINGING:
        await close(
            db,
            attempt,
            meeting,
            status=AttemptStatus.CANCELLED,
            reason=EndReason.CANCELLED,
            by=actor.id,
        )
    elif attempt.status is AttemptStatus.ACCEPTED:
        failed = reason is not EndReason.HUNG_UP
        status = AttemptStatus.FAILED if failed else AttemptStatus.ENDED
        await close(db, attempt, meeting, status=status, reason=reason, by=actor.id)


async def close(
    db: AsyncSession,
    attempt: CallAttempt,
    meeting: Consultation,
    *,
    status: AttemptStatus,
    reason: EndReason,
    by: UUID | None,
) -> None:
    """End one try and say where the meeting stands now; both sides are told."""
    moment = clock.now()
    attempt.move_to(status, at=moment, reason=reason)
    after = (
        ConsultationStatus.WAITING
        if status is AttemptStatus.ENDED
        else ConsultationStatus.CALL_FAILED
    )
    if meeting.status not in {after, *queries.OVER}:
        db.add(meeting.move_to(after, by=by, at=moment, reason=reason.value))
    await tell_both(
        db, meeting, "call.ended", attempt=str(attempt.id), reason=reason.value
    )
    trail.record(
        db,
        "call:end",
        object_id=attempt.id,
        patient_id=meeting.patient_id,
        reason=reason.value,
    )


async def _lock_meetable(
    db: AsyncSession, actor: Actor, meeting: Consultation
) -> Referral:
    referral = await referral_queries.get_for_change(db, actor, meeting.referral_id)
    if referral.status not in MEETABLE:
        raise CaseEnded
    return referral


async def _begin_appointment(
    db: AsyncSession, actor: Actor, meeting: Consultation
) -> None:
    """Bind the meeting to the booking that it fulfils, if there is one."""
    booked = await appointment_queries.active_of(db, meeting.referral_id)
    if booked is None or booked.status is AppointmentStatus.IN_CONSULTATION:
        return
    db.add(
        booked.move_to(AppointmentStatus.IN_CONSULTATION, by=actor.id, at=clock.now())
    )
    meeting.appointment_id = booked.id


def _refuse_outsider(actor: Actor, meeting: Consultation) -> None:
    at_station = (
        actor.role is Role.STATION_DOCTOR and actor.facility_id == meeting.station_id
    )
    if not at_station and actor.id != meeting.specialist_id:
        raise Forbidden


def _caller(actor: Actor) -> dict[str, str]:
    return {"from": f"{actor.full_name} – {actor.facility_name}"}


def rings_for(actor: Actor, attempt: CallAttempt, meeting: Consultation) -> bool:
    """Tell whether it rings on this person's side: colleagues of the caller do not answer."""
    from_specialist = attempt.caller_id == meeting.specialist_id
    is_specialist = actor.id == meeting.specialist_id
    return (
        attempt.status is AttemptStatus.RINGING and from_specialist is not is_specialist
    )
