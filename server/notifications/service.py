"""Tells people: a row each in the same transaction, and a wake-up after the commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.core import clock
from server.notifications.models import Event

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


def tell(
    db: AsyncSession,
    people: Iterable[UUID],
    kind: str,
    subject_id: UUID,
    **data: str,
) -> None:
    """Add one event for each person; whoever ends the transaction sends the wake-ups."""
    moment = clock.now()
    recipients = set(people)
    db.add_all(
        Event(person_id=person, at=moment, kind=kind, subject_id=subject_id, data=data)
        for person in recipients
    )
    db.info.setdefault("wakes", set()).update(str(person) for person in recipients)
