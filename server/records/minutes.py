"""Sets the minutes as a PDF (Typst); text goes in as strings and is never read as markup."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import typst

if TYPE_CHECKING:
    from datetime import datetime

    from server.records.minutes_facts import Facts

_TEMPLATE = Path(__file__).parent / "minutes.typ"
_FONT_PACKAGE = "fontpkg_be_vietnam_pro"


async def typeset(facts: Facts, signed_at: datetime) -> bytes:
    """Return the PDF; the same version makes the same bytes."""
    return await asyncio.to_thread(_compile, asdict(facts), int(signed_at.timestamp()))


def _compile(facts: dict[str, object], timestamp: int) -> bytes:
    made = typst.compile(
        _TEMPLATE.read_bytes(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"facts": orjson.dumps(facts).decode()},
        timestamp=timestamp,
    )
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made


@cache
def _fonts() -> typst.Fonts:
    """Return Be Vietnam Pro; what it cannot draw falls back to the fonts within Typst."""
    folder = Path(str(files(_FONT_PACKAGE))) / "files"
    return typst.Fonts(include_system_fonts=False, font_paths=[folder])
