"""Gathers what the minutes of a consultation say, in the words of form 27/BV2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from server.access.actor import Actor
from server.core import clock
from server.core.errors import NotFound
from server.patients.codes import ETHNIC_GROUPS, OCCUPATIONS, SEXES
from server.patients.identifiers import BirthDate, IdentifierKind
from server.patients.models import Patient
from server.places.models import Province
from server.records import minutes_meeting
from server.records.conclusion import Answer
from server.records.models import Record
from server.records.queries import SignedVersion
from server.referrals import vitals
from server.referrals.models import Referral
from server.referrals.queries import visible_to

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.facilities.models import Facility
    from server.patients.codes import Code

Rows = list[tuple[str, str]]
_PAPERS = {
    IdentifierKind.CCCD: "Căn cước công dân",
    IdentifierKind.BHYT: "Thẻ bảo hiểm y tế",
    IdentifierKind.PASSPORT: "Hộ chiếu",
    IdentifierKind.CMND: "Chứng minh nhân dân",
    IdentifierKind.TEMPORARY: "Mã tạm",
}


@dataclass(frozen=True, slots=True, repr=False)
class Facts:
    """The minutes before they are set: plain text throughout."""

    number: str
    version: int
    amendment_reason: str
    authority: str
    hospital: str
    place_and_date: str
    patient: Rows
    meeting: Rows
    summary: Rows
    answers: Rows
    conclusion: Rows
    decision: str
    station_signature: list[str]
    hospital_signature: list[str]
    sha256: str


async def gather(
    db: AsyncSession, actor: Actor, record: Record, signed: SignedVersion
) -> Facts:
    """Return the facts of one signed version; raises NotFound."""
    referral = await _case(db, actor, record)
    hospital = _hospital(referral)
    version = signed.version
    at = clock.local(version.signed_at)
    return Facts(
        number=referral.number,
        version=version.number,
        amendment_reason=version.amendment_reason,
        authority=f"Sở Y tế {hospital.province.full_name}",
        hospital=hospital.name,
        place_and_date=f"{hospital.province.name}, ngày {at:%d} tháng {at:%m}"
        f" năm {at:%Y}",
        patient=_patient(referral, await _provinces(db, referral.patient)),
        meeting=await minutes_meeting.rows(db, referral, hospital, signed),
        summary=_summary(referral),
        answers=[(one.question, one.answer) for one in _answers(signed)],
        conclusion=_conclusion(signed),
        decision=_decision(signed),
        station_signature=_station_signature(referral, signed),
        hospital_signature=[
            hospital.name,
            version.signer_name,
            f"Số giấy phép hành nghề: {version.signer_licence or 'chưa ghi'}",
            f"Xác nhận điện tử bằng mật khẩu lúc {_moment(version.signed_at)}",
        ],
        sha256=version.content_sha256,
    )


async def _case(db: AsyncSession, actor: Actor, record: Record) -> Referral:
    found = await db.scalar(
        visible_to(actor)
        .where(Referral.id == record.referral_id)
        .options(
            joinedload(Referral.station),
            joinedload(Referral.hospital),
            joinedload(Referral.details),
            joinedload(Referral.patient).options(
                joinedload(Patient.current_commune), selectinload(Patient.identifiers)
            ),
        )
    )
    if found is None:
        raise NotFound
    return found
