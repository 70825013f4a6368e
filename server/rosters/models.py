"""The hours in which a specialist can be met."""

from __future__ import annotations

from datetime import date, time
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from server.accounts.models import Person
from server.core.db import Base, HasId


class AvailabilityRule(HasId, Base):
    """Every week on this weekday, in Vietnamese time; on duty means inside such hours."""

    __tablename__ = "availability_rules"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="iso_weekday"),
        CheckConstraint("starts < ends", name="starts_before_ends"),
        CheckConstraint("slot_minutes BETWEEN 5 AND 120", name="slot_length"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id), index=True)
    weekday: Mapped[int] = mapped_column(SmallInteger, comment="ISO: Monday is 1")
    starts: Mapped[time]
    ends: Mapped[time]
    slot_minutes: Mapped[int] = mapped_column(SmallInteger)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


class AvailabilityException(HasId, Base):
    """One day that differs: hours away, or extra hours."""

    __tablename__ = "availability_exceptions"
    __table_args__ = (
        CheckConstraint("starts < ends", name="starts_before_ends"),
        Index("ix_availability_exceptions_person_id_on", "person_id", "on"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    on: Mapped[date]
    starts: Mapped[time]
    ends: Mapped[time]
    available: Mapped[bool] = mapped_column(comment="true: extra hours; false: away")
    slot_minutes: Mapped[int] = mapped_column(SmallInteger, default=20)
    note: Mapped[str] = mapped_column(String(200), default="")
