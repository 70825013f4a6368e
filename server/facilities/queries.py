"""Reads of facilities; whoever works inside a province knows those of the province."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from server.access.actor import Actor, Scope
from server.core.errors import NotFound
from server.core.vietnamese import fold
from server.facilities.models import (
    Department,
    DepartmentSpecialty,
    Facility,
    FacilityKind,
    Specialty,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

# A province has at most 168 stations: a choice of one of them shows them all.
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Search:
    """What a list of facilities is narrowed to."""

    words: str = ""
    kinds: frozenset[FacilityKind] = frozenset()
    commune_code: str = ""
    province_code: str = ""


@dataclass(frozen=True, slots=True)
class DepartmentWithSpecialties:
    """A department and the specialties that it answers for."""

    id: UUID
    name: str
    specialty_codes: tuple[str, ...]


def visible_to(actor: Actor) -> Select[Facility]:
    """Return the facilities of the actor's province, or of the country."""
    statement = select(Facility)
    if actor.scope is Scope.COUNTRY:
        return statement
    return statement.where(Facility.province_code == actor.province_code)


async def get(db: AsyncSession, actor: Actor, facility_id: UUID) -> Facility:
    """Return the facility with its commune and province; raises NotFound."""
    found = await db.scalar(
        visible_to(actor)
        .where(Facility.id == facility_id)
        .options(joinedload(Facility.commune), joinedload(Facility.province))
    )
    if found is None:
        raise NotFound
    return found


async def get_for_change(db: AsyncSession, actor: Actor, facility_id: UUID) -> Facility:
    """Return the facility and lock its row until the transaction ends; raises NotFound."""
    found = await db.scalar(
        visible_to(actor).where(Facility.id == facility_id).with_for_update()
    )
    if found is None:
        raise NotFound
    return found


async def search(
    db: AsyncSession, actor: Actor, asked: Search, limit: int = MOST_SHOWN
) -> Sequence[Facility]:
    """Return facilities by words of the name, kind and place, in the order of names."""
    statement = (
        visible_to(actor)
        .options(joinedload(Facility.commune), joinedload(Facility.province))
        .order_by(Facility.name_fold, Facility.id)
        .limit(limit)
    )
    if asked.kinds:
        statement = statement.where(Facility.kind.in_(asked.kinds))
    if asked.province_code:
        statement = statement.where(Facility.province_code == asked.province_code)
    if asked.commune_code:
        statement = statement.where(Facility.commune_code == asked.commune_code)
    for word in fold(asked.words).split():
        statement = statement.where(Facility.name_fold.contains(word, autoescape=True))
    return (await db.scalars(statement)).all()


async def departments(
    db: AsyncSession, facility_id: UUID
) -> Sequence[DepartmentWithSpecialties]:
    """Return the departments of a hospital with their specialties."""
    codes = func.array_agg(DepartmentSpecialty.specialty_code).filter(
        DepartmentSpecialty.specialty_code.is_not(None)
    )
    rows = await db.execute(
        select(Department.id, Department.name, codes)
        .outerjoin(
            DepartmentSpecialty, DepartmentSpecialty.department_id == Department.id
        )
        .where(Department.facility_id == facility_id)
        .group_by(Department.id)
        .order_by(Department.name)
    )
    return [
        DepartmentWithSpecialties(key, name, tuple(sorted(found or ())))
        for key, name, found in rows
    ]


async def specialties(db: AsyncSession) -> Sequence[Specialty]:
    """Return every specialty in the order in which forms show them."""
    return (await db.scalars(select(Specialty).order_by(Specialty.position))).all()
