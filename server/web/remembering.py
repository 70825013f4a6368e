"""Remembers what the component library made: its macros depend on their options alone."""

from __future__ import annotations

from typing import Any

import orjson
from jinja2.runtime import Context, Macro
from markupsafe import Markup
from typing_extensions import override

_LIBRARY = "nhsuk/"
_MOST = 4096  # of about 1 kB; a page asks for up to forty
_FROM_A_BLOCK = {"_block_vars", "_loop_vars"}
_made: dict[tuple[str, bytes], Any] = {}


class RememberingContext(Context):
    """Calls a macro of the library once for the same options.

    A macro asks for every option that there could be, which takes up to 0.3 ms: half the
    time of a form went there.
    """

    @override
    def call(self, obj: Any, /, *args: Any, **named: Any) -> Any:
        """Return what the macro made before of options that are equal."""
        if type(obj) is not Macro or len(args) != 1 or named.keys() - _FROM_A_BLOCK:
            return super().call(obj, *args, **named)
        template: str = obj._func.__globals__["name"]  # noqa: SLF001
        if not template.startswith(_LIBRARY):
            return super().call(obj, *args, **named)
        try:
            options = orjson.dumps(args[0], _markup, orjson.OPT_PASSTHROUGH_SUBCLASS)
        except TypeError:  # something that only this request has
            return super().call(obj, *args, **named)
        key = f"{template}:{obj.name}", options
        if key not in _made:
            if len(_made) >= _MOST:
                _made.clear()
            _made[key] = super().call(obj, *args, **named)
        return _made[key]


def _markup(value: object) -> dict[str, str]:
    """Keep text that is HTML apart from the same text that is to be escaped."""
    if type(value) is not Markup:
        raise TypeError
    return {"\0html": str(value)}
