"""The person, or the program, on whose behalf something is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import text

from server.access.permissions import ROLE_PERMISSIONS, Access, Permission, Role

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


class Scope(StrEnum):
    """How far a coordinator's or administrator's work reaches."""

    FACILITY = "facility"
    PROVINCE = "province"
    COUNTRY = "country"


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, with what decides what they may see."""

    id: UUID
    role: Role
    facility_id: UUID
    province_code: str
    scope: Scope
    full_name: str = field(repr=False)
    facility_name: str = field(repr=False)
    session_id: UUID | None = None
    must_change_password: bool = False
    locale: str = "vi"

    def may(self, needs: Permission | Access) -> bool:
        """Tell whether the role carries the permission."""
        if isinstance(needs, Access):
            return True
        return needs in ROLE_PERMISSIONS[self.role]


_ASSUME = text(
    "SELECT set_config('app.person', :person, true),"
    " set_config('app.role', :role, true),"
    " set_config('app.facility', :facility, true),"
    " set_config('app.province', :province, true),"
    " set_config('app.scope', :scope, true),"
    " calls_wait_for(:role, nullif(:person, '')::uuid,"
    "  nullif(:facility, '')::uuid, :scope),"
    " pg_snapshot_xmin(pg_current_snapshot())::text"
)


async def assume(db: AsyncSession, actor: Actor) -> None:
    """Tell the database who acts until this transaction ends; row-level security reads it."""
    db.info["actor"] = actor
    answer = await db.execute(
        _ASSUME,
        {
            "person": str(actor.id),
            "role": actor.role.value,
            "facility": str(actor.facility_id),
            "province": actor.province_code,
            "scope": actor.scope.value,
        },
    )
    *_, waits, settled = answer.one()
    # A page that is rendered now asks what waits only if something does, and resumes the
    # stream of events from here.
    db.info["calls_wait"] = waits
    db.info["cursor"] = f"{settled}.{UUID(int=0).hex}"


async def assume_system(db: AsyncSession) -> None:
    """Act as the platform itself: background work and sign-in, never a person's request."""
    await db.execute(
        _ASSUME,
        {"person": "", "role": "system", "facility": "", "province": "", "scope": ""},
    )
