"""The meeting, every try to call, who was in it, and what signaling reported."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.appointments.models import Appointment
from server.consultations.states import (
    ATTEMPT_TRANSITIONS,
    TRANSITIONS,
    AttemptStatus,
    ConsultationStatus,
    EndReason,
)
from server.core.db import Base, HasId, enum_column
from server.core.states import StatusChange, refuse_wrong_move
from server.facilities.models import Facility
from server.patients.models import Patient
from server.referrals.models import Referral
from server.referrals.states import Channel


class ConsultationChange(StatusChange, Base):
    """One move of a meeting."""

    __tablename__ = "consultation_changes"
    __table_args__ = (
        Index("ix_consultation_changes_consultation_id_at", "consultation_id", "at"),
    )

    consultation_id: Mapped[UUID] = mapped_column(ForeignKey("consultations.id"))


class Consultation(HasId, Base):
    """The meeting of a station and a specialist about one request (FHIR Encounter)."""

    __tablename__ = "consultations"
    __table_args__ = (
        Index("ix_consultations_referral_id_created_at", "referral_id", "created_at"),
        Index("ix_consultations_station_id_created_at", "station_id", "created_at"),
        Index(
            "ix_consultations_specialist_id_created_at", "specialist_id", "created_at"
        ),
        Index(
            "ix_consultations_hospital_id_stuck",
            "hospital_id",
            "stuck_since",
            postgresql_where=text("stuck_since IS NOT NULL"),
        ),
    )

    referral_id: Mapped[UUID] = mapped_column(ForeignKey(Referral.id))
    appointment_id: Mapped[UUID | None] = mapped_column(
        ForeignKey(Appointment.id), unique=True
    )
    patient_id: Mapped[UUID] = mapped_column(ForeignKey(Patient.id))
    station_id: Mapped[UUID] = mapped_column(ForeignKey(Facility.id))
    hospital_id: Mapped[UUID] = mapped_column(ForeignKey(Facility.id))
    specialist_id: Mapped[UUID]
    status: Mapped[ConsultationStatus] = enum_column(
        ConsultationStatus, default=ConsultationStatus.SCHEDULED
    )
    room: Mapped[str] = mapped_column(
        String(43),
        unique=True,
        comment="random; all that signaling knows of the meeting",
    )
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    stuck_since: Mapped[datetime | None] = mapped_column(
        comment="two tries in a row came to nothing; the coordinator looks after it"
    )

    referral: Mapped[Referral] = relationship(lazy="raise")
    attempts: Mapped[list[CallAttempt]] = relationship(
        lazy="raise", order_by="CallAttempt.rang_at"
    )

    def move_to(
        self,
        status: ConsultationStatus,
        *,
        by: UUID | None,
        at: datetime,
        reason: str = "",
    ) -> ConsultationChange:
        """Move along TRANSITIONS and return the row to add; raises WrongState."""
        refuse_wrong_move(TRANSITIONS, self.status, status)
        before, self.status = self.status, status
        return ConsultationChange(
            consultation_id=self.id,
            before=before.value,
            after=status.value,
            by=by,
            at=at,
            reason=reason,
        )


class CallAttemptChange(StatusChange, Base):
    """One move of a try to call."""

    __tablename__ = "call_attempt_changes"
    __table_args__ = (
        Index("ix_call_attempt_changes_attempt_id_at", "attempt_id", "at"),
    )

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("call_attempts.id"))


class CallAttempt(HasId, Base):
    """One try to talk: over which channel, who rang, when, how long, why it ended."""

    __tablename__ = "call_attempts"
    __table_args__ = (
        Index("ix_call_attempts_consultation_id_rang_at", "consultation_id", "rang_at"),
        Index(
            "uq_call_attempts_consultation_id_live",
            "consultation_id",
            unique=True,
            postgresql_where=text("status IN ('invited', 'ringing', 'accepted')"),
        ),
        Index(
            "ix_call_attempts_ringing_rang_at",
            "rang_at",
            postgresql_where=text("status IN ('invited', 'ringing')"),
        ),
        # Asked by every page: what rings for somebody, and whom they owe an answer.
        Index(
            "ix_call_attempts_called_waiting",
            "called",
            postgresql_where=text(
                "status IN ('invited', 'ringing') OR owed_since IS NOT NULL"
            ),
        ),
        Index(
            "ix_call_attempts_answered_ended_at",
            "ended_at",
            postgresql_where=text("answered_at IS NOT NULL"),
        ),
    )

    consultation_id: Mapped[UUID] = mapped_column(ForeignKey(Consultation.id))
    channel: Mapped[Channel] = enum_column(Channel)
    status: Mapped[AttemptStatus] = enum_column(
        AttemptStatus, default=AttemptStatus.INVITED
    )
    caller_id: Mapped[UUID]
    called: Mapped[UUID] = mapped_column(
        comment="whom it rings for: a specialist, or a station with all its doctors"
    )
    answered_by: Mapped[UUID | None]
    rang_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    connected_at: Mapped[datetime | None] = mapped_column(
        comment="both were in the room"
    )
    node: Mapped[str | None] = mapped_column(
        String(64), comment="the signaling node of its room"
    )
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[EndReason | None] = enum_column(EndReason, nullable=True)
    owed_since: Mapped[datetime | None] = mapped_column(
        comment="the called side has to call back or write; empty when that is settled"
    )

    @property
    def seconds(self) -> int | None:
        """How long the two talked; None when they never did, or nobody said how long."""
        start = self.connected_at or self.answered_at
        if start is None or self.ended_at is None or self.ended_at == start:
            return None
        return max(0, round((self.ended_at - start).total_seconds()))

    def move_to(
        self,
        status: AttemptStatus,
        *,
        by: UUID | None,
        at: datetime,
        reason: EndReason | None = None,
    ) -> CallAttemptChange:
        """Move along ATTEMPT_TRANSITIONS and return the row to add; raises WrongState."""
        refuse_wrong_move(ATTEMPT_TRANSITIONS, self.status, status)
        before, self.status = self.status, status
        if status is AttemptStatus.ACCEPTED:
            self.answered_at = at
        elif status is not AttemptStatus.RINGING:
            self.ended_at = at
            self.end_reason = reason
        return CallAttemptChange(
            attempt_id=self.id,
            before=before.value,
            after=status.value,
            by=by,
            at=at,
            reason=reason.value if reason else "",
        )


class CallParticipant(Base):
    """Who stands behind an opaque participant of a room, and when they were in it."""

    __tablename__ = "call_participants"
    __table_args__ = (
        Index(
            "uq_call_participants_attempt_id_person_id",
            "attempt_id",
            "person_id",
            unique=True,
        ),
        Index(
            "ix_call_participants_person_id_inside",
            "person_id",
            postgresql_where=text("joined_at IS NOT NULL AND left_at IS NULL"),
        ),
    )

    participant: Mapped[str] = mapped_column(String(43), primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey(CallAttempt.id))
    person_id: Mapped[UUID]
    joined_at: Mapped[datetime | None]
    entered_at: Mapped[datetime | None] = mapped_column(comment="for the last time")
    node: Mapped[str | None] = mapped_column(String(64), comment="where they entered")
    left_at: Mapped[datetime | None]


class CallEvent(Base):
    """One event of signaling, kept once however often it is delivered."""

    __tablename__ = "call_events"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    room: Mapped[str] = mapped_column(String(43), index=True)
    participant: Mapped[str] = mapped_column(String(43), default="")
    node: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[datetime]
    received_at: Mapped[datetime]
