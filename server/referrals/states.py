"""The life of a request and of an offer."""

from __future__ import annotations

from enum import IntEnum, StrEnum

from server.core.messages import N_


class ReferralStatus(StrEnum):
    """Where a request stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    NEEDS_INFO = "needs_info"
    TRIAGED = "triaged"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    IN_CONSULTATION = "in_consultation"
    ANSWERED = "answered"
    CONCLUDED = "concluded"
    CLOSED = "closed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    TRANSFERRED = "transferred"
    PATIENT_DIED = "patient_died"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _LABELS[self]


class OfferStatus(StrEnum):
    """What became of an offer to one specialist."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _OFFERS[self]


class Priority(IntEnum):
    """The band that orders the queue; the smaller, the sooner."""

    EMERGENCY = 1
    URGENT = 2
    ROUTINE = 3

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _PRIORITIES[self]


class Channel(StrEnum):
    """How the specialist answers."""

    VIDEO = "video"
    AUDIO = "audio"
    PHONE = "phone"
    WRITTEN = "written"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _CHANNELS[self]


class RemoteMode(StrEnum):
    """Which rule of Decree 96/2023 the consultation falls under."""

    INTER_FACILITY_SUPPORT = "inter_facility_support"
    VIA_RECEIVING_FACILITY = "via_receiving_facility"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _MODES[self]


_LABELS = {
    ReferralStatus.DRAFT: N_("Bản nháp"),
    ReferralStatus.SUBMITTED: N_("Đã gửi"),
    ReferralStatus.NEEDS_INFO: N_("Cần bổ sung"),
    ReferralStatus.TRIAGED: N_("Đã phân loại"),
    ReferralStatus.OFFERED: N_("Đang mời bác sĩ"),
    ReferralStatus.ACCEPTED: N_("Bác sĩ đã nhận"),
    ReferralStatus.IN_CONSULTATION: N_("Đang hội chẩn"),
    ReferralStatus.ANSWERED: N_("Đã trả lời"),
    ReferralStatus.CONCLUDED: N_("Đã ký kết luận"),
    ReferralStatus.CLOSED: N_("Đã hoàn tất"),
    ReferralStatus.DECLINED: N_("Bị từ chối"),
    ReferralStatus.CANCELLED: N_("Đã hủy"),
    ReferralStatus.TRANSFERRED: N_("Đã chuyển cơ sở"),
    ReferralStatus.PATIENT_DIED: N_("Người bệnh tử vong"),
}
_OFFERS = {
    OfferStatus.OFFERED: N_("Đang chờ trả lời"),
    OfferStatus.ACCEPTED: N_("Đã nhận"),
    OfferStatus.DECLINED: N_("Đã từ chối"),
    OfferStatus.EXPIRED: N_("Quá hạn"),
    OfferStatus.WITHDRAWN: N_("Đã thu hồi"),
}
_PRIORITIES = {
    Priority.EMERGENCY: N_("Cấp cứu"),
    Priority.URGENT: N_("Khẩn"),
    Priority.ROUTINE: N_("Thường"),
}
_CHANNELS = {
    Channel.VIDEO: N_("Gọi hình"),
    Channel.AUDIO: N_("Gọi tiếng"),
    Channel.PHONE: N_("Điện thoại"),
    Channel.WRITTEN: N_("Trả lời bằng văn bản"),
}
_MODES = {
    RemoteMode.INTER_FACILITY_SUPPORT: N_(
        "Hỗ trợ giữa các cơ sở (Điều 88, Nghị định 96/2023)"
    ),
    RemoteMode.VIA_RECEIVING_FACILITY: N_(
        "Bệnh viện khám cho người bệnh tại trạm (Điều 87.9, Nghị định 96/2023)"
    ),
}

# What a patient's fate or a change of mind may end, from any state that is still open.
_ENDINGS = frozenset(
    {
        ReferralStatus.CANCELLED,
        ReferralStatus.TRANSFERRED,
        ReferralStatus.PATIENT_DIED,
    }
)

TRANSITIONS: dict[ReferralStatus, frozenset[ReferralStatus]] = {
    ReferralStatus.DRAFT: frozenset(
        {ReferralStatus.SUBMITTED, ReferralStatus.CANCELLED}
    ),
    ReferralStatus.SUBMITTED: _ENDINGS
    | {
        ReferralStatus.NEEDS_INFO,
        ReferralStatus.TRIAGED,
        ReferralStatus.OFFERED,
        ReferralStatus.DECLINED,
    },
    ReferralStatus.NEEDS_INFO: _ENDINGS
    | {ReferralStatus.SUBMITTED, ReferralStatus.DECLINED},
    ReferralStatus.TRIAGED: _ENDINGS
    | {
        ReferralStatus.NEEDS_INFO,
        ReferralStatus.OFFERED,
        ReferralStatus.DECLINED,
    },
    ReferralStatus.OFFERED: _ENDINGS
    | {ReferralStatus.ACCEPTED, ReferralStatus.TRIAGED},
    ReferralStatus.ACCEPTED: _ENDINGS
    | {
        ReferralStatus.IN_CONSULTATION,
        ReferralStatus.ANSWERED,
        ReferralStatus.TRIAGED,
    },
    ReferralStatus.IN_CONSULTATION: _ENDINGS | {ReferralStatus.ANSWERED},
    ReferralStatus.ANSWERED: _ENDINGS
    | {ReferralStatus.IN_CONSULTATION, ReferralStatus.CONCLUDED},
    ReferralStatus.CONCLUDED: frozenset({ReferralStatus.CLOSED}),
    ReferralStatus.CLOSED: frozenset(),
    ReferralStatus.DECLINED: frozenset(),
    ReferralStatus.CANCELLED: frozenset(),
    ReferralStatus.TRANSFERRED: frozenset(),
    ReferralStatus.PATIENT_DIED: frozenset(),
}

WAITING = (
    ReferralStatus.SUBMITTED,
    ReferralStatus.NEEDS_INFO,
    ReferralStatus.TRIAGED,
    ReferralStatus.OFFERED,
)
OPEN = (
    *WAITING,
    ReferralStatus.ACCEPTED,
    ReferralStatus.IN_CONSULTATION,
    ReferralStatus.ANSWERED,
)

OFFER_TRANSITIONS: dict[OfferStatus, frozenset[OfferStatus]] = {
    OfferStatus.OFFERED: frozenset(
        {
            OfferStatus.ACCEPTED,
            OfferStatus.DECLINED,
            OfferStatus.EXPIRED,
            OfferStatus.WITHDRAWN,
        }
    ),
    # Handed over: only one acceptance of a case may stand.
    OfferStatus.ACCEPTED: frozenset({OfferStatus.WITHDRAWN}),
    OfferStatus.DECLINED: frozenset(),
    OfferStatus.EXPIRED: frozenset(),
    OfferStatus.WITHDRAWN: frozenset(),
}
