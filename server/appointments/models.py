"""A booked meeting; the database itself refuses two at once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from server.accounts.models import Person
from server.appointments.states import ACTIVE, TRANSITIONS, AppointmentStatus
from server.core.db import Base, HasId, enum_column
from server.core.states import StatusChange, refuse_wrong_move
from server.facilities.models import Facility
from server.patients.models import Patient
from server.referrals.models import Referral

_ACTIVE = text("status IN ({})".format(", ".join(f"'{one}'" for one in ACTIVE)))


class AppointmentChange(StatusChange, Base):
    """One move of a booking."""

    __tablename__ = "appointment_changes"
    __table_args__ = (
        Index("ix_appointment_changes_appointment_id_at", "appointment_id", "at"),
    )

    appointment_id: Mapped[UUID] = mapped_column(ForeignKey("appointments.id"))


class Appointment(HasId, Base):
    """A specialist and a patient's station meet in this period (FHIR Appointment)."""

    __tablename__ = "appointments"
    __table_args__ = (
        ExcludeConstraint(
            ("specialist_id", "="),
            ("period", "&&"),
            name="ex_appointments_specialist_once",
            where=_ACTIVE,
        ),
        ExcludeConstraint(
            ("patient_id", "="),
            ("period", "&&"),
            name="ex_appointments_patient_once",
            where=_ACTIVE,
        ),
        CheckConstraint("NOT isempty(period)", name="period_not_empty"),
        Index("ix_appointments_referral_id", "referral_id"),
        Index(
            "ix_appointments_unbegun",
            "referral_id",
            postgresql_where=text("status IN ('booked', 'confirmed', 'arrived')"),
        ),
        Index("ix_appointments_station_id_period", "station_id", text("lower(period)")),
        Index(
            "ix_appointments_hospital_id_period", "hospital_id", text("lower(period)")
        ),
    )

    referral_id: Mapped[UUID] = mapped_column(ForeignKey(Referral.id))
    patient_id: Mapped[UUID] = mapped_column(ForeignKey(Patient.id))
    station_id: Mapped[UUID] = mapped_column(ForeignKey(Facility.id))
    hospital_id: Mapped[UUID] = mapped_column(ForeignKey(Facility.id))
    specialist_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    period: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    status: Mapped[AppointmentStatus] = enum_column(
        AppointmentStatus, default=AppointmentStatus.BOOKED
    )
    booked_by: Mapped[UUID]
    booked_at: Mapped[datetime]
    moved_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("appointments.id"))

    def move_to(
        self,
        status: AppointmentStatus,
        *,
        by: UUID | None,
        at: datetime,
        reason: str = "",
    ) -> AppointmentChange:
        """Move along TRANSITIONS and return the row to add; raises WrongState."""
        refuse_wrong_move(TRANSITIONS, self.status, status)
        before, self.status = self.status, status
        return AppointmentChange(
            appointment_id=self.id,
            before=before.value,
            after=status.value,
            by=by,
            at=at,
            reason=reason,
        )
