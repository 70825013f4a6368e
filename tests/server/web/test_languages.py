"""Pages in a language: all of the text in it, for everybody, on every page and refused form."""

import re

import pytest

from server.web.i18n import PSEUDO
from server.web.routes import TABLE
from tests.conftest import Visitor
from tests.server.web import arrange, data
from tests.server.web.visiting import NOT_PAGES, kind_of, walk

EVERYBODY = ("binh", "minh", "thu", "quan", "admin", None)
_BRACKETED = re.compile(r"\[[^\[\]]*\]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_VIETNAMESE = re.compile(r"[À-ÖØ-öø-ỹ]")
# What English sentences quote: the number of a decision, and examples of what to type.
_QUOTED = re.compile("QĐ-BYT|tăng huyết áp|Nguyễn Thị Hạnh")


@pytest.fixture(scope="module")
async def filled(site, stage) -> tuple[list[str], data.Data]:
    """Every page has something to show; gives some pages, and what may stay as it is."""
    opened = []

    async def visit(username):
        opened.append(await Visitor(site).sign_in(username))
        return opened[-1]

    try:
        pages = await arrange.fill(visit, stage)
    finally:
        for visitor in opened:
            await visitor.close()
    return pages, await data.typed_on(stage)


async def seen_by_everybody(site, locale: str, pages: list[str]) -> list:
    found = []
    for username in EVERYBODY:
        visitor = Visitor(site)
        try:
            if username is not None:
                await visitor.sign_in(username)
            found += [seen async for seen in walk(visitor, locale, pages)]
        finally:
            await visitor.close()
    return found


def never_opened(site, seen) -> set[str]:
    """The addresses of pages, as the route table has them, that nobody came to."""
    pages = {
        re.sub(r"\{\w+\}", "{id}", found.path)
        for found in site.app[TABLE].values()
        if found.method == "GET"
        and not (found.streams or found.is_api or NOT_PAGES.search(found.path))
    }
    return pages - {"/"} - {kind_of(one.path).partition("?")[0] for one in seen}


def without_brackets(text: str) -> str:
    before = None
    while text != before:
        before, text = text, _BRACKETED.sub("", text)
    return text


def listed(faults: dict[str, str]) -> str:
    return "\n" + "\n".join(f"{path}: {text}" for text, path in faults.items())


async def test_in_the_pseudo_locale_every_text_is_bracketed(site, filled):
    pages, known = filled
    seen = await seen_by_everybody(site, PSEUDO, pages)
    faults = {}
    for one in seen:
        for place, text in one.page.words:
            left = without_brackets(text)
            if _WORD.search(left) and _WORD.search(known.taken_from(left)):
                faults[f"{place} {text}"] = one.path
    assert not faults, listed(faults)
    assert never_opened(site, seen) == set()
    assert sum(one.status == 422 for one in seen) > 20


async def test_english_pages_open_for_everybody_and_say_nothing_in_vietnamese(
    site, filled
):
    pages, known = filled
    seen = await seen_by_everybody(site, "en", pages)
    faults = {}
    for one in seen:
        for place, text in one.page.words:
            left = _QUOTED.sub("", text)
            if _VIETNAMESE.search(left) and _VIETNAMESE.search(known.taken_from(left)):
                faults[f"{place} {text}"] = one.path
    assert not faults, listed(faults)
    assert {one.page.language for one in seen} == {"en"}
    assert [one.path for one in seen if one.status >= 500] == []
    assert never_opened(site, seen) == set()
