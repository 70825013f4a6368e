"""Rows that stand in the queue, made as the platform, and people to answer them."""

import secrets
from collections import Counter
from datetime import timedelta

from sqlalchemy import select

from server.accounts.models import Person, PersonDepartment
from server.core import clock
from server.core.ids import new_id
from server.core.vietnamese import fold, name_sort_key
from server.demo import demo_id
from server.facilities.models import Facility
from server.notifications.models import Event
from server.patients.codes import Sex
from server.patients.models import Patient
from server.referrals import queries
from server.referrals.models import (
    Referral,
    ReferralChange,
    ReferralDetails,
    ReferralOffer,
)
from server.referrals.states import Priority, ReferralStatus
from server.referrals.triage import DUE_WITHIN
from server.rosters.models import AvailabilityRule

HOSPITAL = "Bệnh viện Đa khoa thành phố Cần Thơ (mẫu)"
PATIENT_NAME = "Thạch Thị Bí Mật"


async def add_patient(db, station_id, by):
    moment = clock.now()
    patient = Patient(
        facility_id=station_id,
        full_name=PATIENT_NAME,
        name_fold=fold(PATIENT_NAME),
        name_sort=name_sort_key(PATIENT_NAME),
        sex=Sex.FEMALE,
        registered_by=by,
        registered_at=moment,
        changed_at=moment,
    )
    db.add(patient)
    await db.flush()
    return patient


async def submitted(
    stage,
    *,
    priority=Priority.ROUTINE,
    waited=timedelta(minutes=10),
    status=ReferralStatus.SUBMITTED,
    hospital=HOSPITAL,
    due_at=None,
    specialty="cardiology",
):
    """Return the id of a request that Bình's station has sent."""
    async with stage.as_platform() as db:
        binh = await person(db, "binh")
        station = await db.get(Facility, binh.facility_id)
        patient = await add_patient(db, station.id, binh.id)
        sent = clock.now() - waited
        referral = Referral(
            id=new_id(),
            number=f"TX-{secrets.token_hex(5).upper()}",
            patient_id=patient.id,
            patient_age=62,
            patient_sex=Sex.FEMALE,
            station_id=station.id,
            province_code=station.province_code,
            hospital_id=demo_id(hospital),
            specialty_code=specialty,
            status=status,
            priority=priority,
            reason="Đau ngực trái khi gắng sức, tăng dần ba ngày nay",
            symptoms="Đau thắt sau xương ức, lan vai trái",
            questions=["Có cần chuyển viện ngay không?"],
            requested_by=binh.id,
            created_at=sent,
            changed_at=sent,
            submitted_at=sent,
            due_at=due_at or sent + DUE_WITHIN[priority],
        )
        db.add(referral)
        await db.flush()
        db.add(ReferralDetails(referral_id=referral.id, station_id=station.id))
        db.add(
            ReferralChange(
                referral_id=referral.id,
                before="draft",
                after="submitted",
                by=binh.id,
                at=sent,
            )
        )
        return referral.id


async def person(db, username):
    return await db.scalar(select(Person).where(Person.username == username))


async def add_colleague(db, username, like, facility_id=None):
    """Add somebody with the role, the password and the departments of one of the cast."""
    model = await person(db, like)
    new = Person(
        username=username,
        full_name=f"Người {username}",
        name_fold=fold(f"Người {username}"),
        name_sort=name_sort_key(f"Người {username}"),
        role=model.role,
        facility_id=facility_id or model.facility_id,
        password_hash=model.password_hash,
        password_changed_at=clock.now(),
        must_change_password=False,
        created_at=clock.now(),
    )
    db.add(new)
    await db.flush()
    departments = await db.scalars(
        select(PersonDepartment.department_id).where(
            PersonDepartment.person_id == model.id
        )
    )
    db.add_all(
        PersonDepartment(person_id=new.id, department_id=one) for one in departments
    )
    rules = await db.scalars(
        select(AvailabilityRule).where(AvailabilityRule.person_id == model.id)
    )
    db.add_all(
        AvailabilityRule(
            person_id=new.id,
            weekday=rule.weekday,
            starts=rule.starts,
            ends=rule.ends,
            slot_minutes=rule.slot_minutes,
            valid_from=rule.valid_from,
        )
        for rule in rules
    )
    return new


async def provincial_coordinator(stage, username="sau"):
    """Add a coordinator at the Sở Y tế of Cần Thơ."""
    async with stage.as_platform() as db:
        if await person(db, username) is None:
            await add_colleague(db, username, "thu", demo_id("department:92"))
    return username


async def get_referral(stage, referral_id):
    async with stage.as_platform() as db:
        return await db.get(Referral, referral_id)


async def ids_of(stage, *usernames):
    async with stage.as_platform() as db:
        return [(await person(db, one)).id for one in usernames]


async def offered(visitors, stage, *usernames, **values):
    """Return a request, and the ids of its offers in the order of the names."""
    referral_id = await submitted(stage, **values)
    people = await ids_of(stage, *usernames)
    thu = await visitors("thu")
    answer = await thu.api(
        "POST",
        f"/referrals/{referral_id}/offers",
        {"specialist_ids": [str(one) for one in people]},
    )
    assert answer.status == 200, thu.text
    found = await offers_of(stage, referral_id)
    return referral_id, [found[one].id for one in people]


async def offers_of(stage, referral_id):
    async with stage.as_platform() as db:
        rows = await db.scalars(
            select(ReferralOffer)
            .where(ReferralOffer.referral_id == referral_id)
            .order_by(ReferralOffer.offered_at)
        )
        return {offer.specialist_id: offer for offer in rows}


async def told(stage, username, referral_id):
    (who,) = await ids_of(stage, username)
    async with stage.as_platform() as db:
        return Counter(
            await db.scalars(
                select(Event.kind).where(
                    Event.person_id == who, Event.subject_id == referral_id
                )
            )
        )


async def readable_by(stage, username, referral_id):
    """Tell whether the person reads the case, by the application and by the database."""
    async with stage.acting(username) as (db, actor):
        mine = await db.scalar(
            queries.visible_to(actor).where(Referral.id == referral_id)
        )
        any_row = await db.scalar(select(Referral).where(Referral.id == referral_id))
        names = set(await db.scalars(select(Patient.full_name)))
    assert (mine is None) == (any_row is None)
    return mine is not None and PATIENT_NAME in names
