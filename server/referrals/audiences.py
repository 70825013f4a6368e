"""Tells those who follow a case that it has moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.access.permissions import Role
from server.accounts import queries as accounts
from server.notifications.service import tell

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from server.referrals.models import Referral


async def tell_change(db: AsyncSession, referral: Referral, *others: UUID) -> None:
    """Tell the station, the coordinators and these others where the case stands now."""
    people = {referral.requested_by, *others}
    people.update(
        await accounts.colleagues(db, referral.station_id, Role.STATION_DOCTOR)
    )
    people.update(await coordinators(db, referral))
    tell(db, people, "referral.changed", referral.id, status=referral.status.value)


async def coordinators(db: AsyncSession, referral: Referral) -> set[UUID]:
    """Return who keeps this case moving; nobody before it is addressed to a hospital."""
    if referral.hospital_id is None:
        return set()
    return set(
        await accounts.coordinators_of(db, referral.hospital_id, referral.province_code)
    )
