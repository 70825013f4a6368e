"""No page shows a text that was not translated: in the pseudo-locale each one is bracketed."""

import re

import pytest

from server.web.i18n import PSEUDO
from server.web.routes import TABLE
from tests.conftest import Visitor
from tests.server.web import arrange, data
from tests.server.web.visiting import NOT_PAGES, kind_of, walk

EVERYBODY = ("binh", "minh", "thu", "quan", "admin", None)
_BRACKETED = re.compile(r"\[[^\[\]]*\]")
_LETTERS = re.compile(r"[^\W\d_]{2,}")


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
        if _LETTERS.search(left) and _LETTERS.search(known.taken_from(left)):
            found.add(f"{place}: {text}")
    return found


async def visits(site, username: str | None, locale: str) -> list:
    visitor = Visitor(site)
    try:
        if username is not None:
            await visitor.sign_in(username)
        return [seen async for seen in walk(visitor, locale, "/sign-in", "/no-such-page")]
    finally:
        await visitor.close()


async def test_every_text_of_every_page_and_refused_form_is_translated(site, filled):
    seen = [one for who in EVERYBODY for one in await visits(site, who, PSEUDO)]
    faults = {fault: one.path for one in seen for fault in untranslated(one, filled)}
    assert not faults, "\n" + "\n".join(f"{where} {what}" for what, where in faults.items())
    assert {one.page.language for one in seen} == {PSEUDO}
    assert not [one.path for one in seen if one.status >= 500]
    opened = {kind_of(one.path).partition("?")[0] for one in seen}
    assert not page_paths(site) - opened
    assert sum(one.status == 422 for one in seen) > 20


def page_paths(site) -> set[str]:
    """The addresses of all pages, as the route table has them."""
    return {
        found.path
        for found in site.app[TABLE].values()
        if found.method == "GET" and not found.streams and not found.is_api
        and not NOT_PAGES.search(found.path)
    } - {"/"}
