"""What a browser may send of a call."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import Field, model_validator

from server.core.messages import N_
from server.quality.levels import Reason, Rung
from server.web.forms import Input, mistake

T = TypeVar("T")
# An hour of samples; what an outage has kept back comes in a few of these.
MOST_ROWS = 720
_LAST_SECOND = 2**53

_Column = Annotated[list[T], Field(min_length=1, max_length=MOST_ROWS, fail_fast=True)]
_Second = Annotated[int, Field(ge=0, le=_LAST_SECOND)]
_Milliseconds = Annotated[int, Field(ge=0, le=30_000)]
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Small = Annotated[int, Field(ge=0, le=10_000)]
_Rate = Annotated[int, Field(ge=0, le=1_000_000)]
_Seconds = Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)]


class Samples(Input):
    """Samples by columns, because names cost more than numbers on a thin line.

    `clock` and `number` are seconds of the same clock, which may be wrong: `clock` is now,
    `number` is when the sample ended, and names it when it is sent again.
    """

    clock: _Second
    number: _Column[_Second]
    seconds: _Column[_Seconds]
    rtt: _Column[_Milliseconds | None]
    jitter: _Column[_Milliseconds | None]
    loss: _Column[_Share | None]
    concealed: _Column[_Share | None]
    frames: _Column[_Small | None]
    height: _Column[_Small | None]
    frozen: _Column[_Seconds | None]
    received: _Column[_Rate]
    sent: _Column[_Rate]
    estimate: _Column[_Rate | None]
    relayed: _Column[bool | None]
    rung: _Column[Rung | None]
    reason: _Column[Reason | None]

    not_columns: ClassVar = {"clock"}

    @model_validator(mode="after")
    def _refuse_ragged(self) -> Self:
        lengths = {len(column) for column in self._columns().values()}
        if len(lengths) > 1:
            raise mistake("columns_differ", N_("Các cột phải dài bằng nhau."))
        if max(self.number) > self.clock:
            raise mistake("sample_of_tomorrow", N_("Có mẫu đo sau lúc gửi."))
        return self

    def rows(self) -> list[dict[str, Any]]:
        """Return the samples one by one."""
        columns = self._columns()
        return [
            dict(zip(columns, values, strict=True))
            for values in zip(*columns.values(), strict=True)
        ]

    def _columns(self) -> dict[str, list[Any]]:
        return {
            name: getattr(self, name)
            for name in type(self).model_fields
            if name not in self.not_columns
        }
