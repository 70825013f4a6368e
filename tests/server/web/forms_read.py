"""Reads the forms of a page as a browser does, and what a refusal shows."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

_WRITTEN = {"text", "textarea", "tel", "email", "search", "number", "date", "time"}


@dataclass
class Control:
    """One field of a form: its name, its kind, and what stands in it."""

    name: str
    kind: str
    value: str = ""

    @property
    def is_written(self) -> bool:
        return self.kind in _WRITTEN


@dataclass
class SentForm:
    """A form that is posted."""

    action: str
    controls: list[Control] = field(default_factory=list)

    @property
    def hidden(self) -> dict[str, str]:
        return {
            one.name: one.value
            for one in self.controls
            if one.kind == "hidden" and one.name not in {"csrf_token", "once"}
        }

    @property
    def visible(self) -> list[Control]:
        silent = {"hidden", "submit", "button", "file"}
        return [one for one in self.controls if one.kind not in silent]

    def value(self, name: str) -> str | None:
        return next((one.value for one in self.controls if one.name == name), None)


class FormsRead(HTMLParser):
    """The forms of a page, its title, its ids, and its summary of mistakes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.forms: list[SentForm] = []
        self.summary_links: list[str] = []
        self.has_summary_heading = False
        self.messages = 0
        self.title = re.search(r"<title>\s*(.*?)\s*</title>", html, re.DOTALL)[1]
        self._by_id: dict[str, SentForm] = {}
        self._open: SentForm | None = None
        self._textarea: Control | None = None
        self._in_summary = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "")
        if given.get("id"):
            self.ids.append(given["id"])
        if tag == "form":
            self._begin(given)
        self._in_summary |= "nhsuk-error-summary__list" in classes
        self.has_summary_heading |= "nhsuk-error-summary__heading" in classes
        self.messages += "nhsuk-error-message" in classes
        if tag == "a" and self._in_summary:
            self.summary_links.append(given["href"])
        if tag in {"input", "select", "textarea", "button"} and given.get("name"):
            self._add(tag, given)

    def handle_endtag(self, tag):
        if tag == "form":
            self._open = None
        if tag == "ul":
            self._in_summary = False
        if tag == "textarea":
            self._textarea = None

    def handle_data(self, data):
        if self._textarea is not None:
            self._textarea.value += data

    def _begin(self, given) -> None:
        self._open = SentForm(given.get("action", ""))
        if given.get("method", "").lower() == "post":
            self.forms.append(self._open)
        if given.get("id"):
            self._by_id[given["id"]] = self._open

    def _add(self, tag, given) -> None:
        owner = self._by_id.get(given.get("form", ""), self._open)
        if owner is None:
            return
        kind = given.get("type", "text") if tag == "input" else tag
        kind = "submit" if tag == "button" else kind
        control = Control(given["name"], kind, given.get("value", ""))
        owner.controls.append(control)
        if tag == "textarea":
            self._textarea = control
