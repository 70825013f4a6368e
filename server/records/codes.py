"""Coded answers of a conclusion and of the feedback on it."""

from __future__ import annotations

from enum import StrEnum

from server.core.messages import N_


class Plan(StrEnum):
    """Where the patient is cared for next."""

    KEPT_AT_STATION = "kept_at_station"
    REFERRED_UP = "refer_up"
    EMERGENCY_TRANSFER = "emergency_transfer"
    DOWN_REFERRED = "down_referred"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _PLANS[self]


class Result(StrEnum):
    """What became of the advice (Circular 49/2017/TT-BYT Art. 3.2)."""

    DONE_AS_ADVISED = "done_as_advised"
    CHANGED = "changed"
    TRANSFERRED = "transferred"
    LOST = "lost"
    DIED = "died"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _RESULTS[self]


_PLANS = {
    Plan.KEPT_AT_STATION: N_("Tiếp tục theo dõi, điều trị tại trạm"),
    Plan.REFERRED_UP: N_("Chuyển người bệnh lên tuyến trên"),
    Plan.EMERGENCY_TRANSFER: N_("Chuyển cấp cứu ngay"),
    Plan.DOWN_REFERRED: N_("Chuyển người bệnh về trạm theo dõi tiếp"),
}
_RESULTS = {
    Result.DONE_AS_ADVISED: N_("Đã làm theo kết luận"),
    Result.CHANGED: N_("Đã làm khác với kết luận"),
    Result.TRANSFERRED: N_("Đã chuyển người bệnh đi cơ sở khác"),
    Result.LOST: N_("Không theo dõi được người bệnh"),
    Result.DIED: N_("Người bệnh tử vong"),
}
