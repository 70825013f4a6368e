"""Reads of patients; every one of them begins at `visible_to`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    CompoundSelect,
    Select,
    Uuid,
    and_,
    any_,
    extract,
    false,
    func,
    or_,
    select,
    union,
)
from sqlalchemy.orm import InstrumentedAttribute, joinedload, selectinload

from server.access.actor import Actor
from server.access.permissions import Role
from server.core.errors import NotFound
from server.core.vietnamese import fold
from server.facilities.models import Facility
from server.patients.identifiers import (
    IdentifierKind,
    Phone,
    Problem,
    read_identifier,
    read_phone,
)
from server.patients.models import CaseAccess, Patient, PatientIdentifier
from server.places.models import Commune

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.patients.identifiers import Identifier
    from server.patients.particulars import Particulars

PAGE = 30
_FEW = 10
_ABOVE_ALL = "\U0010ffff"
_NAME_AND_YEAR = re.compile(r"(?P<name>[^\d]*[^\d\s])\s+(?P<year>(?:19|20)\d\d)\s*")


def visible_to(actor: Actor) -> Select[Patient]:
    """Return the patients of the own station, or of the cases that a specialist may read."""
    return select(Patient).where(seen_by(actor))


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of `visible_to`, for statements that read Patient otherwise."""
    if actor.role is Role.STATION_DOCTOR:
        return Patient.facility_id == actor.facility_id
    if actor.role is Role.SPECIALIST:
        return Patient.id.in_(
            select(CaseAccess.patient_id).where(
                CaseAccess.person_id == actor.id, CaseAccess.ended_at.is_(None)
            )
        )
    return false()


def _whole(statement: Select[Patient]) -> Select[Patient]:
    return statement.options(
        joinedload(Patient.current_commune),
        joinedload(Patient.permanent_commune),
        selectinload(Patient.identifiers),
    )


async def get(db: AsyncSession, actor: Actor, patient_id: UUID) -> Patient:
    """Return the patient with papers and communes; raises NotFound."""
    found = await db.scalar(_whole(visible_to(actor)).where(Patient.id == patient_id))
    if found is None:
        raise NotFound
    return found


