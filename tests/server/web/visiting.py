"""Walks through every page that a person can reach, and sends each form wrong."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin, urlsplit

from multidict import MultiDict

from tests.server.web.reading import Form, Page

RUBBISH = "zz"
# Lists of people and places are long and their pages alike; cases are all looked at.
MOST_OF_A_KIND = 5
MOST_CASES = 40
NOT_PAGES = re.compile(
    r"^/(assets|documents|events|api)/|\.(pdf|csv)$|^/sign-out|^/language"
)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Seen:
    """An answer that was a page."""

    path: str
    status: int
    page: Page


def kind_of(path: str) -> str:
    """Return the pattern of an address: ids and the values of a query do not count."""
    parts = urlsplit(_UUID.sub("{id}", path))
    names = sorted(re.findall(r"(\w+)=[^&]", parts.query))
    return f"{parts.path}?{'&'.join(names)}"


async def walk(visitor, locale: str, pages: list[str]) -> AsyncIterator[Seen]:
    """Give each page from the first one on, then the pages that refuse its forms."""
    visitor.http.cookie_jar.update_cookies({"__Host-locale": locale}, visitor.root)
    waiting, counts = ["/", *pages], Counter()
    known, forms = set(waiting), {}
    while waiting:
        path = waiting.pop(0)
        seen = await _open(visitor, path)
        if seen is None:
            continue
        yield seen
        for link in [*seen.page.links, *_searches(path, seen.page)]:
            address = urljoin(path, link).partition("#")[0]
            if _wanted(address, known, counts):
                known.add(address)
                waiting.append(address)
        forms |= _to_send(path, seen.page)
    for action, form in forms.values():
        for typed in ("", RUBBISH):
            refused = await _send(visitor, action, form, typed)
            if refused is not None:
                yield refused


def _to_send(path: str, page: Page) -> dict[str, tuple[str, Form]]:
    return {
        kind_of(urljoin(path, form.action)): (urljoin(path, form.action), form)
        for form in page.forms
        if form.method == "post" and form.visible
    }


async def _open(visitor, path: str) -> Seen | None:
    answer = await visitor.get(path)
    while answer.status == 303:
        path = answer.headers["Location"]
        answer = await visitor.get(path)
    return _seen(visitor, path, answer)


async def _send(visitor, action: str, form: Form, typed: str) -> Seen | None:
    fields = MultiDict(form.hidden)
    fields.popall("csrf_token", None)
    fields.popall("once", None)
    for name in dict.fromkeys(form.visible):
        fields[name] = typed
    answer = await visitor.post(action, fields)
    if answer.status == 303:
        return await _open(visitor, answer.headers["Location"])
    return _seen(visitor, action, answer)


def _seen(visitor, path: str, answer) -> Seen | None:
    if answer.content_type != "text/html":
        return None
    return Seen(path, answer.status, Page(visitor.text))


def _searches(path: str, page: Page) -> list[str]:
    """Every form that only asks, filled with what nothing matches."""
    found = []
    for form in page.forms:
        if form.method == "get" and form.visible:
            typed = form.hidden | dict.fromkeys(form.visible, RUBBISH)
            found.append(f"{urljoin(path, form.action)}?{urlencode(typed)}")
    return found


def _wanted(address: str, known: set[str], counts: Counter) -> bool:
    ours = address.startswith("/")
    if not ours or address in known or NOT_PAGES.search(urlsplit(address).path):
        return False
    kind = kind_of(address)
    counts[kind] += 1
    return counts[kind] <= (
        MOST_CASES if kind == "/referrals/{id}?" else MOST_OF_A_KIND
    )
