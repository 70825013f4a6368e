"""Free slots and duty, whatever the hours, the days off and the bookings are."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core import clock
from server.rosters.models import AvailabilityException, AvailabilityRule
from server.rosters.slots import Period, free_slots, on_duty

MONDAY = date(2026, 11, 23)
SUNDAY = date(2026, 11, 29)
AFTER = datetime(2026, 11, 22, 17, tzinfo=UTC)  # midnight in Vietnam


def vietnam(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), clock.VIETNAM)


def rule(weekday=1, starts=time(7), ends=time(9), slot_minutes=20, **own):
    valid = {"valid_from": date(2026, 1, 1), "valid_until": None, **own}
    return AvailabilityRule(
        weekday=weekday, starts=starts, ends=ends, slot_minutes=slot_minutes, **valid
    )


def exception(on=MONDAY, starts=time(0), ends=time(23, 59), *, available=False):
    return AvailabilityException(
        on=on, starts=starts, ends=ends, available=available, slot_minutes=20
    )


@st.composite
def hours(draw):
    starts = draw(st.integers(0, 23 * 60))
    ends = draw(st.integers(starts + 1, 24 * 60 - 1))
    return time(*divmod(starts, 60)), time(*divmod(ends, 60))


rules = st.lists(
    st.builds(
        lambda weekday, span, minutes: rule(weekday, *span, minutes),
        st.integers(1, 7),
        hours(),
        st.integers(5, 120),
    ),
    max_size=4,
)
exceptions = st.lists(
    st.builds(
        lambda day, span, available: exception(
            MONDAY + timedelta(days=day), *span, available=available
        ),
        st.integers(0, 6),
        hours(),
        st.booleans(),
    ),
    max_size=3,
)
busy = st.lists(
    st.builds(
        lambda start, length: Period(
            AFTER + timedelta(minutes=start), AFTER + timedelta(minutes=start + length)
        ),
        st.integers(0, 7 * 24 * 60),
        st.integers(1, 300),
    ),
    max_size=4,
)


@given(rules, exceptions, busy, st.integers(0, 7 * 24 * 60))
def test_slots_are_in_order_apart_free_and_inside_the_hours(
    week, days, booked, minutes
):
    after = AFTER + timedelta(minutes=minutes)
    slots = free_slots(week, days, booked, after=after, until=SUNDAY)
    assert all(one.ends <= other.starts for one, other in pairwise(slots))
    for slot in slots:
        assert slot.starts.tzinfo is UTC
        assert slot.starts >= after
        assert not any(slot.overlaps(other) for other in booked)
        last = slot.ends - timedelta(seconds=1)
        assert on_duty(week, days, slot.starts)
        assert on_duty(week, days, last)
        assert clock.local(slot.starts).date() <= SUNDAY


@given(rules, exceptions, st.integers(0, 7 * 24 * 60))
def test_a_day_away_wins_over_rules_and_extra_hours(week, days, minutes):
    moment = AFTER + timedelta(minutes=minutes)
    away = exception(clock.local(moment).date())
    assert not on_duty(week, [*days, away], moment)
    assert not any(
        clock.local(slot.starts).date() == away.on
        for slot in free_slots(week, [*days, away], [], after=AFTER, until=SUNDAY)
    )


@given(rules, exceptions)
def test_without_hours_there_are_no_slots(week, days):
    nothing = [one for one in days if not one.available]
    assert free_slots([], nothing, [], after=AFTER, until=SUNDAY) == []
    assert all(one.available is False for one in nothing)
    assert free_slots(week, days, [], after=AFTER, until=date(2026, 11, 1)) == []


def test_two_hours_on_monday_are_six_slots_stored_in_utc():
    slots = free_slots([rule()], [], [], after=AFTER, until=SUNDAY)
    assert len(slots) == 6
    assert slots[0].starts == datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    assert slots[-1].ends == datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def test_a_booking_takes_the_slots_it_touches():
    booked = [Period(vietnam(MONDAY, 7, 10), vietnam(MONDAY, 7, 30))]
    slots = free_slots([rule()], [], booked, after=AFTER, until=SUNDAY)
    assert [clock.local(one.starts).time() for one in slots] == [
        time(7, 40),
        time(8, 0),
        time(8, 20),
        time(8, 40),
    ]


def test_extra_hours_add_slots_on_a_day_without_rules():
    extra = exception(MONDAY + timedelta(days=1), time(13), time(14), available=True)
    slots = free_slots([rule()], [extra], [], after=AFTER, until=SUNDAY)
    assert len(slots) == 6 + 3


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "there"),
    [
        (MONDAY, None, True),
        (MONDAY, MONDAY, True),
        (MONDAY + timedelta(days=1), None, False),
        (date(2026, 1, 1), MONDAY - timedelta(days=1), False),
    ],
)
def test_a_rule_holds_from_its_first_to_its_last_day(valid_from, valid_until, there):
    week = [rule(valid_from=valid_from, valid_until=valid_until)]
    assert on_duty(week, [], vietnam(MONDAY, 8)) is there


def test_the_last_minute_of_the_day_belongs_to_whoever_stays_until_it():
    week = [rule(starts=time(0), ends=time(23, 59), slot_minutes=60)]
    assert on_duty(week, [], vietnam(MONDAY, 23, 59))
    assert len(free_slots(week, [], [], after=AFTER, until=SUNDAY)) == 24


def test_the_end_of_hours_is_off_duty():
    assert not on_duty([rule()], [], vietnam(MONDAY, 9))
    assert on_duty([rule()], [], vietnam(MONDAY, 8, 59))
