"""Jinja2: one strict environment a language, features' templates under their names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import orjson
from babel.numbers import format_decimal
from jinja2 import (
    ChainableUndefined,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
)
from jinja2.utils import missing
from markupsafe import Markup

from server.core import clock
from server.core.messages import N_
from server.web.i18n import LOCALES, translations
from server.web.protection import ASSETS
from server.web.remembering import RememberingContext

_SERVER = Path(__file__).parent.parent
_MOST_TEXTS = 8192


# Names that the macros of nhsuk-frontend-jinja set under a condition, or never.
_OPTIONAL_NAMES = frozenset(
    {
        "caller",
        "classes",
        "element",
        "errorId",
        "hasHint",
        "hintId",
        "innerHtml",
        "isChecked",
        "itemBehaviour",
        "itemBehaviourGroup",
        "itemClasses",
        "itemDescribedBy",
        "itemHintId",
        "undefined",
        "width",
    }
)


class _NamesAreStrict(ChainableUndefined):
    """A name that nobody gave is a mistake; a key that an option lacks is an absent option.

    The macros of nhsuk-frontend-jinja ask their parameters for every key there could be.
    """

    def __new__(
        cls, hint: str | None = None, obj: Any = missing, *rest: Any, **named: Any
    ) -> Any:
        """Return a StrictUndefined for a missing name."""
        name = rest[0] if rest else named.get("name")
        if obj is missing and name not in _OPTIONAL_NAMES:
            return StrictUndefined(hint, obj, *rest, **named)
        return super().__new__(cls)


@cache
def environment(locale: str, assets: Path) -> Environment:
    """Return the environment of a language; compiled templates stay in memory."""
    made = Environment(
        loader=_loader(),
        autoescape=True,
        undefined=_NamesAreStrict,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        auto_reload=False,
        cache_size=-1,
    )
    made.context_class = RememberingContext
    made.install_gettext_translations(translations(locale), newstyle=True)  # type: ignore[attr-defined]
    # Jinja's own `_` takes four calls a text, and a page of the queue has 900 texts.
    translate = _translator(locale)
    made.globals |= {"_": translate, "gettext": translate}
    made.globals |= {"asset": _Manifest(assets), "now": clock.now, "today": clock.today}
    made.filters.update(date=_date, time=_time, moment=_moment, iso=_iso, phone=_phone)
    made.filters["hour_or_moment"] = _hour_or_moment
    made.filters["span"] = _speller(translate)
    made.filters["named"] = partial(named, locale=locale)
    made.filters["decimal"] = partial(_decimal, locale=locale)
    return made


def _translator(locale: str) -> Callable[..., Markup]:
    """Return `_`: the text safe for HTML, with what is put into it escaped."""
    gettext = translations(locale).gettext

    @lru_cache(_MOST_TEXTS)
    def alone(message: str) -> Markup:
        return Markup(gettext(message)) % {}  # noqa: S704 our own text

    def translate(message: str, **values: object) -> Markup:
        if values:
            return Markup(gettext(message)) % values  # noqa: S704 our own text
        return alone(message)

    return translate


def _speller(translate: Callable[..., Markup]) -> Callable[[int | None], Markup]:
    """Return `span`: so many minutes in words; a table of stations says it in each line."""

    @lru_cache(_MOST_TEXTS)
    def span(minutes: int | None) -> Markup:
        if minutes is None:
            return Markup('<span class="quiet">–</span>')
        days, rest = divmod(minutes, 1440)
        hours, rest = divmod(rest, 60)
        if days:
            text = translate(N_("%(d)s ngày %(h)s giờ"), d=days, h=hours)
        elif hours:
            text = translate(N_("%(h)s giờ %(m)s phút"), h=hours, m=rest)
        else:
            text = translate(N_("%(m)s phút"), m=rest)
        return Markup('<time datetime="PT%sM">%s</time>') % (minutes, text)

    return span


def _loader() -> ChoiceLoader:
    features = {
        folder.parent.name: FileSystemLoader(folder)
        for folder in sorted(_SERVER.glob("*/templates"))
    }
    return ChoiceLoader(
        [
            features.pop("web"),
            PrefixLoader(features),
            PackageLoader("nhsuk_frontend_jinja"),
        ]
    )


class _Manifest:
    """Names a built asset by the hash of its content, so that it may be cached for ever."""

    def __init__(self, folder: Path) -> None:
        path = folder / "manifest.json"
        self._names: dict[str, str] = (
            orjson.loads(path.read_bytes()) if path.exists() else {}
        )

    def __call__(self, name: str) -> str:
        return f"{ASSETS}{self._names.get(name, name)}"


def named(thing: Any, locale: str) -> str:
    """Return the name of what has one in Vietnamese and one in English."""
    return str(thing.name if locale == "vi" else thing.name_en)


def _decimal(value: float | None, locale: str) -> str:
    if value is None:
        return "–"
    known = locale if locale in LOCALES else LOCALES[0]
    return str(format_decimal(value, format="0.0", locale=known))


def _date(value: date | datetime | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = clock.local(value).date()
    return f"{value:%d/%m/%Y}"


def _time(value: datetime | None) -> str:
    return "–" if value is None else f"{clock.local(value):%H:%M}"


def _moment(value: datetime | None) -> str:
    return "–" if value is None else f"{clock.local(value):%H:%M %d/%m/%Y}"


def _hour_or_moment(value: datetime) -> str:
    """Leave the date out when it is today's."""
    shown = clock.local(value)
    return (
        f"{shown:%H:%M}" if shown.date() == clock.today() else f"{shown:%H:%M %d/%m/%Y}"
    )


def _iso(value: Any) -> str:
    return str(value.isoformat())


def _phone(number: str) -> str:
    """Group a number as people in Vietnam read it out: 0912 345 678."""
    local = f"0{number[3:]}" if number.startswith("+84") else number
    return f"{local[:4]} {local[4:7]} {local[7:]}".strip()
