"""Booking, moving and cancelling, seen from both sides."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from server.appointments import queries
from server.appointments.models import Appointment, AppointmentChange
from server.core import clock
from server.notifications.models import Event
from server.referrals.models import Referral
from server.referrals.states import ReferralStatus
from tests.server.appointments.arrange import book, free_slots, held_case


@pytest.fixture
async def case(stage):
    return await held_case(stage)


async def test_the_station_books_a_slot_by_clicking_it(visitors, case):
    binh = await visitors("binh")
    slots = await free_slots(binh, case)
    tomorrow = clock.today() + timedelta(days=1)
    await binh.get(f"/referrals/{case}/appointment?day={tomorrow}")
    assert "Đặt lịch hẹn" in binh.text
    starts = next(one for one in slots if _local(one).date() == tomorrow)
    assert f">\n              {_local(starts):%H:%M}<span" in binh.text

    answer = await binh.post(f"/referrals/{case}/appointments", {"starts": starts})
    assert answer.headers["Location"] == f"/referrals/{case}"

    await binh.get("/appointments")
    assert "Huỳnh Thị Ngọc Diễm" in binh.text
    assert f"{tomorrow:%d/%m/%Y}" in binh.text
    assert f"{_local(starts):%H:%M}–" in binh.text
    assert starts not in await free_slots(binh, case)


def _local(moment: str) -> datetime:
    return clock.local(datetime.fromisoformat(moment))


async def test_both_sides_and_the_coordinator_are_told(visitors, case, stage):
    binh = await visitors("binh")
    await book(binh, case, (await free_slots(binh, case))[5])
    for username in ("binh", "minh", "thu"):
        async with stage.acting(username) as (db, _):
            event = await db.scalar(
                select(Event).where(
                    Event.kind == "appointment.changed", Event.subject_id == case
                )
            )
        assert event.data["status"] == "booked", username
        assert set(event.data) == {"appointment", "status"}


async def test_the_coordinator_sees_the_case_and_no_name(visitors, case, stage):
    thu = await visitors("thu")
    await book(thu, case, (await free_slots(thu, case))[6])
    async with stage.as_platform() as db:
        referral = await db.get(Referral, case)
    await thu.get("/appointments")
    assert referral.number in thu.text
    assert "Huỳnh Thị Ngọc Diễm" not in thu.text


async def test_the_specialist_sees_the_patient_and_cancels_with_a_reason(
    visitors, case, stage
):
    binh, minh = await visitors("binh"), await visitors("minh")
    booked = await book(binh, case, (await free_slots(binh, case))[7])
    await minh.get("/appointments")
    assert "Huỳnh Thị Ngọc Diễm" in minh.text

    page = f"/appointments/{booked['id']}/cancel"
    await minh.get(page)
    assert (await minh.post(page, {"reason": " "})).status == 422
    assert "Hãy ghi lý do hủy" in minh.text
    answer = await minh.post(page, {"reason": "Phải mổ cấp cứu"})
    assert answer.headers["Location"] == f"/referrals/{case}"
    assert booked["starts"] in await free_slots(binh, case)
    async with stage.acting("binh") as (db, actor):
        change = await db.scalar(
            select(AppointmentChange).where(
                AppointmentChange.appointment_id == booked["id"]
            )
        )
        (shown,) = await queries.of_referral(db, actor, case)
    assert (change.after, change.reason) == ("cancelled", "Phải mổ cấp cứu")
    assert shown.reason == change.reason

    again = await binh.api(
        "POST", f"/appointments/{booked['id']}/cancel", {"reason": "Lần nữa"}
    )
    assert (again.status, (await again.json())["code"]) == (409, "wrong_state")


async def test_moving_keeps_the_old_booking_as_history(visitors, case, stage):
    binh = await visitors("binh")
    first, _, third, *_ = await free_slots(binh, case)
    booked = await book(binh, case, first)
    await binh.get(f"/referrals/{case}/appointment")
    assert "Dời lịch hẹn" in binh.text
    answer = await binh.post(f"/appointments/{booked['id']}/move", {"starts": third})
    assert answer.status == 303, binh.text
    async with stage.acting("binh") as (db, _):
        old, new = await db.scalars(
            select(Appointment)
            .where(Appointment.referral_id == case)
            .order_by(Appointment.booked_at)
        )
        change = await db.scalar(
            select(AppointmentChange).where(AppointmentChange.appointment_id == old.id)
        )
    assert (old.status, new.status) == ("rescheduled", "booked")
    assert new.moved_from_id == old.id
    assert (change.before, change.after) == ("booked", "rescheduled")


async def test_a_move_to_a_slot_that_is_gone_keeps_the_old_booking(
    visitors, case, stage
):
    binh, thu = await visitors("binh"), await visitors("thu")
    slots = await free_slots(binh, case)
    booked = await book(binh, case, slots[0])
    await book(thu, await held_case(stage, "hoa"), slots[1])
    answer = await binh.post(f"/appointments/{booked['id']}/move", {"starts": slots[1]})
    assert answer.status == 409
    assert "Giờ này vừa có người đặt" in binh.text
    assert 'name="starts"' in binh.text
    shown = await (await binh.api("GET", f"/appointments/{booked['id']}")).json()
    assert shown["status"] == "booked"


async def test_a_patient_is_not_in_two_meetings_at_once(visitors, case, stage):
    binh = await visitors("binh")
    async with stage.as_platform() as db:
        patient_id = (await db.get(Referral, case)).patient_id
    other = await held_case(stage, "binh", "lan", patient_id=patient_id)
    starts = (await free_slots(binh, case))[9]
    await book(binh, case, starts)
    assert starts in await free_slots(binh, other)
    answer = await binh.api(
        "POST", f"/referrals/{other}/appointments", {"starts": starts}
    )
    assert (answer.status, (await answer.json())["code"]) == (409, "slot_taken")


async def test_a_case_has_one_booking_at_a_time(visitors, case):
    binh = await visitors("binh")
    slots = await free_slots(binh, case)
    await book(binh, case, slots[10])
    answer = await binh.api(
        "POST", f"/referrals/{case}/appointments", {"starts": slots[12]}
    )
    assert (answer.status, (await answer.json())["code"]) == (409, "already_booked")


async def test_a_time_outside_the_hours_is_no_slot(visitors, case):
    binh = await visitors("binh")
    starts = datetime.fromisoformat((await free_slots(binh, case))[11])
    for wrong in (starts + timedelta(minutes=1), starts + timedelta(days=30)):
        answer = await binh.api(
            "POST", f"/referrals/{case}/appointments", {"starts": wrong.isoformat()}
        )
        assert (answer.status, (await answer.json())["code"]) == (409, "slot_taken")
    answer = await binh.post(f"/referrals/{case}/appointments", {"starts": "sáng mai"})
    assert answer.status == 422
    assert "Hãy chọn một giờ còn trống." in binh.text


@pytest.mark.parametrize(
    "status",
    [ReferralStatus.CONCLUDED, ReferralStatus.CANCELLED, ReferralStatus.OFFERED],
)
async def test_only_a_case_that_a_specialist_holds_is_booked(visitors, stage, status):
    binh = await visitors("binh")
    case = await held_case(stage, status=status)
    assert (await binh.get(f"/referrals/{case}/appointment")).status == 409
    answer = await binh.api(
        "POST",
        f"/referrals/{case}/appointments",
        {"starts": clock.now().isoformat()},
    )
    code = (await answer.json())["code"]
    assert (answer.status, code) == (409, "referral_not_bookable")


async def test_the_patient_comes_or_does_not(visitors, case):
    binh = await visitors("binh")
    slots = await free_slots(binh, case)
    booked = await book(binh, case, slots[13])
    page = f"/appointments/{booked['id']}"
    assert (await binh.post(f"{page}/miss")).status == 409
    assert "Chưa đến giờ hẹn" in binh.text
    assert (await binh.post(f"{page}/confirm")).status == 303
    assert (await binh.post(f"{page}/arrive")).status == 303
    shown = await (await binh.api("GET", page)).json()
    assert shown["status"] == "arrived"
    assert shown["specialist_name"] == "BS.CKII Trần Quang Minh"


@pytest.mark.parametrize("stranger", ["hoa", "khoa", "lan", "quan", "admin"])
async def test_strangers_find_nothing(visitors, case, stranger):
    binh, other = await visitors("binh"), await visitors(stranger)
    slots = await free_slots(binh, case)
    booked = await book(binh, case, slots[20])
    starts = {"starts": slots[21]}
    for method, path, body in (
        ("GET", f"/referrals/{case}/slots", None),
        ("POST", f"/referrals/{case}/appointments", starts),
        ("GET", f"/appointments/{booked['id']}", None),
        ("POST", f"/appointments/{booked['id']}/move", starts),
        ("POST", f"/appointments/{booked['id']}/confirm", {}),
        ("POST", f"/appointments/{booked['id']}/cancel", {"reason": "Không rõ"}),
    ):
        assert (await other.api(method, path, body)).status == 404, path
    assert (await other.get(f"/referrals/{case}/appointment")).status == 404
    assert (await other.get(f"/appointments/{booked['id']}/cancel")).status == 404


async def test_signed_out_means_401(visitors, case):
    nobody = await visitors()
    assert (await nobody.api("GET", f"/referrals/{case}/slots")).status == 401


@pytest.mark.parametrize("stranger", ["khoa", "lan", "quan"])
async def test_the_database_alone_keeps_strangers_out(visitors, stage, stranger):
    binh = await visitors("binh")
    case = await held_case(stage)
    await book(binh, case, (await free_slots(binh, case))[30])
    async with stage.acting(stranger) as (db, _):
        found = await db.scalars(
            select(Appointment).where(Appointment.referral_id == case)
        )
        assert found.all() == []
