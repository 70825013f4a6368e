"""What specialists do with their own hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise
from typing import TYPE_CHECKING

from server.audit import trail
from server.core import clock
from server.core.errors import FieldError, Invalid, NotFound
from server.core.messages import N_
from server.rosters import queries
from server.rosters.models import AvailabilityException, AvailabilityRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.access.actor import Actor

_MOST_RULES = 50
_MOST_EXCEPTIONS = 200


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours on one weekday (ISO: Monday is 1), cut into slots."""

    weekday: int
    starts: time
    ends: time
    slot_minutes: int


@dataclass(frozen=True, slots=True)
class Day:
    """Hours on one date: extra ones, or away."""

    on: date
    starts: time
    ends: time
    available: bool
    slot_minutes: int
    note: str


async def add_hours(db: AsyncSession, actor: Actor, added: Sequence[Hours]) -> None:
    """Add weekly hours from today on; hours of one day may not overlap."""
    known = await queries.week_of(db, actor)
    _refuse_overlap(
        [*added, *(Hours(one.weekday, one.starts, one.ends, 0) for one in known)]
    )
    _refuse_too_many(len(known) + len(added), _MOST_RULES)
    _add(db, actor, added)
    trail.record(db, "availability:change", object_id=actor.id, added=len(added))


async def set_week(db: AsyncSession, actor: Actor, hours: Sequence[Hours]) -> None:
    """Replace all weekly hours."""
    _refuse_overlap(hours)
    _refuse_too_many(len(hours), _MOST_RULES)
    for rule in await queries.week_of(db, actor):
        await db.delete(rule)
    _add(db, actor, hours)
    await db.flush()
    trail.record(db, "availability:change", object_id=actor.id, rules=len(hours))


async def remove_hours(db: AsyncSession, actor: Actor, rule_id: UUID) -> None:
    """Take weekly hours away; what is booked in them stays booked."""
    rule = await db.scalar(
        queries.rules_visible_to(actor).where(AvailabilityRule.id == rule_id)
    )
    if rule is None:
        raise NotFound
    await db.delete(rule)
    trail.record(db, "availability:change", object_id=actor.id, removed=rule_id)


async def add_day(db: AsyncSession, actor: Actor, day: Day) -> AvailabilityException:
    """Add a single day that differs from the week."""
    if day.on < clock.today():
        raise Invalid(
            FieldError(
                "on", "day_past", N_("Ngày này đã qua. Hãy chọn từ hôm nay trở đi.")
            )
        )
    known = await queries.days_of(db, actor, clock.today())
    _refuse_too_many(len(known) + 1, _MOST_EXCEPTIONS)
    added = AvailabilityException(
        person_id=actor.id,
        on=day.on,
        starts=day.starts,
        ends=day.ends,
        available=day.available,
        slot_minutes=day.slot_minutes,
        note=day.note,
    )
    db.add(added)
    await db.flush()
    trail.record(db, "availability:change", object_id=actor.id, day=day.on)
    return added


async def remove_day(db: AsyncSession, actor: Actor, exception_id: UUID) -> None:
    """Let a single day follow the week again."""
    found = await db.scalar(
        queries.exceptions_visible_to(actor).where(
            AvailabilityException.id == exception_id
        )
    )
    if found is None:
        raise NotFound
    await db.delete(found)
    trail.record(db, "availability:change", object_id=actor.id, removed=exception_id)


def _add(db: AsyncSession, actor: Actor, hours: Iterable[Hours]) -> None:
    db.add_all(
        AvailabilityRule(
            person_id=actor.id,
            weekday=one.weekday,
            starts=one.starts,
            ends=one.ends,
            slot_minutes=one.slot_minutes,
            valid_from=clock.today(),
        )
        for one in hours
    )


def _refuse_overlap(hours: Iterable[Hours]) -> None:
    ordered = sorted(hours, key=lambda one: (one.weekday, one.starts))
    for before, after in pairwise(ordered):
        if before.weekday == after.weekday and after.starts < before.ends:
            raise Invalid(
                FieldError(
                    "starts",
                    "hours_overlap",
                    N_(
                        "Giờ này trùng với giờ đã có trong cùng ngày. Hãy bỏ giờ cũ trước."
                    ),
                )
            )


def _refuse_too_many(number: int, most: int) -> None:
    if number > most:
        raise Invalid(
            FieldError(
                "starts",
                "too_many_hours",
                N_("Lịch đã quá nhiều mục. Hãy bỏ bớt mục cũ."),
            )
        )
