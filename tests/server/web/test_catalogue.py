"""The English catalogue: complete, and with the same places to fill."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[3]
CATALOGUE = ROOT / "server/web/locales/en.po"
_PLACES = re.compile(r"\{\w*\}|%\(\w+\)[sd]|%%")


def test_every_text_in_code_and_templates_has_its_english():
    told = subprocess.run(  # noqa: S603
        [sys.executable, ROOT / "bin/messages", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr


def test_english_fills_the_same_places():
    with CATALOGUE.open("rb") as file:
        texts = {one.id: one.string for one in read_po(file) if one.id}
    assert len(texts) > 1000
    faults = [
        text for text, english in texts.items() if places(text) != places(english)
    ]
    assert not faults


def places(text: str) -> tuple[object, ...]:
    """What is filled in, how often, and the spaces that join it to its neighbours."""
    found = Counter(_PLACES.findall(text))
    return found, text.count("{"), text.count("%"), text[:1] == " ", text[-1:] == " "
