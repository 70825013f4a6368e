"""The specialties that every installation starts with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from server.core import clock
from server.core.vietnamese import fold
from server.facilities.models import Facility, FacilityKind, Level, Specialty
from server.places.models import Commune, CommuneKind

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

SPECIALTIES = (
    ("emergency", "Hồi sức cấp cứu", "Emergency and intensive care"),
    ("internal", "Nội tổng hợp", "General internal medicine"),
    ("cardiology", "Tim mạch", "Cardiology"),
    ("respiratory", "Hô hấp", "Respiratory medicine"),
    ("gastroenterology", "Tiêu hóa", "Gastroenterology"),
    ("endocrinology", "Nội tiết", "Endocrinology"),
    ("nephrology", "Thận – tiết niệu", "Nephrology and urology"),
    ("neurology", "Thần kinh", "Neurology"),
    ("rheumatology", "Cơ xương khớp", "Rheumatology"),
    ("infectious", "Truyền nhiễm", "Infectious diseases"),
    ("paediatrics", "Nhi", "Paediatrics"),
    ("obstetrics", "Sản phụ khoa", "Obstetrics and gynaecology"),
    ("surgery", "Ngoại tổng hợp", "General surgery"),
    ("orthopaedics", "Chấn thương chỉnh hình", "Orthopaedics"),
    ("ent", "Tai mũi họng", "Otorhinolaryngology"),
    ("ophthalmology", "Mắt", "Ophthalmology"),
    ("dentistry", "Răng hàm mặt", "Dentistry"),
    ("dermatology", "Da liễu", "Dermatology"),
    ("psychiatry", "Tâm thần", "Psychiatry"),
    ("oncology", "Ung bướu", "Oncology"),
    ("nutrition", "Dinh dưỡng", "Nutrition"),
    ("rehabilitation", "Phục hồi chức năng", "Rehabilitation"),
    ("traditional", "Y học cổ truyền", "Traditional medicine"),
)


async def load(db: AsyncSession) -> None:
    """Add the specialties that are missing; names changed by people stay."""
    rows = [
        {"code": code, "name": name, "name_en": english, "position": position}
        for position, (code, name, english) in enumerate(SPECIALTIES)
    ]
    await db.execute(insert(Specialty).values(rows).on_conflict_do_nothing())


def station_of(commune: Commune) -> Facility:
    """Return the one station that a commune has (Circular 43/2025/TT-BYT), not yet saved."""
    zone = commune.kind is CommuneKind.SPECIAL_ZONE
    name = f"Trạm y tế {'' if zone else commune.kind.value + ' '}{commune.name}"
    return Facility(
        kind=FacilityKind.STATION,
        level=Level.INITIAL,
        name=name,
        name_fold=fold(name),
        province_code=commune.province_code,
        commune_code=commune.code,
        active_from=clock.today(),
    )


async def add_stations(db: AsyncSession, province_code: str) -> int:
    """Add a station to each commune of the province that has none; returns how many."""
    has_one = select(Facility.commune_code).where(
        Facility.kind == FacilityKind.STATION, Facility.province_code == province_code
    )
    lacking = await db.scalars(
        select(Commune).where(
            Commune.province_code == province_code,
            Commune.code.not_in(has_one.where(Facility.commune_code.is_not(None))),
        )
    )
    stations = [station_of(commune) for commune in lacking]
    db.add_all(stations)
    return len(stations)
