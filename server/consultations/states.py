"""The life of a meeting and of each try to call."""

from __future__ import annotations

from enum import StrEnum

from server.core.messages import N_


class ConsultationStatus(StrEnum):
    """Where a meeting stands (FHIR Encounter, class VR)."""

    SCHEDULED = "scheduled"
    WAITING = "waiting"
    IN_CALL = "in_call"
    CALL_FAILED = "call_failed"
    ANSWERED = "answered"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _LABELS[self]


class AttemptStatus(StrEnum):
    """Where one try to call stands; it rings once a device of the other side says so."""

    INVITED = "invited"
    RINGING = "ringing"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    BUSY = "busy"
    CANCELLED = "cancelled"
    MISSED = "missed"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    ENDED = "ended"
    LOST = "lost"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _ATTEMPTS[self]


class EndReason(StrEnum):
    """Why a try ended."""

    HUNG_UP = "hung_up"
    DECLINED = "declined"
    EXAMINING = "examining"
    IN_FIVE_MINUTES = "in_five_minutes"
    TO_PHONE = "to_phone"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    NOT_REACHED = "not_reached"
    CANCELLED = "cancelled"
    LINE_LOST = "line_lost"
    MEDIA_REFUSED = "media_refused"
    RELAY_FAILED = "relay_failed"
    BROWSER_UNSUPPORTED = "browser_unsupported"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    EXCLUDED = "excluded"
    BY_PHONE = "by_phone"
    WRITING_ASKED = "writing_asked"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _REASONS[self]


class GuestRole(StrEnum):
    """As what a further person is asked into a call."""

    SECOND_SPECIALIST = "second_specialist"
    INTERPRETER = "interpreter"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _GUESTS[self]


class GuestEnd(StrEnum):
    """Why an invitation is over."""

    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    WITHDRAWN = "withdrawn"
    OVER = "over"
    EXCLUDED = "excluded"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _GUEST_ENDS[self]


_LABELS = {
    ConsultationStatus.SCHEDULED: N_("Đã hẹn"),
    ConsultationStatus.WAITING: N_("Phòng chờ"),
    ConsultationStatus.IN_CALL: N_("Đang gọi"),
    ConsultationStatus.CALL_FAILED: N_("Gọi không thành"),
    ConsultationStatus.ANSWERED: N_("Đã trả lời"),
    ConsultationStatus.CANCELLED: N_("Đã hủy"),
}
_ATTEMPTS = {
    AttemptStatus.INVITED: N_("Đang gọi"),
    AttemptStatus.RINGING: N_("Đang đổ chuông"),
    AttemptStatus.ACCEPTED: N_("Đang nói chuyện"),
    AttemptStatus.DECLINED: N_("Bị từ chối"),
    AttemptStatus.BUSY: N_("Máy bận"),
    AttemptStatus.CANCELLED: N_("Người gọi hủy"),
    AttemptStatus.MISSED: N_("Cuộc gọi nhỡ"),
    AttemptStatus.ANSWERED_ELSEWHERE: N_("Đã nghe ở nơi khác"),
    AttemptStatus.ENDED: N_("Đã kết thúc"),
    AttemptStatus.LOST: N_("Mất đường truyền"),
    AttemptStatus.FAILED: N_("Không kết nối được"),
}
_REASONS = {
    EndReason.HUNG_UP: N_("Gác máy"),
    EndReason.DECLINED: N_("Người nhận từ chối"),
    EndReason.EXAMINING: N_("Người nhận đang bận khám"),
    EndReason.IN_FIVE_MINUTES: N_("Người nhận hẹn gọi lại sau 5 phút"),
    EndReason.TO_PHONE: N_("Người nhận xin chuyển sang điện thoại"),
    EndReason.BUSY: N_("Người nhận đang trong cuộc gọi khác"),
    EndReason.NO_ANSWER: N_("Không ai trả lời trong 60 giây"),
    EndReason.NOT_REACHED: N_("Không máy nào của bên nhận đang mở"),
    EndReason.CANCELLED: N_("Người gọi hủy"),
    EndReason.LINE_LOST: N_("Mất đường truyền"),
    EndReason.MEDIA_REFUSED: N_("Không dùng được máy quay hoặc micrô"),
    EndReason.RELAY_FAILED: N_("Không qua được máy chủ chuyển tiếp"),
    EndReason.BROWSER_UNSUPPORTED: N_("Trình duyệt không hỗ trợ"),
    EndReason.ANSWERED_ELSEWHERE: N_("Đã nghe ở nơi khác"),
    EndReason.EXCLUDED: N_("Một bên không còn quyền tham gia ca này"),
    EndReason.BY_PHONE: N_("Đã nói chuyện qua điện thoại"),
    EndReason.WRITING_ASKED: N_("Trạm xin trả lời bằng văn bản"),
}
_GUESTS = {
    GuestRole.SECOND_SPECIALIST: N_("Bác sĩ chuyên khoa thứ hai"),
    GuestRole.INTERPRETER: N_("Phiên dịch"),
    GuestRole.OTHER: N_("Người tham gia khác"),
}
_GUEST_ENDS = {
    GuestEnd.DECLINED: N_("Đã từ chối"),
    GuestEnd.NO_ANSWER: N_("Không nghe máy"),
    GuestEnd.WITHDRAWN: N_("Đã kết thúc lời mời"),
    GuestEnd.OVER: N_("Buổi hội chẩn đã kết thúc"),
    GuestEnd.EXCLUDED: N_("Không còn quyền tham gia"),
}

