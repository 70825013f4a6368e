"""What every state machine shares: a table of moves, one door, a row for each move."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from server.core.db import HasId
from server.core.errors import Conflict
from server.core.messages import N_

Status = TypeVar("Status", bound=StrEnum)


class WrongState(Conflict):
    """The object cannot go from where it is to where somebody wants it."""

    code = "wrong_state"
    message = N_(
        "Việc này không còn làm được vì hồ sơ đã chuyển sang bước khác. Hãy tải lại trang."
    )


def refuse_wrong_move(
    transitions: Mapping[Status, frozenset[Status]], before: Status, after: Status
) -> None:
    """Raise WrongState when the table does not hold the move."""
    if after not in transitions[before]:
        raise WrongState(before=before.value, after=after.value)


class StatusChange(HasId):
    """One move of one object: before, after, by whom, when, and why if a reason is due."""

    before: Mapped[str] = mapped_column(String(32))
    after: Mapped[str] = mapped_column(String(32))
    by: Mapped[UUID | None] = mapped_column(comment="empty: the platform itself")
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="")
