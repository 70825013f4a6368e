"""What the worker does for bookings: gives back what a case no longer needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from server.access.permissions import Role
from server.accounts.queries import colleagues
from server.appointments.models import Appointment
from server.appointments.service import BOOKABLE
from server.appointments.states import AppointmentStatus
from server.core import clock
from server.notifications.service import tell
from server.referrals.models import Referral

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

_BATCH = 50
_UNBEGUN = (
    AppointmentStatus.BOOKED,
    AppointmentStatus.CONFIRMED,
    AppointmentStatus.ARRIVED,
)


async def release_stale(db: AsyncSession) -> bool:
    """Cancel bookings whose case has ended or has another specialist; True for more.

    A case ends below this package, which therefore looks after it: the slot is free within
    seconds, and both sides are told.
    """
    rows = await db.execute(
        select(Appointment, Referral)
        .join(Referral, Referral.id == Appointment.referral_id)
        .where(
            Appointment.status.in_(_UNBEGUN),
            or_(
                Referral.status.not_in(BOOKABLE),
                Referral.specialist_id.is_distinct_from(Appointment.specialist_id),
            ),
        )
        .limit(_BATCH)
        .with_for_update(of=Appointment, skip_locked=True)
    )
    stale = rows.all()
    for appointment, referral in stale:
        db.add(
            appointment.move_to(
                AppointmentStatus.CANCELLED,
                by=None,
                at=clock.now(),
                reason="case_moved_on",
            )
        )
        people = await colleagues(db, appointment.station_id, Role.STATION_DOCTOR)
        tell(
            db,
            {appointment.specialist_id, *people},
            "appointment.changed",
            referral.id,
            appointment=str(appointment.id),
            status=appointment.status.value,
        )
    return len(stale) == _BATCH
