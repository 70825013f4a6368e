"""Loads the provinces and communes that come with the program."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects.postgresql import insert

from server.core.vietnamese import fold
from server.places.models import Commune, Province

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.ext.asyncio import AsyncSession

_DATA = Path(__file__).parent / "data"
_BATCH = 1000


async def load(db: AsyncSession) -> None:
    """Write what the data files say over what the tables hold; codes are never removed."""
    provinces = [
        {"code": row["code"], "name": row["name"], "kind": row["type"]}
        for row in _rows("provinces.csv")
    ]
    communes = [
        {
            "code": row["code"],
            "province_code": row["province_code"],
            "name": row["name"],
            "kind": row["type"],
            "name_fold": fold(row["name"]),
        }
        for row in _rows("communes.csv")
    ]
    await _write(db, Province, provinces)
    for start in range(0, len(communes), _BATCH):
        await _write(db, Commune, communes[start : start + _BATCH])


async def _write(
    db: AsyncSession, model: type[Province | Commune], rows: list[dict[str, Any]]
) -> None:
    statement = insert(model).values(rows)
    changed = {name: statement.excluded[name] for name in rows[0] if name != "code"}
    await db.execute(
        statement.on_conflict_do_update(index_elements=["code"], set_=changed)
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
