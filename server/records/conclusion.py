"""The text that is signed: its fields, its digest, and where two versions differ."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from itertools import zip_longest
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict
from typing_extensions import override

from server.core.messages import N_
from server.records.codes import Plan
from server.referrals.states import Channel


class _Sealed(BaseModel):
    """Never changed once made, and silent in a log."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @override
    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    __str__ = __repr__


class Answer(_Sealed):
    """A question of the station and what the specialist concludes on it."""

    question: str
    answer: str


class Conclusion(_Sealed):
    """What a version holds; the ids bind its digest to one case."""

    referral_id: UUID
    patient_id: UUID
    channel: Channel
    findings: str
    diagnosis_code: str
    diagnosis_name: str
    diagnosis_text: str
    answers: tuple[Answer, ...]
    advice: str
    plan: Plan | None
    plan_text: str
    follow_up_on: date | None

    def content(self) -> dict[str, Any]:
        """Return the JSON that is stored and sealed; it holds no number but in text."""
        return self.model_dump(mode="json")

    @property
    def diagnosis(self) -> str:
        """The code with its name, and the specialist's own words."""
        coded = f"{self.diagnosis_code} {self.diagnosis_name}".strip()
        return "\n".join(part for part in (coded, self.diagnosis_text) if part)


def digest(content: dict[str, Any]) -> str:
    """Return the SHA-256 of the canonical JSON (RFC 8785).

    Text, null and lists under ASCII names are all it holds, and there sorted keys without
    spaces are the whole of the canonical form.
    """
    canonical = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(canonical).hexdigest()


class Line(NamedTuple):
    """One field for people: `label` and a coded `text` are msgids, a question is not."""

    field: str
    label: str
    text: str
    coded: bool = False
    question: str = ""


def lines(conclusion: Conclusion) -> list[Line]:
    """Return the fields in the order of the minutes, the empty ones too."""
    due = conclusion.follow_up_on
    return [
        Line("diagnosis_code", N_("Chẩn đoán"), conclusion.diagnosis),
        *(
            Line(
                f"answer_{number}",
                N_("Trả lời câu hỏi"),
                one.answer,
                question=one.question,
            )
            for number, one in enumerate(conclusion.answers)
        ),
        Line("findings", N_("Nhận định"), conclusion.findings),
        Line("advice", N_("Lời khuyên"), conclusion.advice),
        Line(
            "plan",
            N_("Hướng xử trí"),
            conclusion.plan.label if conclusion.plan else "",
            coded=True,
        ),
        Line("plan_text", N_("Cụ thể về xử trí"), conclusion.plan_text),
        Line(
            "follow_up_on",
            N_("Ngày trạm báo kết quả"),
            f"{due:%d/%m/%Y}" if due else N_("Không cần báo lại"),
            coded=due is None,
        ),
    ]


class Difference(NamedTuple):
    """A field that an amendment changed."""

    before: Line
    after: Line


def differences(before: Conclusion, after: Conclusion) -> Iterator[Difference]:
    """Yield the fields whose text is not the same in both versions."""
    pairs = zip_longest(lines(before), lines(after))
    return (Difference(old, new) for old, new in pairs if old != new)
