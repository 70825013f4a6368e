"""What may be asked of the counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from server.core import clock
from server.core.messages import N_
from server.reports.call_queries import Span, Worst
from server.reports.periods import EARLIEST, LATEST, Period, PeriodKind, period_of
from server.reports.queries import Breakdown
from server.web.days import CalendarDay
from server.web.forms import Input

_Day = Annotated[CalendarDay, Field(ge=EARLIEST, le=LATEST)]


class PeriodQuestion(Input):
    """The kind of period, and any day inside it; today when none is named."""

    period: PeriodKind = PeriodKind.MONTH
    on: _Day | None = None
    messages: ClassVar[Mapping[str, str]] = {
        "on": N_("Hãy chọn một ngày từ năm 2020 đến năm 2100."),
    }

    def chosen(self) -> Period:
        """Return the period that holds the day."""
        return period_of(self.period, self.on or clock.today())


class CountsQuestion(PeriodQuestion):
    """The period, and what each line of the table stands for."""

    by: Breakdown = Breakdown.TIME


def _as_number(typed: object) -> object:
    if isinstance(typed, str) and typed.isascii() and typed.isdigit():
        return int(typed[:9])
    return typed


class CallsQuestion(Input):
    """How far back, and in which column the worst station comes first."""

    days: Annotated[Span, BeforeValidator(_as_number)] = Span.MONTH
    worst: Worst = Worst.MOS
