"""The specialties that every installation starts with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects.postgresql import insert

from server.facilities.models import Specialty

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
