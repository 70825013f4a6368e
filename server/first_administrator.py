"""`tramxa create-admin`: the first person, before anyone can sign in."""

from __future__ import annotations

from sqlalchemy import select

from server.access.actor import assume_system
from server.access.permissions import Role
from server.accounts import forms, queries, service
from server.audit import trail
from server.config import BadSetting
from server.core import clock, crypto
from server.core.db import make_engine, make_sessions, transaction
from server.core.vietnamese import fold
from server.facilities.models import Facility, FacilityKind
from server.places.models import Province


async def create(
    database_url: str, username: str, full_name: str, province_code: str
) -> str:
    """Add a system administrator and return the password to hand over.

    Raises BadSetting for a name that is taken and a province that does not exist.
    """
    engine = make_engine(database_url, 2)
    try:
        async with transaction(make_sessions(engine)) as db:
            await assume_system(db)
            province = await db.get(Province, province_code)
            if province is None:
                raise BadSetting(f"Không có tỉnh nào mang mã {province_code}.")
            if await queries.by_username(db, username) is not None:
                raise BadSetting(f"Tên đăng nhập {username} đã có người dùng.")
            office = await db.scalar(
                select(Facility).where(
                    Facility.kind == FacilityKind.HEALTH_DEPARTMENT,
                    Facility.province_code == province_code,
                )
            )
            if office is None:
                office = _health_department(province)
                db.add(office)
                await db.flush()
            password = service.new_handed_over_password()
            person = await service.add(
                db,
                service.NewAccount(
                    full_name=full_name,
                    username=forms.username(username),
                    role=Role.SYSTEM_ADMIN,
                    facility_id=office.id,
                ),
                await crypto.hash_password(password),
            )
            trail.record(db, "person:create", object_id=person.id, by="command line")
            return password
    finally:
        await engine.dispose()


def _health_department(province: Province) -> Facility:
    name = f"Sở Y tế {province.full_name}"
    return Facility(
        kind=FacilityKind.HEALTH_DEPARTMENT,
        name=name,
        name_fold=fold(name),
        province_code=province.code,
        active_from=clock.today(),
    )
