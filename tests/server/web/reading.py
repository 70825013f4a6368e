"""Reads a page as a person does: its words, where they stand, its links and its forms."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

SPOKEN = {"placeholder", "aria-label", "title", "alt", "label"}
BUTTONS = {"submit", "button", "reset"}
SILENT = {"script", "style", "template"}
# Attributes that scripts read as names, not as sentences.
NAMES = {"data-on", "data-module"}
VOID = {"br", "hr", "img", "input", "link", "meta", "source", "wbr"}


@dataclass
class Form:
    """A form of the page with what a browser would send."""

    method: str
    action: str
    hidden: dict[str, str] = field(default_factory=dict)
    visible: list[str] = field(default_factory=list)


def _last(tags: list[str], tag: str) -> int:
    return len(tags) - 1 - tags[::-1].index(tag)


class Page(HTMLParser):
    """What stands on a page, except what says that it is in a language of its own."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.language = ""
        self.words: list[tuple[str, str]] = []
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._silent = 0
        self._foreign: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        self._silent += tag in SILENT
        if self._foreign or (tag != "html" and "lang" in given):
            self._foreign += [tag] * (tag not in VOID)
            return
        if tag == "html":
            self.language = given.get("lang", "")
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "form":
            self.forms.append(Form(given.get("method", "get"), given.get("action", "")))
        if self.forms and given.get("name"):
            self._add_field(tag, given)
        for name, value in given.items():
            if self._is_spoken(tag, name, given):
                self.words.append((f"{tag}[{name}]", value.strip()))

    def handle_endtag(self, tag):
        if tag in self._foreign:
            self._foreign = self._foreign[: _last(self._foreign, tag)]
        self._silent -= tag in SILENT

    def handle_data(self, data):
        if not self._silent and not self._foreign and data.strip():
            self.words.append(("text", " ".join(data.split())))

    def _add_field(self, tag, given) -> None:
        if tag == "input" and given.get("type") == "hidden":
            self.forms[-1].hidden[given["name"]] = given.get("value", "")
        elif tag in {"input", "textarea", "select"}:
            self.forms[-1].visible.append(given["name"])

    @staticmethod
    def _is_spoken(tag, name, given) -> bool:
        if name == "value":
            return tag == "input" and given.get("type") in BUTTONS
        if name.startswith("data-") and name not in NAMES:
            return re.search(r"[^\x00-\x7f]| ", given[name]) is not None
        return name in SPOKEN
