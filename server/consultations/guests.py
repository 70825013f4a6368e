"""Asks a further person into a running call, and lets them come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from server.access.actor import Actor
from server.access.permissions import Role
from server.accounts.models import Person
from server.audit import trail
from server.consultations import calls, guest_ends, guest_queries, queries
from server.consultations.guest_models import ConsultationGuest
from server.consultations.models import CallAttempt, Consultation
from server.consultations.service import (
    refuse_outsider,
    sides_of,
    tell_both,
)
from server.consultations.states import AttemptStatus, EndReason, GuestEnd, GuestRole
from server.core import clock
from server.core.errors import Conflict, FieldError, Invalid
from server.core.messages import N_
from server.notifications.service import tell
from server.patients.models import CaseAccess
from server.referrals import case_rights
from server.referrals.case_rights import as_platform
from server.referrals.models import Referral

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

# Each sends to each other: a fourth would ask too much of a station's line.
MOST = 1


class NoCallRunning(Conflict):
    """Nobody talks, so there is nothing to be asked into."""

    code = "no_call_running"
    message = N_("Hãy gọi cho nhau trước, rồi mời thêm người vào cuộc gọi.")


class CallFull(Conflict):
    """Three are or will be in the call."""

    code = "call_full"
    message = N_(
        "Cuộc gọi nhiều nhất ba người. Hãy kết thúc lời mời trước rồi mời người khác."
    )


class GuestTalks(Conflict):
    """Whoever is asked talks in another call."""

    code = "guest_busy"
    message = N_("Người này đang trong cuộc gọi khác. Hãy thử lại sau ít phút.")


async def invite(
    db: AsyncSession,
    actor: Actor,
    consultation_id: UUID,
    *,
    person_id: UUID,
    role: GuestRole,
) -> ConsultationGuest:
    """Ask somebody into the running call; whoever is asked already is rung again.

    Raises NoCallRunning, CallFull, GuestTalks, or Invalid for somebody not to be asked.
    """
    meeting = await queries.get_for_change(db, actor, consultation_id)
    refuse_outsider(actor, meeting)
    referral = await calls.lock_meetable(db, actor, meeting)
    attempt = await queries.live_attempt(db, meeting.id)
    if attempt is None or attempt.status is not AttemptStatus.ACCEPTED:
        raise NoCallRunning
    invited = await guest_queries.open_of(db, meeting.id)
    guest = next((one for one in invited if one.person_id == person_id), None)
    if guest is None:
        if len(invited) >= MOST:
            raise CallFull
        person = await _somebody_to_ask(db, actor, meeting, person_id)
        guest = await _add(
            db, actor, meeting, referral=referral, person=person, role=role
        )
    elif await queries.is_inside(db, attempt.id, person_id):
        return guest
    guest.ringing_since = clock.now()
    trail.record(
        db,
        "guest:invite",
        object_id=guest.id,
        patient_id=meeting.patient_id,
        guest=person_id,
        role=role.value,
    )
    data = {"attempt": str(attempt.id), "from": calls.name_of(actor), "guest": "yes"}
    tell(db, [person_id], "call.ringing", meeting.id, **data)
    sides = set(await sides_of(db, meeting)) - {person_id}
    tell(db, sides, "call.invited", meeting.id, attempt=str(attempt.id))
    return guest


async def join(db: AsyncSession, actor: Actor, attempt_id: UUID) -> CallAttempt | None:
    """Answer an invitation; None for whoever has none. Raises CallOver."""
    attempt, meeting = await queries.attempt_for_change(db, actor, attempt_id)
    guest = await guest_queries.own_open(db, actor, meeting.id)
    if guest is None or calls.rings_for(actor, attempt):
        return None
    if attempt.status is not AttemptStatus.ACCEPTED:
        raise calls.CallOver
    if guest.joined_at is not None and guest.ringing_since is None:
        return attempt  # a reload, or the answer to the first click was lost
    guest.joined_at = guest.joined_at or clock.now()
    guest.ringing_since = None
    await tell_both(db, meeting, "call.joined", attempt=str(attempt.id))
    trail.record(db, "guest:join", object_id=guest.id, patient_id=meeting.patient_id)
    return attempt


async def decline(db: AsyncSession, actor: Actor, attempt_id: UUID) -> bool:
    """Refuse an invitation that rings; False for whoever has none."""
    attempt, meeting = await queries.attempt_for_change(db, actor, attempt_id)
    guest = await guest_queries.own_open(db, actor, meeting.id)
    if guest is None or guest.ringing_since is None or calls.rings_for(actor, attempt):
        return False
    async with as_platform(db, actor):
        await guest_ends.end(db, guest, meeting, GuestEnd.DECLINED)
    return True


async def step_out(
    db: AsyncSession, actor: Actor, attempt_id: UUID, reason: EndReason
) -> bool:
    """Leave a call that goes on without this person; False when it does not.

    A guest's going ends nothing. One of the two sides may go while the other talks with a
    guest; signaling reports who has left, and the last side to go ends it.
    """
    attempt, meeting = await queries.attempt_for_change(db, actor, attempt_id)
    guest = await guest_queries.own_open(db, actor, meeting.id)
    sides = {attempt.caller_id, attempt.answered_by}
    if actor.id not in sides:
        if guest is None:
            return False
        if guest.joined_at is None:
            async with as_platform(db, actor):
                await guest_ends.end(db, guest, meeting, GuestEnd.DECLINED)
            return True
    elif (
        attempt.status is not AttemptStatus.ACCEPTED
        or reason is not EndReason.HUNG_UP
        or not await _talk_goes_on(db, attempt, sides - {actor.id})
    ):
        return False
    trail.record(db, "call:leave", object_id=attempt.id, patient_id=meeting.patient_id)
    return True


async def withdraw(db: AsyncSession, actor: Actor, guest_id: UUID) -> Consultation:
    """End an invitation, and with it the guest's right to see the case."""
    guest, meeting = await guest_queries.get_for_change(db, actor, guest_id)
    refuse_outsider(actor, meeting)
    if guest.ended_at is None:
        async with as_platform(db, actor):
            await guest_ends.end(db, guest, meeting, GuestEnd.WITHDRAWN)
    return meeting


