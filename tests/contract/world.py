"""One object of each kind, all of Bình's station and Dr Minh's, and people from elsewhere."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from server.accounts.models import Person, PersonDepartment
from server.appointments.models import Appointment, AppointmentChange
from server.consents.models import Consent, GivenBy, Ground, Method
from server.consultations.models import (
    CallAttempt,
    CallParticipant,
    Consultation,
    ConsultationChange,
)
from server.consultations.states import ConsultationStatus
from server.core import clock
from server.core.ids import new_id, new_token
from server.demo import demo_id
from server.documents import store
from server.documents.models import Document
from server.notifications.models import Event
from server.patients.identifiers import IdentifierKind, Precision
from server.patients.models import CaseAccess, Patient, PatientIdentifier
from server.records.conclusion import Conclusion, digest
from server.records.models import Record, RecordChange, RecordResponse, RecordVersion
from server.records.states import Decision, RecordStatus
from server.referrals.models import Referral, ReferralDetails, ReferralMessage, ReferralOffer
from server.referrals.states import Channel, ReferralStatus
from server.rosters.models import AvailabilityException, AvailabilityRule
from tests.server.appointments.arrange import held_case
from tests.server.documents.hostile import picture
from tests.server.records.arrange import described_case
from tests.server.referrals.queued import add_colleague, submitted

PROVINCIAL = demo_id("Bệnh viện Đa khoa thành phố Cần Thơ (mẫu)")
BINH_STATION = demo_id("station:31309")


@dataclass
class World:
    """The id of each object by its kind, and the patients of the cases."""

    stage: object
    folder: object
    ids: dict[str, UUID] = field(default_factory=dict)

    async def case(self, kind: str) -> Referral:
        async with self.stage.as_platform() as db:
            return await db.get_one(Referral, self.ids[kind])


async def one_of_each(stage, settings) -> World:
    """Put the objects on the stage; a second call adds a second set."""
    world = World(stage, settings.documents_dir)
    world.ids["draft"] = await _complete(stage, await _draft(stage))
    world.ids["submitted"] = await submitted(stage)
    returned = await submitted(stage, status=ReferralStatus.NEEDS_INFO)
    world.ids["returned"] = await _complete(stage, returned)
    world.ids["offered"] = await submitted(stage, status=ReferralStatus.OFFERED)
    accepted = await described_case(stage)
    world.ids["accepted"], world.ids["patient"] = accepted.referral, accepted.patient
    world.ids["concluded"] = await held_case(stage, status=ReferralStatus.CONCLUDED)
    await _offer(world)
    await _meeting(world)
    await _papers(world)
    await _record(world)
    await _hours(world)
    await _people(world)
    return world


async def _draft(stage) -> UUID:
    key = await submitted(stage)
    async with stage.as_platform() as db:
        draft = await db.get_one(Referral, key)
        draft.status = ReferralStatus.DRAFT
        draft.submitted_at = draft.due_at = None
    return key


async def _complete(stage, key: UUID) -> UUID:
    """Add what a request needs before it may leave the station."""
    async with stage.as_platform() as db:
        case = await db.get_one(Referral, key)
        case.vitals = {"pulse": 88, "systolic": 165, "diastolic": 95}
        patient = await db.get_one(Patient, case.patient_id)
        patient.birth_date, patient.birth_precision = date(1962, 3, 9), Precision.DAY
        patient.phone = "+84912345678"
        db.add(_consent(case))
    return key


def _consent(case: Referral) -> Consent:
    return Consent(
        patient_id=case.patient_id,
        referral_id=case.id,
        station_id=case.station_id,
        receiving_facility_id=case.hospital_id,
        ground=Ground.PATIENT_REQUEST,
        wording_version="2026-11",
        scope="Hồ sơ của lần này",
        given_by=GivenBy.PATIENT,
        method=Method.SIGNED_PAPER,
        recorded_by=case.requested_by,
        recorded_at=clock.now(),
    )


async def _offer(world: World) -> None:
    minh, thu = await world.stage.actor("minh"), await world.stage.actor("thu")
    moment = clock.now()
    case = await world.case("offered")
    offer = ReferralOffer(
        id=new_id(),
        referral_id=case.id,
        specialist_id=minh.id,
        offered_by=thu.id,
        offered_at=moment,
        due_at=moment + timedelta(hours=1),
    )
    async with world.stage.as_platform() as db:
        db.add(offer)
        db.add(
            CaseAccess(
                referral_id=case.id,
                person_id=minh.id,
                patient_id=case.patient_id,
                station_id=case.station_id,
                hospital_id=case.hospital_id,
                province_code=case.province_code,
                given_at=moment,
            )
        )
    world.ids["offer"] = offer.id


async def _meeting(world: World) -> None:
    case, moment = await world.case("accepted"), clock.now()
    shared = {
        "referral_id": case.id,
        "patient_id": case.patient_id,
        "station_id": case.station_id,
        "hospital_id": case.hospital_id,
        "specialist_id": case.specialist_id,
    }
    async with world.stage.as_platform() as db:
        taken = await db.scalars(select(Appointment.id))
        starts = datetime(2027, 3, 1, tzinfo=UTC) + timedelta(hours=len(taken.all()))
        booked = Appointment(
            id=new_id(),
            period=Range(starts, starts + timedelta(minutes=20)),
            booked_by=case.requested_by,
            booked_at=moment,
            **shared,
        )
        meeting = Consultation(
            id=new_id(),
            status=ConsultationStatus.WAITING,
            room=new_token(),
            created_at=moment,
            **shared,
        )
        db.add_all([booked, meeting])
        await db.flush()
        call = CallAttempt(
            id=new_id(),
            consultation_id=meeting.id,
            channel=Channel.VIDEO,
            caller_id=case.specialist_id,
            rang_at=moment,
        )
        db.add(call)
        await db.flush()
        db.add_all(_traces(booked, meeting, call))
    world.ids |= {"appointment": booked.id, "consultation": meeting.id, "call": call.id}


def _traces(booked: Appointment, meeting: Consultation, call: CallAttempt) -> list:
    """What moving and entering leave behind, so that no table is empty."""
    moment, by = clock.now(), booked.booked_by
    return [
        AppointmentChange(
            appointment_id=booked.id, before="", after="booked", by=by, at=moment
        ),
        ConsultationChange(
            consultation_id=meeting.id, before="", after="waiting", by=by, at=moment
        ),
        CallParticipant(
            participant=new_token(), attempt_id=call.id, person_id=meeting.specialist_id
        ),
        ReferralMessage(
            referral_id=booked.referral_id,
            author_id=meeting.specialist_id,
            text="Có đau khi nghỉ không?",
            at=moment,
        ),
        Event(
            person_id=by,
            at=moment,
            kind="referral.changed",
            subject_id=booked.referral_id,
            data={},
        ),
    ]


async def _papers(world: World) -> None:
    case, moment = await world.case("accepted"), clock.now()
    data = picture()
    document = Document(
        id=new_id(),
        patient_id=case.patient_id,
        referral_id=case.id,
        station_id=case.station_id,
        title="Điện tim",
        media_type="image/png",
        size=len(data),
        sha256=await store.keep(world.folder, data),
        added_by=case.requested_by,
        added_at=moment,
    )
    passport = PatientIdentifier(
        patient_id=case.patient_id,
        facility_id=case.station_id,
        kind=IdentifierKind.PASSPORT,
        value=new_id().hex[-9:].upper(),
    )
    async with world.stage.as_platform() as db:
        db.add_all([document, _consent(case), passport])
    world.ids["document"] = document.id


async def _record(world: World) -> None:
    case, moment = await world.case("concluded"), clock.now()
    text = Conclusion(
        referral_id=case.id,
        patient_id=case.patient_id,
        channel=Channel.VIDEO,
        findings="Đau ngực kiểu mạch vành",
        diagnosis_code="I20.9",
        diagnosis_name="Cơn đau thắt ngực, không xác định",
        diagnosis_text="",
        answers=(),
        advice="Nghỉ ngơi",
        plan=None,
        plan_text="",
        follow_up_on=None,
    )
    record = Record(
        id=new_id(),
        referral_id=case.id,
        patient_id=case.patient_id,
        station_id=case.station_id,
        hospital_id=case.hospital_id,
        specialist_id=case.specialist_id,
        status=RecordStatus.SIGNED,
        version=1,
        created_at=moment,
        changed_at=moment,
        signed_at=moment,
    )
    async with world.stage.as_platform() as db:
        db.add(record)
        db.add(ReferralDetails(referral_id=case.id, station_id=case.station_id))
        await db.flush()
        db.add_all(_signed(record, text.content()))
    world.ids["record"] = record.id


def _signed(record: Record, content: dict) -> list:
    """The signed version, the station's answer to it, and the move."""
    moment = clock.now()
    return [
        RecordVersion(
            record_id=record.id,
            number=1,
            content=content,
            content_sha256=digest(content),
            signed_by=record.specialist_id,
            signer_name="BS.CKII Trần Quang Minh",
            signer_licence="DEMO-MINH",
            signed_at=moment,
            method="password",
        ),
        RecordResponse(
            # Of an earlier version, so that this one still waits for its answer.
            record_id=record.id,
            version=0,
            decision=Decision.ACCEPTED,
            by=record.specialist_id,
            doctor_name="BS. Nguyễn Thanh Bình",
            at=moment,
        ),
        RecordChange(
            record_id=record.id,
            before="draft",
            after="signed",
            by=record.specialist_id,
            at=moment,
        ),
    ]


async def _hours(world: World) -> None:
    minh = await world.stage.actor("minh")
    day = AvailabilityException(
        id=new_id(),
        person_id=minh.id,
        on=clock.today() + timedelta(days=300),
        starts=time(8),
        ends=time(9),
        available=False,
    )
    rule = AvailabilityRule(
        id=new_id(),
        person_id=minh.id,
        weekday=7,
        starts=time(20),
        ends=time(21),
        slot_minutes=20,
        valid_from=clock.today(),
    )
    async with world.stage.as_platform() as db:
        db.add_all([day, rule])
    world.ids |= {"day": day.id, "rule": rule.id}


async def _people(world: World) -> None:
    async with world.stage.as_platform() as db:
        person = await add_colleague(db, f"bs.{new_id().hex[-12:]}", "binh")
        department = await db.scalar(
            select(PersonDepartment.department_id).join(
                Person, Person.id == PersonDepartment.person_id
            )
        )
    world.ids |= {
        "person": person.id,
        "facility": PROVINCIAL,
        "department": department,
    }
