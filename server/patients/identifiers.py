"""Reading of what people type about who they are: numbers, telephone, date of birth.

A reader returns either the value in its one stored form, or a `Problem` that says in a
sentence what to do. Values keep out of `repr`, so that a log line never carries them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from server.core.messages import N_
from server.patients.codes import Sex

if TYPE_CHECKING:
    from random import Random

_SEPARATORS = re.compile(r"[\s.\-]+")
# Crockford's base 32: no I, L, O or U, so that a code read over the telephone is safe.
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OIL", "011")
_TEMPORARY_PREFIX = "TAM"
_OLDEST_AGE = 130


class IdentifierKind(StrEnum):
    """The papers that can name a patient, and the code for one who has none yet."""

    CCCD = "cccd"
    BHYT = "bhyt"
    PASSPORT = "passport"
    CMND = "cmnd"
    TEMPORARY = "temporary"


class Precision(StrEnum):
    """How much of a date of birth is known; elders often know only the year."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why what was typed cannot be used, or should be looked at again."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number in its stored form: no separators, capital letters."""

    kind: IdentifierKind
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CccdParts:
    """What digits 1 to 6 of a CCCD say of its holder at birth."""

    # One of the 63 codes of before 2025; a birth registered abroad has none.
    former_province_code: str | None
    sex: Sex
    birth_year: int


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number in international form (E.164)."""

    value: str = field(repr=False)

    @property
    def display(self) -> str:
        """The number as people in Vietnam write it, in groups."""
        if not self.value.startswith("+84"):
            return self.value
        national = "0" + self.value.removeprefix("+84")
        first = 3 if national[:3] in {"024", "028"} else 4
        rest = national[first:]
        middle = len(rest) // 2
        return f"{national[:first]} {rest[:middle]} {rest[middle:]}"


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A date of birth; the parts that are not known are the first of the period."""

    value: date = field(repr=False)
    precision: Precision

    @property
    def display(self) -> str:
        """The known parts, day first."""
        start = {Precision.DAY: 0, Precision.MONTH: 3, Precision.YEAR: 6}
        return self.value.strftime("%d/%m/%Y")[start[self.precision] :]


_PATTERNS = {
    IdentifierKind.CCCD: re.compile(r"[0-9]{12}"),
    IdentifierKind.BHYT: re.compile(r"[A-Z]{2}[1-5][0-9]{12}|[0-9]{10}"),
    IdentifierKind.PASSPORT: re.compile(r"(?=.*[0-9])(?![0-9]{12}$)[A-Z0-9]{5,15}"),
    IdentifierKind.CMND: re.compile(r"[0-9]{9}"),
    IdentifierKind.TEMPORARY: re.compile(rf"{_TEMPORARY_PREFIX}[{_CROCKFORD}]{{6}}"),
}

_PROBLEMS = {
    IdentifierKind.CCCD: Problem(
        "cccd_format", N_("Số CCCD gồm đúng 12 chữ số. Hãy kiểm tra lại trên thẻ.")
    ),
    IdentifierKind.BHYT: Problem(
        "bhyt_format",
        N_(
            "Số thẻ BHYT gồm 2 chữ cái và 13 chữ số, hoặc chỉ 10 chữ số mã số BHXH."
            " Hãy nhập đúng như trên thẻ."
        ),
    ),
    IdentifierKind.PASSPORT: Problem(
        "passport_format",
        N_(
            "Số hộ chiếu gồm 5 đến 15 chữ cái không dấu và chữ số."
            " Nếu số có 12 chữ số, hãy chọn loại giấy tờ CCCD."
        ),
    ),
    IdentifierKind.CMND: Problem(
        "cmnd_format",
        N_(
            "Số CMND cũ gồm đúng 9 chữ số."
            " Nếu số có 12 chữ số, hãy chọn loại giấy tờ CCCD."
        ),
    ),
    IdentifierKind.TEMPORARY: Problem(
        "temporary_format",
        N_(
            "Mã tạm gồm chữ TAM và 6 ký tự, ví dụ TAM-7K3M9Q."
            " Hãy nhập đúng mã đã cấp cho người bệnh."
        ),
    ),
}

_SEX_DIFFERS = Problem(
    "cccd_sex_differs",
    N_("Giới tính đã chọn khác với giới tính trong số CCCD. Hãy kiểm tra lại."),
)
_YEAR_DIFFERS = Problem(
    "cccd_birth_year_differs",
    N_("Năm sinh đã nhập khác với năm sinh trong số CCCD. Hãy kiểm tra lại."),
)
_PHONE_FORMAT = Problem(
    "phone_format",
    N_(
        "Số di động gồm 10 chữ số, số cố định gồm 11 chữ số bắt đầu bằng 02."
        " Số nước ngoài bắt đầu bằng dấu + và mã nước."
    ),
)
_BIRTH_DATE_FORMAT = Problem(
    "birth_date_format",
    N_(
        "Hãy nhập ngày sinh dạng ngày/tháng/năm, ví dụ 05/09/1958."
        " Nếu không rõ ngày, chỉ cần nhập 09/1958 hoặc 1958."
    ),
)
_BIRTH_DATE_UNREAL = Problem(
    "birth_date_unreal",
    N_("Ngày này không có trong lịch. Hãy kiểm tra lại ngày và tháng."),
)
_BIRTH_DATE_FUTURE = Problem(
    "birth_date_future",
    N_("Ngày sinh ở trong tương lai. Hãy kiểm tra lại ngày, tháng, năm."),
)
_BIRTH_DATE_TOO_OLD = Problem(
    "birth_date_too_old",
    N_("Năm sinh này cách đây hơn 130 năm. Hãy kiểm tra lại năm sinh."),
)


def read_identifier(kind: IdentifierKind, typed: str) -> Identifier | Problem:
    """Return the number without spaces, points and hyphens, if its form is right."""
    value = _SEPARATORS.sub("", typed).upper()
    if kind is IdentifierKind.TEMPORARY:
        value = value[:3] + value[3:].translate(_MISREAD)
    if not _PATTERNS[kind].fullmatch(value):
        return _PROBLEMS[kind]
    if kind is IdentifierKind.TEMPORARY:
        value = f"{_TEMPORARY_PREFIX}-{value[3:]}"
    return Identifier(kind, value)


def new_temporary_code(source: Random) -> Identifier:
    """Return a code for a newborn or unknown person; it cannot pass for a CCCD."""
    suffix = "".join(source.choices(_CROCKFORD, k=6))
    return Identifier(IdentifierKind.TEMPORARY, f"{_TEMPORARY_PREFIX}-{suffix}")


def cccd_parts(number: str) -> CccdParts:
    """Return what a CCCD says; digit 4 counts centuries from 1900, two by two."""
    century, sex = divmod(int(number[3]), 2)
    return CccdParts(
        former_province_code=number[1:3] if number[0] == "0" else None,
        sex=Sex.FEMALE if sex else Sex.MALE,
        birth_year=1900 + 100 * century + int(number[4:6]),
    )


def cccd_warnings(number: str, sex: Sex | None, year: int | None) -> list[Problem]:
    """Return where a CCCD and the form disagree; either may be right, so only warn."""
    parts = cccd_parts(number)
    warnings = []
    if sex in {Sex.MALE, Sex.FEMALE} and sex is not parts.sex:
        warnings.append(_SEX_DIFFERS)
    if year is not None and year != parts.birth_year:
        warnings.append(_YEAR_DIFFERS)
    return warnings


def read_phone(typed: str) -> Phone | Problem:
    """Return the number as +84…, whether 0912…, 84912… or +84912… was typed."""
    digits = re.sub(r"[\s.\-()]+", "", typed)
    international = re.sub(r"^(?:00|(?=84[0-9]{9,10}$))", "+", digits)
    national = re.sub(r"^\+840?", "0", international)
    if re.fullmatch(r"0(?:[35789][0-9]{8}|2[0-9]{9})", national):
        return Phone("+84" + national[1:])
    if re.fullmatch(r"\+(?!84)[1-9][0-9]{7,14}", international):
        return Phone(international)
    return _PHONE_FORMAT


def read_birth_date(typed: str, today: date) -> BirthDate | Problem:
    """Return the date and how much of it was typed: a day, a month or only a year."""
    parts = re.split(r"[\s/.\-]+", typed.strip())
    shapes = [r"[0-9]{1,2}", r"[0-9]{1,2}", r"[0-9]{4}"][-len(parts) :]
    if len(parts) > len(shapes) or not all(map(re.fullmatch, shapes, parts)):
        return _BIRTH_DATE_FORMAT
    day, month, year = (1, 1, *map(int, parts))[-3:]
    precision = (Precision.YEAR, Precision.MONTH, Precision.DAY)[len(parts) - 1]
    if year < today.year - _OLDEST_AGE:
        return _BIRTH_DATE_TOO_OLD
    try:
        value = date(year, month, day)
    except ValueError:
        return _BIRTH_DATE_UNREAL
    return _BIRTH_DATE_FUTURE if value > today else BirthDate(value, precision)
