"""What a browser may say of a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from server.core.messages import N_
from server.lines.verdict import Device, Measured
from server.web.forms import Input

_Rate = Annotated[int, Field(ge=0, le=1_000_000)]
_Milliseconds = Annotated[int, Field(ge=0, le=30_000)]
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Hour = Annotated[int, Field(ge=0, le=23)]


class Found(Input):
    """What a check has found; what could not be tried is left out."""

    scheduled: bool = False
    signaling: bool
    reached: bool
    up: _Rate | None = None
    down: _Rate | None = None
    rtt: _Milliseconds | None = None
    jitter: _Milliseconds | None = None
    loss_up: _Share | None = None
    loss_down: _Share | None = None
    relay_udp: bool | None = None
    relay_tcp: bool | None = None
    relay_tls: bool | None = None
    microphone: Device | None = None
    camera: Device | None = None
    speaker: Device | None = None

    def measured(self) -> Measured:
        """Return what is judged."""
        return Measured(**self.model_dump(exclude={"scheduled"}))


class WantedHour(Input):
    """At which hour, or never."""

    hour: Hour | None = None
    messages: ClassVar[Mapping[str, str]] = {
        "hour": N_("Hãy chọn một giờ trong danh sách.")
    }
