"""What the page of a case offers to do with its booking."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy.dialects.postgresql import Range

from server.appointments.models import Appointment
from server.appointments.queries import Booking
from server.appointments.states import AppointmentStatus
from server.core import clock
from server.referrals.states import ReferralStatus
from server.web.rendering import environment

BOOK, MOVE, CANCEL = "Đặt lịch hẹn</a>", "Dời lịch</a>", "Hủy lịch</a>"
CONFIRM, ARRIVE, MISS = "/confirm", "/arrive", "/miss"


def panel(actor, *statuses: AppointmentStatus, hours: int = 48, **referral) -> str:
    starts = clock.now() + timedelta(hours=hours)
    case = SimpleNamespace(
        id=uuid4(), specialist_id=uuid4(), status=ReferralStatus.ACCEPTED
    )
    vars(case).update(referral)
    bookings = [
        Booking(
            Appointment(
                id=uuid4(),
                status=status,
                period=Range(starts, starts + timedelta(minutes=20)),
            ),
            case,
            SimpleNamespace(display_name="BS. Trần Quang Minh"),
        )
        for status in statuses
    ]
    template = environment("vi", Path("assets")).get_template(
        "appointments/panel.html.j2"
    )
    return template.render(
        actor=actor,
        referral=case,
        appointments=bookings,
        csrf_token="",
        once_token=str,
    )


def offered(text: str) -> set[str]:
    return {one for one in (BOOK, MOVE, CANCEL, CONFIRM, ARRIVE, MISS) if one in text}


@pytest.mark.parametrize(
    ("statuses", "hours", "steps"),
    [
        ([], 48, {BOOK}),
        ([AppointmentStatus.BOOKED], 48, {MOVE, CANCEL, CONFIRM}),
        ([AppointmentStatus.CONFIRMED], 48, {MOVE, CANCEL}),
        ([AppointmentStatus.BOOKED], -1, {MOVE, CANCEL, CONFIRM, ARRIVE, MISS}),
        ([AppointmentStatus.ARRIVED], -1, {MOVE, CANCEL}),
        ([AppointmentStatus.IN_CONSULTATION], -1, set()),
        ([AppointmentStatus.CANCELLED, AppointmentStatus.NO_SHOW], -1, {BOOK}),
        (
            [AppointmentStatus.BOOKED, AppointmentStatus.RESCHEDULED],
            48,
            {MOVE, CANCEL, CONFIRM},
        ),
    ],
)
async def test_the_station_is_offered_what_can_be_done(stage, statuses, hours, steps):
    binh = await stage.actor("binh")
    assert offered(panel(binh, *statuses, hours=hours)) == steps


async def test_the_specialist_can_only_cancel(stage):
    minh = await stage.actor("minh")
    assert offered(panel(minh, AppointmentStatus.BOOKED)) == {CANCEL}
    assert offered(panel(minh)) == set()


async def test_without_a_specialist_there_is_nothing_to_book(stage):
    binh = await stage.actor("binh")
    text = panel(binh, status=ReferralStatus.OFFERED, specialist_id=None)
    assert offered(text) == set()
    assert "Chưa có lịch hẹn." in text


async def test_earlier_bookings_stay_in_sight(stage):
    binh = await stage.actor("binh")
    text = panel(binh, AppointmentStatus.BOOKED, AppointmentStatus.RESCHEDULED)
    assert "Các lịch hẹn trước (1)" in text
    assert "Đã dời lịch" in text
