from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

import server.records

DATA = Path(server.records.__file__).parent / "icd10"
FLAGS = ("not_main", "cause_of_death_only", "female", "male")

# The first code of each chapter of ICD-10, in order; chapter 22 is the letter U.
CHAPTER_STARTS = (
    *("A00", "C00", "D50", "E00", "F00", "G00", "H00", "H60", "I00", "J00", "K00"),
    *("L00", "M00", "N00", "O00", "P00", "Q00", "R00", "S00", "V01", "Z00"),
)


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


BUILTIN = rows("builtin")
CIRCULAR = rows("circular30_2023")
CODES = {row["code"] for row in BUILTIN}


def chapter_of(code: str) -> int:
    if code.startswith("U"):
        return 22
    return sum(start <= code for start in CHAPTER_STARTS)


def covers(row: dict[str, str], code: str) -> bool:
    end = row["code_to"]
    return row["code_from"] <= code and code[: len(end)] <= end


def test_codes_are_well_formed_unique_and_in_order():
    codes = [row["code"] for row in BUILTIN]
    assert all(re.fullmatch(r"[A-Z][0-9]{2}(\.[0-9])?", code) for code in codes)
    assert codes == sorted(CODES)
    assert len(codes) > 600


def test_each_code_is_in_the_chapter_of_its_range():
    wrong = [
        row["code"] for row in BUILTIN if int(row["chapter"]) != chapter_of(row["code"])
    ]
    assert wrong == []


def test_names_are_clean_vietnamese_text_and_tell_codes_apart():
    for row in BUILTIN:
        name = row["name_vi"]
        assert name == " ".join(name.split())
        assert name[0].isupper()
        assert unicodedata.is_normalized("NFC", name)
    doubled = [
        n for n, k in Counter(row["name_vi"] for row in BUILTIN).items() if k > 1
    ]
    assert doubled == []


def test_flags_are_bits_and_no_code_is_for_both_sexes_only():
    assert {row[flag] for row in BUILTIN for flag in FLAGS} <= {"0", "1"}
    assert not [r for r in BUILTIN if r["female"] == r["male"] == "1"]


@pytest.mark.parametrize(
    ("code", "flag"),
    [
        ("C53", "female"),
        ("O14", "female"),
        ("M81.0", "female"),
        ("Z34", "female"),
        ("N40", "male"),
        ("C61", "male"),
        ("H36.0", "not_main"),
        ("W54", "not_main"),
    ],
)
def test_what_icd_limits_is_marked(code: str, flag: str):
    marked = [row["code"] for row in BUILTIN if row[flag] == "1"]
    assert code in marked


def test_no_common_diagnosis_is_limited_by_mistake():
    free = {"I10", "E11.9", "J00", "N39.0", "N20.0", "C50", "M54.5", "Z00.0", "Z30"}
    limited = {r["code"] for r in BUILTIN if "1" in [r[flag] for flag in FLAGS]}
    assert free <= CODES - limited


def test_every_code_of_circular_30_can_be_found_by_name():
    ends = {row[end] for row in CIRCULAR for end in ("code_from", "code_to")}
    assert ends <= CODES


def test_circular_30_says_of_each_row_where_it_was_read():
    statuses = Counter(row["source_status"] for row in CIRCULAR)
    assert statuses == {"text": 7, "compilation": 50, "draft": 3}
    read = [row for row in CIRCULAR if row["source_status"] == "text"]
    assert all(row["stt"] and row["specialty"] and row["condition"] for row in read)
    assert len({(row["code_from"], row["code_to"]) for row in CIRCULAR}) == len(
        CIRCULAR
    )


@pytest.mark.parametrize(
    ("code", "listed"),
    [
        ("E66.9", True),
        ("A18.2", True),
        ("E07", True),
        ("J31.1", True),
        ("J31.2", False),
        ("I21.9", False),
        ("A97.1", False),
        ("A97.0", True),
    ],
)
def test_a_row_covers_its_range_and_what_is_below(code: str, listed: bool):  # noqa: FBT001
    assert any(covers(row, code) for row in CIRCULAR) is listed
