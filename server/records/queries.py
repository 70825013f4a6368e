"""Reads of records and diagnoses; a draft is seen by its writer only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import selectinload

from server.access.actor import Actor
from server.access.permissions import Role
from server.core.errors import NotFound
from server.core.vietnamese import fold
from server.patients.models import CaseAccess
from server.records.codes import Result
from server.records.conclusion import (
    Conclusion,
    Difference,
    Line,
    differences,
    lines,
)
from server.records.models import (
    Diagnosis,
    Record,
    RecordChange,
    RecordResponse,
    RecordVersion,
)
from server.records.states import RecordStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

_MOST_DIAGNOSES = 20


@dataclass(frozen=True, slots=True, repr=False)
class SignedVersion:
    """A version as people read it: its text, what it changed, what the station decided."""

    version: RecordVersion
    conclusion: Conclusion
    lines: list[Line]
    differences: list[Difference]
    response: RecordResponse | None


@dataclass(frozen=True, slots=True, repr=False)
class RecordView:
    """A signed record with all its versions, newest first, and the result if reported."""

    record: Record
    versions: list[SignedVersion]
    feedback: Feedback | None

    @property
    def current(self) -> SignedVersion:
        """The version in force."""
        return self.versions[0]

    def version(self, number: int) -> SignedVersion:
        """Return one of the versions; raises NotFound."""
        for signed in self.versions:
            if signed.version.number == number:
                return signed
        raise NotFound


@dataclass(frozen=True, slots=True, repr=False)
class Feedback:
    """What the station reported of the patient; kept as the reason of the last move."""

    result: Result
    text: str
    change: RecordChange

    @staticmethod
    def reason(result: Result, text: str) -> str:
        """Return the reason under which `of` finds the code and the words again."""
        return f"{result}\n{text}".strip()

    @classmethod
    def of(cls, change: RecordChange) -> Feedback:
        """Return what the closing move of a record says."""
        code, _, text = change.reason.partition("\n")
        return cls(Result(code), text, change)


def visible_to(actor: Actor) -> Select[Record]:
    """Return the records that the actor may read.

    The station its own once they are signed; a specialist those of the cases held or
    signed; a coordinator or administrator none.
    """
    return select(Record).where(_seen_by(actor))


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    signed = Record.status != RecordStatus.DRAFT
    if actor.role is Role.STATION_DOCTOR:
        return and_(Record.station_id == actor.facility_id, signed)
    if actor.role is Role.SPECIALIST:
        cases = select(CaseAccess.referral_id).where(
            CaseAccess.person_id == actor.id, CaseAccess.ended_at.is_(None)
        )
        return and_(
            Record.referral_id.in_(cases), or_(signed, Record.specialist_id == actor.id)
        )
    return false()


async def get_for_change(db: AsyncSession, actor: Actor, record_id: UUID) -> Record:
    """Return the record with its row locked; raises NotFound."""
    found = await db.scalar(
        visible_to(actor)
        .where(Record.id == record_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


async def of_referral(db: AsyncSession, referral_id: UUID) -> Record | None:
    """Return the record of a case, the draft of an earlier holder too; lock the case first."""
    return await db.scalar(
        select(Record)
        .where(Record.referral_id == referral_id)
        .execution_options(populate_existing=True)
    )


async def signed_id(db: AsyncSession, actor: Actor, referral_id: UUID) -> UUID | None:
    """Return the id of the signed record of a case, if the actor may read one."""
    return await db.scalar(
        visible_to(actor)
        .with_only_columns(Record.id)
        .where(Record.referral_id == referral_id, Record.status != RecordStatus.DRAFT)
    )


async def view(db: AsyncSession, actor: Actor, record_id: UUID) -> RecordView:
    """Return a signed record with everything that a page shows of it; raises NotFound."""
    record = await db.scalar(
        visible_to(actor)
        .where(Record.id == record_id, Record.status != RecordStatus.DRAFT)
        .options(selectinload(Record.versions), selectinload(Record.responses))
        .execution_options(populate_existing=True)
    )
    if record is None:
        raise NotFound
    return RecordView(record, _versions(record), await _feedback(db, record.id))


def _versions(record: Record) -> list[SignedVersion]:
    responses = {one.version: one for one in record.responses}
    found: list[SignedVersion] = []
    before: Conclusion | None = None
    for version in record.versions:
        conclusion = Conclusion.model_validate(version.content)
        changed = list(differences(before, conclusion)) if before else []
        found.append(
            SignedVersion(
                version,
                conclusion,
                lines(conclusion),
                changed,
                responses.get(version.number),
            )
        )
        before = conclusion
    return found[::-1]


async def _feedback(db: AsyncSession, record_id: UUID) -> Feedback | None:
    found = await db.scalar(
        select(RecordChange)
        .where(
            RecordChange.record_id == record_id,
            RecordChange.before == RecordStatus.FEEDBACK_DUE,
            RecordChange.after == RecordStatus.CLOSED,
        )
        .order_by(RecordChange.at.desc())
        .limit(1)
    )
    return None if found is None else Feedback.of(found)


async def diagnosis(db: AsyncSession, code: str) -> Diagnosis | None:
    """Return the diagnosis of exactly this code."""
    return await db.get(Diagnosis, code) if code else None


async def search_diagnoses(db: AsyncSession, typed: str) -> Sequence[Diagnosis]:
    """Return up to 20 usable diagnoses: by code, else by words in any order.

    Each word must begin a word of the name, which is also what the trigrams find fastest.
    """
    folded = fold(typed)
    if not folded:
        return []
    statement = select(Diagnosis).where(Diagnosis.unusable.is_(False))
    for word in folded.split():
        start = _escaped(_dotted(word))
        statement = statement.where(
            or_(
                Diagnosis.search.like(f"{start}%"),
                Diagnosis.search.like(f"% {_escaped(word)}%"),
            )
        )
    place = func.nullif(func.strpos(Diagnosis.search, _dotted(folded)), 0)
    found = await db.scalars(
        statement.order_by(place.nulls_last(), Diagnosis.code).limit(_MOST_DIAGNOSES)
    )
    return found.all()


def _dotted(word: str) -> str:
    return re.sub(r"^([a-z][0-9]{2})([0-9]{1,2})$", r"\1.\2", word)


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
