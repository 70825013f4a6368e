"""Requests in any state and at any time, written through the models as the use cases do."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from server.core.ids import new_id
from server.demo import demo_id
from server.patients.codes import Sex
from server.patients.models import Patient
from server.referrals.models import Referral
from server.referrals.states import ReferralStatus

BINH_STATION = demo_id("station:31309")
HOA_STATION = demo_id("station:31258")
KHOA_STATION = demo_id("station:02683")
PROVINCIAL = demo_id("Bệnh viện Đa khoa thành phố Cần Thơ (mẫu)")
REGIONAL = demo_id("Bệnh viện Đa khoa khu vực Thốt Nốt (mẫu)")
LAO_CAI = demo_id("Bệnh viện Đa khoa tỉnh Lào Cai (mẫu)")
TO_CONCLUSION = (
    ReferralStatus.OFFERED,
    ReferralStatus.ACCEPTED,
    ReferralStatus.IN_CONSULTATION,
    ReferralStatus.ANSWERED,
    ReferralStatus.CONCLUDED,
)


async def submitted(
    db: AsyncSession,
    at: datetime,
    *,
    station: UUID = BINH_STATION,
    province: str = "92",
    hospital: UUID = PROVINCIAL,
    specialty: str = "cardiology",
) -> Referral:
    """Send a request of a new patient at this moment."""
    patient = Patient(
        id=new_id(),
        facility_id=station,
        full_name="Trần Văn Đếm",
        name_fold="tran van dem",
        name_sort="dem tran van",
        sex=Sex.MALE,
        registered_by=new_id(),
        registered_at=at,
        changed_at=at,
    )
    db.add(patient)
    await db.flush()
    referral = Referral(
        id=new_id(),
        number=new_id().hex[-16:],
        patient_id=patient.id,
        patient_sex=Sex.MALE,
        station_id=station,
        province_code=province,
        requested_by=new_id(),
        created_at=at,
        changed_at=at,
    )
    db.add(referral)
    await db.flush()
    # Everything at once, as a form that is sent: the change may reach the database first.
    referral.hospital_id, referral.specialty_code = hospital, specialty
    referral.submitted_at, referral.due_at = at, at + timedelta(days=1)
    await moved(db, referral, ReferralStatus.SUBMITTED, at)
    return referral


async def moved(
    db: AsyncSession, referral: Referral, status: ReferralStatus, at: datetime
) -> None:
    db.add(referral.move_to(status, by=None, at=at))
    await db.flush()


async def completed(db: AsyncSession, at: datetime, **where) -> Referral:
    """Send a request and bring it to a signed conclusion, one minute a step."""
    referral = await submitted(db, at, **where)
    for step, status in enumerate(TO_CONCLUSION, 1):
        await moved(db, referral, status, at + timedelta(minutes=step))
    return referral
