"""The life of a booking, over every pair of states."""

from itertools import product
from uuid import uuid4

import pytest

from server.appointments.models import Appointment
from server.appointments.states import TRANSITIONS, AppointmentStatus
from server.core import clock
from server.core.states import WrongState

PAIRS = list(product(AppointmentStatus, AppointmentStatus))


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_a_booking_moves_only_along_the_table(before, after):
    appointment = Appointment(id=uuid4(), status=before)
    somebody, moment = uuid4(), clock.now()
    if after in TRANSITIONS[before]:
        change = appointment.move_to(after, by=somebody, at=moment, reason="vì mưa")
        assert appointment.status is after
        assert (change.before, change.after) == (before.value, after.value)
        assert (change.by, change.at, change.reason) == (somebody, moment, "vì mưa")
    else:
        with pytest.raises(WrongState):
            appointment.move_to(after, by=somebody, at=moment)
        assert appointment.status is before


def test_every_state_has_a_vietnamese_name():
    assert all(status.label for status in AppointmentStatus)
