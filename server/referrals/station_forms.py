"""What may be asked of a station about its request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field

from server.core.errors import FieldError
from server.core.messages import N_
from server.core.vietnamese import nfc
from server.referrals import vitals
from server.referrals.drafts import Content
from server.referrals.gate import MOST_QUESTIONS
from server.referrals.states import Channel, Priority, ReferralStatus, RemoteMode
from server.referrals.vitals import Vital
from server.web.forms import Input, Written

LONGEST_TEXT = 5000
LONGEST_LINE = 1000
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ICD10 = re.compile(r"[A-Z][0-9]{2}(?:\.[0-9]{1,3})?[†*]?")


def _clean(text: str) -> str:
    """Return the text with one kind of line end and without what PostgreSQL cannot keep."""
    return nfc(_UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_clean)]
Line = Annotated[str, Field(max_length=LONGEST_LINE), AfterValidator(_clean)]
Typed = Annotated[str, Field(max_length=20)]
# PostgreSQL and Python disagree about the ends of the calendar.
Moment = Annotated[
    AwareDatetime,
    Written,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(3000, 1, 1, tzinfo=UTC)),
]
Number = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]


class RequestForm(Input):
    """The whole request as it is typed; nothing is refused while it is only being saved."""

    version: Annotated[int, Field(ge=1)]
    reason: Text = ""
    symptoms: Text = ""
    history: Text = ""
    examination: Text = ""
    tests: Text = ""
    provisional_code: Line = ""
    provisional_text: Line = ""
    question_1: Line = ""
    question_2: Line = ""
    question_3: Line = ""
    question_4: Line = ""
    question_5: Line = ""
    pulse: Typed = ""
    systolic: Typed = ""
    diastolic: Typed = ""
    temperature: Typed = ""
    respiratory_rate: Typed = ""
    oxygen_saturation: Typed = ""
    glucose: Typed = ""
    pain: Typed = ""
    coma_scale: Typed = ""
    weight: Typed = ""
    height: Typed = ""
    hospital_id: UUID | None = None
    specialty_code: Annotated[str, Field(max_length=32)] | None = None
    priority: Priority = Priority.ROUTINE
    channel: Channel = Channel.VIDEO
    mode: RemoteMode = RemoteMode.INTER_FACILITY_SUPPORT
    answer: Text = ""

    def content(self) -> tuple[Content, list[FieldError]]:
        """Return what can be kept, and what was typed that means nothing."""
        typed = {vital: str(getattr(self, vital.value)) for vital in Vital}
        numbers, mistakes = vitals.read(typed)
        code = self.provisional_code.upper()
        if code and _ICD10.fullmatch(code) is None:
            code = ""
            mistakes.append(_code_unknown())
        content = Content(
            reason=self.reason,
            symptoms=self.symptoms,
            history=self.history,
            examination=self.examination,
            tests=self.tests,
            provisional_code=code,
            provisional_text=self.provisional_text,
            questions=tuple(filter(None, map(self._question, range(MOST_QUESTIONS)))),
            vitals=numbers,
            hospital_id=self.hospital_id,
            specialty_code=self.specialty_code,
            priority=self.priority,
            channel=self.channel,
            mode=self.mode,
        )
        return content, mistakes

    def _question(self, index: int) -> str:
        return str(getattr(self, f"question_{index + 1}"))


def _code_unknown() -> FieldError:
    return FieldError(
        "provisional_code",
        "icd10_format",
        N_(
            "Mã ICD-10 có dạng như I10 hoặc E11.9. Hãy chọn trong gợi ý, hoặc để trống và"
            " ghi chẩn đoán bằng lời."
        ),
    )


class Ending(Input):
    """How a request ends without a conclusion, and why."""

    outcome: Literal["cancelled", "transferred", "patient_died"]
    reason: Annotated[Line, Field(min_length=5)]
    messages: ClassVar[Mapping[str, str]] = {
        "outcome": N_("Hãy chọn vì sao kết thúc yêu cầu."),
        "reason": N_("Hãy ghi lý do ngắn gọn (ít nhất 5 ký tự)."),
    }

    @property
    def status(self) -> ReferralStatus:
        """The state that the choice leads to."""
        return ReferralStatus(self.outcome)


class NewRequest(Input):
    """The patient of a new draft; a client may bring the id of its own draft."""

    patient_id: UUID
    id: UUID | None = None


class RequestBody(Input):
    """The whole request from a program, with the revision that it was read at."""

    revision: Annotated[int, Field(ge=1)]
    reason: Text = ""
    symptoms: Text = ""
    vitals: dict[Vital, Number] = Field(default_factory=dict)
    history: Text = ""
    examination: Text = ""
    tests: Text = ""
    provisional_code: Annotated[str, Field(pattern=f"^({_ICD10.pattern})?$")] = ""
    provisional_text: Line = ""
    questions: Annotated[tuple[Line, ...], Field(max_length=MOST_QUESTIONS)] = ()
    hospital_id: UUID | None = None
    specialty_code: Annotated[str, Field(max_length=32)] | None = None
    priority: Priority = Priority.ROUTINE
    channel: Channel = Channel.VIDEO
    mode: RemoteMode = RemoteMode.INTER_FACILITY_SUPPORT

    def content(self) -> Content:
        """Return what shall be kept."""
        values = self.model_dump(exclude={"revision", "vitals"})
        numbers = {vital.value: value for vital, value in self.vitals.items()}
        return Content(**values, vitals=numbers)


class AnswerBody(Input):
    """What the station says to the question of the hospital."""

    text: Annotated[Text, Field(min_length=1)]


class ListQuery(Input):
    """Which requests, and where the last page ended."""

    status: ReferralStatus | None = None
    before: Moment | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50
