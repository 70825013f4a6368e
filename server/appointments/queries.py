"""Reads of bookings; a booking is seen by those who see its request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, and_, column, func, literal, select, true
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range
from sqlalchemy.orm import contains_eager, joinedload

from server.access.actor import Actor, Scope
from server.access.permissions import Role
from server.accounts.models import Person
from server.appointments.models import Appointment, AppointmentChange
from server.appointments.states import ACTIVE, AppointmentStatus
from server.core import clock
from server.core.errors import NotFound
from server.referrals.models import Referral
from server.referrals.queries import seen_by
from server.rosters import queries as rosters
from server.rosters.slots import Period, free_slots

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

BOOKABLE_DAYS = 14
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking with what is shown beside it."""

    appointment: Appointment
    referral: Referral
    specialist: Person
    reason: str = ""

    @property
    def starts(self) -> datetime:
        """The moment at which both sides meet."""
        return _bound(self.appointment.period.lower)

    @property
    def ends(self) -> datetime:
        """The moment at which the specialist's next slot may begin."""
        return _bound(self.appointment.period.upper)

    @property
    def is_active(self) -> bool:
        """Tell whether the booking still takes up the specialist's time."""
        return self.appointment.status in ACTIVE

    @property
    def may_move(self) -> bool:
        """Tell whether it can still be moved or cancelled."""
        return self.is_active and (
            self.appointment.status is not AppointmentStatus.IN_CONSULTATION
        )


def _bound(moment: datetime | None) -> datetime:
    if moment is None:
        raise ValueError("a booking has a beginning and an end")
    return moment


def visible_to(actor: Actor) -> Select[Appointment, Referral, Person]:
    """Return bookings, with request and specialist, of the requests that the actor may see."""
    return (
        select(Appointment, Referral, Person)
        .join(Referral, Referral.id == Appointment.referral_id)
        .join(Person, Person.id == Appointment.specialist_id)
        .join(Referral.station)
        .options(contains_eager(Referral.station), joinedload(Referral.specialty))
        .where(seen_by(actor))
    )


async def get(db: AsyncSession, actor: Actor, appointment_id: UUID) -> Booking:
    """Return the booking; raises NotFound."""
    row = (
        await db.execute(visible_to(actor).where(Appointment.id == appointment_id))
    ).one_or_none()
    if row is None:
        raise NotFound
    return Booking(*row)


async def get_for_change(
    db: AsyncSession, actor: Actor, appointment_id: UUID
) -> Appointment:
    """Return the booking and lock its row until the transaction ends; raises NotFound."""
    found = await db.scalar(
        select(Appointment)
        .join(Referral, Referral.id == Appointment.referral_id)
        .where(seen_by(actor), Appointment.id == appointment_id)
        .with_for_update(of=Appointment)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


async def of_referral(
    db: AsyncSession, actor: Actor, referral_id: UUID
) -> Sequence[Booking]:
    """Return the bookings of a request with why they ended, the latest made first."""
    # A cancelled booking moves nowhere else, so it has one change with a reason.
    why = (AppointmentChange.appointment_id == Appointment.id) & (
        AppointmentChange.reason != ""
    )
    rows = await db.execute(
        visible_to(actor)
        .outerjoin(AppointmentChange, why)
        .add_columns(func.coalesce(AppointmentChange.reason, ""))
        .where(Appointment.referral_id == referral_id)
        .order_by(Appointment.booked_at.desc(), Appointment.id.desc())
        .limit(MOST_SHOWN)
    )
    return [Booking(*row) for row in rows]


async def active_of(db: AsyncSession, referral_id: UUID) -> Appointment | None:
    """Return the booking that a visible request holds now, if it holds one."""
    return await db.scalar(
        select(Appointment).where(
            Appointment.referral_id == referral_id, Appointment.status.in_(ACTIVE)
        )
    )


async def coming(db: AsyncSession, actor: Actor) -> Sequence[Booking]:
    """Return the actor's bookings of today and after, the nearest first."""
    today = datetime.combine(clock.today(), time(), clock.VIETNAM).astimezone(UTC)
    rows = await db.execute(
        visible_to(actor)
        .where(
            _mine(actor, today),
            func.lower(Appointment.period) >= today,
            Appointment.status.in_(ACTIVE),
        )
        .order_by(func.lower(Appointment.period), Appointment.id)
        .limit(MOST_SHOWN)
    )
    return [Booking(*row) for row in rows]


def _mine(actor: Actor, since: datetime) -> ColumnElement[bool]:
    """Narrow to an index: by station, by hospital, or by specialist and time."""
    if actor.role is Role.STATION_DOCTOR:
        return Appointment.station_id == actor.facility_id
    if actor.role is Role.SPECIALIST:
        return and_(
            Appointment.specialist_id == actor.id,
            Appointment.period.op("&&")(literal(Range(since, None), TSTZRANGE)),
        )
    if actor.scope is Scope.FACILITY:
        return Appointment.hospital_id == actor.facility_id
    return true()


async def slots_of(db: AsyncSession, specialist_id: UUID) -> list[Period]:
    """Return when the specialist is free in the next two weeks."""
    moment = clock.now()
    today = clock.today()
    last = today + timedelta(days=BOOKABLE_DAYS - 1)
    rules = await rosters.rules_of(db, [specialist_id], today)
    exceptions = await rosters.exceptions_of(db, [specialist_id], today, last)
    return free_slots(
        rules.get(specialist_id, []),
        exceptions.get(specialist_id, []),
        await _busy(db, specialist_id, moment),
        after=moment,
        until=last,
    )


async def _busy(
    db: AsyncSession, specialist_id: UUID, moment: datetime
) -> list[Period]:
    """Return the booked periods, without whom they are with: most are other people's."""
    within = Range(moment, moment + timedelta(days=BOOKABLE_DAYS + 1))
    booked = func.busy_periods(specialist_id, literal(within, TSTZRANGE)).table_valued(
        column("period", TSTZRANGE)
    )
    found = await db.scalars(select(booked.c.period))
    return [Period(_bound(one.lower), _bound(one.upper)) for one in found]