TRANSITIONS: dict[ConsultationStatus, frozenset[ConsultationStatus]] = {
    ConsultationStatus.SCHEDULED: frozenset(
        {
            ConsultationStatus.WAITING,
            ConsultationStatus.IN_CALL,
            ConsultationStatus.CALL_FAILED,
            ConsultationStatus.ANSWERED,
            ConsultationStatus.CANCELLED,
        }
    ),
    ConsultationStatus.WAITING: frozenset(
        {
            ConsultationStatus.IN_CALL,
            ConsultationStatus.CALL_FAILED,
            ConsultationStatus.ANSWERED,
            ConsultationStatus.CANCELLED,
        }
    ),
    ConsultationStatus.IN_CALL: frozenset(
        {
            ConsultationStatus.WAITING,
            ConsultationStatus.CALL_FAILED,
            ConsultationStatus.ANSWERED,
        }
    ),
    # Never a lost case: another try, another channel, or a written answer.
    ConsultationStatus.CALL_FAILED: frozenset(
        {
            ConsultationStatus.WAITING,
            ConsultationStatus.IN_CALL,
            ConsultationStatus.ANSWERED,
            ConsultationStatus.CANCELLED,
        }
    ),
    ConsultationStatus.ANSWERED: frozenset({ConsultationStatus.WAITING}),
    ConsultationStatus.CANCELLED: frozenset(),
}

_CLOSED: frozenset[AttemptStatus] = frozenset()
_FROM_RINGING = frozenset(
    {
        AttemptStatus.ACCEPTED,
        AttemptStatus.DECLINED,
        AttemptStatus.BUSY,
        AttemptStatus.CANCELLED,
        AttemptStatus.MISSED,
        AttemptStatus.ANSWERED_ELSEWHERE,
        AttemptStatus.LOST,
        AttemptStatus.FAILED,
    }
)

ATTEMPT_TRANSITIONS: dict[AttemptStatus, frozenset[AttemptStatus]] = {
    # Somebody may answer before the word of the own device is through.
    AttemptStatus.INVITED: _FROM_RINGING | {AttemptStatus.RINGING},
    AttemptStatus.RINGING: _FROM_RINGING,
    AttemptStatus.ACCEPTED: frozenset(
        {AttemptStatus.ENDED, AttemptStatus.LOST, AttemptStatus.FAILED}
    ),
    AttemptStatus.DECLINED: _CLOSED,
    AttemptStatus.BUSY: _CLOSED,
    AttemptStatus.CANCELLED: _CLOSED,
    AttemptStatus.MISSED: _CLOSED,
    AttemptStatus.ANSWERED_ELSEWHERE: _CLOSED,
    AttemptStatus.ENDED: _CLOSED,
    AttemptStatus.LOST: _CLOSED,
    AttemptStatus.FAILED: _CLOSED,
}
