"""What administrators do with facilities, their departments and specialties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from server.access.actor import Actor, Scope
from server.audit import trail
from server.core.errors import FieldError, Invalid, NotFound
from server.core.messages import N_
from server.core.vietnamese import fold, nfc
from server.facilities import queries
from server.facilities.models import (
    Department,
    DepartmentSpecialty,
    Facility,
    FacilityKind,
    Level,
    Specialty,
)
from server.places.models import Commune, Province

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class FacilityDetails:
    """What may change about a facility; already checked for form, not for sense."""

    name: str
    active_from: date
    level: Level | None = None
    provider_code: str | None = None
    parent_id: UUID | None = None
    commune_code: str | None = None
    address: str = ""
    phone: str = ""
    active_until: date | None = None
    telehealth_unit_since: date | None = None


@dataclass(frozen=True, slots=True)
class DepartmentDetails:
    """A department as it shall be."""

    name: str
    specialty_codes: tuple[str, ...]


async def create(
    db: AsyncSession,
    actor: Actor,
    details: FacilityDetails,
    *,
    kind: FacilityKind,
    province_code: str,
) -> Facility:
    """Add a facility inside the actor's province; raises Invalid."""
    outside = province_code != actor.province_code
    authority = kind is FacilityKind.HEALTH_DEPARTMENT
    if actor.scope is not Scope.COUNTRY and (outside or authority):
        raise _invalid(
            "province_code" if outside else "kind",
            "not_yours",
            N_("Chỉ quản trị hệ thống mới thêm được cơ sở này."),
        )
    if await db.get(Province, province_code) is None:
        raise _invalid(
            "province_code", "province_unknown", N_("Hãy chọn tỉnh, thành phố.")
        )
    facility = Facility(kind=kind, province_code=province_code)
    await _write(db, facility, details)
    db.add(facility)
    await db.flush()
    trail.record(db, "facility:create", object_id=facility.id, kind=kind.value)
    return facility


async def change(
    db: AsyncSession, actor: Actor, facility_id: UUID, details: FacilityDetails
) -> Facility:
    """Correct a facility; what it is and its province never change."""
    facility = await queries.get_for_change(db, actor, facility_id)
    await _write(db, facility, details)
    trail.record(db, "facility:change", object_id=facility.id)
    return facility


async def add_department(
    db: AsyncSession, actor: Actor, facility_id: UUID, details: DepartmentDetails
) -> Department:
    """Add a department to a hospital with the specialties it answers for."""
    facility = await queries.get_for_change(db, actor, facility_id)
    if facility.kind is not FacilityKind.HOSPITAL:
        raise _invalid(
            "department_name", "not_a_hospital", N_("Chỉ bệnh viện mới có khoa.")
        )
    department = Department(facility_id=facility.id, name=nfc(details.name))
    db.add(department)
    await db.flush()
    await _answer_for(db, department, details.specialty_codes)
    trail.record(db, "department:create", object_id=department.id)
    return department


async def change_department(
    db: AsyncSession,
    actor: Actor,
    department_id: UUID,
    details: DepartmentDetails,
    *,
    facility_id: UUID,
) -> Department:
    """Rename a department and set its specialties; raises NotFound outside the hospital."""
    facility = await queries.get_for_change(db, actor, facility_id)
    department = await db.get(Department, department_id)
    if department is None or department.facility_id != facility.id:
        raise NotFound
    department.name = nfc(details.name)
    await db.execute(
        delete(DepartmentSpecialty).where(
            DepartmentSpecialty.department_id == department.id
        )
    )
    await _answer_for(db, department, details.specialty_codes)
    trail.record(db, "department:change", object_id=department.id)
    return department


async def _answer_for(
    db: AsyncSession, department: Department, codes: tuple[str, ...]
) -> None:
    known = set(
        await db.scalars(select(Specialty.code).where(Specialty.code.in_(codes)))
    )
    if not codes or not known.issuperset(codes):
        raise _invalid(
            "specialty_codes",
            "specialty_needed",
            N_("Hãy chọn ít nhất một chuyên khoa mà khoa này nhận tư vấn."),
        )
    db.add_all(
        DepartmentSpecialty(department_id=department.id, specialty_code=code)
        for code in dict.fromkeys(codes)
    )
    await db.flush()


async def _write(
    db: AsyncSession, facility: Facility, details: FacilityDetails
) -> None:
    await _refuse_wrong_parent(db, facility, details)
    await _refuse_wrong_commune(db, facility, details)
    await _refuse_taken_code(db, facility, details)
    if details.active_until is not None and details.active_until < details.active_from:
        raise _invalid(
            "active_until",
            "ends_before_start",
            N_("Ngày ngừng hoạt động phải sau ngày bắt đầu."),
        )
    facility.name = nfc(details.name)
    facility.name_fold = fold(details.name)
    facility.level = details.level
    facility.provider_code = details.provider_code
    facility.parent_id = details.parent_id
    facility.commune_code = details.commune_code
    facility.address = nfc(details.address)
    facility.phone = details.phone
    facility.active_from = details.active_from
    facility.active_until = details.active_until
    facility.telehealth_unit_since = details.telehealth_unit_since


async def _refuse_wrong_parent(
    db: AsyncSession, facility: Facility, details: FacilityDetails
) -> None:
    if facility.kind is not FacilityKind.SATELLITE_POINT:
        if details.parent_id is not None:
            raise _invalid(
                "parent_id",
                "parent_not_here",
                N_("Chỉ điểm trạm mới thuộc một trạm y tế."),
            )
        return
    parent = await db.get(Facility, details.parent_id) if details.parent_id else None
    if (
        parent is None
        or parent.kind is not FacilityKind.STATION
        or parent.province_code != facility.province_code
    ):
        raise _invalid(
            "parent_id",
            "parent_needed",
            N_("Hãy chọn trạm y tế quản lý điểm trạm này."),
        )


async def _refuse_wrong_commune(
    db: AsyncSession, facility: Facility, details: FacilityDetails
) -> None:
    if details.commune_code is None:
        if facility.kind is FacilityKind.HEALTH_DEPARTMENT:
            return
        raise _invalid(
            "commune_code", "commune_needed", N_("Hãy chọn xã, phường trong danh sách.")
        )
    commune = await db.get(Commune, details.commune_code)
    if commune is None or commune.province_code != facility.province_code:
        raise _invalid(
            "commune_code",
            "commune_unknown",
            N_("Xã, phường này không thuộc tỉnh của cơ sở. Hãy chọn lại."),
        )


async def _refuse_taken_code(
    db: AsyncSession, facility: Facility, details: FacilityDetails
) -> None:
    if details.provider_code is None:
        return
    holder = await db.scalar(
        select(Facility.id).where(Facility.provider_code == details.provider_code)
    )
    if holder is not None and holder != facility.id:
        raise _invalid(
            "provider_code",
            "provider_code_taken",
            N_("Mã cơ sở KCB này đã được cấp cho cơ sở khác. Hãy kiểm tra lại."),
        )


def _invalid(field: str, code: str, message: str) -> Invalid:
    return Invalid(FieldError(field, code, message))
