"""What may be asked about the queue, triage and offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from server.core.messages import N_
from server.referrals.queue_queries import Filters, Place
from server.referrals.reasons import OFFER_REASONS, REQUEST_REASONS, Reason
from server.referrals.states import WAITING, Priority, ReferralStatus
from server.web.forms import Input, mistake

Words = Annotated[str, Field(min_length=3, max_length=500)]
Details = Annotated[str, Field(max_length=500, validate_default=True)]
_SAY_WHY = N_("Hãy ghi rõ lý do, ít nhất 3 ký tự, để trạm và đồng nghiệp hiểu.")
_CHOOSE_REASON = N_("Hãy chọn một lý do.")


class QueueFilters(Input):
    """Which part of the queue to show, and from which place on."""

    status: ReferralStatus | None = None
    specialty: Annotated[str, Field(max_length=32)] | None = None
    priority: Priority | None = None
    after: Annotated[str, Field(max_length=120)] = ""

    @field_validator("status")
    @classmethod
    def _waits(cls, value: ReferralStatus | None) -> ReferralStatus | None:
        if value is not None and value not in WAITING:
            raise mistake(
                "status_not_in_queue", N_("Hàng chờ không có trạng thái này.")
            )
        return value

    @field_validator("after")
    @classmethod
    def _is_place(cls, value: str) -> str:
        if value and Place.parse(value) is None:
            raise mistake(
                "place_unknown",
                N_("Không tìm thấy trang này của hàng chờ. Hãy mở lại từ đầu."),
            )
        return value

    @property
    def filters(self) -> Filters:
        """The part of the queue in the words of the query."""
        return Filters(self.status, self.specialty, self.priority)


class Classify(Input):
    """A new priority or specialty, and why; what is left out stays."""

    priority: Priority | None = None
    specialty_code: Annotated[str, Field(max_length=32)] | None = None
    change_reason: Words
    messages: ClassVar[Mapping[str, str]] = {
        "change_reason": _SAY_WHY,
        "priority": N_("Hãy chọn mức ưu tiên."),
    }


class Ask(Input):
    """What the station shall add."""

    question: Annotated[str, Field(min_length=10, max_length=2000)]
    messages: ClassVar[Mapping[str, str]] = {
        "question": N_("Hãy viết rõ cần bổ sung gì, từ 10 đến 2000 ký tự.")
    }


class _WithReason(Input):
    reason: Reason
    details: Details = ""
    allowed: ClassVar[tuple[Reason, ...]]
    messages: ClassVar[Mapping[str, str]] = {"reason": _CHOOSE_REASON}

    @field_validator("reason")
    @classmethod
    def _fits(cls, value: Reason) -> Reason:
        if value not in cls.allowed:
            raise mistake("reason_not_here", _CHOOSE_REASON)
        return value

    @field_validator("details")
    @classmethod
    def _other_says_what(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("reason") is Reason.OTHER and len(value) < 3:  # noqa: PLR2004
            raise mistake("details_missing", _SAY_WHY)
        return value


class DeclineRequest(_WithReason):
    """Why the hospital does not take the request."""

    allowed: ClassVar[tuple[Reason, ...]] = REQUEST_REASONS


class DeclineOffer(_WithReason):
    """Why the specialist does not take the case."""

    allowed: ClassVar[tuple[Reason, ...]] = OFFER_REASONS


class MakeOffers(Input):
    """Whom to ask, and how many minutes they have; by default as the priority says."""

    specialist_ids: Annotated[list[UUID], Field(min_length=1, max_length=10)]
    minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    messages: ClassVar[Mapping[str, str]] = {
        "specialist_ids": N_("Hãy chọn ít nhất một bác sĩ để mời (nhiều nhất 10)."),
        "minutes": N_("Thời hạn trả lời từ 1 đến 1440 phút."),
    }


class HandOver(Input):
    """Why the case is given back."""

    hand_over_reason: Words
    messages: ClassVar[Mapping[str, str]] = {"hand_over_reason": _SAY_WHY}
