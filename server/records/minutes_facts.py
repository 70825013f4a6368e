"""Gathers what the minutes of a consultation say, after form 27/BV2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import joinedload, selectinload

from server.access.actor import Actor
from server.core import clock
from server.core.errors import NotFound
from server.facilities.models import Facility
from server.patients.codes import ETHNIC_GROUPS, OCCUPATIONS, SEXES, Code
from server.patients.identifiers import BirthDate, IdentifierKind
from server.patients.models import Patient
from server.places.models import Province
from server.records import minutes_meeting
from server.records.conclusion import Conclusion
from server.records.queries import SignedVersion
from server.records.states import Decision
from server.referrals import vitals
from server.referrals.models import Referral
from server.referrals.queries import visible_to

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.records.minutes_meeting import Rows

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
    db: AsyncSession, actor: Actor, referral_id: UUID, signed: SignedVersion
) -> Facts:
    """Return the facts of one signed version; raises NotFound."""
    case = await _case(db, actor, referral_id)
    hospital, version = case.hospital, signed.version
    if hospital is None:
        raise NotFound
    at = clock.local(version.signed_at)
    return Facts(
        number=case.number,
        version=version.number,
        amendment_reason=version.amendment_reason,
        authority=f"Sở Y tế {hospital.province.full_name}",
        hospital=hospital.name,
        place_and_date=f"{hospital.province.name}, ngày {at:%d} tháng {at:%m} năm {at:%Y}",
        patient=await _patient(db, case),
        meeting=await minutes_meeting.rows(db, case, hospital, signed),
        summary=_summary(case),
        answers=[(one.question, one.answer) for one in signed.conclusion.answers],
        conclusion=_conclusion(signed.conclusion),
        decision=_decision(signed),
        station_signature=_station_signature(signed),
        hospital_signature=[
            version.signer_name,
            f"Giấy phép hành nghề số {version.signer_licence or '(chưa ghi)'}",
            "Đã ký điện tử bằng mật khẩu",
            f"lúc {minutes_meeting.moment(version.signed_at)}",
        ],
        sha256=version.content_sha256,
    )


async def _case(db: AsyncSession, actor: Actor, referral_id: UUID) -> Referral:
    found = await db.scalar(
        visible_to(actor)
        .where(Referral.id == referral_id)
        .options(
            joinedload(Referral.details),
            joinedload(Referral.station).joinedload(Facility.commune),
            joinedload(Referral.hospital).joinedload(Facility.province),
            joinedload(Referral.patient).options(
                joinedload(Patient.current_commune), selectinload(Patient.identifiers)
            ),
        )
    )
    if found is None:
        raise NotFound
    return found


async def _patient(db: AsyncSession, case: Referral) -> Rows:
    patient = case.patient
    born = ""
    if patient.birth_date and patient.birth_precision:
        born = BirthDate(patient.birth_date, patient.birth_precision).display
    age = "" if case.patient_age is None else f"{case.patient_age} tuổi"
    papers = [f"{_PAPERS[one.kind]} {one.value}" for one in patient.identifiers]
    return _filled(
        ("Họ và tên", patient.full_name),
        ("Sinh", " – ".join(part for part in (born, age) if part)),
        ("Giới tính", _name(SEXES, patient.sex)),
        ("Dân tộc", _name(ETHNIC_GROUPS, patient.ethnic_code)),
        ("Nghề nghiệp", _name(OCCUPATIONS, patient.occupation_code)),
        ("Địa chỉ", await _address(db, patient)),
        ("Giấy tờ", "; ".join(papers)),
    )


async def _address(db: AsyncSession, patient: Patient) -> str:
    parts = [patient.current_address]
    commune = patient.current_commune
    if commune is not None:
        province = await db.get_one(Province, commune.province_code)
        parts += [commune.full_name, province.full_name]
    return ", ".join(part for part in parts if part)


def _summary(case: Referral) -> Rows:
    signs = vitals.readings(case.vitals, case.patient_age)
    provisional = f"{case.provisional_code} {case.provisional_text}".strip()
    return _filled(
        ("Lý do", case.reason),
        ("Triệu chứng", case.symptoms),
        ("Sinh hiệu", "; ".join(f"{s.label} {s.value} {s.unit}" for s in signs)),
        ("Tiền sử, bệnh sử", case.details.history),
        ("Dị ứng", case.patient.allergies),
        ("Khám", case.details.examination),
        ("Cận lâm sàng", case.details.tests),
        ("Chẩn đoán của trạm", provisional),
    )


def _conclusion(conclusion: Conclusion) -> Rows:
    due = conclusion.follow_up_on
    plan = conclusion.plan.label if conclusion.plan else ""
    return _filled(
        ("Chẩn đoán", conclusion.diagnosis),
        ("Nhận định", conclusion.findings),
        ("Hướng điều trị tiếp", conclusion.advice),
        ("Xử trí", "\n".join(one for one in (plan, conclusion.plan_text) if one)),
        ("Trạm báo kết quả", f"ngày {due:%d/%m/%Y}" if due else "không cần báo lại"),
    )


def _decision(signed: SignedVersion) -> str:
    response = signed.response
    if response is None:
        return "Trạm chưa xác nhận bản này."
    said = (
        "Tiếp nhận và làm theo kết luận."
        if response.decision is Decision.ACCEPTED
        else "Quyết định khác với kết luận."
    )
    return f"{said} {response.text}".strip()


def _station_signature(signed: SignedVersion) -> list[str]:
    response = signed.response
    if response is None:
        return ["(chưa xác nhận)"]
    return [
        response.doctor_name,
        "Đã xác nhận điện tử bằng tài khoản",
        f"lúc {minutes_meeting.moment(response.at)}",
    ]


def _name(codes: tuple[Code, ...], code: str) -> str:
    return next((one.name for one in codes if one.code == code), "")


def _filled(*rows: tuple[str, str]) -> Rows:
    return [(label, text) for label, text in rows if text]
