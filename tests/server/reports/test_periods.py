"""Calendar periods, around their edges."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.reports.periods import EARLIEST, LATEST, Grain, PeriodKind, period_of

days = st.dates(EARLIEST, LATEST)
kinds = st.sampled_from(PeriodKind)


@given(kinds, days)
def test_a_period_holds_its_day_and_its_neighbours_touch_it(kind, day):
    period = period_of(kind, day)
    assert period.first <= day <= period.last
    if period.following is not None:
        after = period_of(kind, period.following)
        assert after.first == period.last + timedelta(days=1)
        assert after.previous == period.last


@given(kinds, days)
def test_the_parts_cover_the_period_in_order(kind, day):
    period = period_of(kind, day)
    parts = period.parts(LATEST)
    assert parts == sorted(set(parts))
    assert parts[0] == period.first
    lengths = {"day": 1, "month": 31, "quarter": 3, "year": 12}
    assert len(parts) <= lengths[kind]
    if period.part_grain is Grain.MONTH:
        assert all(part.day == 1 for part in parts)


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        ("day", date(2028, 2, 29), date(2028, 2, 29)),
        ("month", date(2028, 2, 1), date(2028, 2, 29)),
        ("quarter", date(2028, 1, 1), date(2028, 3, 31)),
        ("year", date(2028, 1, 1), date(2028, 12, 31)),
    ],
)
def test_a_leap_day_belongs_where_the_calendar_says(kind, first, last):
    period = period_of(PeriodKind(kind), date(2028, 2, 29))
    assert (period.first, period.last) == (first, last)


def test_parts_end_where_time_has_come():
    period = period_of(PeriodKind.MONTH, date(2026, 11, 22))
    assert period.parts(date(2026, 11, 3))[-1] == date(2026, 11, 3)
    assert period.parts(date(2026, 10, 3)) == []
