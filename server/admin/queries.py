"""Reads that only administration asks: who belongs where, who is signed in, whose names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from server.accounts.models import Person, PersonDepartment, SignInSession
from server.facilities.models import Department

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

_MOST_SESSIONS = 20


async def department_names(db: AsyncSession, person_id: UUID) -> Sequence[str]:
    """Return the departments that a person belongs to."""
    return (
        await db.scalars(
            select(Department.name)
            .join(PersonDepartment, PersonDepartment.department_id == Department.id)
            .where(PersonDepartment.person_id == person_id)
            .order_by(Department.name)
        )
    ).all()


async def open_sessions(db: AsyncSession, person_id: UUID) -> Sequence[SignInSession]:
    """Return the browsers in which a person is signed in, the last used first."""
    return (
        await db.scalars(
            select(SignInSession)
            .where(
                SignInSession.person_id == person_id, SignInSession.ended_at.is_(None)
            )
            .order_by(SignInSession.last_seen_at.desc())
            .limit(_MOST_SESSIONS)
        )
    ).all()


async def usernames(
    db: AsyncSession, person_ids: Iterable[UUID | None]
) -> dict[UUID | None, str]:
    """Return under which names these people sign in, for a list that holds ids."""
    wanted = {one for one in person_ids if one is not None}
    rows = await db.execute(
        select(Person.id, Person.username).where(Person.id.in_(wanted))
    )
    return {row[0]: row[1] for row in rows}
