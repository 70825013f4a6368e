"""Demonstration data: Cần Thơ with its stations, Lào Cai beside it, and the cast of people."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING
from uuid import NAMESPACE_DNS, UUID, uuid5

from sqlalchemy import select

from server.access.actor import assume_system
from server.access.permissions import Role
from server.accounts import service
from server.accounts.models import Person, PersonDepartment
from server.core import crypto
from server.core.db import make_engine, make_sessions, transaction
from server.core.vietnamese import fold
from server.facilities.models import (
    Department,
    DepartmentSpecialty,
    Facility,
    FacilityKind,
    Level,
)
from server.facilities.seed import station_of
from server.places.models import Commune, Province
from server.rosters.models import AvailabilityRule

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

PASSWORD = "mua-xuan-o-tram-xa"  # noqa: S105
_START = date(2026, 1, 1)
_HOSPITALS = {
    "92": (
        ("Bệnh viện Đa khoa thành phố Cần Thơ (mẫu)", Level.SPECIALISED, "31135"),
        ("Bệnh viện Đa khoa khu vực Thốt Nốt (mẫu)", Level.BASIC, "31207"),
        ("Bệnh viện Đa khoa khu vực Ngã Bảy (mẫu)", Level.BASIC, "31340"),
    ),
    "15": (("Bệnh viện Đa khoa tỉnh Lào Cai (mẫu)", Level.SPECIALISED, "02647"),),
}
_DEPARTMENTS = {
    "Khoa Nội tim mạch": ("cardiology", "internal"),
    "Khoa Nội tổng hợp": (
        "internal",
        "endocrinology",
        "respiratory",
        "gastroenterology",
    ),
    "Khoa Nhi": ("paediatrics",),
    "Khoa Cấp cứu": ("emergency",),
}
_CARDIOLOGY = "Khoa Nội tim mạch"
_PROVINCIAL = _HOSPITALS["92"][0][0]
# username, title, name, role, place, department
CAST = (
    ("binh", "BS.", "Nguyễn Thanh Bình", Role.STATION_DOCTOR, "station:31309", None),
    ("hoa", "BS.", "Lê Thị Hoa", Role.STATION_DOCTOR, "station:31258", None),
    ("minh", "BS.CKII", "Trần Quang Minh", Role.SPECIALIST, _PROVINCIAL, _CARDIOLOGY),
    ("lan", "ThS.BS.", "Phạm Ngọc Lan", Role.SPECIALIST, _PROVINCIAL, _CARDIOLOGY),
    ("thu", "", "Võ Thị Minh Thu", Role.COORDINATOR, _PROVINCIAL, None),
    ("quan", "", "Đặng Hồng Quân", Role.PROVINCIAL_ADMIN, "department:92", None),
    ("khoa", "BS.", "Giàng A Khoa", Role.STATION_DOCTOR, "station:02683", None),
    ("admin", "", "Quản trị hệ thống", Role.SYSTEM_ADMIN, "department:92", None),
)


def demo_id(name: str) -> UUID:
    """Return the same id at each load, so that loading twice adds nothing."""
    return uuid5(NAMESPACE_DNS, f"{name}.demo.tramxa")


async def load(database_url: str) -> bool:
    """Add the demonstration data, or return False when any facility exists already."""
    engine = make_engine(database_url, 2)
    try:
        async with transaction(make_sessions(engine)) as db:
            if await db.scalar(select(Facility.id).limit(1)) is not None:
                return False
            await assume_system(db)
            for province in ("92", "15"):
                await _add_facilities(db, province)
            await db.flush()
            await _add_people(db)
    finally:
        await engine.dispose()
    return True


async def _add_facilities(db: AsyncSession, province_code: str) -> None:
    province = await db.get_one(Province, province_code)
    db.add(
        _facility(
            f"department:{province_code}",
            f"Sở Y tế {province.full_name}",
            FacilityKind.HEALTH_DEPARTMENT,
            province_code,
        )
    )
    communes = await db.scalars(
        select(Commune)
        .where(Commune.province_code == province_code)
        .order_by(Commune.code)
    )
    for commune in communes:
        db.add(_station(commune))
    await db.flush()
    for number, (name, level, commune_code) in enumerate(_HOSPITALS[province_code]):
        hospital = _facility(name, name, FacilityKind.HOSPITAL, province_code)
        hospital.level = level
        hospital.commune_code = commune_code
        hospital.provider_code = f"{province_code}D0{number}"
        hospital.telehealth_unit_since = _START
        hospital.phone = f"+84292000{number:03d}"
        db.add(hospital)
        await db.flush()
        _add_departments(db, hospital)


def _facility(key: str, name: str, kind: FacilityKind, province_code: str) -> Facility:
    return Facility(
        id=demo_id(key),
        name=name,
        name_fold=fold(name),
        kind=kind,
        province_code=province_code,
        active_from=_START,
    )


def _station(commune: Commune) -> Facility:
    station = station_of(commune)
    station.id = demo_id(f"station:{commune.code}")
    station.active_from = _START
    station.provider_code = f"S{int(commune.code) % 10_000:04d}"
    station.phone = f"+84293{commune.code.zfill(6)}"
    return station


def _add_departments(db: AsyncSession, hospital: Facility) -> None:
    for name, specialties in _DEPARTMENTS.items():
        department = Department(
            id=demo_id(f"{hospital.name}:{name}"), facility_id=hospital.id, name=name
        )
        db.add(department)
        db.add_all(
            DepartmentSpecialty(department_id=department.id, specialty_code=code)
            for code in specialties
        )


async def _add_people(db: AsyncSession) -> None:
    password_hash = await crypto.hash_password(PASSWORD)
    for username, title, name, role, place, department in CAST:
        person = await service.add(
            db,
            service.NewAccount(
                full_name=name,
                username=username,
                role=role,
                facility_id=demo_id(place),
                title=title,
                licence_number=f"DEMO-{username.upper()}",
                phone="+84900000000",
            ),
            password_hash,
        )
        person.must_change_password = False
        if department is not None:
            _place_in_department(db, person, demo_id(f"{place}:{department}"))


def _place_in_department(db: AsyncSession, person: Person, department_id: UUID) -> None:
    db.add(PersonDepartment(person_id=person.id, department_id=department_id))
    # On duty at every hour, so that the demonstration works whenever it is shown.
    db.add_all(
        AvailabilityRule(
            person_id=person.id,
            weekday=weekday,
            starts=time(0, 0),
            ends=time(23, 59),
            slot_minutes=20,
            valid_from=_START,
        )
        for weekday in range(1, 8)
    )
