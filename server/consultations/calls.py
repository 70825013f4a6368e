"""Ringing, accepting, declining, hanging up: each try is a row that says how it went."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from server.access.actor import Actor
from server.appointments import queries as appointment_queries
from server.appointments.states import AppointmentStatus
from server.audit import trail
from server.consultations import followup, queries
from server.consultations.models import CallAttempt, Consultation
from server.consultations.service import (
    MEETABLE,
    called_by,
    people_called,
    refuse_outsider,
    side_of,
    tell_both,
    tell_other_side,
)
from server.consultations.states import AttemptStatus, ConsultationStatus, EndReason
from server.core import clock
from server.core.errors import Conflict
from server.core.messages import N_
from server.notifications.service import tell
from server.referrals import queries as referral_queries
from server.referrals.case_rights import as_platform
from server.referrals.models import Referral
from server.referrals.states import Channel, ReferralStatus

if TYPE_CHECKING:
    from collections.abc import Collection
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
    refuse_outsider(actor, meeting)
    await lock_meetable(db, actor, meeting)
    if meeting.status in queries.OVER:
        raise CallOver
    if await queries.live_attempt(db, meeting.id) is not None:
        raise CallLive
    called = called_by(actor, meeting)
    attempt = CallAttempt(
        consultation_id=meeting.id,
        channel=channel,
        caller_id=actor.id,
        called=called,
        rang_at=clock.now(),
    )
    db.add(attempt)
    await db.flush()
    await followup.settle(db, meeting.id, called=side_of(actor, meeting))
    trail.record(db, "call:ring", object_id=attempt.id, patient_id=meeting.patient_id)
    people = await people_called(db, meeting, called)
    if await _are_all_talking(db, actor, people):
        busy = AttemptStatus.BUSY, EndReason.BUSY
        await close(db, attempt, meeting, status=busy[0], reason=busy[1], by=actor.id)
        return attempt
    data = {"attempt": str(attempt.id), "from": name_of(actor)}
    tell(db, people, "call.ringing", meeting.id, **data)
    return attempt


async def acknowledge(db: AsyncSession, actor: Actor, attempt_id: UUID) -> None:
    """Say that a device of the called side rings; the caller is told the first time."""
    attempt, meeting = await queries.attempt_for_change(db, actor, attempt_id)
    if attempt.status is not AttemptStatus.INVITED or not rings_for(actor, attempt):
        return  # a second device, a guest, or whatever came of it was faster
    moment = clock.now()
    db.add(attempt.move_to(AttemptStatus.RINGING, by=actor.id, at=moment))
    await tell_other_side(db, actor, meeting, "call.reached", attempt=str(attempt.id))


async def call_back(db: AsyncSession, actor: Actor, attempt_id: UUID) -> CallAttempt:
    """Ring whoever rang in vain, the way they did; raises CallLive or CaseEnded."""
    attempt, meeting = await queries.attempt_for_change(db, actor, attempt_id)
    channel = Channel.VIDEO if attempt.channel is Channel.VIDEO else Channel.AUDIO
    return await ring(db, actor, meeting.id, channel)


async def accept(db: AsyncSession, actor: Actor, attempt_id: UUID) -> CallAttempt:
    """Answer a call; of several colleagues the first has it. Raises CallOver or CaseEnded."""
    attempt, meeting = await queries.attempt_for_change(db, actor, attempt_id)
    refuse_outsider(actor, meeting)
    if attempt.status is AttemptStatus.ACCEPTED and attempt.answered_by == actor.id:
        return attempt  # a reload, or the answer to the first click was lost
    if not rings_for(actor, attempt):
        raise CallOver
    referral = await lock_meetable(db, actor, meeting)
    moment = clock.now()
    db.add(attempt.move_to(AttemptStatus.ACCEPTED, by=actor.id, at=moment))
    attempt.answered_by = actor.id
    await followup.settle(db, meeting.id)
    meeting.stuck_since = None
    if meeting.status is not ConsultationStatus.IN_CALL:
        db.add(meeting.move_to(ConsultationStatus.IN_CALL, by=actor.id, at=moment))
    await begin_talk(db, actor, meeting, referral)
    if await queries.both_inside(db, attempt):
        attempt.connected_at = moment  # they came in while it rang
    await tell_both(db, meeting, "call.accepted", attempt=str(attempt.id))
    trail.record(db, "call:accept", object_id=attempt.id, patient_id=meeting.patient_id)
    return attempt


async def decline(
    db: AsyncSession,
    actor: Actor,
    attempt_id: UUID,
    reason: EndReason = EndReason.DECLINED,
) -> None:
    """Refuse a call that rings, perhaps with a word for the caller; raises CallOver."""
    attempt, meeting = await queries.attempt_for_change(db, actor, attempt_id)
    refuse_outsider(actor, meeting)
    if not rings_for(actor, attempt):
        raise CallOver
    status = AttemptStatus.DECLINED
    await close(db, attempt, meeting, status=status, reason=reason, by=actor.id)


async def hang_up(
    db: AsyncSession, actor: Actor, attempt_id: UUID, reason: EndReason
) -> None:
    """End a call from either side, or stop ringing; a call that is over stays as it is."""
    attempt, meeting = await queries.attempt_for_change(db, actor, attempt_id)
    refuse_outsider(actor, meeting)
    if attempt.status not in queries.LIVE:
        return
    if reason is not EndReason.HUNG_UP:
        status = AttemptStatus.FAILED
    elif attempt.status is AttemptStatus.ACCEPTED:
        status = AttemptStatus.ENDED
    elif rings_for(actor, attempt):
        status, reason = AttemptStatus.DECLINED, EndReason.DECLINED
    else:
        status, reason = AttemptStatus.CANCELLED, EndReason.CANCELLED
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
    db.add(attempt.move_to(status, by=by, at=moment, reason=reason))
    talked = status in {AttemptStatus.ENDED, AttemptStatus.ANSWERED_ELSEWHERE}
    after = ConsultationStatus.WAITING if talked else ConsultationStatus.CALL_FAILED
    if meeting.status not in {after, *queries.OVER}:
        db.add(meeting.move_to(after, by=by, at=moment, reason=reason.value))
    await followup.after(db, attempt, meeting)
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


async def lock_meetable(
    db: AsyncSession, actor: Actor, meeting: Consultation
) -> Referral:
    """Return the request, locked; raises CaseEnded when nobody may talk about it now."""
    referral = await referral_queries.get_for_change(db, actor, meeting.referral_id)
    if referral.status not in MEETABLE:
        raise CaseEnded
    return referral


async def begin_talk(
    db: AsyncSession, actor: Actor, meeting: Consultation, referral: Referral
) -> None:
    """Note that the two talk, and bind the meeting to the booking that it fulfils."""
    moment = clock.now()
    meeting.started_at = meeting.started_at or moment
    if referral.status is ReferralStatus.ACCEPTED:
        db.add(referral.move_to(ReferralStatus.IN_CONSULTATION, by=actor.id, at=moment))
    booked = await appointment_queries.active_of(db, meeting.referral_id)
    if booked is None or booked.status is AppointmentStatus.IN_CONSULTATION:
        return
    db.add(booked.move_to(AppointmentStatus.IN_CONSULTATION, by=actor.id, at=moment))
    meeting.appointment_id = booked.id


async def _are_all_talking(
    db: AsyncSession, actor: Actor, people: Collection[UUID]
) -> bool:
    """Tell whether all who could answer are in other calls, of cases not to be seen here."""
    async with as_platform(db, actor):
        return bool(people) and set(people) <= await queries.talking(db, people)


def name_of(actor: Actor) -> str:
    """Return who calls, as the other side reads it."""
    return f"{actor.full_name} – {actor.facility_name}"


def rings_for(actor: Actor, attempt: CallAttempt) -> bool:
    """Tell whether it rings on this person's side: colleagues of the caller do not answer."""
    return attempt.status in queries.RINGING and attempt.called in {
        actor.id,
        actor.facility_id,
    }
