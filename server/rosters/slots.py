"""From weekly hours, single days that differ and what is booked: who is there, and when free.

Pure functions. Hours are those of a clock in Vietnam, which keeps one time all year.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from server.core import clock
from server.rosters.models import AvailabilityException, AvailabilityRule

# A clock has no 24:00; whoever is there until the last minute is there until midnight.
_LAST_MINUTE = time(23, 59)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From one moment up to another that no longer belongs to it, in UTC."""

    starts: datetime
    ends: datetime

    def overlaps(self, other: Period) -> bool:
        """Tell whether the two share a moment."""
        return self.starts < other.ends and other.starts < self.ends

    def holds(self, moment: datetime) -> bool:
        """Tell whether the moment lies inside."""
        return self.starts <= moment < self.ends


def free_slots(
    rules: Sequence[AvailabilityRule],
    exceptions: Sequence[AvailabilityException],
    busy: Sequence[Period],
    *,
    after: datetime,
    until: date,
) -> list[Period]:
    """Return the slots from `after` to the end of the day `until`, in order, never two at once."""
    free: list[Period] = []
    for day in _days(clock.local(after).date(), until):
        away = [*busy, *_away(exceptions, day)]
        for slot in sorted(_slots(rules, exceptions, day)):
            taken = any(slot.overlaps(other) for other in (*away, *free[-1:]))
            if slot.starts >= after and not taken:
                free.append(slot)
    return free


def on_duty(
    rules: Sequence[AvailabilityRule],
    exceptions: Sequence[AvailabilityException],
    moment: datetime,
) -> bool:
    """Tell whether somebody with these hours is there at this moment."""
    day = clock.local(moment).date()
    there = any(hours.holds(moment) for hours, _ in _hours(rules, exceptions, day))
    return there and not any(away.holds(moment) for away in _away(exceptions, day))


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _hours(
    rules: Iterable[AvailabilityRule],
    exceptions: Iterable[AvailabilityException],
    day: date,
) -> Iterator[tuple[Period, timedelta]]:
    """Give the hours of a day, each with the length of its slots."""
    for rule in rules:
        begun = rule.valid_from <= day
        over = rule.valid_until is not None and rule.valid_until < day
        if rule.weekday == day.isoweekday() and begun and not over:
            yield _period(day, rule), timedelta(minutes=rule.slot_minutes)
    for extra in exceptions:
        if extra.available and extra.on == day:
            yield _period(day, extra), timedelta(minutes=extra.slot_minutes)


def _slots(
    rules: Iterable[AvailabilityRule],
    exceptions: Iterable[AvailabilityException],
    day: date,
) -> Iterator[Period]:
    for hours, length in _hours(rules, exceptions, day):
        starts = hours.starts
        while starts + length <= hours.ends:
            yield Period(starts, starts + length)
            starts += length


def _away(exceptions: Iterable[AvailabilityException], day: date) -> list[Period]:
    return [
        _period(day, one) for one in exceptions if one.on == day and not one.available
    ]


def _period(day: date, hours: AvailabilityRule | AvailabilityException) -> Period:
    midnight = datetime.combine(day, time(), clock.VIETNAM) + timedelta(days=1)
    ends = datetime.combine(day, hours.ends, clock.VIETNAM)
    starts = datetime.combine(day, hours.starts, clock.VIETNAM)
    last = midnight if hours.ends >= _LAST_MINUTE else ends
    return Period(starts.astimezone(UTC), last.astimezone(UTC))
