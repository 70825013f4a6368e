"""Replaces the diagnoses by an official list; one wrong line and nothing is changed."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert

from server.core.db import make_engine, make_sessions, transaction
from server.core.vietnamese import fold, nfc
from server.records.models import Diagnosis

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

OFFICIAL = "06/2026/TT-BYT"
_CODE = re.compile(r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,2})?")
_REQUIRED = ("code", "name_vi")
# Columns 24 to 29 of the list. What is kept is what decides over a main diagnosis.
_FLAGS = (
    "not_main",
    "discouraged_main",
    "unusable",
    "cause_of_death_only",
    "female",
    "male",
)
_TICKED = {"": False, "0": False, "1": True, "x": True, "X": True}
_LONGEST_NAME = 400
_BATCH = 1000
_MOST_PROBLEMS = 20


class BadList(Exception):
    """The file cannot be imported; `problems` says in which line what is wrong."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


async def import_file(path: Path, url: str, source: str = OFFICIAL) -> int:
    """Load a CSV (UTF-8) with the columns code, name_vi and flags; return how many codes.

    Raises BadList. A code that the list lacks is dropped; signed records keep their text.
    """
    rows = read_list(path, source)
    engine = make_engine(url, 1)
    try:
        async with transaction(make_sessions(engine)) as db:
            await db.execute(delete(Diagnosis))
            for start in range(0, len(rows), _BATCH):
                await db.execute(insert(Diagnosis), rows[start : start + _BATCH])
    finally:
        await engine.dispose()
    return len(rows)


def read_list(path: Path, source: str = OFFICIAL) -> list[dict[str, Any]]:
    """Return the rows to store; raises BadList."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadList(
            ["Tệp không phải UTF-8. Hãy lưu lại dạng “CSV UTF-8”."]
        ) from error
    header = text.partition("\n")[0]
    reader = csv.DictReader(
        text.splitlines(),
        delimiter=";" if header.count(";") > header.count(",") else ",",
    )
    _refuse_header(reader.fieldnames or ())
    rows: dict[str, dict[str, Any]] = {}
    problems: list[str] = []
    for line in reader:
        problem = _problem(line, rows)
        if problem:
            problems.append(f"Dòng {reader.line_num}: {problem}")
        else:
            row = _row(line, source)
            rows[row["code"]] = row
    if not rows and not problems:
        problems.append("Tệp không có mã nào.")
    if problems:
        raise BadList(_shortened(problems))
    return list(rows.values())


def _refuse_header(names: Iterable[str]) -> None:
    missing = [name for name in _REQUIRED if name not in names]
    unknown = [name for name in names if name not in {*_REQUIRED, *_FLAGS, "chapter"}]
    problems = [f"Dòng 1: thiếu cột {name}." for name in missing]
    problems += [f"Dòng 1: không biết cột “{name}”." for name in unknown]
    if problems:
        raise BadList(problems)


def _problem(line: dict[str, str | None], known: dict[str, Any]) -> str:
    code, name = _value(line, "code"), _value(line, "name_vi")
    wrong = [flag for flag in _FLAGS if _value(line, flag) not in _TICKED]
    checks = (
        (None in line or None in line.values(), "số cột không khớp dòng tiêu đề."),
        (
            not _CODE.fullmatch(code),
            f"mã “{code}” không đúng dạng, ví dụ I10 hoặc E11.9.",
        ),
        (code in known, f"mã {code} đã có ở dòng trước."),
        (not 0 < len(name) <= _LONGEST_NAME, "tên bệnh trống hoặc quá dài."),
        (bool(wrong), f"cột {', '.join(wrong)} chỉ nhận 0, 1, x hoặc trống."),
    )
    return next((text for failed, text in checks if failed), "")


def _row(line: dict[str, str | None], source: str) -> dict[str, Any]:
    code, name = _value(line, "code"), nfc(" ".join(_value(line, "name_vi").split()))
    ticked = {flag: _TICKED[_value(line, flag)] for flag in _FLAGS}
    return {
        "code": code,
        "name": name,
        "search": f"{code.lower()} {fold(name)}",
        "not_main": ticked["not_main"] or ticked["cause_of_death_only"],
        "unusable": ticked["unusable"],
        "source": source,
    }


def _value(line: dict[str, str | None], name: str) -> str:
    return (line.get(name) or "").strip()


def _shortened(problems: list[str]) -> list[str]:
    left = len(problems) - _MOST_PROBLEMS
    more = [f"… và {left} dòng khác."] if left > 0 else []
    return problems[:_MOST_PROBLEMS] + more
