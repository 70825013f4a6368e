"""The request, its clinical part, its offers, its conversation and its history."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.core.db import Base, HasId, IntEnumType, enum_column
from server.core.states import StatusChange, refuse_wrong_move
from server.facilities.models import Facility, Specialty
from server.patients.codes import Sex
from server.patients.models import Patient
from server.referrals.states import (
    OFFER_TRANSITIONS,
    TRANSITIONS,
    WAITING,
    Channel,
    OfferStatus,
    Priority,
    ReferralStatus,
    RemoteMode,
)

_IN_QUEUE = text("status IN ({})".format(", ".join(f"'{one}'" for one in WAITING)))


class ReferralChange(StatusChange, Base):
    """One move of a request."""

    __tablename__ = "referral_changes"
    __table_args__ = (Index("ix_referral_changes_referral_id_at", "referral_id", "at"),)

    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referrals.id"))


class Referral(HasId, Base):
    """A request for advice (FHIR ServiceRequest): what the queue and the coordinator need.

    It holds the clinical minimum and nothing that names the patient; the rest is in
    ReferralDetails and Patient, which a coordinator cannot read.
    """

    __tablename__ = "referrals"
    __table_args__ = (
        CheckConstraint("priority BETWEEN 1 AND 3", name="priority_band"),
        CheckConstraint(
            "status IN ('draft', 'cancelled') OR (hospital_id IS NOT NULL"
            " AND specialty_code IS NOT NULL AND submitted_at IS NOT NULL"
            " AND due_at IS NOT NULL)",
            name="submitted_is_complete",
        ),
        Index(
            "ix_referrals_queue_hospital",
            "hospital_id",
            "priority",
            "due_at",
            "submitted_at",
            postgresql_where=_IN_QUEUE,
        ),
        Index(
            "ix_referrals_queue_province",
            "province_code",
            "priority",
            "due_at",
            "submitted_at",
            postgresql_where=_IN_QUEUE,
        ),
        Index("ix_referrals_station_id_changed_at", "station_id", "changed_at"),
        Index("ix_referrals_patient_id_created_at", "patient_id", "created_at"),
        Index("ix_referrals_specialist_id_changed_at", "specialist_id", "changed_at"),
        Index("ix_referrals_hospital_id_changed_at", "hospital_id", "changed_at"),
    )

    number: Mapped[str] = mapped_column(String(16), unique=True)
    patient_id: Mapped[UUID] = mapped_column(ForeignKey(Patient.id))
    patient_age: Mapped[int | None] = mapped_column(comment="years, when it was sent")
    patient_sex: Mapped[Sex] = enum_column(Sex)
    station_id: Mapped[UUID] = mapped_column(ForeignKey(Facility.id))
    province_code: Mapped[str] = mapped_column(String(2), comment="of the station")
    hospital_id: Mapped[UUID | None] = mapped_column(ForeignKey(Facility.id))
    specialty_code: Mapped[str | None] = mapped_column(ForeignKey(Specialty.code))
    status: Mapped[ReferralStatus] = enum_column(
        ReferralStatus, default=ReferralStatus.DRAFT
    )
    priority: Mapped[Priority] = mapped_column(
        IntEnumType(Priority), default=Priority.ROUTINE
    )
    channel: Mapped[Channel] = enum_column(Channel, default=Channel.VIDEO)
    mode: Mapped[RemoteMode] = enum_column(
        RemoteMode, default=RemoteMode.INTER_FACILITY_SUPPORT
    )
    reason: Mapped[str] = mapped_column(default="")
    symptoms: Mapped[str] = mapped_column(default="")
    vitals: Mapped[dict[str, Any]] = mapped_column(default=dict)
    provisional_code: Mapped[str] = mapped_column(
        String(8), default="", comment="ICD-10"
    )
    provisional_text: Mapped[str] = mapped_column(default="")
    questions: Mapped[list[Any]] = mapped_column(default=list)
    requested_by: Mapped[UUID]
    specialist_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=1)

    station: Mapped[Facility] = relationship(foreign_keys=[station_id], lazy="raise")
    hospital: Mapped[Facility | None] = relationship(
        foreign_keys=[hospital_id], lazy="raise"
    )
    specialty: Mapped[Specialty | None] = relationship(lazy="raise")
    patient: Mapped[Patient] = relationship(lazy="raise")
    details: Mapped[ReferralDetails] = relationship(lazy="raise")
    offers: Mapped[list[ReferralOffer]] = relationship(
        lazy="raise", order_by="ReferralOffer.offered_at"
    )

    def move_to(
        self, status: ReferralStatus, *, by: UUID | None, at: datetime, reason: str = ""
    ) -> ReferralChange:
        """Move along TRANSITIONS and return the row to add; raises WrongState."""
        refuse_wrong_move(TRANSITIONS, self.status, status)
        before, self.status = self.status, status
        self.changed_at = at
        return ReferralChange(
            referral_id=self.id,
            before=before.value,
            after=status.value,
            by=by,
            at=at,
            reason=reason,
        )


class ReferralDetails(Base):
    """What only the station and the specialist of the case read."""

    __tablename__ = "referral_details"

    referral_id: Mapped[UUID] = mapped_column(ForeignKey(Referral.id), primary_key=True)
    station_id: Mapped[UUID] = mapped_column(ForeignKey(Facility.id))
    history: Mapped[str] = mapped_column(default="")
    examination: Mapped[str] = mapped_column(default="")
    tests: Mapped[str] = mapped_column(default="")


class ReferralOffer(HasId, Base):
    """A case offered to one specialist until a deadline; the first acceptance wins."""

    __tablename__ = "referral_offers"
    __table_args__ = (
        Index(
            "uq_referral_offers_referral_id_accepted",
            "referral_id",
            unique=True,
            postgresql_where=text("status = 'accepted'"),
        ),
        Index(
            "uq_referral_offers_referral_id_specialist_id_open",
            "referral_id",
            "specialist_id",
            unique=True,
            postgresql_where=text("status = 'offered'"),
        ),
        Index(
            "ix_referral_offers_specialist_id_open",
            "specialist_id",
            "due_at",
            postgresql_where=text("status = 'offered'"),
        ),
        Index(
            "ix_referral_offers_due_at_open",
            "due_at",
            postgresql_where=text("status = 'offered'"),
        ),
    )

    referral_id: Mapped[UUID] = mapped_column(ForeignKey(Referral.id), index=True)
    specialist_id: Mapped[UUID]
    offered_by: Mapped[UUID]
    offered_at: Mapped[datetime]
    due_at: Mapped[datetime]
    status: Mapped[OfferStatus] = enum_column(OfferStatus, default=OfferStatus.OFFERED)
    answered_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")

    def move_to(self, status: OfferStatus, *, at: datetime, reason: str = "") -> None:
        """Answer, expire or withdraw the offer; raises WrongState when that was done."""
        refuse_wrong_move(OFFER_TRANSITIONS, self.status, status)
        self.status = status
        self.answered_at = at
        self.reason = reason


class ReferralMessage(HasId, Base):
    """What the hospital asked to be completed, and what the station answered."""

    __tablename__ = "referral_messages"
    __table_args__ = (
        Index("ix_referral_messages_referral_id_at", "referral_id", "at"),
    )

    referral_id: Mapped[UUID] = mapped_column(ForeignKey(Referral.id))
    author_id: Mapped[UUID]
    at: Mapped[datetime]
    text: Mapped[str]
