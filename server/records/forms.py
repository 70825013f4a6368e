"""What may be asked about the record of a case."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from server.core.messages import N_
from server.core.vietnamese import nfc
from server.records.codes import Plan, Result
from server.records.draft import Draft
from server.records.states import Decision
from server.web.forms import Input, mistake

_MOST_ANSWERS = 20
_ANSWER_FIELD = re.compile(r"answer_([0-9]{1,2})")
_LAYOUT = {"\n", "\t"}


def _clean(text: str) -> str:
    """One code point a letter, line ends of one kind, no character that cannot be seen."""
    lines = nfc(text.replace("\r\n", "\n"))
    return "".join(c for c in lines if c in _LAYOUT or unicodedata.category(c) != "Cc")


def _code(text: str) -> str:
    """Turn what a person types, e119 or E11.9, into the form of the list."""
    code = text.upper().replace(" ", "")
    return re.sub(r"^([A-Z][0-9]{2})([0-9]{1,2})$", r"\1.\2", code)


Text = Annotated[str, Field(max_length=6000), AfterValidator(_clean)]
ShortText = Annotated[str, Field(max_length=500), AfterValidator(_clean)]
Code = Annotated[
    str, Field(max_length=8), AfterValidator(_clean), AfterValidator(_code)
]
Password = Annotated[str, Field(max_length=128)]
_WRONG_PASSWORD_FORM = N_("Hãy nhập mật khẩu của bạn để ký.")


class _ConclusionFields(Input):
    findings: Text = ""
    diagnosis_code: Code = ""
    diagnosis_text: ShortText = ""
    advice: Text = ""
    plan: Plan | Literal[""] = ""
    plan_text: Text = ""
    follow_up_on: Annotated[str, Field(max_length=20), AfterValidator(_clean)] = ""
    no_follow_up: bool = False
    version: Annotated[int, Field(ge=0, le=2_000_000_000)] = 0

    def _draft(self, answers: tuple[str, ...]) -> Draft:
        return Draft(
            findings=self.findings,
            diagnosis_code=self.diagnosis_code,
            diagnosis_text=self.diagnosis_text,
            answers=answers,
            advice=self.advice,
            plan=self.plan,
            plan_text=self.plan_text,
            follow_up_on=self.follow_up_on,
            no_follow_up=self.no_follow_up,
        )


class DraftForm(_ConclusionFields):
    """The editor's fields, with `answer_0`, `answer_1` … for the questions of the request."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Text] = Field(init=False)  # type: ignore[mutable-override]

    go: Literal["", "review"] = ""

    @model_validator(mode="after")
    def _only_answers(self) -> Self:
        if any(not _ANSWER_FIELD.fullmatch(name) for name in self.__pydantic_extra__):
            raise mistake("extra_forbidden", N_("Mục này không thuộc biểu mẫu."))
        return self

    def draft(self) -> Draft:
        """Return the draft; an answer that was left empty keeps its place."""
        given = self.__pydantic_extra__
        numbers = [int(name.removeprefix("answer_")) for name in given]
        count = min(max(numbers, default=-1) + 1, _MOST_ANSWERS)
        return self._draft(tuple(given.get(f"answer_{n}", "") for n in range(count)))


class AmendForm(DraftForm):
    """A new text, why it is needed, and the password."""

    reason: Annotated[ShortText, Field(min_length=10)]
    password: Password
    messages: ClassVar[Mapping[str, str]] = {
        "reason": N_("Hãy ghi lý do bổ sung, ít nhất 10 ký tự."),
        "password": _WRONG_PASSWORD_FORM,
    }


class DraftBody(_ConclusionFields):
    """The draft as a client sends it: `version` is the one it was read at."""

    answers: Annotated[tuple[Text, ...], Field(max_length=_MOST_ANSWERS)] = ()

    def draft(self) -> Draft:
        """Return the draft."""
        return self._draft(self.answers)


class AmendBody(DraftBody):
    """A new text, why it is needed, and the password."""

    reason: Annotated[ShortText, Field(min_length=10)]
    password: Password


class Signature(Input):
    """The password again, and the draft that was read before signing."""

    password: Password
    version: Annotated[int, Field(ge=0, le=2_000_000_000)]
    messages: ClassVar[Mapping[str, str]] = {"password": _WRONG_PASSWORD_FORM}


class ResponseForm(Input):
    """What the station decides about the version that it has read."""

    decision: Decision
    text: Text = ""
    version: Annotated[int, Field(ge=1, le=2_000_000_000)]
    messages: ClassVar[Mapping[str, str]] = {
        "decision": N_("Hãy chọn quyết định của trạm.")
    }


class FeedbackForm(Input):
    """What became of the patient."""

    result: Result
    text: Text = ""
    messages: ClassVar[Mapping[str, str]] = {"result": N_("Hãy chọn kết quả.")}


class MinutesQuestion(Input):
    """Which version; the one in force unless told otherwise."""

    version: Annotated[int, Field(ge=1, le=2_000_000_000)] | None = None


class DiagnosisQuery(Input):
    """Words or the beginning of a code."""

    q: Annotated[str, Field(max_length=100), AfterValidator(_clean)] = ""
