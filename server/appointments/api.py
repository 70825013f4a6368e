"""Bookings in JSON."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel

from server.access.permissions import Permission
from server.appointments import queries, service
from server.appointments.forms import Cancellation, ChosenSlot
from server.appointments.states import AppointmentStatus
from server.audit import trail
from server.referrals import queries as referrals
from server.web.context import db_and_actor
from server.web.forms import read_json
from server.web.paths import path_id
from server.web.responses import json
from server.web.routes import Handler, api

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.access.actor import Actor
    from server.appointments.models import Appointment

    Step = Callable[[AsyncSession, Actor, UUID], Awaitable[Appointment]]


class SlotOut(BaseModel):
    """A free slot, in UTC."""

    starts: datetime
    ends: datetime


class SlotList(BaseModel):
    """Free slots of the next two weeks, the nearest first."""

    items: list[SlotOut]


class AppointmentOut(BaseModel):
    """A booking; times are in UTC."""

    id: UUID
    referral_id: UUID
    station_id: UUID
    hospital_id: UUID
    specialist_id: UUID
    specialist_name: str
    starts: datetime
    ends: datetime
    status: AppointmentStatus
    booked_at: datetime
    moved_from_id: UUID | None


class AppointmentList(BaseModel):
    """Bookings of today and after, the nearest first, or all of a case; at most 100."""

    items: list[AppointmentOut]


async def list_slots(request: web.Request) -> web.Response:
    """Return when the specialist of a case is free."""
    db, actor = db_and_actor(request)
    referral = await referrals.get(db, actor, path_id(request, "id"))
    if referral.status not in service.BOOKABLE or not referral.specialist_id:
        raise service.NotBookable
    slots = await queries.slots_of(db, referral.specialist_id)
    return json(
        SlotList(items=[SlotOut(starts=one.starts, ends=one.ends) for one in slots])
    )


async def list_appointments(request: web.Request) -> web.Response:
    """Return the actor's bookings."""
    db, actor = db_and_actor(request)
    found = await queries.coming(db, actor)
    trail.record(db, "appointment:list", found=len(found))
    return json(AppointmentList(items=[_shown(one) for one in found]))


async def list_of_case(request: web.Request) -> web.Response:
    """Return the bookings of a case, those that ended too."""
    db, actor = db_and_actor(request)
    referral = await referrals.get(db, actor, path_id(request, "id"))
    found = await queries.of_referral(db, actor, referral.id)
    trail.record(
        db,
        "appointment:list",
        object_id=referral.id,
        patient_id=referral.patient_id,
        found=len(found),
    )
    return json(AppointmentList(items=[_shown(one) for one in found]))


async def show(request: web.Request) -> web.Response:
    """Return one booking."""
    return await _answer(request, path_id(request, "id"))


async def book(request: web.Request) -> web.Response:
    """Give a free slot to a case."""
    db, actor = db_and_actor(request)
    given = await read_json(request, ChosenSlot)
    booked = await service.book(db, actor, path_id(request, "id"), given.starts)
    return await _answer(request, booked.id, status=201)


async def move(request: web.Request) -> web.Response:
    """Give another slot instead; the answer is the new booking."""
    db, actor = db_and_actor(request)
    given = await read_json(request, ChosenSlot)
    booked = await service.move(db, actor, path_id(request, "id"), given.starts)
    return await _answer(request, booked.id, status=201)


async def cancel(request: web.Request) -> web.Response:
    """Give the slot back with a reason."""
    db, actor = db_and_actor(request)
    given = await read_json(request, Cancellation)
    await service.cancel(db, actor, path_id(request, "id"), given.reason)
    return await _answer(request, path_id(request, "id"))


def _stepping(step: Step) -> Handler:
    """Return the handler that moves a booking one step on."""

    async def handle(request: web.Request) -> web.Response:
        db, actor = db_and_actor(request)
        appointment = await step(db, actor, path_id(request, "id"))
        return await _answer(request, appointment.id)

    return handle


async def _answer(
    request: web.Request, appointment_id: UUID, *, status: int = 200
) -> web.Response:
    db, actor = db_and_actor(request)
    return json(_shown(await queries.get(db, actor, appointment_id)), status=status)


def _shown(booking: queries.Booking) -> AppointmentOut:
    appointment = booking.appointment
    return AppointmentOut(
        id=appointment.id,
        referral_id=appointment.referral_id,
        station_id=appointment.station_id,
        hospital_id=appointment.hospital_id,
        specialist_id=appointment.specialist_id,
        specialist_name=booking.specialist.display_name,
        starts=booking.starts,
        ends=booking.ends,
        status=appointment.status,
        booked_at=appointment.booked_at,
        moved_from_id=appointment.moved_from_id,
    )


ROUTES = [
    api(
        "GET",
        "/referrals/{id}/slots",
        list_slots,
        needs=Permission.APPOINTMENTS_BOOK,
        summary="Read the free slots of a case's specialist",
        returns=SlotList,
    ),
    api(
        "POST",
        "/referrals/{id}/appointments",
        book,
        needs=Permission.APPOINTMENTS_BOOK,
        summary="Book a slot",
        accepts=ChosenSlot,
        returns=AppointmentOut,
        created=True,
    ),
    api(
        "GET",
        "/referrals/{id}/appointments",
        list_of_case,
        needs=Permission.APPOINTMENTS_READ,
        summary="Read the bookings of a case",
        returns=AppointmentList,
    ),
    api(
        "GET",
        "/appointments",
        list_appointments,
        needs=Permission.APPOINTMENTS_READ,
        summary="Read my bookings",
        returns=AppointmentList,
    ),
    api(
        "GET",
        "/appointments/{id}",
        show,
        needs=Permission.APPOINTMENTS_READ,
        summary="Read a booking",
        returns=AppointmentOut,
    ),
    api(
        "POST",
        "/appointments/{id}/move",
        move,
        needs=Permission.APPOINTMENTS_BOOK,
        summary="Move a booking to another slot",
        accepts=ChosenSlot,
        returns=AppointmentOut,
        created=True,
    ),
    api(
        "POST",
        "/appointments/{id}/cancel",
        cancel,
        needs=Permission.APPOINTMENTS_READ,
        summary="Cancel a booking",
        accepts=Cancellation,
        returns=AppointmentOut,
    ),
    *(
        api(
            "POST",
            f"/appointments/{{id}}/{verb}",
            _stepping(step),
            needs=Permission.APPOINTMENTS_BOOK,
            summary=summary,
            returns=AppointmentOut,
        )
        for verb, step, summary in (
            ("confirm", service.confirm, "Note that the patient will come"),
            ("arrive", service.arrive, "Note that the patient is at the station"),
            ("miss", service.miss, "Note that the patient did not come"),
        )
    ),
]