async def get_for_change(db: AsyncSession, actor: Actor, patient_id: UUID) -> Patient:
    """Return the patient and lock the row until the transaction ends; raises NotFound."""
    found = await db.scalar(
        visible_to(actor)
        .where(Patient.id == patient_id)
        .options(selectinload(Patient.identifiers))
        .with_for_update(of=Patient)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


async def by_ids(
    db: AsyncSession, actor: Actor, patient_ids: Iterable[UUID]
) -> dict[UUID, Patient]:
    """Return those of the patients whom the actor may see, under their ids."""
    wanted = set(patient_ids)
    if not wanted:
        return {}
    found = await db.scalars(_whole(visible_to(actor)).where(Patient.id.in_(wanted)))
    return {patient.id: patient for patient in found}


async def search(
    db: AsyncSession, actor: Actor, words: str, limit: int = PAGE
) -> Sequence[Patient]:
    """Return patients by parts of the name, a number or a telephone, in name order."""
    return (await db.scalars(_whole(finding(actor, words, limit)))).all()


def finding(actor: Actor, words: str, limit: int = PAGE) -> Select[Patient]:
    """Return the statement of a search, for whoever wants to look at its plan."""
    order = (Patient.name_sort, Patient.id)
    # The ids come from an index that holds all that is compared, and only then the rows.
    first = select(Patient.id).where(seen_by(actor)).order_by(*order).limit(limit)
    found = first.where(_meant_by(actor, words)) if words.strip() else first
    return visible_to(actor).where(_one_of(found)).order_by(*order)


def _one_of(found: Select[UUID] | CompoundSelect[UUID]) -> ColumnElement[bool]:
    """Compare with an array: whatever the planner expects, each row is read by its key.

    With IN it may read the whole station and compare each patient with what was found.
    """
    keys = func.array(found.scalar_subquery(), type_=ARRAY(Uuid()))
    return Patient.id == any_(keys)


def _meant_by(actor: Actor, words: str) -> ColumnElement[bool]:
    """Return one question, answered by one index: names hold no digit, numbers do."""
    with_year = _NAME_AND_YEAR.fullmatch(words)
    if with_year:
        born_in = extract("year", Patient.birth_date) == int(with_year["year"])
        return and_(_named(with_year["name"]), born_in)
    if any(character.isdigit() for character in words):
        return _one_of(_numbered(actor, words))
    return _named(words)


def _named(words: str) -> ColumnElement[bool]:
    parts = fold(words).split()
    return and_(*(Patient.name_fold.contains(part, autoescape=True) for part in parts))


def _numbered(actor: Actor, typed: str) -> CompoundSelect[UUID]:
    number = "".join(one for one in typed.upper() if one.isalnum())
    temporary = read_identifier(IdentifierKind.TEMPORARY, typed)
    paper = number if isinstance(temporary, Problem) else temporary.value
    phone = read_phone(typed)
    called = (
        phone.value if isinstance(phone, Phone) else f"+84{number.removeprefix('0')}"
    )
    # A union, because OR over two tables would read them both from end to end.
    return union(
        _papers_seen_by(actor).where(_begins(PatientIdentifier.value, paper)),
        select(Patient.id).where(seen_by(actor), _begins(Patient.phone, called)),
    )


def _papers_seen_by(actor: Actor) -> Select[UUID]:
    statement = select(PatientIdentifier.patient_id)
    if actor.role is Role.STATION_DOCTOR:
        return statement.where(PatientIdentifier.facility_id == actor.facility_id)
    return statement.where(
        PatientIdentifier.patient_id.in_(select(Patient.id).where(seen_by(actor)))
    )


def _begins(column: InstrumentedAttribute[str], start: str) -> ColumnElement[bool]:
    """Compare as a range: row-level security keeps LIKE away from an index, not this."""
    return and_(column >= start, column < start + _ABOVE_ALL)


async def holder_of(
    db: AsyncSession, actor: Actor, identifiers: Collection[Identifier]
) -> UUID | None:
    """Return the patient whom the station knows under one of these numbers."""
    for one in identifiers:
        holder = await db.scalar(
            select(PatientIdentifier.patient_id).where(
                PatientIdentifier.facility_id == actor.facility_id,
                PatientIdentifier.kind == one.kind,
                PatientIdentifier.value == one.value,
            )
        )
        if holder is not None:
            return holder
    return None


async def look_alikes(
    db: AsyncSession, actor: Actor, new: Particulars
) -> Sequence[Patient]:
    """Return who may be the same person: same name and year of birth, or same telephone."""
    ways: list[ColumnElement[bool]] = []
    if new.birth is not None:
        ways.append(
            and_(
                Patient.name_fold == fold(new.full_name),
                extract("year", Patient.birth_date) == new.birth.value.year,
            )
        )
    if new.phone:
        ways.append(Patient.phone == new.phone)
    if not ways:
        return []
    same = union(*(select(Patient.id).where(seen_by(actor), way) for way in ways))
    statement = _whole(visible_to(actor)).where(Patient.id.in_(same))
    return (await db.scalars(statement.order_by(Patient.name_sort).limit(_FEW))).all()


async def communes_near(
    db: AsyncSession, actor: Actor, *also: str | None
) -> Sequence[Commune]:
    """Return the communes of the actor's province by name, and those that are named."""
    return (
        await db.scalars(
            select(Commune)
            .where(
                or_(
                    Commune.province_code == actor.province_code,
                    Commune.code.in_([code for code in also if code]),
                )
            )
            .order_by(Commune.name_fold, Commune.code)
        )
    ).all()


async def own_commune_code(db: AsyncSession, actor: Actor) -> str | None:
    """Return the commune of the actor's station, where most of its patients live."""
    return await db.scalar(
        select(Facility.commune_code).where(Facility.id == actor.facility_id)
    )
