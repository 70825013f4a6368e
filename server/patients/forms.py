"""What may be asked about a patient, on a form and in JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from server.core import clock
from server.core.messages import N_
from server.patients.codes import ETHNIC_GROUPS, OCCUPATIONS, Sex
from server.patients.identifiers import (
    BirthDate,
    Identifier,
    IdentifierKind,
    Phone,
    Problem,
    read_birth_date,
    read_identifier,
    read_phone,
)
from server.patients.particulars import UNKNOWN_NAME, Particulars
from server.web.forms import Input, mistake

_ISO_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}){1,2}")
_UUID_VERSION = 7


def _read_birth(typed: str) -> BirthDate | None:
    if not typed:
        return None
    day_first = (
        "/".join(reversed(typed.split("-"))) if _ISO_DATE.fullmatch(typed) else typed
    )
    found = read_birth_date(day_first, clock.today())
    if isinstance(found, Problem):
        raise mistake(found.code, found.message)
    return found


def _checked_birth(typed: str) -> str:
    _read_birth(typed)
    return typed


def _phone(typed: str) -> str:
    if not typed:
        return ""
    found = read_phone(typed)
    if isinstance(found, Phone):
        return found.value
    raise mistake(found.code, found.message)


def _number(kind: IdentifierKind, typed: str) -> str:
    found = read_identifier(kind, typed)
    if isinstance(found, Problem):
        raise mistake(found.code, found.message)
    return found.value


def _one_of(codes: frozenset[str]) -> Any:
    def check(code: str) -> str:
        if code and code not in codes:
            raise mistake("enum", N_("Hãy chọn một trong các giá trị có sẵn."))
        return code

    return AfterValidator(check)


Line = Annotated[str, Field(max_length=120)]
Address = Annotated[str, Field(max_length=300)]
PhoneNumber = Annotated[str, AfterValidator(_phone)]
EthnicCode = Annotated[str, _one_of(frozenset(one.code for one in ETHNIC_GROUPS))]
OccupationCode = Annotated[str, _one_of(frozenset(one.code for one in OCCUPATIONS))]
CommuneCode = Annotated[str, Field(pattern=r"^[0-9]{5}$")]


class PatientFacts(Input):
    """Who the patient is; in an emergency name, birth and sex may stay open."""

    emergency: bool = False
    full_name: Annotated[Line, Field(validate_default=True)] = ""
    birth_date: Annotated[
        str, AfterValidator(_checked_birth), Field(max_length=10, validate_default=True)
    ] = ""
    sex: Annotated[Sex | None, Field(validate_default=True)] = None
    phone: PhoneNumber = ""
    ethnic_code: EthnicCode = ""
    occupation_code: OccupationCode = ""
    nationality: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "VN"
    current_commune_code: CommuneCode | None = None
    current_address: Address = ""
    permanent_commune_code: CommuneCode | None = None
    permanent_address: Address = ""
    representative_name: Line = ""
    representative_relation: Annotated[str, Field(max_length=60)] = ""
    representative_phone: PhoneNumber = ""
    allergies: Annotated[str, Field(max_length=2000)] = ""
    history: Annotated[str, Field(max_length=4000)] = ""
    confirmed: list[str] = Field(default_factory=list)
    messages: ClassVar[Mapping[str, str]] = {
        "full_name.missing": N_("Hãy nhập họ và tên."),
        "current_commune_code": N_("Hãy chọn một xã, phường trong danh sách."),
        "permanent_commune_code": N_("Hãy chọn một xã, phường trong danh sách."),
        "nationality": N_("Hãy nhập mã quốc tịch gồm 2 chữ in hoa, ví dụ VN."),
    }

    @field_validator("full_name", "birth_date", "sex")
    @classmethod
    def _needed_unless_emergency(cls, value: object, info: ValidationInfo) -> object:
        if not value and not info.data.get("emergency"):
            code, message = _NEEDED[info.field_name or ""]
            raise mistake(code, message)
        return value

    @property
    def particulars(self) -> Particulars:
        """The facts in their stored form; what an emergency left open is marked so."""
        return Particulars(
            full_name=self.full_name or UNKNOWN_NAME,
            sex=self.sex or Sex.UNDETERMINED,
            birth=_read_birth(self.birth_date),
            **self.model_dump(include=_AS_TYPED),
        )


_NEEDED = {
    "full_name": ("full_name_missing", N_("Hãy nhập họ và tên.")),
    "birth_date": (
        "birth_date_missing",
        N_("Hãy nhập ngày sinh. Nếu không rõ ngày, chỉ cần nhập năm."),
    ),
    "sex": ("sex_missing", N_("Hãy chọn giới tính.")),
}
_AS_TYPED = set(PatientFacts.model_fields) - {
    "emergency",
    "full_name",
    "birth_date",
    "sex",
    "confirmed",
}


class PatientForm(PatientFacts):
    """The page for a new patient, with up to two papers."""

    identifier_kind: IdentifierKind = IdentifierKind.CCCD
    identifier_value: str = ""
    other_kind: IdentifierKind = IdentifierKind.BHYT
    other_value: str = ""

    @field_validator("identifier_value", "other_value")
    @classmethod
    def _fits_its_kind(cls, typed: str, info: ValidationInfo) -> str:
        kind = info.data.get((info.field_name or "").replace("value", "kind"))
        return _number(kind, typed) if typed and kind else typed

    @property
    def identifiers(self) -> list[Identifier]:
        """The papers whose number was typed."""
        pairs = (
            (self.identifier_kind, self.identifier_value),
            (self.other_kind, self.other_value),
        )
        return [Identifier(kind, value) for kind, value in pairs if value]


class ChangedPatientForm(PatientForm):
    """The page of a known patient; `revision` is the one that the page shows."""

    revision: int
    remove: list[UUID] = Field(default_factory=list)


class Paper(Input):
    """A number in JSON."""

    kind: IdentifierKind
    value: str

    @field_validator("value")
    @classmethod
    def _fits_its_kind(cls, typed: str, info: ValidationInfo) -> str:
        kind = info.data.get("kind")
        return _number(kind, typed) if kind else typed


class NewPatient(PatientFacts):
    """A patient in JSON; dates as YYYY, YYYY-MM or YYYY-MM-DD (FHIR `date`)."""

    id: UUID | None = None
    identifiers: list[Paper] = Field(default_factory=list, max_length=8)

    @field_validator("id")
    @classmethod
    def _made_now(cls, value: UUID | None) -> UUID | None:
        if value is not None and value.version != _UUID_VERSION:
            raise mistake("uuid_version", N_("Mã hồ sơ phải là UUID phiên bản 7."))
        return value

    @property
    def papers(self) -> list[Identifier]:
        """The numbers in their stored form."""
        return [Identifier(one.kind, one.value) for one in self.identifiers]


class ChangedPatient(PatientFacts):
    """The whole new state of a patient in JSON; `identifiers` replaces the papers."""

    revision: int
    identifiers: Annotated[list[Paper], Field(min_length=1, max_length=8)]

    @property
    def papers(self) -> list[Identifier]:
        """The numbers in their stored form."""
        return [Identifier(one.kind, one.value) for one in self.identifiers]


class PatientSearch(Input):
    """Words of a name, a number or a telephone."""

    q: Annotated[str, Field(max_length=120)] = ""
