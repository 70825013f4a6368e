"""What may be asked about facilities."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AfterValidator, Field

from server.core.messages import N_
from server.facilities.models import FacilityKind, Level
from server.facilities.service import DepartmentDetails, FacilityDetails
from server.web.days import CalendarDay
from server.web.forms import Input, mistake

_LEAST_DIGITS, _MOST_DIGITS = 8, 12


def _upper(code: str) -> str:
    return code.upper()


def _phone(typed: str) -> str:
    bare = "".join(character for character in typed if character not in " .-()")
    digits = bare.removeprefix("+")
    if typed and not (
        digits.isdecimal() and _LEAST_DIGITS <= len(digits) <= _MOST_DIGITS
    ):
        raise mistake(
            "phone_malformed", N_("Số điện thoại gồm 8–12 chữ số, ví dụ 0292 382 0071.")
        )
    return bare


Day = Annotated[CalendarDay, Field(ge=date(1900, 1, 1), le=date(2100, 1, 1))]
ProviderCode = Annotated[
    str, Field(pattern=r"^[0-9A-Za-z]{5}$"), AfterValidator(_upper)
]
_A_DAY = N_("Hãy nhập ngày theo dạng ngày/tháng/năm, ví dụ 09/03/2026.")


class FacilityFields(Input):
    """What a person may say about a facility, at first and later."""

    name: Annotated[str, Field(min_length=3, max_length=200)]
    level: Level | None = None
    provider_code: ProviderCode | None = None
    parent_id: UUID | None = None
    commune_code: Annotated[str, Field(pattern=r"^\d{5}$")] | None = None
    address: Annotated[str, Field(max_length=300)] = ""
    phone: Annotated[str, Field(max_length=20), AfterValidator(_phone)] = ""
    active_from: Day
    active_until: Day | None = None
    telehealth_unit_since: Day | None = None
    messages: ClassVar[Mapping[str, str]] = {
        "name": N_("Hãy nhập tên cơ sở."),
        "provider_code": N_("Mã cơ sở KCB gồm đúng 5 chữ cái hoặc chữ số."),
        "parent_id": N_("Hãy chọn trạm y tế quản lý điểm trạm này."),
        "commune_code": N_("Hãy chọn xã, phường trong danh sách."),
        "active_from.missing": N_("Hãy nhập ngày bắt đầu hoạt động."),
        "active_from": _A_DAY,
        "active_until": _A_DAY,
        "telehealth_unit_since": _A_DAY,
    }

    def details(self) -> FacilityDetails:
        """Return what the use cases take."""
        return FacilityDetails(
            name=self.name,
            active_from=self.active_from,
            level=self.level,
            provider_code=self.provider_code,
            parent_id=self.parent_id,
            commune_code=self.commune_code,
            address=self.address,
            phone=self.phone,
            active_until=self.active_until,
            telehealth_unit_since=self.telehealth_unit_since,
        )


class NewFacility(FacilityFields):
    """A facility that is entered for the first time: what it is and in which province."""

    kind: FacilityKind
    province_code: Annotated[str, Field(pattern=r"^\d{2}$")]
    messages: ClassVar[Mapping[str, str]] = {
        **FacilityFields.messages,
        "kind": N_("Hãy chọn loại cơ sở."),
        "province_code": N_("Hãy chọn tỉnh, thành phố."),
    }


class DepartmentFields(Input):
    """A department of a hospital and its specialties."""

    department_name: Annotated[str, Field(min_length=2, max_length=120)]
    specialty_codes: list[Annotated[str, Field(max_length=32)]] = Field(
        default_factory=list
    )
    messages: ClassVar[Mapping[str, str]] = {
        "department_name": N_("Hãy nhập tên khoa.")
    }

    def details(self) -> DepartmentDetails:
        """Return what the use cases take."""
        return DepartmentDetails(self.department_name, tuple(self.specialty_codes))
