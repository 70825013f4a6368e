"""Parses what was typed into a frozen model, and keeps it when it is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, get_origin

from multidict import MultiDict
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from server.core.errors import FieldError, Invalid
from server.core.messages import N_
from server.web.i18n import translate
from server.web.protection import CSRF_FIELD, ONCE_FIELD

if TYPE_CHECKING:
    from aiohttp import web


_UNSTORABLE = N_("Có ký tự không lưu được. Hãy gõ lại phần vừa dán vào.")


class Input(BaseModel):
    """What may be asked: unknown fields are refused, text is trimmed, nothing changes later.

    `messages` holds a sentence for a field (any mistake) or for `field.pydantic_type`.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, str_max_length=20_000
    )
    messages: ClassVar[Mapping[str, str]] = {}


_SEVERAL = (list, tuple, set, frozenset)


def _is_storable(value: object) -> bool:
    """Tell whether PostgreSQL can keep all text in what was sent."""
    if isinstance(value, str):
        return "\0" not in value and not any(
            "\ud800" <= letter <= "\udfff" for letter in value
        )
    if isinstance(value, Mapping):
        return all(
            _is_storable(key) and _is_storable(one) for key, one in value.items()
        )
    if isinstance(value, list | tuple):
        return all(_is_storable(one) for one in value)
    return True


M = TypeVar("M", bound=Input)

_SENTENCES = {
    "missing": N_("Hãy nhập mục này."),
    "string_too_short": N_("Hãy nhập mục này."),
    "string_too_long": N_("Nhiều nhất {max_length} ký tự. Hãy viết ngắn hơn."),
    "enum": N_("Hãy chọn một trong các giá trị có sẵn."),
    "literal_error": N_("Hãy chọn một trong các giá trị có sẵn."),
    "extra_forbidden": N_("Mục này không thuộc biểu mẫu."),
    "greater_than_equal": N_("Giá trị nhỏ nhất là {ge}."),
    "less_than_equal": N_("Giá trị lớn nhất là {le}."),
    "int_parsing": N_("Hãy nhập một số nguyên."),
    "decimal_parsing": N_("Hãy nhập một số, ví dụ 37.5."),
    "float_parsing": N_("Hãy nhập một số, ví dụ 37.5."),
    "uuid_parsing": N_("Hãy chọn một mục trong danh sách."),
    "json_invalid": N_("Nội dung JSON không đúng cú pháp."),
}
_OTHERWISE = N_("Giá trị này không dùng được. Hãy xem lại.")


@dataclass(frozen=True, slots=True)
class Form(Generic[M]):
    """A form as it stands: what was typed, what it means, and what is wrong with it."""

    request: web.Request
    typed: MultiDict[str]
    data: M | None = None
    mistakes: list[FieldError] = field(default_factory=list)
    scope: str = ""  # tells two forms with the same fields on one page apart

    def value(self, name: str) -> str:
        """Return what was typed last in the field, or an empty text."""
        found = self.typed.getall(name, [])
        return found[-1] if found else ""

    def values(self, name: str) -> list[str]:
        """Return everything that was ticked or typed under the name."""
        return self.typed.getall(name, [])

    def error(self, name: str) -> str | None:
        """Return the sentence to show beside the field, or None."""
        return next((text for key, text in self.errors if key == name), None)

    @property
    def errors(self) -> list[tuple[str, str]]:
        """The mistakes as (field, sentence) in the language of the request."""
        return [
            # One wrong choice among several is a mistake of their field.
            (
                one.field.partition(".")[0],
                translate(self.request, one.message, **dict(one.params)),
            )
            for one in self.mistakes
        ]

    def refused(self, refusal: Invalid) -> Form[M]:
        """Return the same form with the mistakes that a use case has found."""
        return Form(self.request, self.typed, None, list(refusal.errors))


def blank(
    request: web.Request, values: Mapping[str, object] | None = None
) -> Form[Any]:
    """Return a form that nobody has sent yet, filled with these values."""
    typed: MultiDict[str] = MultiDict()
    for name, value in (values or {}).items():
        several = (
            value if isinstance(value, list | tuple | set | frozenset) else [value]
        )
        for one in several:
            if one is not None:
                typed.add(name, str(one))
    return Form(request, typed)


