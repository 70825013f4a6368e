"""Choosing a slot, changing a booking, and the list of what is to come."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from aiohttp import web
from multidict import MultiDict

from server.access.permissions import Permission
from server.accounts.models import Person
from server.appointments import queries, service
from server.appointments.forms import Cancellation, ChosenDay, ChosenSlot
from server.audit import trail
from server.core import clock
from server.lines import queries as lines
from server.patients import queries as patients
from server.referrals import queries as referrals
from server.web.context import db_and_actor
from server.web.forms import Form, bind, blank, read_form
from server.web.paths import path_id
from server.web.responses import page, redirect
from server.web.routes import Handler, route

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import date
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.access.actor import Actor
    from server.appointments.models import Appointment
    from server.core.errors import Refusal
    from server.rosters.slots import Period

    Step = Callable[[AsyncSession, Actor, UUID], Awaitable[Appointment]]


async def show_slots(request: web.Request) -> web.Response:
    """Show the free slots of the case's specialist, day by day."""
    return await _slots_page(request, path_id(request, "id"))


async def book(request: web.Request) -> web.Response:
    """Give the chosen slot to the case; a slot that is gone leads to the fresh ones."""
    db, actor = db_and_actor(request)
    referral_id = path_id(request, "id")
    form = await read_form(request, ChosenSlot)
    if form.data is None:
        await referrals.get(db, actor, referral_id)
        return await _slots_page(request, referral_id, form=form)
    try:
        await service.book(db, actor, referral_id, form.data.starts)
    except service.SlotTaken as refusal:
        return await _slots_page(request, referral_id, refusal=refusal)
    return redirect(f"/referrals/{referral_id}")


async def move(request: web.Request) -> web.Response:
    """Give another slot instead; the old booking stays when that slot is gone."""
    db, actor = db_and_actor(request)
    booking = await queries.get(db, actor, path_id(request, "id"))
    referral_id = booking.referral.id
    form = await read_form(request, ChosenSlot)
    if form.data is None:
        return await _slots_page(request, referral_id, form=form)
    try:
        await service.move(db, actor, booking.appointment.id, form.data.starts)
    except service.SlotTaken as refusal:
        return await _slots_page(request, referral_id, refusal=refusal)
    return redirect(f"/referrals/{referral_id}")


async def show_cancellation(request: web.Request) -> web.Response:
    """Ask why the booking is given up."""
    return await _cancellation_page(request, blank(request))


async def cancel(request: web.Request) -> web.Response:
    """Give the slot back with a reason."""
    db, actor = db_and_actor(request)
    form = await read_form(request, Cancellation)
    if form.data is None:
        return await _cancellation_page(request, form)
    appointment = await service.cancel(
        db, actor, path_id(request, "id"), form.data.reason
    )
    return redirect(f"/referrals/{appointment.referral_id}")


async def list_appointments(request: web.Request) -> web.Response:
    """Show today's and coming bookings; names only to those who may read the patient."""
    db, actor = db_and_actor(request)
    bookings = await queries.coming(db, actor)
    trail.record(db, "appointment:list", found=len(bookings))
    days: dict[date, list[queries.Booking]] = defaultdict(list)
    for booking in bookings:
        days[clock.local(booking.starts).date()].append(booking)
    return page(
        request,
        "appointments/list.html.j2",
        days=days,
        lights=await lines.lights(
            db, actor, [one.referral.station_id for one in bookings]
        ),
        patients=await patients.by_ids(
            db, actor, [one.appointment.patient_id for one in bookings]
        ),
    )


def _stepping(step: Step) -> Handler:
    """Return the handler of a button that moves a booking one step on."""

    async def handle(request: web.Request) -> web.Response:
        db, actor = db_and_actor(request)
        appointment = await step(db, actor, path_id(request, "id"))
        return redirect(f"/referrals/{appointment.referral_id}")

    return handle


async def _slots_page(
    request: web.Request,
    referral_id: UUID,
    *,
    form: Form[Any] | None = None,
    refusal: Refusal | None = None,
) -> web.Response:
    db, actor = db_and_actor(request)
    referral = await referrals.get(db, actor, referral_id)
    if referral.status not in service.BOOKABLE or not referral.specialist_id:
        raise service.NotBookable
    days = _by_day(await queries.slots_of(db, referral.specialist_id))
    asked = bind(request, ChosenDay, MultiDict(request.query)).data
    day = asked.day if asked and asked.day in days else next(iter(days), None)
    return page(
        request,
        "appointments/slots.html.j2",
        status=409 if refusal else 422 if form else 200,
        form=form or blank(request),
        form_errors=form.errors if form else [],
        refusal=refusal,
        referral=referral,
        specialist=await db.get_one(Person, referral.specialist_id),
        active=await queries.active_of(db, referral.id),
        days=days,
        chosen=day,
    )


def _by_day(slots: list[Period]) -> dict[date, list[Period]]:
    days: dict[date, list[Period]] = defaultdict(list)
    for slot in slots:
        days[clock.local(slot.starts).date()].append(slot)
    return days


async def _cancellation_page(request: web.Request, form: Form[Any]) -> web.Response:
    db, actor = db_and_actor(request)
    booking = await queries.get(db, actor, path_id(request, "id"))
    return page(
        request,
        "appointments/cancel.html.j2",
        status=422 if form.errors else 200,
        form=form,
        form_errors=form.errors,
        booking=booking,
    )


ROUTES = [
    route(
        "GET", "/appointments", list_appointments, needs=Permission.APPOINTMENTS_READ
    ),
    route(
        "GET",
        "/referrals/{id}/appointment",
        show_slots,
        needs=Permission.APPOINTMENTS_BOOK,
    ),
    route(
        "POST", "/referrals/{id}/appointments", book, needs=Permission.APPOINTMENTS_BOOK
    ),
    route("POST", "/appointments/{id}/move", move, needs=Permission.APPOINTMENTS_BOOK),
    route(
        "GET",
        "/appointments/{id}/cancel",
        show_cancellation,
        needs=Permission.APPOINTMENTS_READ,
    ),
    route(
        "POST", "/appointments/{id}/cancel", cancel, needs=Permission.APPOINTMENTS_READ
    ),
    *(
        route(
            "POST",
            f"/appointments/{{id}}/{verb}",
            _stepping(step),
            needs=Permission.APPOINTMENTS_BOOK,
        )
        for verb, step in (
            ("confirm", service.confirm),
            ("arrive", service.arrive),
            ("miss", service.miss),
        )
    ),
]
