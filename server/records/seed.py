"""Loads the built-in diagnoses; an official list imported later stays as it is."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.dialects.postgresql import insert

from server.core.vietnamese import fold
from server.records.models import Diagnosis

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

_BUILT_IN = Path(__file__).parent / "icd10" / "builtin.csv"


async def load(db: AsyncSession) -> None:
    """Add the codes that the table does not hold yet."""
    with _BUILT_IN.open(encoding="utf-8", newline="") as file:
        rows = [
            {
                "code": row["code"],
                "name": row["name_vi"],
                "search": f"{row['code'].lower()} {fold(row['name_vi'])}",
                "not_main": row["not_main"] == "1",
                "unusable": False,
                "source": "built-in",
            }
            for row in csv.DictReader(file)
        ]
    await db.execute(insert(Diagnosis).values(rows).on_conflict_do_nothing())
