"""The only place where the time of day is read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """Return the present moment, aware and in UTC."""
    return datetime.now(UTC)  # noqa: TID251


def today() -> date:
    """Return the date that a calendar on a wall in Vietnam shows."""
    return now().astimezone(VIETNAM).date()


def local(moment: datetime) -> datetime:
    """Return the moment as a clock in Vietnam shows it."""
    return moment.astimezone(VIETNAM)
