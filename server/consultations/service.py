"""Opening a meeting, ringing, accepting, declining, hanging up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING

from server.access.actor import Actor
from server.access.permissions import Role
from server.accounts.queries import colleagues
from server.appointments import queries as appointment_queries
from server.appointments.states import AppointmentStatus
from server.audit import trail
from server.consultations import queries
from server.consultations.models import CallAttempt, Consultation
from server.consultations.states import AttemptStatus, ConsultationStatus, EndReason
from server.core import clock
from server.core.errors import Conflict, Forbidden
from server.core.ids import new_token
from server.core.messages import N_
from server.notifications.service import tell
from server.referrals import queries as referral_queries
from server.referrals.states import Channel, ReferralStatus

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

RING_FOR = timedelta(seconds=60)
_MEETABLE = frozenset(
    {
        ReferralStatus.ACCEPTED,
        ReferralStatus.IN_CONSULTATION,
        ReferralStatus.ANSWERED,
    }
)


class NotAccepted(Conflict):
    """No specialist has taken the request, so there is nobody to meet."""

    code = "referral_not_accepted"
    message = N_("Chưa có bác sĩ nhận ca này nên chưa mở được phòng hội chẩn.")


class CallLive(Conflict):
    """The two are ringing or talking already."""

    code = "call_live"
    message = N_("Cuộc gọi đang diễn ra. Hãy nghe máy hoặc vào lại phòng.")


class CallOver(Conflict):
    """The call rang out or was ended meanwhile."""

    code = "call_over"
    message = N_("Cuộc gọi này đã kết thúc. Hãy gọi lại nếu cần.")


async def open_meeting(
    db: AsyncSession, actor: Actor, referral_id: UUID
) -> Consultation:
    """Return the open meeting of a request, made now if there is none; raises NotAccepted."""
    referral = await referral_queries.get_for_change(db, actor, referral_id)
    found = await queries.open_of_referral(db, referral_id)
    if found is not None:
        return found
    if referral.status not in _MEETABLE or referral.specialist_id is None:
        raise NotAccepted
    if referral.hospital_id is None:
        raise NotAccepted
    meeting = Consultation(
        referral_id=referral.id,
        patient_id=referral.patient_id,
        station_id=referral.station_id,
        hospital_id=referral.hospital_id,
        specialist_id=referral.specialist_id,
        room=new_token(),
        created_at=clock.now(),
    )
    db.add(meeting)
    await db.flush()
    trail.record(
        db,
        "consultation:open",
        object_id=meeting.id,
        patient_id=meeting.patient_id,
    )
    return meeting


async def enter_waiting_room(
    db: AsyncSession, actor: Actor, consultation_id: UUID
) -> Consultation:
    """Say that this side is there; the other side is told."""
    meeting = await queries.get_for_change(db, actor, consultation_id)
    if meeting.status is ConsultationStatus.SCHEDULED:
        db.add(meeting.move_to(ConsultationStatus.WAITING, by=actor.id, at=clock.now()))
        await _tell_other_side(db, actor, meeting, "consultation.waiting")
    return meeting


async def ring(
    db: AsyncSession, actor: Actor, consultation_id: UUID, channel: Channel
) -> CallAttempt:
    """Call the other side; raises CallLive when a call rings or runs already."""
    meeting = await queries.get_for_change(db, actor, consultation_id)
    _refuse_outsider(actor, meeting)
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
    await _tell_other_side(
        db, actor, meeting, "call.ringing", attempt=str(attempt.id), **_caller(actor)
    )
    trail.record(db, "call:ring", object_id=attempt.id, patient_id=meeting.patient_id)
    return attempt


async def accept(db: AsyncSession, actor: Actor, attempt_id: UUID) -> CallAttempt:
    """Answer a call; of several colleagues the first one has it. Raises CallOver."""
    attempt, meeting = await queries.attempt_for_change(db, actor, attempt_id)
    _refuse_outsider(actor, meeting)
    if attempt.status is AttemptStatus.ACCEPTED and attempt.answered_by == actor.id:
        return attempt  # a reload, or the answer to the first click was lost
    if attempt.status is not AttemptStatus.RINGING or attempt.caller_id == actor.id:
        raise CallOver
    moment = clock.now()
    attempt.move_to(AttemptStatus.ACCEPTED, at=moment)
    attempt.answered_by = actor.id
    if meeting.status is not ConsultationStatus.IN_CALL:
        db.add(meeting.move_to(ConsultationStatus.IN_CALL, by=actor.id, at=moment))
    meeting.started_at = meeting.started_at or moment
    referral = await referral_queries.get_for_change(db, actor, meeting.referral_id)
    if referral.status is ReferralStatus.ACCEPTED:
        db.add(referral.move_to(ReferralStatus.IN_CONSULTATION, by=actor.id, at=moment))
    await _begin_appointment(db, actor, meeting)
    await _tell_both(db, meeting, "call.accepted", attempt=str(attempt.id))
    trail.record(db, "call:accept", object_id=attempt.id, patient_id=meeting.patient_id)
    return attempt


async def decline(
    db: AsyncSession, actor: Actor, attempt_id: UUID, *, busy: bool = False
) -> None:
    """Refuse a call that rings; the case goes on by another try or another channel."""
    attempt, meeting = await queries.attempt_for_change(db, actor, attempt_id)
    _refuse_outsider(actor, meeting)
    if attempt.status is not AttemptStatus.RINGING or attempt.caller_id == actor.id:
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
    await _tell_both(
        db, meeting, "call.ended", attempt=str(attempt.id), reason=reason.value
    )
    trail.record(
        db,
        "call:end",
        object_id=attempt.id,
        patient_id=meeting.patient_id,
        reason=reason.value,
    )


async def people_of(db: AsyncSession, meeting: Consultation) -> Collection[UUID]:
    """Return everybody on both sides of a meeting."""
    doctors = await colleagues(db, meeting.station_id, Role.STATION_DOCTOR)
    return {meeting.specialist_id, *doctors}


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


async def _tell_other_side(
    db: AsyncSession, actor: Actor, meeting: Consultation, kind: str, **data: str
) -> None:
    if actor.id == meeting.specialist_id:
        people = await colleagues(db, meeting.station_id, Role.STATION_DOCTOR)
    else:
        people = [meeting.specialist_id]
    tell(db, people, kind, meeting.id, **data)


async def _tell_both(
    db: AsyncSession, meeting: Consultation, kind: str, **data: str
) -> None:
    tell(db, await people_of(db, meeting), kind, meeting.id, **data)
