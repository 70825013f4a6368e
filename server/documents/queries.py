"""Reads of the files of cases; every one of them begins at `visible_to`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, false, func, select

from server.access.actor import Actor
from server.access.permissions import Role
from server.core.errors import NotFound
from server.documents.models import Document
from server.patients.models import CaseAccess

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


def visible_to(actor: Actor) -> Select[Document]:
    """Return the files of the own station, or of the cases that a specialist may read."""
    return select(Document).where(Document.removed_at.is_(None), _seen_by(actor))


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    if actor.role is Role.STATION_DOCTOR:
        return Document.station_id == actor.facility_id
    if actor.role is Role.SPECIALIST:
        return Document.referral_id.in_(
            select(CaseAccess.referral_id).where(
                CaseAccess.person_id == actor.id, CaseAccess.ended_at.is_(None)
            )
        )
    return false()


async def get(db: AsyncSession, actor: Actor, document_id: UUID) -> Document:
    """Return the file's row; raises NotFound."""
    found = await db.scalar(visible_to(actor).where(Document.id == document_id))
    if found is None:
        raise NotFound
    return found


async def of_referral(
    db: AsyncSession, actor: Actor, referral_id: UUID
) -> Sequence[Document]:
    """Return the files of a case, in the order in which they were added."""
    return (
        await db.scalars(
            visible_to(actor)
            .where(Document.referral_id == referral_id)
            .order_by(Document.added_at, Document.id)
        )
    ).all()


async def count_of_referral(db: AsyncSession, referral_id: UUID) -> int:
    """Return how many files a case holds."""
    found = await db.scalar(
        select(func.count()).where(
            Document.referral_id == referral_id, Document.removed_at.is_(None)
        )
    )
    return found or 0
