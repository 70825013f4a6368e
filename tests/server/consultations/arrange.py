"""A case that Dr Minh has accepted, put straight into the database."""

from dataclasses import dataclass
from uuid import UUID

from server.core import clock
from server.core.ids import new_id
from server.core.vietnamese import fold, name_sort_key
from server.patients.codes import Sex
from server.patients.models import CaseAccess, Patient
from server.referrals.models import Referral, ReferralDetails
from server.referrals.states import ReferralStatus


@dataclass(frozen=True)
class Case:
    patient: UUID
    referral: UUID


async def accepted_case(stage, station="binh", specialist="minh") -> Case:
    doctor = await stage.actor(station)
    expert = await stage.actor(specialist)
    moment = clock.now()
    name = "Nguyễn Văn Mẫu"
    async with stage.as_platform() as db:
        patient = Patient(
            facility_id=doctor.facility_id,
            full_name=name,
            name_fold=fold(name),
            name_sort=name_sort_key(name),
            sex=Sex.MALE,
            registered_by=doctor.id,
            registered_at=moment,
            changed_at=moment,
        )
        db.add(patient)
        await db.flush()
        referral = Referral(
            number=f"T{new_id().hex[-12:].upper()}",
            patient_id=patient.id,
            patient_age=60,
            patient_sex=Sex.MALE,
            station_id=doctor.facility_id,
            province_code=doctor.province_code,
            hospital_id=expert.facility_id,
            specialty_code="cardiology",
            status=ReferralStatus.ACCEPTED,
            reason="Đau ngực khi gắng sức hai ngày nay",
            symptoms="Đau tức ngực trái",
            questions=["Có cần chuyển viện ngay không?"],
            requested_by=doctor.id,
            specialist_id=expert.id,
            created_at=moment,
            changed_at=moment,
            submitted_at=moment,
            due_at=moment,
            accepted_at=moment,
        )
        db.add(referral)
        await db.flush()
        db.add(ReferralDetails(referral_id=referral.id, station_id=doctor.facility_id))
        db.add(
            CaseAccess(
                referral_id=referral.id,
                person_id=expert.id,
                patient_id=patient.id,
                station_id=doctor.facility_id,
                hospital_id=expert.facility_id,
                province_code=doctor.province_code,
                given_at=moment,
            )
        )
    return Case(patient.id, referral.id)
