"""Booking a meeting, moving and cancelling it; a slot is given once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from server.access.permissions import Role
from server.accounts import queries as accounts
from server.appointments import queries
from server.appointments.models import Appointment
from server.appointments.states import AppointmentStatus
from server.audit import trail
from server.core import clock
from server.core.errors import Conflict
from server.core.messages import N_
from server.notifications.service import tell
from server.referrals import audiences
from server.referrals import queries as referrals
from server.referrals.states import ReferralStatus

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.access.actor import Actor
    from server.referrals.models import Referral
    from server.rosters.slots import Period

# A specialist holds the case and has not concluded it.
BOOKABLE = frozenset(
    {
        ReferralStatus.ACCEPTED,
        ReferralStatus.IN_CONSULTATION,
        ReferralStatus.ANSWERED,
    }
)
_ONCE = ("ex_appointments_specialist_once", "ex_appointments_patient_once")


class SlotTaken(Conflict):
    """Somebody was faster, the hours have changed, or the patient is booked elsewhere then."""

    code = "slot_taken"
    message = N_("Giờ này vừa có người đặt hoặc không còn trống. Hãy chọn giờ khác.")


class NotBookable(Conflict):
    """No specialist holds the case now, so there is nobody to meet."""

    code = "referral_not_bookable"
    message = N_(
        "Chỉ đặt lịch được khi bác sĩ chuyên khoa đã nhận ca và chưa ký kết luận."
    )


class AlreadyBooked(Conflict):
    """The case has a booking: it is moved, not doubled."""

    code = "already_booked"
    message = N_("Ca này đã có lịch hẹn. Hãy dời lịch hẹn đang có.")


class NotYet(Conflict):
    """Nobody can have stayed away from a meeting that has not begun."""

    code = "not_begun"
    message = N_("Chưa đến giờ hẹn nên chưa thể ghi là không đến.")


async def book(
    db: AsyncSession, actor: Actor, referral_id: UUID, starts: datetime
) -> Appointment:
    """Give the free slot that begins at this moment to the case."""
    referral = await referrals.get_for_change(db, actor, referral_id)
    if await queries.active_of(db, referral.id) is not None:
        raise AlreadyBooked
    booked = await _take(db, actor, referral, starts)
    await _tell(db, booked, referral, "book")
    return booked


async def move(
    db: AsyncSession, actor: Actor, appointment_id: UUID, starts: datetime
) -> Appointment:
    """Give another slot instead; the old booking stays as history."""
    old, referral = await _lock_both(db, actor, appointment_id)
    # When the new slot is gone the old booking must still be there.
    async with db.begin_nested():
        db.add(old.move_to(AppointmentStatus.RESCHEDULED, by=actor.id, at=clock.now()))
        await db.flush()
        booked = await _take(db, actor, referral, starts, instead_of=old.id)
    await _tell(db, booked, referral, "move")
    return booked


async def cancel(
    db: AsyncSession, actor: Actor, appointment_id: UUID, reason: str
) -> Appointment:
    """Give the slot back, saying why."""
    appointment, referral = await _lock_both(db, actor, appointment_id)
    db.add(
        appointment.move_to(
            AppointmentStatus.CANCELLED, by=actor.id, at=clock.now(), reason=reason
        )
    )
    await _tell(db, appointment, referral, "cancel")
    return appointment


async def confirm(db: AsyncSession, actor: Actor, appointment_id: UUID) -> Appointment:
    """Note that the patient has agreed to come."""
    return await _advance(db, actor, appointment_id, AppointmentStatus.CONFIRMED)


async def arrive(db: AsyncSession, actor: Actor, appointment_id: UUID) -> Appointment:
    """Note that the patient is at the station."""
    return await _advance(db, actor, appointment_id, AppointmentStatus.ARRIVED)


async def miss(db: AsyncSession, actor: Actor, appointment_id: UUID) -> Appointment:
    """Note that the patient did not come; raises NotYet before the meeting's time."""
    booking = await queries.get(db, actor, appointment_id)
    if booking.starts > clock.now():
        raise NotYet
    return await _advance(db, actor, appointment_id, AppointmentStatus.NO_SHOW)


async def _advance(
    db: AsyncSession, actor: Actor, appointment_id: UUID, status: AppointmentStatus
) -> Appointment:
    appointment, referral = await _lock_both(db, actor, appointment_id)
    db.add(appointment.move_to(status, by=actor.id, at=clock.now()))
    await _tell(db, appointment, referral, status.value)
    return appointment


async def _lock_both(
    db: AsyncSession, actor: Actor, appointment_id: UUID
) -> tuple[Appointment, Referral]:
    """Lock the request, then the booking: everybody in one order."""
    booking = await queries.get(db, actor, appointment_id)
    referral = await referrals.get_for_change(db, actor, booking.referral.id)
    return await queries.get_for_change(db, actor, appointment_id), referral


async def _take(
    db: AsyncSession,
    actor: Actor,
    referral: Referral,
    starts: datetime,
    *,
    instead_of: UUID | None = None,
) -> Appointment:
    if referral.status not in BOOKABLE or not referral.specialist_id:
        raise NotBookable
    await _queue_for(db, referral.specialist_id, referral.patient_id)
    slot = _slot_at(starts, await queries.slots_of(db, referral.specialist_id))
    booked = Appointment(
        referral_id=referral.id,
        patient_id=referral.patient_id,
        station_id=referral.station_id,
        hospital_id=referral.hospital_id,
        specialist_id=referral.specialist_id,
        period=Range(slot.starts, slot.ends),
        status=AppointmentStatus.BOOKED,
        booked_by=actor.id,
        booked_at=clock.now(),
        moved_from_id=instead_of,
    )
    try:
        async with db.begin_nested():
            db.add(booked)
            await db.flush()
    except IntegrityError as error:
        if any(name in str(error.orig) for name in _ONCE):
            raise SlotTaken from error
        raise
    return booked


def _slot_at(starts: datetime, free: Iterable[Period]) -> Period:
    found = next((slot for slot in free if slot.starts == starts), None)
    if found is None:
        raise SlotTaken
    return found


async def _queue_for(db: AsyncSession, *wanted: UUID) -> None:
    """Wait one behind the other: two exclusion checks at once end in a deadlock."""
    for one in wanted:
        key = int.from_bytes(one.bytes[8:], signed=True)
        await db.execute(select(func.pg_advisory_xact_lock(key)))


async def _tell(
    db: AsyncSession, appointment: Appointment, referral: Referral, action: str
) -> None:
    people = {referral.requested_by, appointment.specialist_id}
    people.update(
        await accounts.colleagues(db, referral.station_id, Role.STATION_DOCTOR)
    )
    people.update(await audiences.coordinators(db, referral))
    tell(
        db,
        people,
        "appointment.changed",
        referral.id,
        appointment=str(appointment.id),
        status=appointment.status.value,
    )
    trail.record(
        db,
        f"appointment:{action}",
        object_id=appointment.id,
        patient_id=appointment.patient_id,
    )
