"""Reads the coordinator's queue in its fair order: band, due time, time of sending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Function,
    ScalarSelect,
    Select,
    bindparam,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import joinedload
from typing_extensions import override

from server.access.actor import Actor, Scope
from server.accounts.models import Person
from server.core import clock
from server.facilities.models import Specialty
from server.referrals.models import Referral, ReferralOffer
from server.referrals.states import WAITING, OfferStatus, Priority, ReferralStatus

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

PAGE = 30
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the order of the queue, from which the next page goes on."""

    priority: int
    due_at: datetime
    submitted_at: datetime
    id: UUID

    @classmethod
    def parse(cls, value: str) -> Self | None:
        """Return the place that `str()` wrote, or None when it is not one."""
        try:
            band, due, submitted, key = value.split(".")
            return cls(int(band), _moment(due), _moment(submitted), UUID(key))
        except (ValueError, OverflowError):
            return None

    @override
    def __str__(self) -> str:
        due = (self.due_at - _EPOCH) // _MICROSECOND
        submitted = (self.submitted_at - _EPOCH) // _MICROSECOND
        return f"{self.priority:d}.{due}.{submitted}.{self.id.hex}"


@dataclass(frozen=True, slots=True)
class Filters:
    """What part of the queue is shown; None shows all of it."""

    status: ReferralStatus | None = None
    specialty_code: str | None = None
    priority: Priority | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the queue, with who is asked to take the case."""

    referral: Referral
    asked: tuple[str, ...]
    answer_due_at: datetime | None
    minutes: int
    overdue: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How the whole queue stands, whatever the filters show."""

    waiting: int
    overdue: int
    offered: int
    needs_info: int


async def queue(
    db: AsyncSession, actor: Actor, filters: Filters, after: Place | None = None
) -> tuple[list[Waiting], Place | None]:
    """Return a page of the queue and, when there is more, the place to go on from."""
    moment = clock.now()
    rows = (await db.execute(page_of_queue(actor, filters, after))).all()
    lines = [_line(row, moment) for row in rows[:PAGE]]
    if len(rows) <= PAGE:
        return lines, None
    return lines, _place(lines[-1].referral)


async def counts(db: AsyncSession, actor: Actor) -> Counts:
    """Return the figures above the queue."""
    late = Referral.due_at < clock.now()
    total = func.count()
    row = (
        await db.execute(
            select(
                total,
                total.filter(late),
                total.filter(Referral.status == ReferralStatus.OFFERED),
                total.filter(Referral.status == ReferralStatus.NEEDS_INFO),
            ).where(*lane(actor))
        )
    ).one()
    return Counts(*row)


async def specialties(db: AsyncSession) -> Sequence[Specialty]:
    """Return every specialty in the order of the official list."""
    return (await db.scalars(select(Specialty).order_by(Specialty.position))).all()


def page_of_queue(actor: Actor, filters: Filters, after: Place | None) -> Select[Any]:
    """Return the statement: a page by the index of the lane, then what it shows beside."""
    name = func.trim(Person.title + " " + Person.full_name)
    asked = func.array_agg(
        aggregate_order_by(name, ReferralOffer.due_at, Person.name_sort)
    )
    return (
        _page(actor, filters, after)
        .options(
            joinedload(Referral.station, innerjoin=True),
            joinedload(Referral.hospital, innerjoin=True),
            joinedload(Referral.specialty, innerjoin=True),
        )
        .add_columns(_offered(asked), _offered(func.min(ReferralOffer.due_at)))
    )


def lane(actor: Actor) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return which rows of `visible_to` wait, as the condition that an index begins with.

    The states stand in the text of the statement: only so can the planner prove that the
    partial index holds every row that is asked for. Who coordinates a province works at
    its health department, to which no request is addressed, so the province is enough.
    """
    waiting: BindParameter[Any] = bindparam(
        "waiting", WAITING, expanding=True, literal_execute=True
    )
    where = (
        Referral.province_code == actor.province_code
        if actor.scope is Scope.PROVINCE
        else Referral.hospital_id == actor.facility_id
    )
    return where, Referral.status.in_(waiting)


def _page(actor: Actor, filters: Filters, after: Place | None) -> Select[Referral]:
    order = (Referral.priority, Referral.due_at, Referral.submitted_at, Referral.id)
    statement = select(Referral).where(*lane(actor)).order_by(*order).limit(PAGE + 1)
    if filters.status is not None:
        statement = statement.where(Referral.status == filters.status)
    if filters.specialty_code is not None:
        statement = statement.where(Referral.specialty_code == filters.specialty_code)
    if filters.priority is not None:
        statement = statement.where(Referral.priority == filters.priority)
    if after is not None:
        place = (after.priority, after.due_at, after.submitted_at, after.id)
        statement = statement.where(
            tuple_(*order)
            > tuple_(
                *(
                    literal(value, column.type)
                    for value, column in zip(place, order, strict=True)
                )
            )
        )
    return statement


def _offered(value: Function[Any]) -> ScalarSelect[Any]:
    """Return a value over the open offers of a line; worked out for the page alone."""
    return (
        select(value)
        .join(Person, Person.id == ReferralOffer.specialist_id)
        .where(
            ReferralOffer.referral_id == Referral.id,
            ReferralOffer.status == OfferStatus.OFFERED,
        )
        .scalar_subquery()
    )


def _line(row: Any, moment: datetime) -> Waiting:
    referral, people, answer_due_at = row
    return Waiting(
        referral=referral,
        asked=tuple(people or ()),
        answer_due_at=answer_due_at,
        minutes=int((moment - referral.submitted_at).total_seconds() // 60),
        overdue=referral.due_at < moment,
    )


def _place(referral: Referral) -> Place:
    if referral.due_at is None or referral.submitted_at is None:
        raise ValueError("what is in the queue has been sent")
    return Place(referral.priority, referral.due_at, referral.submitted_at, referral.id)


def _moment(microseconds: str) -> datetime:
    return _EPOCH + int(microseconds) * _MICROSECOND
