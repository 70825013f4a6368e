"""What belongs to a case: the meeting, the papers, the record."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from server.appointments.models import Appointment, AppointmentChange
from server.consents.models import Consent, GivenBy, Ground, Method
from server.consultations.guest_models import ConsultationGuest
from server.consultations.models import (
    CallAttempt,
    CallAttemptChange,
    CallParticipant,
    Consultation,
    ConsultationChange,
)
from server.consultations.states import ConsultationStatus, GuestRole
from server.core import clock
from server.core.ids import new_id, new_token
from server.documents import store
from server.documents.models import Document
from server.notifications.models import Event
from server.patients.identifiers import IdentifierKind
from server.patients.models import PatientIdentifier
from server.quality.models import CallSample, CallSummary
from server.records.conclusion import Conclusion, digest
from server.records.models import Record, RecordChange, RecordResponse, RecordVersion
from server.records.states import Decision, RecordStatus
from server.referrals.models import (
    Referral,
    ReferralDetails,
    ReferralMessage,
)
from server.referrals.states import Channel
from tests.server.documents.hostile import picture


@dataclass
class World:
    """The id of each object by its kind, and the patients of the cases."""

    stage: object
    folder: object
    ids: dict[str, UUID] = field(default_factory=dict)

    async def case(self, kind: str) -> Referral:
        async with self.stage.as_platform() as db:
            return await db.get_one(Referral, self.ids[kind])


def consent_of(case: Referral) -> Consent:
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


async def add_meeting(world: World) -> None:
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
            called=case.station_id,
            rang_at=moment,
        )
        db.add(call)
        await db.flush()
        db.add_all(_traces(booked, meeting, call))
        await db.flush()
        db.add_all(_measured(meeting, call, case.province_code))
        guest = ConsultationGuest(
            id=new_id(),
            consultation_id=meeting.id,
            person_id=new_id(),
            role=GuestRole.OTHER,
            opened_case=False,
            invited_by=case.specialist_id,
            invited_at=moment,
        )
        db.add(guest)
    world.ids |= {
        "appointment": booked.id,
        "consultation": meeting.id,
        "call": call.id,
        "guest": guest.id,
    }


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
        CallAttemptChange(
            attempt_id=call.id,
            before="",
            after="invited",
            by=meeting.specialist_id,
            at=moment,
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


def _measured(meeting: Consultation, call: CallAttempt, province: str) -> list:
    """What a call leaves behind about its quality."""
    moment = clock.now()
    return [
        CallSample(
            attempt_id=call.id,
            person_id=meeting.specialist_id,
            number=1,
            at=moment,
            seconds=5.0,
            received=64,
            sent=64,
        ),
        CallSummary(
            attempt_id=call.id,
            province_code=province,
            station_id=meeting.station_id,
            ended_at=moment,
            seconds=5,
            without_picture=0,
            silent=0,
        ),
    ]


async def add_papers(world: World) -> None:
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
        db.add_all([document, consent_of(case), passport])
    world.ids["document"] = document.id


async def add_record(world: World) -> None:
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
