"""Writes audit rows in the transaction of the change that they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.access.actor import Actor
from server.audit.models import AuditEvent, Outcome
from server.core import clock

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from; kept in the session's `info` by the web layer."""

    address: str = "-"
    user_agent: str = "-"
    request_id: str = "-"


def record(  # the subject of a trail has many sides
    db: AsyncSession,
    action: str,
    *,
    object_id: object = None,
    patient_id: UUID | None = None,
    outcome: Outcome = Outcome.SUCCESS,
    actor: Actor | None = None,
    **detail: object,
) -> None:
    """Add one row; who acts and from where is taken from the session unless given."""
    who = actor or db.info.get("actor")
    origin = db.info.get("origin") or Origin()
    db.add(
        AuditEvent(
            at=clock.now(),
            person_id=who.id if who else None,
            role=who.role.value if who else None,
            facility_id=who.facility_id if who else None,
            action=action,
            object_id=None if object_id is None else str(object_id)[:64],
            patient_id=patient_id,
            outcome=outcome,
            address=origin.address,
            user_agent=origin.user_agent[:200],
            request_id=origin.request_id,
            detail={key: str(value) for key, value in detail.items()},
        )
    )
