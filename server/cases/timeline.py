"""What happened to a patient, newest first: requests, meetings, records, documents."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from server.access.actor import Actor
from server.access.permissions import Role
from server.consultations.models import Consultation
from server.consultations.states import ConsultationStatus
from server.core import clock
from server.core.messages import N_
from server.documents.models import Document
from server.records.models import Record
from server.records.states import RecordStatus
from server.referrals import queries as referral_queries
from server.referrals.models import Referral
from server.referrals.states import ReferralStatus

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

_MOST = 200
_STOPPED = frozenset(
    {
        ReferralStatus.CANCELLED,
        ReferralStatus.DECLINED,
        ReferralStatus.PATIENT_DIED,
    }
)


class Subject(StrEnum):
    """What a line of the timeline is about."""

    REFERRAL = "referral"
    CONSULTATION = "consultation"
    RECORD = "record"
    DOCUMENT = "document"

    @property
    def label(self) -> str:
        """The title of the line, a msgid."""
        return _LABELS[self]


_LABELS = {
    Subject.REFERRAL: N_("Yêu cầu hội chẩn"),
    Subject.CONSULTATION: N_("Buổi hội chẩn từ xa"),
    Subject.RECORD: N_("Kết luận hội chẩn"),
    Subject.DOCUMENT: N_("Tài liệu"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the timeline; `text` is as typed."""

    at: datetime
    subject: Subject
    id: UUID
    href: str
    text: str = field(default="", repr=False)
    status: ReferralStatus | ConsultationStatus | RecordStatus | None = None
    kind: str = ""

    @property
    def when(self) -> str:
        """The moment as people read it."""
        return f"{clock.local(self.at):%H:%M %d/%m/%Y}"


async def of_patient(db: AsyncSession, actor: Actor, patient_id: UUID) -> list[Item]:
    """Return everything about the patient that the actor may know, newest first."""
    referrals = (
        await db.scalars(
            referral_queries.visible_to(actor)
            .where(Referral.patient_id == patient_id)
            .order_by(Referral.created_at.desc())
            .limit(_MOST)
        )
    ).all()
    seen = [one.id for one in referrals]
    items = [_request(one) for one in referrals]
    if seen:
        items += await _meetings(db, seen)
        items += await _records(db, actor, seen)
        items += await _documents(db, seen)
    return sorted(items, key=lambda item: item.at, reverse=True)


def _request(referral: Referral) -> Item:
    return Item(
        at=referral.submitted_at or referral.created_at,
        subject=Subject.REFERRAL,
        id=referral.id,
        href=f"/referrals/{referral.id}",
        text=f"{referral.number} · {referral.reason}"
        if referral.reason
        else referral.number,
        status=referral.status,
        kind="stopped" if referral.status in _STOPPED else "",
    )


async def _meetings(db: AsyncSession, referrals: list[UUID]) -> list[Item]:
    found = await db.scalars(
        select(Consultation).where(Consultation.referral_id.in_(referrals)).limit(_MOST)
    )
    return [
        Item(
            at=one.started_at or one.created_at,
            subject=Subject.CONSULTATION,
            id=one.id,
            href=f"/consultations/{one.id}",
            status=one.status,
        )
        for one in found
    ]


async def _records(db: AsyncSession, actor: Actor, referrals: list[UUID]) -> list[Item]:
    statement = select(Record).where(Record.referral_id.in_(referrals)).limit(_MOST)
    if actor.role is Role.STATION_DOCTOR:
        statement = statement.where(Record.status != RecordStatus.DRAFT)
    return [
        Item(
            at=one.signed_at or one.changed_at,
            subject=Subject.RECORD,
            id=one.id,
            href=f"/records/{one.id}"
            if one.version
            else f"/referrals/{one.referral_id}",
            status=one.status,
        )
        for one in await db.scalars(statement)
    ]


async def _documents(db: AsyncSession, referrals: list[UUID]) -> list[Item]:
    found = await db.scalars(
        select(Document)
        .where(Document.referral_id.in_(referrals), Document.removed_at.is_(None))
        .limit(_MOST)
    )
    return [
        Item(
            at=one.added_at,
            subject=Subject.DOCUMENT,
            id=one.id,
            href=f"/documents/{one.id}",
            text=one.title,
            kind="quiet",
        )
        for one in found
    ]
