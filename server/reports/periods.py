"""Calendar periods of a report: pure functions over dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.core.messages import N_
from server.reports.models import Grain

EARLIEST, LATEST = date(2020, 1, 1), date(2100, 12, 31)
_MONTHS_A_QUARTER, _MONTHS_A_YEAR = 3, 12


class PeriodKind(StrEnum):
    """How long a report looks."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def label(self) -> str:
        """The Vietnamese word, a msgid."""
        return _LABELS[self]


_LABELS = {
    PeriodKind.DAY: N_("Ngày"),
    PeriodKind.MONTH: N_("Tháng"),
    PeriodKind.QUARTER: N_("Quý"),
    PeriodKind.YEAR: N_("Năm"),
}


@dataclass(frozen=True, slots=True)
class Period:
    """A day, month, quarter or year, by its first and last day."""

    kind: PeriodKind
    first: date
    last: date

    @property
    def quarter(self) -> int:
        """The number of the quarter in which the period begins, from 1."""
        return (self.first.month - 1) // _MONTHS_A_QUARTER + 1

    @property
    def previous(self) -> date | None:
        """The day before it, or None where the calendar of the platform begins."""
        return None if self.first <= EARLIEST else self.first - timedelta(days=1)

    @property
    def following(self) -> date | None:
        """The day after it, or None where the calendar of the platform ends."""
        return None if self.last >= LATEST else self.last + timedelta(days=1)

    @property
    def grain(self) -> Grain:
        """The totals that say it as a whole."""
        return Grain(self.kind.value)

    @property
    def part_grain(self) -> Grain:
        """The totals into which it falls when it is shown over time."""
        short = self.kind in {PeriodKind.DAY, PeriodKind.MONTH}
        return Grain.DAY if short else Grain.MONTH

    def parts(self, until: date) -> list[date]:
        """Return the first days of its parts, as far as time has come."""
        parts, day = [], self.first
        while day <= min(self.last, until):
            parts.append(day)
            day = (
                day + timedelta(days=1)
                if self.part_grain is Grain.DAY
                else _months_after(day, 1)
            )
        return parts


def period_of(kind: PeriodKind, day: date) -> Period:
    """Return the period of this kind that holds the day."""
    if kind is PeriodKind.DAY:
        return Period(kind, day, day)
    months = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: _MONTHS_A_QUARTER}.get(
        kind, _MONTHS_A_YEAR
    )
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return Period(kind, first, _months_after(first, months) - timedelta(days=1))


def _months_after(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, _MONTHS_A_YEAR)
    return date(first.year + years, month + 1, 1)
