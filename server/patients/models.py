"""The patient, what identifies the patient, and who outside the station may read the case."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.core.db import Base, HasId, enum_column
from server.facilities.models import Facility
from server.patients.codes import Sex
from server.patients.identifiers import IdentifierKind, Precision
from server.places.models import Commune


class Patient(HasId, Base):
    """A person cared for by a station (Circular 38/2024: what every facility must supply)."""

    __tablename__ = "patients"
    __table_args__ = (
        # Row-level security keeps LIKE away from a trigram index: a search by name reads
        # the station's part of this one from end to end, and no row of the table.
        Index(
            "ix_patients_facility_id_name_sort",
            "facility_id",
            "name_sort",
            "id",
            postgresql_include=["name_fold", "birth_date"],
        ),
        Index("ix_patients_facility_id_phone", "facility_id", "phone"),
        Index("ix_patients_facility_id_name_fold", "facility_id", "name_fold"),
    )

    facility_id: Mapped[UUID] = mapped_column(ForeignKey(Facility.id))
    full_name: Mapped[str] = mapped_column(String(120))
    name_fold: Mapped[str] = mapped_column(String(120))
    name_sort: Mapped[str] = mapped_column(String(400, collation="C"))
    birth_date: Mapped[date | None]
    birth_precision: Mapped[Precision | None] = enum_column(Precision, nullable=True)
    sex: Mapped[Sex] = enum_column(Sex)
    phone: Mapped[str] = mapped_column(String(20), default="")
    ethnic_code: Mapped[str] = mapped_column(String(2), default="")
    occupation_code: Mapped[str] = mapped_column(String(5), default="")
    nationality: Mapped[str] = mapped_column(String(3), default="VN")
    current_commune_code: Mapped[str | None] = mapped_column(ForeignKey(Commune.code))
    current_address: Mapped[str] = mapped_column(String(300), default="")
    permanent_commune_code: Mapped[str | None] = mapped_column(ForeignKey(Commune.code))
    permanent_address: Mapped[str] = mapped_column(String(300), default="")
    representative_name: Mapped[str] = mapped_column(String(120), default="")
    representative_relation: Mapped[str] = mapped_column(String(60), default="")
    representative_phone: Mapped[str] = mapped_column(String(20), default="")
    allergies: Mapped[str] = mapped_column(default="")
    history: Mapped[str] = mapped_column(default="")
    registered_by: Mapped[UUID]
    registered_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)

    current_commune: Mapped[Commune | None] = relationship(
        foreign_keys=[current_commune_code], lazy="raise"
    )
    permanent_commune: Mapped[Commune | None] = relationship(
        foreign_keys=[permanent_commune_code], lazy="raise"
    )
    identifiers: Mapped[list[PatientIdentifier]] = relationship(
        lazy="raise", order_by="PatientIdentifier.kind"
    )

    __mapper_args__ = {"version_id_col": revision}  # noqa: RUF012


class PatientIdentifier(HasId, Base):
    """A number under which a station knows a patient; one patient a number a station."""

    __tablename__ = "patient_identifiers"
    __table_args__ = (
        Index(
            "uq_patient_identifiers_facility_id_kind_value",
            "facility_id",
            "kind",
            "value",
            unique=True,
        ),
        Index("ix_patient_identifiers_facility_id_value", "facility_id", "value"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey(Patient.id), index=True)
    facility_id: Mapped[UUID] = mapped_column(ForeignKey(Facility.id))
    kind: Mapped[IdentifierKind] = enum_column(IdentifierKind)
    value: Mapped[str] = mapped_column(String(32))


class CaseAccess(Base):
    """A specialist's right to read one case: given with an offer, ended with it or kept."""

    __tablename__ = "case_access"
    __table_args__ = (
        Index(
            "ix_case_access_person_id_open",
            "person_id",
            "referral_id",
            "patient_id",
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    referral_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey(Patient.id), index=True)
    station_id: Mapped[UUID] = mapped_column(ForeignKey(Facility.id))
    hospital_id: Mapped[UUID] = mapped_column(ForeignKey(Facility.id))
    province_code: Mapped[str] = mapped_column(String(2))
    given_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
