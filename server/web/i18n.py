"""Translations: Vietnamese is the source text, English a catalogue beside this module."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from typing_extensions import override

if TYPE_CHECKING:
    from aiohttp import web

from server.web.context import LOCALE

LOCALES = ("vi", "en")
PSEUDO = "qps"
_CATALOGUES = Path(__file__).parent / "locales"


@cache
def translations(locale: str) -> NullTranslations:
    """Return the texts of a locale; `qps` brackets every text, to find untranslated ones."""
    if locale == "vi":
        return NullTranslations()
    if locale == PSEUDO:
        return _Pseudo()
    return _compiled(_CATALOGUES / f"{locale}.po")


def translate(request: web.Request, message: str, **params: object) -> str:
    """Return the msgid in the language of the request, with its braces filled."""
    text = translations(request[LOCALE]).gettext(message)
    return text.format(**params) if params else text


class _Pseudo(NullTranslations):
    @override
    def gettext(self, message: str) -> str:
        return f"[{message}]"

    @override
    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"[{msgid1 if n == 1 else msgid2}]"


def _compiled(path: Path) -> GNUTranslations:
    with path.open("rb") as file:
        catalogue: Catalog = read_po(file)
    binary = BytesIO()
    write_mo(binary, catalogue)
    binary.seek(0)
    return GNUTranslations(binary)
