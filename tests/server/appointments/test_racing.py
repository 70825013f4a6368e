"""Two hundred people want one slot."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from server.appointments.models import Appointment
from server.core import clock
from server.referrals.models import Referral
from tests.server.appointments.arrange import free_slots, held_case

CASES, TRIES = 20, 200


async def test_of_two_hundred_bookings_of_one_slot_one_wins(visitors, stage):
    cases = [await held_case(stage) for _ in range(CASES)]
    binh, thu = await visitors("binh"), await visitors("thu")
    starts = (await free_slots(binh, cases[0]))[3]

    async def attempt(number: int) -> tuple[int, str]:
        visitor = (binh, thu)[number % 2]
        path = f"/referrals/{cases[number % CASES]}/appointments"
        answer = await visitor.api("POST", path, {"starts": starts})
        return answer.status, (await answer.json()).get("code", "")

    results = Counter(await asyncio.gather(*map(attempt, range(TRIES))))

    assert results.pop((201, "")) == 1
    assert set(results) <= {(409, "slot_taken"), (409, "already_booked")}
    assert results.total() == TRIES - 1
    async with stage.as_platform() as db:
        assert (
            await db.scalar(
                select(func.count())
                .select_from(Appointment)
                .where(Appointment.referral_id.in_(cases))
            )
            == 1
        )


@pytest.mark.parametrize("whose", ["specialist", "patient"])
async def test_the_database_itself_refuses_two_at_once(stage, whose):
    one, other = await held_case(stage), await held_case(stage, specialist="lan")
    with pytest.raises(IntegrityError, match=f"ex_appointments_{whose}_once"):
        await _book_both(stage, one, other, shared=f"{whose}_id")


async def _book_both(stage, *case_ids, shared: str) -> None:
    starts = clock.now() + timedelta(days=3)
    async with stage.as_platform() as db:
        cases = [await db.get(Referral, one) for one in case_ids]
        for case in cases:
            booked = Appointment(
                referral_id=case.id,
                station_id=case.station_id,
                hospital_id=case.hospital_id,
                specialist_id=case.specialist_id,
                patient_id=case.patient_id,
                period=Range(starts, starts + timedelta(minutes=20)),
                booked_by=case.requested_by,
                booked_at=clock.now(),
            )
            setattr(booked, shared, getattr(cases[0], shared))
            db.add(booked)
            await db.flush()
