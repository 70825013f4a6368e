"""What has been answered already, so that a repeated write is answered and not repeated."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.core.db import Base


class AnsweredRequest(Base):
    """One write of one person under an idempotency key; kept for at least 24 hours."""

    __tablename__ = "answered_requests"
    __table_args__ = (Index("ix_answered_requests_at", "at"),)

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
    status: Mapped[int | None]
    location: Mapped[str | None]
    content_type: Mapped[str | None]
    body: Mapped[bytes | None]
