"""What the specialist has typed so far, kept as typed, and what is still missing in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from server.core.errors import FieldError, Invalid
from server.core.messages import N_
from server.core.vietnamese import read_day
from server.records.conclusion import Conclusion
from server.records.models import Diagnosis

_LEAST_WORDS = 3
_LONGEST_FOLLOW_UP = timedelta(days=2 * 365)


class Incomplete(Invalid):
    """The conclusion cannot be signed yet; every gap is named at once."""

    code = "conclusion_incomplete"
    message = N_("Kết luận chưa đủ để ký. Hãy bổ sung các mục được đánh dấu.")


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """The fields of the editor, none of them required before signing."""

    findings: str = ""
    diagnosis_code: str = ""
    diagnosis_text: str = ""
    answers: tuple[str, ...] = ()
    advice: str = ""
    plan: str = ""
    plan_text: str = ""
    follow_up_on: str = ""
    no_follow_up: bool = False

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Draft:
        """Return the draft that a row of records holds."""
        return cls(**{**stored, "answers": tuple(stored.get("answers", ()))})

    @classmethod
    def of_conclusion(cls, signed: Conclusion) -> Draft:
        """Return what to start an amendment from."""
        due = signed.follow_up_on
        return cls(
            findings=signed.findings,
            diagnosis_code=signed.diagnosis_code,
            diagnosis_text=signed.diagnosis_text,
            answers=tuple(one.answer for one in signed.answers),
            advice=signed.advice,
            plan=signed.plan or "",
            plan_text=signed.plan_text,
            follow_up_on=f"{due:%d/%m/%Y}" if due else "",
            no_follow_up=due is None,
        )

    def stored(self) -> dict[str, Any]:
        """Return the JSON for the row of records."""
        return asdict(self)

    def answer(self, number: int) -> str:
        """Return the answer to a question, empty when there is none yet."""
        return self.answers[number] if number < len(self.answers) else ""


def gaps(
    draft: Draft, questions: Sequence[str], diagnosis: Diagnosis | None, today: date
) -> Iterator[FieldError]:
    """Yield what keeps the draft from being signed, in the order of the form."""
    yield from _diagnosis_gap(draft, diagnosis)
    for number in range(len(questions)):
        if len(draft.answer(number)) < _LEAST_WORDS:
            yield FieldError(
                f"answer_{number}",
                "answer_missing",
                N_("Hãy trả lời câu hỏi {number}, ít nhất {least} ký tự."),
                (("number", number + 1), ("least", _LEAST_WORDS)),
            )
    if not draft.advice and not draft.plan:
        yield FieldError(
            "advice",
            "advice_or_plan_missing",
            N_("Hãy ghi lời khuyên hoặc chọn hướng xử trí."),
        )
    yield from _follow_up_gap(draft, today)


def _diagnosis_gap(draft: Draft, found: Diagnosis | None) -> Iterator[FieldError]:
    if draft.diagnosis_code and found is None:
        yield FieldError(
            "diagnosis_code",
            "diagnosis_unknown",
            N_(
                "Không có mã này. Hãy chọn trong gợi ý, hoặc bỏ trống và ghi chẩn đoán bằng lời."
            ),
        )
    elif found is not None and (found.unusable or found.not_main):
        yield FieldError(
            "diagnosis_code",
            "diagnosis_not_main",
            N_("Mã này không dùng làm bệnh chính. Hãy chọn mã khác."),
        )
    elif found is None and len(draft.diagnosis_text) < _LEAST_WORDS:
        yield FieldError(
            "diagnosis_code",
            "diagnosis_missing",
            N_("Hãy chọn mã bệnh, hoặc ghi chẩn đoán bằng lời."),
        )


def _follow_up_gap(draft: Draft, today: date) -> Iterator[FieldError]:
    due = read_day(draft.follow_up_on)
    if bool(draft.follow_up_on) is draft.no_follow_up:
        code, text = (
            "follow_up_undecided",
            N_("Hãy ghi ngày trạm báo kết quả, hoặc đánh dấu là không cần báo lại."),
        )
    elif not draft.follow_up_on:
        return
    elif due is None:
        code, text = (
            "follow_up_format",
            N_("Hãy nhập ngày/tháng/năm, ví dụ 09/03/2026."),
        )
    elif not today <= due <= today + _LONGEST_FOLLOW_UP:
        code, text = (
            "follow_up_out_of_range",
            N_("Hãy nhập ngày từ hôm nay đến hai năm sau."),
        )
    else:
        return
    yield FieldError("follow_up_on", code, text)
