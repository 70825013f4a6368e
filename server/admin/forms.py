"""What administrators may ask of their lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AfterValidator, Field

from server.access.permissions import Role
from server.core.messages import N_
from server.facilities.models import FacilityKind
from server.web.days import CalendarDay
from server.web.forms import Input, mistake


def _cursor(text: str) -> str:
    if text:
        parse_cursor(text)
    return text


def parse_cursor(text: str) -> tuple[datetime, UUID]:
    """Return the moment and id of an event; raises a mistake when it is no cursor of ours."""
    moment, _, key = text.partition("_")
    try:
        at = datetime.fromisoformat(moment)
        found = at, UUID(key)
    except ValueError as error:
        raise mistake("cursor_malformed", N_("Hãy mở lại nhật ký từ đầu.")) from error
    if at.tzinfo is None:
        raise mistake("cursor_malformed", N_("Hãy mở lại nhật ký từ đầu."))
    return found


class PeopleQuestion(Input):
    """Any part of a name, username or facility."""

    q: Annotated[str, Field(max_length=100)] = ""


class NewPersonSteps(Input):
    """What is chosen before the rest is asked: the role, then the place."""

    role: Role | None = None
    q: Annotated[str, Field(max_length=100)] = ""
    facility: UUID | None = None


class FacilitiesQuestion(Input):
    """What a list of facilities is narrowed to."""

    q: Annotated[str, Field(max_length=100)] = ""
    kind: FacilityKind | None = None
    province: Annotated[str, Field(pattern=r"^\d{2}$")] | None = None
    commune: Annotated[str, Field(pattern=r"^\d{5}$")] | None = None


class NewFacilitySteps(Input):
    """What is chosen before the rest is asked: the kind and the province."""

    kind: FacilityKind | None = None
    province: Annotated[str, Field(pattern=r"^\d{2}$")] | None = None


class TrailQuestion(Input):
    """Who did what, to whose file, on which day; `before` turns the page."""

    username: Annotated[str, Field(max_length=64)] = ""
    action: Annotated[str, Field(max_length=64)] = ""
    patient_id: UUID | None = None
    day: CalendarDay | None = None
    before: Annotated[str, Field(max_length=80), AfterValidator(_cursor)] = ""
    messages: ClassVar[Mapping[str, str]] = {
        "patient_id": N_("Mã người bệnh là dãy 36 ký tự trên địa chỉ trang hồ sơ."),
        "day": N_("Hãy chọn một ngày."),
    }
