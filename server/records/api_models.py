"""The shapes in which diagnoses and records leave as JSON."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, RootModel

from server.records.codes import Result
from server.records.conclusion import Conclusion
from server.records.queries import SignedVersion
from server.records.states import Decision, RecordStatus


class _Row(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class FoundDiagnosis(_Row):
    """A code of ICD-10 and its Vietnamese name."""

    code: str
    name: str


class FoundDiagnoses(RootModel[list[FoundDiagnosis]]):
    """At most twenty, the likeliest first."""


class DraftState(BaseModel):
    """The record that holds the draft, and the revision that the next save must name."""

    id: UUID
    version: int


class DraftOut(BaseModel):
    """What is typed so far, as it is sent back, with the revision to send it back at."""

    version: int
    findings: str
    diagnosis_code: str
    diagnosis_text: str
    answers: list[str]
    advice: str
    plan: str
    plan_text: str
    follow_up_on: str
    no_follow_up: bool


class RecordOfCase(BaseModel):
    """The record of a case: `record_id` once it is signed, until then the draft."""

    record_id: UUID | None = None
    draft: DraftOut | None = None


class RecordState(_Row):
    """Where a record stands."""

    id: UUID
    referral_id: UUID
    status: RecordStatus
    version: int
    signed_at: datetime | None


class ResponseOut(_Row):
    """The station's decision on a version."""

    decision: Decision
    text: str
    doctor_name: str
    at: datetime


class VersionOut(BaseModel):
    """A signed text with its seal."""

    number: int
    content: Conclusion
    content_sha256: str
    amendment_reason: str
    signer_name: str
    signer_licence: str
    signed_at: datetime
    method: str
    response: ResponseOut | None

    @classmethod
    def of(cls, signed: SignedVersion) -> VersionOut:
        """Return the version as it leaves."""
        version, response = signed.version, signed.response
        return cls(
            number=version.number,
            content=signed.conclusion,
            content_sha256=version.content_sha256,
            amendment_reason=version.amendment_reason,
            signer_name=version.signer_name,
            signer_licence=version.signer_licence,
            signed_at=version.signed_at,
            method=version.method,
            response=ResponseOut.model_validate(response) if response else None,
        )


class RecordOut(RecordState):
    """A signed record, the version in force first."""

    versions: list[VersionOut]
    result: Result | None
    result_text: str | None