async def read_form(request: web.Request, model: type[M]) -> Form[M]:
    """Parse the posted form; an empty field counts as absent; files are left out."""
    posted = await request.post()
    typed: MultiDict[str] = MultiDict()
    for name, value in posted.items():
        if isinstance(value, str) and name not in {CSRF_FIELD, ONCE_FIELD}:
            typed.add(name, value)
    return bind(request, model, typed)


def bind(request: web.Request, model: type[M], typed: MultiDict[str]) -> Form[M]:
    """Return the form of a query string or of posted fields."""
    try:
        data = model.model_validate(_collect(model, typed))
    except ValidationError as error:
        return Form(request, _shown(typed), None, _mistakes(model, error))
    unstorable = _unstorable(data)
    if unstorable:
        return Form(request, _shown(typed), None, unstorable)
    return Form(request, typed, data)


async def read_json(request: web.Request, model: type[M]) -> M:
    """Parse the JSON body strictly by the model; raises Invalid."""
    body = await request.read() or b"{}"
    try:
        given = model.model_validate_json(body, strict=True)
    except ValidationError as error:
        raise Invalid(*_mistakes(model, error)) from error
    unstorable = _unstorable(given)
    if unstorable:
        raise Invalid(*unstorable)
    return given


def read_query(request: web.Request, model: type[M]) -> M:
    """Parse the query string; raises Invalid."""
    form = bind(request, model, MultiDict(request.query))
    if form.data is None:
        raise Invalid(*form.mistakes)
    return form.data


def _shown(typed: MultiDict[str]) -> MultiDict[str]:
    """Return what can be shown again and looked up of text that cannot be kept."""
    return MultiDict(
        (name, text.replace("\0", "").encode(errors="replace").decode())
        for name, text in typed.items()
    )


def _collect(model: type[Input], typed: MultiDict[str]) -> dict[str, object]:
    collected: dict[str, object] = {}
    for name in dict.fromkeys(typed):
        given = [value for value in typed.getall(name) if value.strip()]
        known = model.model_fields.get(name)
        many = known is not None and get_origin(known.annotation) in _SEVERAL
        if given:
            collected[name] = given if many else given[-1]
    return collected


def _unstorable(given: BaseModel) -> list[FieldError]:
    """Return a mistake for each field that still holds what a field may have cleaned."""
    return [
        FieldError(name, "unstorable_text", _UNSTORABLE)
        for name, value in given.model_dump().items()
        if not _is_storable(value)
    ]


def _mistakes(model: type[Input], error: ValidationError) -> list[FieldError]:
    return [
        FieldError(
            field=".".join(str(part) for part in found["loc"]) or "form",
            code=found["type"],
            message=_sentence(model, found),
            params=_params(found.get("ctx", {}).items()),
        )
        for found in error.errors(include_url=False, include_input=False)
    ]


def _sentence(model: type[Input], found: Any) -> str:
    name = str(found["loc"][0]) if found["loc"] else "form"
    kind = found["type"]
    if _is_ours(found):
        return str(found["ctx"]["ours"])
    for key in (f"{name}.{kind}", name):
        if key in model.messages:
            return model.messages[key]
    return _SENTENCES.get(kind, _OTHERWISE)


def _is_ours(found: Any) -> bool:
    return "ours" in found.get("ctx", {})


def _refuse_count(typed: object) -> object:
    if isinstance(typed, str) and typed.strip().lstrip("+-").replace(".", "").isdigit():
        raise mistake("date_malformed", N_("Hãy nhập ngày, ví dụ 2026-03-09."))
    return typed


def mistake(code: str, message: str, **params: object) -> PydanticCustomError:
    """Return what a validator raises: a stable code and a msgid whose braces `params` fill."""
    return PydanticCustomError(
        code,
        "refused",
        {"ours": message, **params},
    )


# Pydantic would take a bare number in a query for seconds since 1970.
Written = BeforeValidator(_refuse_count)


def _params(items: Iterable[tuple[str, object]]) -> tuple[tuple[str, object], ...]:
    return tuple((key, value) for key, value in items if key not in {"ours", "error"})
