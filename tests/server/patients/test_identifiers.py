from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.patients.codes import ETHNIC_GROUPS, OCCUPATIONS, SEXES, Sex
from server.patients.identifiers import (
    BirthDate,
    Identifier,
    IdentifierKind,
    Phone,
    Precision,
    Problem,
    cccd_parts,
    cccd_warnings,
    new_temporary_code,
    read_birth_date,
    read_identifier,
    read_phone,
)

if TYPE_CHECKING:
    from random import Random

TODAY = date(2026, 11, 22)
CCCD, BHYT, PASSPORT, CMND, TEMPORARY = IdentifierKind


def problem_code(result: object) -> str:
    assert isinstance(result, Problem)
    return result.code


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        (CCCD, " 092 0580 12345 ", "092058012345"),
        (BHYT, "hc 4 92 0123456789", "HC4920123456789"),
        (BHYT, "0123456789", "0123456789"),
        (PASSPORT, "c1234567", "C1234567"),
        (CMND, "361.234.567", "361234567"),
        (TEMPORARY, "tam 7k3-m9q", "TAM-7K3M9Q"),
        (TEMPORARY, "TAM-OIL123", "TAM-011123"),
    ],
)
def test_a_number_is_stored_in_one_form(kind: IdentifierKind, typed: str, stored: str):
    assert read_identifier(kind, typed) == Identifier(kind, stored)


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (CCCD, ""),
        (CCCD, "09205801234"),
        (CCCD, "0920580123456"),
        (CCCD, "09205801234A"),
        (CCCD, "٠٩٢٠٥٨٠١٢٣٤٥"),
        (BHYT, "HC6920123456789"),
        (BHYT, "H14920123456789"),
        (BHYT, "012345678"),
        (PASSPORT, "092058012345"),
        (PASSPORT, "HỘCHIẾU1"),
        (PASSPORT, "ABCDEFG"),
        (CMND, "092058012345"),
        (TEMPORARY, "TAM-UUUUUU"),
        (TEMPORARY, "7K3M9Q"),
    ],
)
def test_a_number_of_the_wrong_form_is_refused_by_code(
    kind: IdentifierKind, typed: str
):
    assert problem_code(read_identifier(kind, typed)) == f"{kind}_format"


@given(st.randoms(use_true_random=False))
def test_a_temporary_code_reads_back_and_is_never_a_cccd(source: Random):
    code = new_temporary_code(source)
    assert re.fullmatch(r"TAM-[0-9A-HJKMNP-TV-Z]{6}", code.value)
    assert read_identifier(TEMPORARY, code.value.lower()) == code
    assert isinstance(read_identifier(CCCD, code.value), Problem)


@given(st.sampled_from(IdentifierKind), st.text())
def test_reading_a_stored_number_again_changes_nothing(
    kind: IdentifierKind, typed: str
):
    once = read_identifier(kind, typed)
    if isinstance(once, Identifier):
        assert read_identifier(kind, once.value) == once


@pytest.mark.parametrize(
    ("number", "province", "sex", "year"),
    [
        ("092058012345", "92", Sex.MALE, 1958),
        ("015158012345", "15", Sex.FEMALE, 1958),
        ("079201012345", "79", Sex.MALE, 2001),
        ("001326012345", "01", Sex.FEMALE, 2026),
        ("118199012345", None, Sex.FEMALE, 1999),
    ],
)
def test_a_cccd_says_where_and_when_its_holder_was_born(
    number: str, province: str | None, sex: Sex, year: int
):
    parts = cccd_parts(number)
    assert (parts.former_province_code, parts.sex, parts.birth_year) == (
        province,
        sex,
        year,
    )
    assert cccd_warnings(number, sex, year) == []


@pytest.mark.parametrize(
    ("sex", "year", "codes"),
    [
        (Sex.FEMALE, 1958, ["cccd_sex_differs"]),
        (Sex.MALE, 1985, ["cccd_birth_year_differs"]),
        (Sex.FEMALE, 1985, ["cccd_sex_differs", "cccd_birth_year_differs"]),
        (Sex.UNDETERMINED, 1958, []),
        (None, None, []),
    ],
)
def test_a_cccd_that_disagrees_with_the_form_only_warns(
    sex: Sex | None, year: int | None, codes: list[str]
):
    assert [w.code for w in cccd_warnings("092058012345", sex, year)] == codes


