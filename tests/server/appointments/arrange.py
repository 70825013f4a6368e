"""Cases that a specialist holds, put on the stage without the way that leads there."""

from secrets import token_hex
from uuid import UUID

from server.core import clock
from server.core.ids import new_id
from server.core.vietnamese import fold, name_sort_key
from server.patients.codes import Sex
from server.patients.models import CaseAccess, Patient
from server.referrals.models import Referral
from server.referrals.states import Priority, ReferralStatus


async def held_case(
    stage,
    station_doctor: str = "binh",
    specialist: str = "minh",
    *,
    status: ReferralStatus = ReferralStatus.ACCEPTED,
    patient_id: UUID | None = None,
) -> UUID:
    """Add a patient and a case of the station that the specialist has accepted."""
    station, held_by = await stage.actor(station_doctor), await stage.actor(specialist)
    moment = clock.now()
    async with stage.as_platform() as db:
        if patient_id is None:
            patient_id = new_id()
            db.add(_patient(patient_id, station, moment))
            await db.flush()
        referral = Referral(
            id=new_id(),
            number=token_hex(8),
            patient_id=patient_id,
            patient_sex=Sex.FEMALE,
            station_id=station.facility_id,
            province_code=station.province_code,
            hospital_id=held_by.facility_id,
            specialty_code="cardiology",
            status=status,
            priority=Priority.ROUTINE,
            requested_by=station.id,
            specialist_id=held_by.id,
            created_at=moment,
            changed_at=moment,
            submitted_at=moment,
            due_at=moment,
            accepted_at=moment,
        )
        db.add(referral)
        await db.flush()
        db.add(
            CaseAccess(
                referral_id=referral.id,
                person_id=held_by.id,
                patient_id=patient_id,
                station_id=station.facility_id,
                hospital_id=held_by.facility_id,
                province_code=station.province_code,
                given_at=moment,
            )
        )
    return referral.id


def _patient(patient_id: UUID, station, moment) -> Patient:
    name = "Huỳnh Thị Ngọc Diễm"
    return Patient(
        id=patient_id,
        facility_id=station.facility_id,
        full_name=name,
        name_fold=fold(name),
        name_sort=name_sort_key(name),
        sex=Sex.FEMALE,
        registered_by=station.id,
        registered_at=moment,
        changed_at=moment,
    )


async def free_slots(visitor, referral_id: UUID) -> list[str]:
    """Return when the free slots of a case begin, as the API says it."""
    answer = await visitor.api("GET", f"/referrals/{referral_id}/slots")
    assert answer.status == 200, visitor.text
    return [one["starts"] for one in (await answer.json())["items"]]


async def book(visitor, referral_id: UUID, starts: str) -> dict:
    """Book the slot and return the booking."""
    answer = await visitor.api(
        "POST", f"/referrals/{referral_id}/appointments", {"starts": starts}
    )
    assert answer.status == 201, visitor.text
    return await answer.json()
