"""The life of a record."""

from __future__ import annotations

from enum import StrEnum

from server.core.messages import N_


class RecordStatus(StrEnum):
    """Where the conclusion of a case stands."""

    DRAFT = "draft"
    SIGNED = "signed"
    AMENDED = "amended"
    ACCEPTED = "accepted"
    FEEDBACK_DUE = "feedback_due"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _LABELS[self]


class Decision(StrEnum):
    """What the station doctor, who stays responsible, decides (Law 15/2023 Art. 80.2.a)."""

    ACCEPTED = "accepted"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _DECISIONS[self]


_LABELS = {
    RecordStatus.DRAFT: N_("Đang soạn"),
    RecordStatus.SIGNED: N_("Bác sĩ chuyên khoa đã ký"),
    RecordStatus.AMENDED: N_("Đã bổ sung, chờ trạm xác nhận lại"),
    RecordStatus.ACCEPTED: N_("Trạm đã tiếp nhận"),
    RecordStatus.FEEDBACK_DUE: N_("Chờ trạm phản hồi kết quả"),
    RecordStatus.CLOSED: N_("Đã hoàn tất"),
}
_DECISIONS = {
    Decision.ACCEPTED: N_("Làm theo kết luận"),
    Decision.OTHER: N_("Quyết định khác"),
}

TRANSITIONS: dict[RecordStatus, frozenset[RecordStatus]] = {
    RecordStatus.DRAFT: frozenset({RecordStatus.SIGNED}),
    RecordStatus.SIGNED: frozenset({RecordStatus.ACCEPTED, RecordStatus.AMENDED}),
    RecordStatus.AMENDED: frozenset({RecordStatus.ACCEPTED, RecordStatus.AMENDED}),
    RecordStatus.ACCEPTED: frozenset(
        {RecordStatus.AMENDED, RecordStatus.FEEDBACK_DUE, RecordStatus.CLOSED}
    ),
    RecordStatus.FEEDBACK_DUE: frozenset({RecordStatus.AMENDED, RecordStatus.CLOSED}),
    RecordStatus.CLOSED: frozenset({RecordStatus.AMENDED}),
}
