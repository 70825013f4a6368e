"""The conclusion of a case: a draft, signed versions that never change, the station's answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.core.db import Base, HasId, enum_column
from server.core.states import StatusChange, refuse_wrong_move
from server.facilities.models import Facility
from server.patients.models import Patient
from server.records.states import TRANSITIONS, Decision, RecordStatus
from server.referrals.models import Referral


class RecordChange(StatusChange, Base):
    """One move of a record."""

    __tablename__ = "record_changes"
    __table_args__ = (Index("ix_record_changes_record_id_at", "record_id", "at"),)

    record_id: Mapped[UUID] = mapped_column(ForeignKey("records.id"))


class Record(HasId, Base):
    """What the consultation concluded (FHIR Composition), one for each request."""

    __tablename__ = "records"
    __table_args__ = (
        Index("ix_records_patient_id_signed_at", "patient_id", "signed_at"),
        Index("ix_records_specialist_id_signed_at", "specialist_id", "signed_at"),
        CheckConstraint(
            "(status = 'draft') = (version = 0)", name="signed_has_version"
        ),
    )

    referral_id: Mapped[UUID] = mapped_column(ForeignKey(Referral.id), unique=True)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey(Patient.id))
    station_id: Mapped[UUID] = mapped_column(ForeignKey(Facility.id))
    hospital_id: Mapped[UUID] = mapped_column(ForeignKey(Facility.id))
    specialist_id: Mapped[UUID]
    status: Mapped[RecordStatus] = enum_column(RecordStatus, default=RecordStatus.DRAFT)
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict)
    draft_revision: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0, comment="0: nothing is signed yet")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    signed_at: Mapped[datetime | None] = mapped_column(comment="of the first version")

    versions: Mapped[list[RecordVersion]] = relationship(
        lazy="raise", order_by="RecordVersion.number"
    )
    responses: Mapped[list[RecordResponse]] = relationship(
        lazy="raise", order_by="RecordResponse.at"
    )

    def move_to(
        self, status: RecordStatus, *, by: UUID | None, at: datetime, reason: str = ""
    ) -> RecordChange:
        """Move along TRANSITIONS and return the row to add; raises WrongState."""
        refuse_wrong_move(TRANSITIONS, self.status, status)
        before, self.status = self.status, status
        self.changed_at = at
        return RecordChange(
            record_id=self.id,
            before=before.value,
            after=status.value,
            by=by,
            at=at,
            reason=reason,
        )


class RecordVersion(Base):
    """A signed text; the application may add one and never change one."""

    __tablename__ = "record_versions"

    record_id: Mapped[UUID] = mapped_column(ForeignKey(Record.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]]
    content_sha256: Mapped[str] = mapped_column(
        String(64), comment="digest of the canonical JSON (RFC 8785) of the content"
    )
    amendment_reason: Mapped[str] = mapped_column(default="")
    signed_by: Mapped[UUID]
    signer_name: Mapped[str] = mapped_column(String(160))
    signer_licence: Mapped[str] = mapped_column(String(40))
    signed_at: Mapped[datetime]
    method: Mapped[str] = mapped_column(
        String(32),
        comment="how the signer proved who they are (Circular 13/2025 Art. 3)",
    )


class RecordResponse(HasId, Base):
    """What the station doctor decided about a version."""

    __tablename__ = "record_responses"
    __table_args__ = (
        Index(
            "uq_record_responses_record_id_version", "record_id", "version", unique=True
        ),
        CheckConstraint("decision <> 'other' OR text <> ''", name="other_says_what"),
    )

    record_id: Mapped[UUID] = mapped_column(ForeignKey(Record.id))
    version: Mapped[int]
    decision: Mapped[Decision] = enum_column(Decision)
    text: Mapped[str] = mapped_column(default="")
    by: Mapped[UUID]
    doctor_name: Mapped[str] = mapped_column(String(160))
    at: Mapped[datetime]


class Diagnosis(Base):
    """An ICD-10 code with its Vietnamese name (Circular 06/2026/TT-BYT once imported)."""

    __tablename__ = "icd10_codes"
    __table_args__ = (
        Index(
            "ix_icd10_codes_search",
            "search",
            postgresql_using="gin",
            postgresql_ops={"search": "gin_trgm_ops"},
        ),
    )

    code: Mapped[str] = mapped_column(String(8, collation="C"), primary_key=True)
    name: Mapped[str] = mapped_column(String(400))
    search: Mapped[str] = mapped_column(String(420), comment="code and name, folded")
    not_main: Mapped[bool] = mapped_column(Boolean, comment="not as the main disease")
    unusable: Mapped[bool] = mapped_column(Boolean, comment="not usable anywhere")
    source: Mapped[str] = mapped_column(String(40))
