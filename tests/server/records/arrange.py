"""A case that Dr Minh answers, with everything that the minutes can show."""

from datetime import date, timedelta

from sqlalchemy import select

from server.accounts.models import Person
from server.consultations.models import CallAttempt, CallParticipant, Consultation
from server.consultations.states import AttemptStatus, ConsultationStatus, EndReason
from server.core import clock
from server.core.ids import new_id, new_token
from server.demo import PASSWORD
from server.patients.identifiers import IdentifierKind, Precision
from server.patients.models import Patient, PatientIdentifier
from server.records.models import Record
from server.referrals.models import Referral, ReferralDetails
from server.referrals.states import Channel
from tests.server.consultations.arrange import Case, accepted_case

QUESTIONS = ["Có cần chuyển viện ngay không?", "Dùng thuốc nào trước khi chuyển?"]


def conclusion(**fields) -> dict[str, str]:
    """What a specialist types; None leaves a field out."""
    due = clock.today() + timedelta(days=7)
    typed = {
        "findings": "Điện tim: ST chênh xuống V4–V6, không có sóng Q.",
        "diagnosis_code": "I20.9",
        "diagnosis_text": "Theo dõi đau thắt ngực không ổn định",
        "answer_0": "Có, chuyển trong ngày bằng xe cứu thương.",
        "answer_1": "Aspirin 162 mg nhai, theo dõi huyết áp mỗi 15 phút.",
        "advice": "Nghỉ tại giường, thở oxy nếu SpO₂ dưới 94%.",
        "plan": "refer_up",
        "plan_text": "Chuyển Khoa Nội tim mạch.",
        "follow_up_on": f"{due:%d/%m/%Y}",
        **fields,
    }
    return {name: text for name, text in typed.items() if text is not None}


async def described_case(stage, **fields) -> Case:
    """A case with a full patient, a full request, and `fields` of the request."""
    case = await accepted_case(stage)
    async with stage.as_platform() as db:
        patient = await db.get_one(Patient, case.patient)
        patient.birth_date, patient.birth_precision = date(1958, 9, 5), Precision.DAY
        patient.ethnic_code, patient.occupation_code = "05", "05"
        patient.current_commune_code = "31309"
        patient.current_address = "Số 12, ấp Thạnh Lợi"
        patient.allergies = "Penicillin"
        db.add_all(
            PatientIdentifier(
                patient_id=patient.id,
                facility_id=patient.facility_id,
                kind=kind,
                value=f"{new_id().int % 10**12:012d}",
            )
            for kind in (IdentifierKind.CCCD, IdentifierKind.BHYT)
        )
        referral = await db.get_one(Referral, case.referral)
        referral.questions = QUESTIONS
        referral.vitals = {"pulse": 96, "systolic": 150, "diastolic": 90}
        for name, value in fields.items():
            setattr(referral, name, value)
        details = await db.get_one(ReferralDetails, case.referral)
        details.history = "Tăng huyết áp 10 năm, uống thuốc không đều."
        details.examination = "Tim đều, phổi trong."
        details.tests = "Điện tim tại trạm: ST chênh xuống."
    return case


async def add_call(stage, case: Case, *, minutes: int = 12) -> None:
    """A video call of both ends that ended a moment ago, after one that nobody took."""
    moment = clock.now()
    began = moment - timedelta(minutes=minutes)
    async with stage.as_platform() as db:
        referral = await db.get_one(Referral, case.referral)
        meeting = Consultation(
            referral_id=referral.id,
            patient_id=referral.patient_id,
            station_id=referral.station_id,
            hospital_id=referral.hospital_id,
            specialist_id=referral.specialist_id,
            status=ConsultationStatus.WAITING,
            room=new_token(),
            created_at=began,
        )
        db.add(meeting)
        await db.flush()
        missed = _attempt(meeting, began - timedelta(minutes=3), AttemptStatus.MISSED)
        missed.ended_at, missed.end_reason = began, EndReason.NO_ANSWER
        talked = _attempt(meeting, began, AttemptStatus.ENDED)
        talked.answered_at = talked.connected_at = began
        talked.ended_at, talked.end_reason = moment, EndReason.HUNG_UP
        db.add_all([missed, talked])
        await db.flush()
        people = await db.scalars(
            select(Person).where(Person.username.in_(["binh", "minh", "lan"]))
        )
        db.add_all(
            CallParticipant(
                participant=new_token(),
                attempt_id=talked.id,
                person_id=person.id,
                joined_at=began,
            )
            for person in people
        )


def _attempt(meeting: Consultation, at, status: AttemptStatus) -> CallAttempt:
    return CallAttempt(
        consultation_id=meeting.id,
        channel=Channel.VIDEO,
        status=status,
        caller_id=meeting.specialist_id,
        called=meeting.station_id,
        rang_at=at,
    )


async def record_of(stage, case: Case) -> Record:
    """The record of a case, whatever its state."""
    async with stage.as_platform() as db:
        return await db.scalar(
            select(Record).where(Record.referral_id == case.referral)
        )


async def save_draft(visitor, case: Case, version: int = 0, **fields) -> int:
    """Save as the script in the page does and return the next revision."""
    answer = await visitor.post(
        f"/referrals/{case.referral}/record/draft",
        {**conclusion(**fields), "version": version},
        headers={"Accept": "application/json"},
    )
    assert answer.status == 200, visitor.text
    return (await answer.json())["version"]


async def sign(visitor, case: Case, **fields) -> str:
    """Draft and sign as a specialist; return the path of the record."""
    version = await save_draft(visitor, case, **fields)
    answer = await visitor.post(
        f"/referrals/{case.referral}/record/sign",
        {"password": PASSWORD, "version": version},
    )
    assert answer.status == 303, visitor.text
    return answer.headers["Location"]


async def respond(visitor, record: str, version: int = 1, **fields) -> None:
    """Answer for the station."""
    answer = await visitor.post(
        f"{record}/response", {"decision": "accepted", "version": version, **fields}
    )
    assert answer.status == 303, visitor.text


async def amend(visitor, record: str, version: int = 1, **fields) -> None:
    """Sign a further version."""
    typed = {
        **conclusion(**fields),
        "reason": "Có thêm kết quả xét nghiệm men tim",
        "password": PASSWORD,
        "version": version,
    }
    answer = await visitor.post(f"{record}/amend", typed)
    assert answer.status == 303, visitor.text
