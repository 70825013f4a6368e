"""Days and times as people here write them, 09/03/2026 and 7h30, or as programs do."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated

from pydantic import BeforeValidator

from server.core.messages import N_
from server.core.vietnamese import read_day
from server.web.forms import mistake

_CLOCK = re.compile(r"([0-9]{1,2}) ?[:hg.] ?([0-9]{2})?")


def _read(typed: object) -> object:
    if not isinstance(typed, str):
        return typed
    day = read_day(typed)
    if day is None:
        raise mistake("date_malformed", N_("Hãy nhập ngày, ví dụ 09/03/2026."))
    return day


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
