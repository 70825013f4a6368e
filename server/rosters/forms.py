"""What may be asked about hours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from server.core.messages import N_
from server.rosters.service import Day, Hours
from server.web.days import CalendarDay, ClockTime
from server.web.forms import Input, mistake

_ENDS_EARLY = N_("Giờ kết thúc phải sau giờ bắt đầu.")
_WHOLE_DAY = (time(0, 0), time(23, 59))


SlotMinutes = Annotated[int, Field(ge=5, le=120)]


def _without_zone(value: time) -> time:
    if value.tzinfo is not None:
        raise mistake("time_zone", N_("Giờ là giờ Việt Nam, không kèm múi giờ."))
    return value


class WeeklyHours(Input):
    """Hours on several weekdays at once, as the page asks for them."""

    weekdays: list[Annotated[int, Field(ge=1, le=7)]] = Field(
        default_factory=list, max_length=7, validate_default=True
    )
    starts: ClockTime
    ends: ClockTime
    slot_minutes: SlotMinutes = 20
    messages: ClassVar[Mapping[str, str]] = {
        "weekdays": N_("Hãy chọn ít nhất một ngày trong tuần."),
        "starts": N_("Hãy nhập giờ bắt đầu, ví dụ 07:30."),
        "ends": N_("Hãy nhập giờ kết thúc, ví dụ 11:30."),
    }

    @field_validator("weekdays")
    @classmethod
    def _some_day(cls, value: list[int]) -> list[int]:
        if not value:
            raise mistake("weekday_missing", cls.messages["weekdays"])
        return sorted(set(value))

    @field_validator("ends")
    @classmethod
    def _after_start(cls, value: time, info: object) -> time:
        starts = getattr(info, "data", {}).get("starts")
        if starts is not None and _without_zone(value) <= _without_zone(starts):
            raise mistake("ends_early", _ENDS_EARLY)
        return value

    @property
    def hours(self) -> list[Hours]:
        """The same hours, one for each weekday."""
        return [
            Hours(weekday, self.starts, self.ends, self.slot_minutes)
            for weekday in self.weekdays
        ]


class Week(Input):
    """All weekly hours, in JSON."""

    rules: Annotated[list[WeeklyHours], Field(max_length=50)]


class DifferentDay(Input):
    """One date: away for a while or all day, or extra hours."""

    on: CalendarDay
    kind: Literal["away", "extra"] = "away"
    starts: ClockTime | None = None
    ends: ClockTime | None = None
    slot_minutes: SlotMinutes = 20
    note: Annotated[str, Field(max_length=200)] = ""
    messages: ClassVar[Mapping[str, str]] = {
        "on": N_("Hãy nhập ngày, ví dụ 09/03/2026."),
        "starts": N_("Hãy nhập giờ bắt đầu, ví dụ 07:30."),
        "ends": N_("Hãy nhập giờ kết thúc, ví dụ 11:30."),
    }

    @model_validator(mode="after")
    def _sensible_hours(self) -> Self:
        given = [one for one in (self.starts, self.ends) if one is not None]
        for one in given:
            _without_zone(one)
        if len(given) == 1 or (self.kind == "extra" and not given):
            raise mistake(
                "hours_missing", N_("Hãy nhập cả giờ bắt đầu và giờ kết thúc.")
            )
        if given and given[0] >= given[1]:
            raise mistake("ends_early", _ENDS_EARLY)
        return self

    @property
    def day(self) -> Day:
        """The day as it is stored; without hours it is the whole day."""
        starts, ends = _WHOLE_DAY
        return Day(
            on=self.on,
            starts=self.starts or starts,
            ends=self.ends or ends,
            available=self.kind == "extra",
            slot_minutes=self.slot_minutes,
            note=self.note,
        )
