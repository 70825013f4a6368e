"""What may be asked about a booking."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from server.core.messages import N_
from server.web.forms import Input, Written


class ChosenSlot(Input):
    """The slot that begins at this moment."""

    starts: AwareDatetime
    messages: ClassVar[Mapping[str, str]] = {
        "starts": N_("Hãy chọn một giờ còn trống."),
    }


class ChosenDay(Input):
    """The day whose slots are shown."""

    day: Annotated[date, Written] | None = None


class Cancellation(Input):
    """Why a booking is given up."""

    reason: Annotated[str, Field(min_length=3, max_length=500)]
    messages: ClassVar[Mapping[str, str]] = {
        "reason": N_("Hãy ghi lý do hủy, để bên kia biết cần làm gì tiếp."),
    }
