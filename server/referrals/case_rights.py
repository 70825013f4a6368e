"""Gives a specialist the right to read one case, and ends it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from server.access.actor import Actor, assume, assume_system
from server.patients.models import CaseAccess

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.referrals.models import Referral


async def give(
    db: AsyncSession, referral: Referral, people: Collection[UUID], *, at: datetime
) -> None:
    """Open the case for these people, again for those who once had it."""
    rows = [
        {
            "referral_id": referral.id,
            "person_id": person,
            "patient_id": referral.patient_id,
            "station_id": referral.station_id,
            "hospital_id": referral.hospital_id,
            "province_code": referral.province_code,
            "given_at": at,
        }
        for person in people
    ]
    await db.execute(
        insert(CaseAccess)
        .values(rows)
        .on_conflict_do_update(
            index_elements=["referral_id", "person_id"],
            set_={"given_at": at, "ended_at": None},
        )
    )


async def end(
    db: AsyncSession, referral_id: UUID, people: Collection[UUID], *, at: datetime
) -> None:
    """Close the case for these people; who ends one's own right writes all else first."""
    await db.flush()
    await db.execute(
        update(CaseAccess)
        .where(
            CaseAccess.referral_id == referral_id,
            CaseAccess.person_id.in_(people),
            CaseAccess.ended_at.is_(None),
        )
        .values(ended_at=at)
    )


async def readers_of(db: AsyncSession, actor: Actor, referral_id: UUID) -> set[UUID]:
    """Return who may read a case by a right of their own: asked, holding it, or a guest."""
    async with as_platform(db, actor):
        found = await db.scalars(
            select(CaseAccess.person_id).where(
                CaseAccess.referral_id == referral_id, CaseAccess.ended_at.is_(None)
            )
        )
        return set(found)


@asynccontextmanager
async def as_platform(db: AsyncSession, actor: Actor) -> AsyncIterator[None]:
    """Touch what a specialist may not see: colleagues' rights, offers that have closed.

    After an error the transaction, and with it the assumed role, is over.
    """
    await db.flush()
    await assume_system(db)
    yield
    await db.flush()
    await assume(db, actor)
