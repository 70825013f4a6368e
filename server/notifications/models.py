"""What each person must be told, in the order in which it became true."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType
from typing_extensions import override

from server.core.db import Base, HasId


class TransactionId(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction number (xid8)."""

    cache_ok: bool | None = True

    @override
    def get_col_spec(self, **_: object) -> str:
        """Return the name of the type in DDL."""
        return "xid8"


class Event(HasId, Base):
    """One thing that one person must be told; carries ids and codes, no patient data.

    `transaction` makes the cursor safe: rows of transactions that are still running sort
    after every row that a reader may already have seen.
    """

    __tablename__ = "events"
    # The writer may not read the rows of others, so nothing is asked back.
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012
    __table_args__ = (
        Index("ix_events_person_id_transaction_id", "person_id", "transaction", "id"),
    )

    transaction: Mapped[int] = mapped_column(
        TransactionId, server_default=text("pg_current_xact_id()")
    )
    person_id: Mapped[UUID]
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(64), comment="subject.change")
    subject_id: Mapped[UUID]
    data: Mapped[dict[str, Any]]
