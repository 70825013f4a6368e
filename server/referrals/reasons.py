"""Why a case was declined or came back, as a code with words added to it."""

from __future__ import annotations

from enum import StrEnum

from server.core.messages import N_


class Reason(StrEnum):
    """A cause that can be counted; the words beside it are for people."""

    WRONG_SPECIALTY = "wrong_specialty"
    INCOMPLETE = "incomplete"
    BUSY = "busy"
    NEEDS_FACE_TO_FACE = "needs_face_to_face"
    OUTSIDE_SCOPE = "outside_scope"
    OTHER = "other"
    NOBODY_LEFT = "nobody_left"
    CONSENT_WITHDRAWN = "consent_withdrawn"

    @property
    def label(self) -> str:
        """The Vietnamese sentence, a msgid."""
        return _LABELS[self]


_LABELS = {
    Reason.WRONG_SPECIALTY: N_("Không đúng chuyên khoa"),
    Reason.INCOMPLETE: N_("Thông tin chưa đủ để trả lời"),
    Reason.BUSY: N_("Đang bận, không trả lời kịp"),
    Reason.NEEDS_FACE_TO_FACE: N_("Người bệnh cần được khám trực tiếp"),
    Reason.OUTSIDE_SCOPE: N_("Ngoài phạm vi chuyên môn của bệnh viện"),
    Reason.OTHER: N_("Lý do khác"),
    Reason.NOBODY_LEFT: N_("Không còn bác sĩ nào đang được mời"),
    Reason.CONSENT_WITHDRAWN: N_("Người bệnh rút lại đồng ý gửi thông tin"),
}

REQUEST_REASONS = (
    Reason.WRONG_SPECIALTY,
    Reason.INCOMPLETE,
    Reason.NEEDS_FACE_TO_FACE,
    Reason.OUTSIDE_SCOPE,
    Reason.OTHER,
)
OFFER_REASONS = (
    Reason.BUSY,
    Reason.WRONG_SPECIALTY,
    Reason.INCOMPLETE,
    Reason.NEEDS_FACE_TO_FACE,
    Reason.OTHER,
)
_BETWEEN = ": "


def stored(reason: Reason, words: str) -> str:
    """Return the text that is kept with a change: the code, then the words."""
    return f"{reason.value}{_BETWEEN}{words}" if words else reason.value


def parts(text: str) -> tuple[Reason | None, str]:
    """Return the code and the words of a stored text; words alone have no code."""
    code, _, words = text.partition(_BETWEEN)
    if code in set(Reason):
        return Reason(code), words
    return None, text
