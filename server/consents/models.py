"""The patient's written request to share the case, or the emergency that stands for it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from server.core.db import Base, HasId, enum_column
from server.core.messages import N_
from server.facilities.models import Facility
from server.patients.models import Patient


class Ground(StrEnum):
    """On what the sharing rests (Law 91/2025/QH15 Art. 26.2 and 19.1.a)."""

    PATIENT_REQUEST = "patient_request"
    EMERGENCY = "emergency"


class GivenBy(StrEnum):
    """Who asked for the sharing."""

    PATIENT = "patient"
    REPRESENTATIVE = "representative"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _GIVERS[self]


class Method(StrEnum):
    """How the request was given (Decree 356/2025 Art. 6)."""

    SIGNED_PAPER = "signed_paper"
    SPOKEN_WITNESSED = "spoken_witnessed"
    PHONE_RECORDING = "phone_recording"
    SMS = "sms"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _METHODS[self]


_GIVERS = {
    GivenBy.PATIENT: N_("Người bệnh"),
    GivenBy.REPRESENTATIVE: N_("Người đại diện"),
}
_METHODS = {
    Method.SIGNED_PAPER: N_("Ký trên giấy, lưu tại trạm"),
    Method.SPOKEN_WITNESSED: N_("Nói trước người làm chứng tại trạm"),
    Method.PHONE_RECORDING: N_("Qua điện thoại có ghi âm"),
    Method.SMS: N_("Qua tin nhắn"),
}


class Consent(HasId, Base):
    """What was agreed for one referral: who, to whom, what, when, how, in which wording."""

    __tablename__ = "consents"
    __table_args__ = (
        CheckConstraint(
            "(ground = 'emergency' AND reason <> '')"
            " OR (ground = 'patient_request' AND given_by IS NOT NULL"
            " AND method IS NOT NULL AND scope <> '')",
            name="complete",
        ),
        CheckConstraint(
            "given_by <> 'representative' OR (giver_name <> '' AND relation <> '')",
            name="representative_named",
        ),
        CheckConstraint(
            "num_nonnulls(withdrawn_at, withdrawal_asked_by, withdrawal_method,"
            " withdrawal_recorded_by) IN (0, 4)",
            name="withdrawal_complete",
        ),
        CheckConstraint(
            "withdrawal_asked_by <> 'representative'"
            " OR (withdrawal_asker_name <> '' AND withdrawal_relation <> '')",
            name="withdrawal_representative_named",
        ),
        # Nobody agreed to an emergency, so nobody can take it back.
        CheckConstraint(
            "ground = 'patient_request' OR withdrawn_at IS NULL",
            name="emergency_not_withdrawn",
        ),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey(Patient.id), index=True)
    referral_id: Mapped[UUID] = mapped_column(index=True)
    station_id: Mapped[UUID] = mapped_column(ForeignKey(Facility.id))
    receiving_facility_id: Mapped[UUID] = mapped_column(ForeignKey(Facility.id))
    ground: Mapped[Ground] = enum_column(Ground)
    wording_version: Mapped[str] = mapped_column(String(20))
    scope: Mapped[str] = mapped_column(
        default="", comment="what may be shared, as shown"
    )
    given_by: Mapped[GivenBy | None] = enum_column(GivenBy, nullable=True)
    giver_name: Mapped[str] = mapped_column(String(120), default="")
    relation: Mapped[str] = mapped_column(String(60), default="")
    method: Mapped[Method | None] = enum_column(Method, nullable=True)
    reason: Mapped[str] = mapped_column(default="", comment="why it was an emergency")
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawal_asked_by: Mapped[GivenBy | None] = enum_column(
        GivenBy, "withdrawalaskedby", nullable=True
    )
    withdrawal_asker_name: Mapped[str] = mapped_column(String(120), default="")
    withdrawal_relation: Mapped[str] = mapped_column(String(60), default="")
    withdrawal_method: Mapped[Method | None] = enum_column(
        Method, "withdrawalmethod", nullable=True
    )
    withdrawal_reason: Mapped[str] = mapped_column(
        default="", comment="only if the patient gives one"
    )
    withdrawal_recorded_by: Mapped[UUID | None]

    receiver: Mapped[Facility] = relationship(
        lazy="raise", foreign_keys=receiving_facility_id
    )

    @property
    def may_be_withdrawn(self) -> bool:
        """Tell whether it is a request of the patient's that still stands."""
        return self.ground is Ground.PATIENT_REQUEST and self.withdrawn_at is None
