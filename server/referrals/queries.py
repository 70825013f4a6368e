"""Reads of requests; every one of them begins at `visible_to`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import joinedload

from server.access.actor import Actor, Scope
from server.access.permissions import Role
from server.core.errors import NotFound
from server.patients.models import CaseAccess
from server.referrals.models import Referral

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


def visible_to(actor: Actor) -> Select[Referral]:
    """Return the requests that the actor may know of.

    The station its own; a coordinator those sent to the own hospital, or in the province;
    a specialist those offered, held or signed. The policies of the database say the same.
    """
    return select(Referral).where(seen_by(actor))


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of `visible_to`, for statements that read Referral otherwise."""
    if actor.role is Role.STATION_DOCTOR:
        return Referral.station_id == actor.facility_id
    if actor.role is Role.SPECIALIST:
        return Referral.id.in_(
            select(CaseAccess.referral_id).where(
                CaseAccess.person_id == actor.id, CaseAccess.ended_at.is_(None)
            )
        )
    if actor.role is Role.COORDINATOR:
        return and_(Referral.submitted_at.is_not(None), _coordinated_by(actor))
    return false()


def _coordinated_by(actor: Actor) -> ColumnElement[bool]:
    own = Referral.hospital_id == actor.facility_id
    if actor.scope is Scope.PROVINCE:
        return or_(own, Referral.province_code == actor.province_code)
    return own


async def get(db: AsyncSession, actor: Actor, referral_id: UUID) -> Referral:
    """Return the request with its places and specialty; raises NotFound."""
    found = await db.scalar(
        visible_to(actor)
        .where(Referral.id == referral_id)
        .options(
            joinedload(Referral.station),
            joinedload(Referral.hospital),
            joinedload(Referral.specialty),
        )
    )
    if found is None:
        raise NotFound
    return found


async def get_for_change(db: AsyncSession, actor: Actor, referral_id: UUID) -> Referral:
    """Return the request and lock its row until the transaction ends; raises NotFound."""
    found = await db.scalar(
        visible_to(actor)
        .where(Referral.id == referral_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found
