"""Reads of provinces and communes, which everyone may know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from server.core.vietnamese import fold
from server.places.models import Commune, Province

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

# The largest province has 168 communes: one answer holds any of them whole.
_MOST_COMMUNES = 200


async def provinces(db: AsyncSession) -> Sequence[Province]:
    """Return the 34 provinces in the order of their codes."""
    return (await db.scalars(select(Province).order_by(Province.code))).all()


async def communes(
    db: AsyncSession, province_code: str, words: str = ""
) -> Sequence[Commune]:
    """Return the communes of a province whose names hold every word, accents or not."""
    statement = (
        select(Commune)
        .where(Commune.province_code == province_code)
        .order_by(Commune.name_fold, Commune.code)
        .limit(_MOST_COMMUNES)
    )
    for word in fold(words).split():
        statement = statement.where(Commune.name_fold.contains(word, autoescape=True))
    return (await db.scalars(statement)).all()
