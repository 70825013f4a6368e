"""Reads of hours, which hold no patient data and decide who can be asked."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import Select, or_, select

from server.access.actor import Actor
from server.accounts import queries as accounts
from server.core import clock
from server.rosters.models import AvailabilityException, AvailabilityRule
from server.rosters.slots import on_duty

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.accounts.models import Person


def rules_visible_to(actor: Actor) -> Select[AvailabilityRule]:
    """Return the weekly hours that the actor may change: the own ones."""
    return select(AvailabilityRule).where(AvailabilityRule.person_id == actor.id)


def exceptions_visible_to(actor: Actor) -> Select[AvailabilityException]:
    """Return the single days that the actor may change: the own ones."""
    return select(AvailabilityException).where(
        AvailabilityException.person_id == actor.id
    )


async def week_of(db: AsyncSession, actor: Actor) -> Sequence[AvailabilityRule]:
    """Return the actor's weekly hours, Monday first."""
    return (
        await db.scalars(
            rules_visible_to(actor).order_by(
                AvailabilityRule.weekday, AvailabilityRule.starts
            )
        )
    ).all()


async def days_of(
    db: AsyncSession, actor: Actor, since: date
) -> Sequence[AvailabilityException]:
    """Return the actor's single days from this one on, the nearest first."""
    return (
        await db.scalars(
            exceptions_visible_to(actor)
            .where(AvailabilityException.on >= since)
            .order_by(AvailabilityException.on, AvailabilityException.starts)
        )
    ).all()


async def rules_of(
    db: AsyncSession, people: Collection[UUID], since: date
) -> dict[UUID, list[AvailabilityRule]]:
    """Return the weekly hours that still hold on or after the day, by person."""
    found = await db.scalars(
        select(AvailabilityRule).where(
            AvailabilityRule.person_id.in_(people),
            or_(
                AvailabilityRule.valid_until.is_(None),
                AvailabilityRule.valid_until >= since,
            ),
        )
    )
    rules: dict[UUID, list[AvailabilityRule]] = defaultdict(list)
    for rule in found:
        rules[rule.person_id].append(rule)
    return rules


async def exceptions_of(
    db: AsyncSession, people: Collection[UUID], first: date, last: date
) -> dict[UUID, list[AvailabilityException]]:
    """Return the single days between two days, both included, by person."""
    found = await db.scalars(
        select(AvailabilityException).where(
            AvailabilityException.person_id.in_(people),
            AvailabilityException.on.between(first, last),
        )
    )
    exceptions: dict[UUID, list[AvailabilityException]] = defaultdict(list)
    for one in found:
        exceptions[one.person_id].append(one)
    return exceptions


async def on_duty_specialists(
    db: AsyncSession, hospital_id: UUID, specialty_code: str | None, moment: datetime
) -> list[tuple[Person, bool, datetime | None]]:
    """Return the specialists by name with whether they are on duty and when last seen."""
    people = await accounts.specialists(db, hospital_id, specialty_code)
    ids = [person.id for person in people]
    day = clock.local(moment).date()
    rules = await rules_of(db, ids, day)
    exceptions = await exceptions_of(db, ids, day, day)
    return [
        (
            person,
            on_duty(rules.get(person.id, []), exceptions.get(person.id, []), moment),
            person.last_seen_at,
        )
        for person in people
    ]
