"""The table of what happened, which the application may add to and never change."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.core.db import Base, HasId, enum_column


class Outcome(StrEnum):
    """How it ended, in the words of a FHIR AuditEvent's outcome."""

    SUCCESS = "success"
    REFUSED = "refused"


class AuditEvent(HasId, Base):
    """One view, change, refusal, export or sign-in (FHIR AuditEvent)."""

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_patient_id_at", "patient_id", "at"),
        Index("ix_audit_events_person_id_at", "person_id", "at"),
        Index("ix_audit_events_at", "at"),
    )

    at: Mapped[datetime]
    person_id: Mapped[UUID | None] = mapped_column(
        comment="who acted; empty: nobody known"
    )
    role: Mapped[str | None] = mapped_column(String(32))
    facility_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(64), comment="subject:action, as a tag")
    object_id: Mapped[str | None] = mapped_column(String(64))
    patient_id: Mapped[UUID | None]
    outcome: Mapped[Outcome] = enum_column(Outcome)
    address: Mapped[str] = mapped_column(
        String(64), comment="network address of the client"
    )
    user_agent: Mapped[str] = mapped_column(String(200))
    request_id: Mapped[str] = mapped_column(String(32))
    detail: Mapped[dict[str, Any]] = mapped_column(
        comment="codes and ids, never free text"
    )
