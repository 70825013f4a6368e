"""Where people work: stations, satellite points, hospitals, health departments."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.core.db import Base, HasId, enum_column
from server.core.messages import N_
from server.places.models import Commune, Province


class FacilityKind(StrEnum):
    """What a facility is."""

    STATION = "station"
    SATELLITE_POINT = "satellite_point"
    HOSPITAL = "hospital"
    HEALTH_DEPARTMENT = "health_department"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _KINDS[self]


class Level(StrEnum):
    """Technical level of care (Law 15/2023/QH15 Art. 104)."""

    INITIAL = "initial"
    BASIC = "basic"
    SPECIALISED = "specialised"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _LEVELS[self]


_KINDS = {
    FacilityKind.STATION: N_("Trạm y tế"),
    FacilityKind.SATELLITE_POINT: N_("Điểm trạm"),
    FacilityKind.HOSPITAL: N_("Bệnh viện"),
    FacilityKind.HEALTH_DEPARTMENT: N_("Sở Y tế"),
}
_LEVELS = {
    Level.INITIAL: N_("Ban đầu"),
    Level.BASIC: N_("Cơ bản"),
    Level.SPECIALISED: N_("Chuyên sâu"),
}


class Facility(HasId, Base):
    """A place of care or its authority; a satellite point has its station as parent."""

    __tablename__ = "facilities"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'satellite_point') = (parent_id IS NOT NULL)",
            name="parent_of_point",
        ),
        Index("ix_facilities_province_code_kind", "province_code", "kind"),
    )

    kind: Mapped[FacilityKind] = enum_column(FacilityKind)
    level: Mapped[Level | None] = enum_column(Level, nullable=True)
    name: Mapped[str] = mapped_column(String(200))
    name_fold: Mapped[str] = mapped_column(String(200))
    provider_code: Mapped[str | None] = mapped_column(
        String(5), unique=True, comment="MA_CSKCB, given by the authority"
    )
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("facilities.id"))
    province_code: Mapped[str] = mapped_column(ForeignKey(Province.code))
    commune_code: Mapped[str | None] = mapped_column(
        ForeignKey(Commune.code), index=True
    )
    address: Mapped[str] = mapped_column(String(300), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    active_from: Mapped[date]
    active_until: Mapped[date | None]
    telehealth_unit_since: Mapped[date | None] = mapped_column(
        comment="since when it has a unit for remote care (Decision 3516/QĐ-BYT)"
    )

    commune: Mapped[Commune | None] = relationship(lazy="raise")
    province: Mapped[Province] = relationship(lazy="raise")


class Specialty(Base):
    """A field of medicine that a request is addressed to."""

    __tablename__ = "specialties"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]


class Department(HasId, Base):
    """A department of a hospital."""

    __tablename__ = "departments"

    facility_id: Mapped[UUID] = mapped_column(ForeignKey(Facility.id), index=True)
    name: Mapped[str] = mapped_column(String(120))


class DepartmentSpecialty(Base):
    """A specialty that a department answers for."""

    __tablename__ = "department_specialties"

    department_id: Mapped[UUID] = mapped_column(
        ForeignKey(Department.id), primary_key=True
    )
    specialty_code: Mapped[str] = mapped_column(
        ForeignKey(Specialty.code), primary_key=True
    )
