"""Vietnamese text and days as people write, search and sort them, whatever way they typed."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

# In the order of the dictionary; a syllable without a mark comes first.
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
# A breve, circumflex or horn makes another letter, after the plain one and before the
# next of the alphabet: "~" is the highest character of ASCII, so ab < ă < â < b.
_LETTERS = {"\u0306": "~", "\u0302": "~~", "\u031b": "~~~"}
_DAY_FIRST = re.compile(r"([0-9]{1,2}) ?[/.-] ?([0-9]{1,2}) ?[/.-] ?([0-9]{4})")


def nfc(text: str) -> str:
    """Return the text with one code point for each letter, the form that is stored."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Return what a search compares: no marks, no case, single spaces."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(bare.split())


def name_sort_key(full_name: str) -> str:
    """Return text whose byte order is that of a list: given, family, middle names."""
    words = full_name.split()
    given, family, middle = words[-1:], words[:-1][:1], words[1:-1]
    return " ".join(_part_key(part) for part in (given, family, middle) if part)


def _part_key(words: list[str]) -> str:
    """Return the letters of a part, then its tones, which count only in a tie."""
    keys = [_word_key(word) for word in words]
    letters = "!".join(letters for letters, _ in keys)
    return f"{letters} {''.join(tones for _, tones in keys)}"


def _word_key(word: str) -> tuple[str, str]:
    letters: list[str] = []
    tones = ""
    for character in unicodedata.normalize("NFD", word.lower()):
        if character == "đ":
            letters.append("d~")
        elif character.isalnum():
            letters.append(character)
        else:
            letters.append(_LETTERS.get(character, ""))
            tones += _TONES.get(character, "")
    return "".join(letters), tones or "0"


def read_day(typed: str) -> date | None:
    """Return the day typed as 09/03/2026 or 2026-03-09, or None when it is none."""
    text = typed.strip()
    parts = _DAY_FIRST.fullmatch(text)
    try:
        if parts:
            return date(int(parts[3]), int(parts[2]), int(parts[1]))
        return date.fromisoformat(text)
    except ValueError:
        return None