async def _somebody_to_ask(
    db: AsyncSession, actor: Actor, meeting: Consultation, person_id: UUID
) -> Person:
    person = await guest_queries.candidate(db, actor, meeting, person_id)
    if person is None:
        raise Invalid(
            FieldError(
                "person_id",
                "guest_unavailable",
                N_("Hãy chọn một người trong danh sách tìm được."),
            )
        )
    async with as_platform(db, actor):
        if await queries.talking(db, [person_id]):
            raise GuestTalks
    return person


async def _add(
    db: AsyncSession,
    actor: Actor,
    meeting: Consultation,
    *,
    referral: Referral,
    person: Person,
    role: GuestRole,
) -> ConsultationGuest:
    moment = clock.now()
    guest = ConsultationGuest(
        consultation_id=meeting.id,
        person_id=person.id,
        role=role,
        opened_case=False,
        invited_by=actor.id,
        invited_at=moment,
    )
    db.add(guest)
    await db.flush()  # by the actor's own right, before the platform opens the case
    if person.role is Role.SPECIALIST:
        async with as_platform(db, actor):
            guest.opened_case = not await _reads_case(db, person.id, referral.id)
            if guest.opened_case:
                await case_rights.give(db, referral, [person.id], at=moment)
    return guest


async def _reads_case(db: AsyncSession, person_id: UUID, referral_id: UUID) -> bool:
    access = (
        CaseAccess.referral_id == referral_id,
        CaseAccess.person_id == person_id,
        CaseAccess.ended_at.is_(None),
    )
    return bool(await db.scalar(select(exists().where(*access))))


async def _talk_goes_on(
    db: AsyncSession, attempt: CallAttempt, others: set[UUID | None]
) -> bool:
    """Tell whether the other side and a guest are both in the room."""
    present = await queries.participants_of(db, attempt.id)
    inside = {one.person_id for one in present if one.joined_at and not one.left_at}
    sides = {attempt.caller_id, attempt.answered_by}
    return others <= inside and bool(inside - sides)
