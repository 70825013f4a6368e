"""Days and times as people here write them, 09/03/2026 and 7h30, or as programs do."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated

from pydantic import BeforeValidator

from server.core.messages import N_
from server.web.forms import mistake

_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


_CLOCK = re.compile(r"([0-9]{1,2}) ?[:hg.] ?([0-9]{2})?")


def _read(typed: object) -> object:
    if not isinstance(typed, str):
        return typed
    text = typed.strip()
    parts = _DAY_FIRST.fullmatch(text)
    try:
        if parts:
            return date(int(parts[3]), int(parts[2]), int(parts[1]))
        return date.fromisoformat(text)
    except ValueError as error:
        raise mistake(
            "date_malformed", N_("Hãy nhập ngày, ví dụ 09/03/2026.")
        ) from error


def _read_time(typed: object) -> object:
    parts = _CLOCK.fullmatch(typed.strip().lower()) if isinstance(typed, str) else None
    if parts is None:
        return typed
    try:
        return time(int(parts[1]), int(parts[2] or 0))
    except ValueError:
        return typed


CalendarDay = Annotated[date, BeforeValidator(_read)]
ClockTime = Annotated[time, BeforeValidator(_read_time)]
