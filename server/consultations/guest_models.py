"""Who else is asked into a meeting."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from server.consultations.models import Consultation
from server.consultations.states import GuestEnd, GuestRole
from server.core.db import Base, HasId, enum_column


class ConsultationGuest(HasId, Base):
    """One invitation of a further person; while it is open, they see the case."""

    __tablename__ = "consultation_guests"
    __table_args__ = (
        Index(
            "uq_consultation_guests_consultation_id_person_id_open",
            "consultation_id",
            "person_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_consultation_guests_consultation_id_invited_at",
            "consultation_id",
            "invited_at",
        ),
        # Asked by every page: what rings for somebody.
        Index(
            "ix_consultation_guests_person_id_ringing",
            "person_id",
            postgresql_where=text("ringing_since IS NOT NULL"),
        ),
    )

    consultation_id: Mapped[UUID] = mapped_column(ForeignKey(Consultation.id))
    person_id: Mapped[UUID]
    role: Mapped[GuestRole] = enum_column(GuestRole)
    opened_case: Mapped[bool] = mapped_column(
        comment="the right to read the case came with it, and ends with it"
    )
    invited_by: Mapped[UUID]
    invited_at: Mapped[datetime]
    ringing_since: Mapped[datetime | None] = mapped_column(
        comment="empty once they have answered, or it is over"
    )
    joined_at: Mapped[datetime | None] = mapped_column(comment="for the first time")
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[GuestEnd | None] = enum_column(GuestEnd, nullable=True)

    def end(self, reason: GuestEnd, *, at: datetime) -> None:
        """Close the invitation."""
        self.ringing_since = None
        self.ended_at = at
        self.end_reason = reason
