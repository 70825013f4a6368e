"""Files of a case; the bytes lie in a content-addressed folder."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.core.db import Base, HasId
from server.facilities.models import Facility
from server.patients.models import Patient


class Document(HasId, Base):
    """One photograph or PDF (FHIR DocumentReference)."""

    __tablename__ = "documents"
    __table_args__ = (
        Index("ix_documents_referral_id_added_at", "referral_id", "added_at"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey(Patient.id), index=True)
    referral_id: Mapped[UUID]
    station_id: Mapped[UUID] = mapped_column(ForeignKey(Facility.id))
    title: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int] = mapped_column(comment="bytes as kept")
    sha256: Mapped[str] = mapped_column(
        String(64), comment="digest of the bytes as kept"
    )
    width: Mapped[int | None]
    height: Mapped[int | None]
    added_by: Mapped[UUID]
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
