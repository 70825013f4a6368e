"""Reads of people; an administrator sees those of the own province."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import contains_eager

from server.access.actor import Actor, Scope
from server.access.permissions import Role
from server.accounts.models import Person, PersonDepartment, SignInSession
from server.core.errors import NotFound
from server.core.vietnamese import fold
from server.facilities.models import DepartmentSpecialty, Facility, FacilityKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


def scope_of(role: Role, facility: Facility) -> Scope:
    """Return how far the work of a person in this role and place reaches."""
    if role is Role.SYSTEM_ADMIN:
        return Scope.COUNTRY
    if role is Role.PROVINCIAL_ADMIN:
        return Scope.PROVINCE
    if role is Role.COORDINATOR and facility.kind is FacilityKind.HEALTH_DEPARTMENT:
        return Scope.PROVINCE
    return Scope.FACILITY


def visible_to(actor: Actor) -> Select[Person]:
    """Return the people whom the actor may administer, with their facility."""
    return (
        select(Person)
        .join(Person.facility)
        .options(contains_eager(Person.facility))
        .where(_administered_by(actor))
    )


def _administered_by(actor: Actor) -> ColumnElement[bool]:
    if actor.scope is Scope.COUNTRY:
        return true()
    if actor.role is Role.PROVINCIAL_ADMIN:
        return Facility.province_code == actor.province_code
    return Person.id == actor.id


async def get(db: AsyncSession, actor: Actor, person_id: UUID) -> Person:
    """Return the person; raises NotFound for one whom the actor may not administer."""
    found = await db.scalar(visible_to(actor).where(Person.id == person_id))
    if found is None:
        raise NotFound
    return found


async def search(
    db: AsyncSession, actor: Actor, words: str, limit: int = 50
) -> Sequence[Person]:
    """Return people by any part of name, username or facility, in Vietnamese name order."""
    statement = _matching(visible_to(actor), words).limit(limit)
    return (await db.scalars(statement)).all()


def advisers(station: Facility, hospital_id: UUID, words: str) -> Select[Person]:
    """Return who may be asked into a call of the station: its doctors, and the specialists.

    These are of the hospital that has the case: the patient has agreed to no other.
    """
    colleague = and_(
        Person.role == Role.STATION_DOCTOR, Person.facility_id == station.id
    )
    specialist = and_(Person.role == Role.SPECIALIST, Person.facility_id == hospital_id)
    return _matching(
        select(Person)
        .join(Person.facility)
        .options(contains_eager(Person.facility))
        .where(Person.disabled_at.is_(None), or_(colleague, specialist)),
        words,
    )


def _matching(statement: Select[Person], words: str) -> Select[Person]:
    """Return those with every word in name, username or facility, in Vietnamese order."""
    statement = statement.order_by(Person.name_sort)
    for word in fold(words).split():
        like = f"%{_escaped(word)}%"
        statement = statement.where(
            or_(
                Person.name_fold.like(like),
                Person.username.like(like),
                Facility.name_fold.like(like),
            )
        )
    return statement


async def by_username(db: AsyncSession, username: str) -> Person | None:
    """Return the person who signs in under this name."""
    return await db.scalar(
        select(Person)
        .join(Person.facility)
        .options(contains_eager(Person.facility))
        .where(Person.username == username)
    )


async def session_with_person(
    db: AsyncSession, token_hash: bytes
) -> tuple[SignInSession, Person] | None:
    """Return the open session of this secret with its person and facility."""
    row = (
        await db.execute(
            select(SignInSession, Person)
            .join(Person, Person.id == SignInSession.person_id)
            .join(Person.facility)
            .options(contains_eager(Person.facility))
            .where(
                SignInSession.token_hash == token_hash,
                SignInSession.ended_at.is_(None),
                Person.disabled_at.is_(None),
            )
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


async def colleagues(db: AsyncSession, facility_id: UUID, role: Role) -> Sequence[UUID]:
    """Return the ids of the active people of a facility in a role."""
    return (
        await db.scalars(
            select(Person.id).where(
                Person.facility_id == facility_id,
                Person.role == role,
                Person.disabled_at.is_(None),
            )
        )
    ).all()


async def coordinators_of(
    db: AsyncSession, hospital_id: UUID, province_code: str
) -> Sequence[UUID]:
    """Return who keeps the queue of a hospital moving: its own and the province's."""
    own = Person.facility_id == hospital_id
    provincial = (Facility.kind == FacilityKind.HEALTH_DEPARTMENT) & (
        Facility.province_code == province_code
    )
    return (
        await db.scalars(
            select(Person.id)
            .join(Person.facility)
            .where(
                Person.role == Role.COORDINATOR,
                Person.disabled_at.is_(None),
                or_(own, provincial),
            )
        )
    ).all()


async def specialists(
    db: AsyncSession, hospital_id: UUID, specialty_code: str | None = None
) -> Sequence[Person]:
    """Return the active specialists of a hospital, of one specialty if given."""
    statement = (
        select(Person)
        .where(
            Person.facility_id == hospital_id,
            Person.role == Role.SPECIALIST,
            Person.disabled_at.is_(None),
        )
        .order_by(Person.name_sort)
    )
    if specialty_code is not None:
        belongs = (
            select(PersonDepartment.person_id)
            .join(
                DepartmentSpecialty,
                DepartmentSpecialty.department_id == PersonDepartment.department_id,
            )
            .where(DepartmentSpecialty.specialty_code == specialty_code)
        )
        statement = statement.where(Person.id.in_(belongs))
    return (await db.scalars(statement)).all()


async def count_administrators(db: AsyncSession) -> int:
    """Return how many system administrators can sign in."""
    found = await db.scalar(
        select(func.count()).where(
            Person.role == Role.SYSTEM_ADMIN, Person.disabled_at.is_(None)
        )
    )
    return found or 0


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


async def names_of(db: AsyncSession, people: Iterable[UUID]) -> dict[UUID, str]:
    """Return how colleagues write the names of these people."""
    found = await db.scalars(select(Person).where(Person.id.in_(set(people))))
    return {person.id: person.display_name for person in found}


async def person_by_id(db: AsyncSession, person_id: UUID) -> Person:
    """Return a colleague by id; raises NotFound."""
    found = await db.get(Person, person_id)
    if found is None:
        raise NotFound
    return found
