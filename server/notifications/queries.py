"""Reads events by cursor."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from uuid import UUID

from sqlalchemy import ColumnElement, literal, literal_column, select, text, tuple_
from typing_extensions import override

from server.notifications.models import Event

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

PAGE = 100
# As many digits as always fit into xid8.
_MADE_HERE = re.compile(r"[0-9]{1,19}\Z")

BEFORE_ALL = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in one person's row of events."""

    transaction: int
    id: UUID = BEFORE_ALL

    @classmethod
    def parse(cls, value: str) -> Self | None:
        """Return the cursor that `str()` wrote, or None when it is not one."""
        number, _, key = value.partition(".")
        try:
            return cls(int(number), UUID(key)) if _MADE_HERE.match(number) else None
        except ValueError:
            return None

    @override
    def __str__(self) -> str:
        return f"{self.transaction}.{self.id.hex}"


async def head(db: AsyncSession) -> Cursor:
    """Return the place after everything that is settled now."""
    found = await db.scalar(
        text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
    )
    return Cursor(int(found or 0))


async def after(
    db: AsyncSession, person_id: UUID, cursor: Cursor
) -> list[tuple[Cursor, Event]]:
    """Return the next events of the person, oldest first, at most a page of them."""
    transaction: ColumnElement[str] = literal_column("events.transaction::text")
    rows = await db.execute(
        select(Event, transaction)
        .where(
            Event.person_id == person_id,
            tuple_(Event.transaction, Event.id)
            > tuple_(_xid(cursor.transaction), literal(cursor.id)),
            text("events.transaction < pg_snapshot_xmin(pg_current_snapshot())"),
        )
        .order_by(Event.transaction, Event.id)
        .limit(PAGE)
    )
    return [(Cursor(int(number), event.id), event) for event, number in rows]


def _xid(value: int) -> object:
    return literal_column(f"'{int(value)}'::xid8")
