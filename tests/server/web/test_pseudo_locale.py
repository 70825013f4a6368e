"""No page shows a text that was not translated: in the pseudo-locale each one is bracketed."""

import re

import pytest

from server.web.i18n import PSEUDO
from server.web.routes import TABLE
from tests.server.web import arrange, data
from tests.server.web.visiting import NOT_PAGES, kind_of, walk

EVERYBODY = ("binh", "minh", "thu", "quan", "admin", None)
_BRACKETED = re.compile(r"\[[^\[\]]*\]")
_LETTERS = re.compile(r"[^\W\d_]+")
_VIETNAMESE = re.compile(r"[À-ỹĐđ]")


@pytest.fixture(scope="module")
async def filled(site, stage):
    """Every page has something to show; gives what may stay untranslated."""
    opened = []

    async def visit(username):
        opened.append(await Visitor(site).sign_in(username))
        return opened[-1]

    await arrange.fill(visit, stage)
    for visitor in opened:
        await visitor.close()
    return await data.typed_on(stage)


def without_brackets(text: str) -> str:
    before = None
    while text != before:
        before, text = text, _BRACKETED.sub("", text)
    return text


def untranslated(seen, known: data.Data) -> set[str]:
    found = set()
    for place, text in seen.page.words:
        left = without_brackets(text)
        if _LETTERS.search(left) and _LETTERS.search(known.taken_from(left, PSEUDO)):
            found.add(f"{kind_of(seen.path)} {seen.status} {place}: {text}")
    return found
