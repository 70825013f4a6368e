"""The life of a booking."""

from __future__ import annotations

from enum import StrEnum

from server.core.messages import N_


class AppointmentStatus(StrEnum):
    """Where a booking stands (FHIR Appointment)."""

    BOOKED = "booked"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    IN_CONSULTATION = "in_consultation"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    RESCHEDULED = "rescheduled"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _LABELS[self]


_LABELS = {
    AppointmentStatus.BOOKED: N_("Đã đặt"),
    AppointmentStatus.CONFIRMED: N_("Đã xác nhận"),
    AppointmentStatus.ARRIVED: N_("Đã có mặt"),
    AppointmentStatus.IN_CONSULTATION: N_("Đang hội chẩn"),
    AppointmentStatus.COMPLETED: N_("Đã xong"),
    AppointmentStatus.CANCELLED: N_("Đã hủy"),
    AppointmentStatus.NO_SHOW: N_("Không đến"),
    AppointmentStatus.RESCHEDULED: N_("Đã dời lịch"),
}

_BEFORE = frozenset({AppointmentStatus.CANCELLED, AppointmentStatus.RESCHEDULED})

TRANSITIONS: dict[AppointmentStatus, frozenset[AppointmentStatus]] = {
    AppointmentStatus.BOOKED: _BEFORE
    | {
        AppointmentStatus.CONFIRMED,
        AppointmentStatus.ARRIVED,
        AppointmentStatus.IN_CONSULTATION,
        AppointmentStatus.NO_SHOW,
    },
    AppointmentStatus.CONFIRMED: _BEFORE
    | {
        AppointmentStatus.ARRIVED,
        AppointmentStatus.IN_CONSULTATION,
        AppointmentStatus.NO_SHOW,
    },
    AppointmentStatus.ARRIVED: _BEFORE | {AppointmentStatus.IN_CONSULTATION},
    AppointmentStatus.IN_CONSULTATION: frozenset({AppointmentStatus.COMPLETED}),
    AppointmentStatus.COMPLETED: frozenset(),
    AppointmentStatus.CANCELLED: frozenset(),
    AppointmentStatus.NO_SHOW: frozenset(),
    AppointmentStatus.RESCHEDULED: frozenset(),
}

# Bookings that take up the specialist's time.
ACTIVE = (
    AppointmentStatus.BOOKED,
    AppointmentStatus.CONFIRMED,
    AppointmentStatus.ARRIVED,
    AppointmentStatus.IN_CONSULTATION,
)
