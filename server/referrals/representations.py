"""The shapes of a request in JSON."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from server.consents.models import Ground
from server.patients.codes import Sex
from server.referrals.states import Channel, Priority, ReferralStatus, RemoteMode


class ReferralSummary(BaseModel):
    """A request as lists show it: no name, no number of the patient's papers."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    number: str
    status: ReferralStatus
    revision: int
    patient_id: UUID
    patient_age: int | None
    patient_sex: Sex
    station_id: UUID
    province_code: str
    hospital_id: UUID | None
    specialty_code: str | None
    priority: Priority
    channel: Channel
    mode: RemoteMode
    specialist_id: UUID | None
    created_at: datetime
    changed_at: datetime
    submitted_at: datetime | None
    due_at: datetime | None
    accepted_at: datetime | None
    reason: str
    symptoms: str
    vitals: dict[str, float]
    provisional_code: str
    provisional_text: str
    questions: list[str]


class Summaries(BaseModel):
    """A page of requests; the last `changed_at` is the `before` of the next page."""

    referrals: list[ReferralSummary]


class DocumentView(BaseModel):
    """A file of a request; its bytes are at /api/v1/documents/{id}."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    title: str
    media_type: str
    size: int
    added_at: datetime


class ReferralView(ReferralSummary):
    """The whole request; a coordinator gets neither the clinical part nor the files."""

    history: str | None = None
    examination: str | None = None
    tests: str | None = None
    documents: list[DocumentView] = []


class ConsentView(BaseModel):
    """What was recorded."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    ground: Ground
    wording_version: str
    receiving_facility_id: UUID
    recorded_at: datetime
    withdrawn_at: datetime | None
