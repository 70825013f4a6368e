"""Tables as CSV (RFC 4180) that spreadsheets of the region open without harm."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

# Without the mark Excel reads UTF-8 as the machine's old code page.
_BYTE_ORDER_MARK = "\ufeff"
# What a spreadsheet takes for a formula (OWASP, “CSV Injection”).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_table(rows: Iterable[Sequence[str | float | None]]) -> bytes:
    """Return the rows as UTF-8 with a byte order mark; an absent value is an empty cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return (_BYTE_ORDER_MARK + text.getvalue()).encode()


def _cell(value: str | float | None) -> str:
    shown = "" if value is None else str(value)
    return f"'{shown}" if shown.startswith(_FORMULA_STARTS) else shown
