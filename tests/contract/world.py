"""One object of each kind, all of Bình's station and Dr Minh's."""

from datetime import date, time, timedelta
from uuid import UUID

from sqlalchemy import select

from server.accounts.models import Person, PersonDepartment
from server.core import clock
from server.core.ids import new_id
from server.demo import demo_id
from server.lines.models import LineCheck, LineSchedule
from server.lines.verdict import Light
from server.patients.identifiers import Precision
from server.patients.models import CaseAccess, Patient
from server.referrals.models import (
    Referral,
    ReferralOffer,
)
from server.referrals.states import ReferralStatus
from server.rosters.models import AvailabilityException, AvailabilityRule
from tests.contract.case_parts import (
    World,
    add_meeting,
    add_papers,
    add_record,
    consent_of,
)
from tests.server.appointments.arrange import held_case
from tests.server.records.arrange import described_case
from tests.server.referrals.queued import add_colleague, submitted

PROVINCIAL = demo_id("Bệnh viện Đa khoa thành phố Cần Thơ (mẫu)")


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
    await add_meeting(world)
    await add_papers(world)
    await add_record(world)
    await _hours(world)
    await _people(world)
    await _line(world)
    return world


async def _line(world: World) -> None:
    place = await world.stage.actor("binh")
    check = LineCheck(
        facility_id=place.facility_id,
        province_code=place.province_code,
        at=clock.now(),
        scheduled=True,
        light=Light.GREEN,
        signaling=True,
        reached=True,
    )
    async with world.stage.as_platform() as db:
        db.add(check)
        await db.merge(LineSchedule(facility_id=place.facility_id, hour=7))


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
        db.add(consent_of(case))
    return key


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