@pytest.mark.parametrize(
    ("typed", "stored", "display"),
    [
        ("0912 345 678", "+84912345678", "0912 345 678"),
        ("+84 912.345.678", "+84912345678", "0912 345 678"),
        ("84912345678", "+84912345678", "0912 345 678"),
        ("0084912345678", "+84912345678", "0912 345 678"),
        ("+84(0)912345678", "+84912345678", "0912 345 678"),
        ("(0292) 381 2345", "+842923812345", "0292 381 2345"),
        ("024 3826 1234", "+842438261234", "024 3826 1234"),
        ("+856 20 5512 3456", "+8562055123456", "+8562055123456"),
    ],
)
def test_a_telephone_number_has_one_stored_form(typed: str, stored: str, display: str):
    phone = read_phone(typed)
    assert phone == Phone(stored)
    assert isinstance(phone, Phone)
    assert phone.display == display
    assert read_phone(display) == phone


@pytest.mark.parametrize(
    "typed", ["", "115", "0123456789", "091234567", "09123456789", "+84", "số 8", "+1"]
)
def test_a_wrong_telephone_number_is_refused(typed: str):
    assert problem_code(read_phone(typed)) == "phone_format"


@pytest.mark.parametrize(
    ("typed", "value", "precision", "display"),
    [
        ("05/09/1958", date(1958, 9, 5), Precision.DAY, "05/09/1958"),
        ("5-9-1958", date(1958, 9, 5), Precision.DAY, "05/09/1958"),
        (" 5 9 1958 ", date(1958, 9, 5), Precision.DAY, "05/09/1958"),
        ("9/1958", date(1958, 9, 1), Precision.MONTH, "09/1958"),
        ("1958", date(1958, 1, 1), Precision.YEAR, "1958"),
        ("22/11/2026", TODAY, Precision.DAY, "22/11/2026"),
        ("1896", date(1896, 1, 1), Precision.YEAR, "1896"),
        ("29/02/2024", date(2024, 2, 29), Precision.DAY, "29/02/2024"),
    ],
)
def test_a_date_of_birth_keeps_how_much_is_known(
    typed: str, value: date, precision: Precision, display: str
):
    birth = read_birth_date(typed, TODAY)
    assert birth == BirthDate(value, precision)
    assert isinstance(birth, BirthDate)
    assert birth.display == display


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "birth_date_format"),
        ("5/9/58", "birth_date_format"),
        ("1958-09-05", "birth_date_format"),
        ("1/5/9/1958", "birth_date_format"),
        ("năm 1958", "birth_date_format"),
        ("31/02/1958", "birth_date_unreal"),
        ("13/1958", "birth_date_unreal"),
        ("23/11/2026", "birth_date_future"),
        ("12/2026", "birth_date_future"),
        ("2027", "birth_date_future"),
        ("1895", "birth_date_too_old"),
    ],
)
def test_a_wrong_date_of_birth_is_refused_by_code(typed: str, code: str):
    assert problem_code(read_birth_date(typed, TODAY)) == code


@given(st.dates(date(1896, 1, 1), TODAY))
def test_any_possible_date_of_birth_reads_back(value: date):
    birth = read_birth_date(value.strftime("%d/%m/%Y"), TODAY)
    assert birth == BirthDate(value, Precision.DAY)


@given(st.text())
def test_no_text_breaks_a_reader(typed: str):
    assert isinstance(read_birth_date(typed, TODAY), BirthDate | Problem)
    assert isinstance(read_phone(typed), Phone | Problem)


def test_nothing_printable_carries_a_number_or_a_date():
    shown = repr(
        [
            read_identifier(CCCD, "092058012345"),
            read_phone("0912345678"),
            read_birth_date("05/09/1958", TODAY),
        ]
    )
    assert not re.search(r"0920|9123|1958", shown)


def test_the_code_lists_are_complete_and_without_doubles():
    assert [group.code for group in ETHNIC_GROUPS] == [
        *(f"{number:02}" for number in range(1, 56)),
        "99",
    ]
    assert [job.code for job in OCCUPATIONS] == [f"{n:02}" for n in range(1, 14)]
    assert [sex.code for sex in SEXES] == list(Sex)
    for codes in (ETHNIC_GROUPS, OCCUPATIONS, SEXES):
        assert len({code.name for code in codes}) == len(codes)
