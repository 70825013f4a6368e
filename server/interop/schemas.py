"""The JSON Schemas of what is asked, what is answered and how it is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from typing_extensions import override

from server.core.errors import Refusal

REF = "#/components/schemas/{model}"
Mode = Literal["validation", "serialization"]
_HOUR = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"
_NULL = {"type": "null"}
_EMPTY = {"type": "string", "maxLength": 0}
# Said by the edge itself, before or after any use case.
_OF_THE_EDGE = {
    "internal_error": "500. The log tells more under `request_id`.",
    "method_not_allowed": "405. The path takes the methods in `Allow`.",
}


class _Generator(GenerateJsonSchema):
    """Says of answers what `responses.json` does: a field without a value is left out."""

    @override
    def nullable_schema(self, schema: Any) -> dict[str, Any]:
        if self.mode == "serialization":
            return self.generate_inner(schema["schema"])
        return super().nullable_schema(schema)

    @override
    def time_schema(self, schema: Any) -> dict[str, Any]:
        """Describe an hour in Vietnam; the format `time` would ask for a time zone."""
        return {"type": "string", "pattern": _HOUR}

    @override
    def default_schema(self, schema: Any) -> dict[str, Any]:
        if self.mode == "serialization":
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    @override
    def field_is_required(self, field: Any, total: bool) -> bool:
        if self.mode == "serialization":
            return not _is_nullable(field["schema"])
        return super().field_is_required(field, total)

    @override
    def field_title_should_be_set(self, schema: Any) -> bool:
        """Return False: a title would only repeat the name."""
        return False


class Schemas:
    """The schemas of all models of the API, each named once."""

    def __init__(
        self, asked: Iterable[type[BaseModel]], answered: Iterable[type[BaseModel]]
    ) -> None:
        inputs: list[tuple[type[BaseModel], Mode]] = [
            *((one, "validation") for one in dict.fromkeys(asked)),
            *((one, "serialization") for one in dict.fromkeys(answered)),
        ]
        self._found, described = models_json_schema(
            inputs, ref_template=REF, schema_generator=_Generator
        )
        self.components: dict[str, Any] = described.get("$defs", {})

    def of_body(self, model: type[BaseModel]) -> dict[str, Any]:
        """Return the reference to what a body must be."""
        return self._found[model, "validation"]

    def with_files(
        self, model: type[BaseModel], files: dict[str, Any]
    ) -> dict[str, Any]:
        """Return what a form must be: the fields of the model, and `file` once or more."""
        fields = self.components[self.of_body(model)["$ref"].rpartition("/")[2]]
        return {
            **fields,
            "properties": {**fields["properties"], "file": files},
            "required": [*fields.get("required", []), "file"],
        }

    def of_answer(self, model: type[BaseModel]) -> dict[str, Any]:
        """Return the reference to what an answer is."""
        return self._found[model, "serialization"]

    def of_query(self, model: type[BaseModel]) -> Iterator[tuple[str, bool, Any]]:
        """Give each parameter with whether it is required; a query knows no null."""
        schema = self.components[self.of_body(model)["$ref"].rpartition("/")[2]]
        for name, one in schema["properties"].items():
            required = name in schema.get("required", [])
            bare = _without_null(one)
            yield name, required, bare if required else _or_empty(bare)

    def forget(self, models: Iterable[type[BaseModel]]) -> None:
        """Drop the models of queries and forms: their fields stand where they are asked."""
        for model in set(models):
            del self.components[self.of_body(model)["$ref"].rpartition("/")[2]]


def _is_nullable(schema: Any) -> bool:
    while schema["type"] == "default":
        schema = schema["schema"]
    return bool(schema["type"] == "nullable")


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    kinds = [one for one in schema.get("anyOf", []) if one != _NULL]
    if len(kinds) != 1:
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    if rest.get("default", ...) is None:
        del rest["default"]
    return {**kinds[0], **rest}


def _or_empty(schema: dict[str, Any]) -> dict[str, Any]:
    """Allow a parameter to be named and left empty, which is as if it were not there."""
    free = schema.get("type") == "string" and not {"format", "pattern"} & schema.keys()
    return schema if free else {"anyOf": [schema, _EMPTY]}


def problem() -> dict[str, Any]:
    """Return the schema of problem details (RFC 9457) with every code there is."""
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {
                "type": "string",
                "description": "For people, in their language.",
            },
            "code": {
                "type": "string",
                "description": "For programs. A known code keeps its meaning;"
                " later versions may add others.",
                "oneOf": [
                    {"const": code, "description": meaning}
                    for code, meaning in sorted(_codes().items())
                ],
            },
            "request_id": {"type": "string"},
            "errors": {"type": "array", "items": {"$ref": REF.format(model="Mistake")}},
        },
    }


def mistake() -> dict[str, Any]:
    """Return the schema of what is wrong with one field."""
    text = {"type": "string"}
    return {
        "type": "object",
        "required": ["field", "code", "detail"],
        "properties": {"field": text, "code": text, "detail": text},
    }


def _codes() -> dict[str, str]:
    """Return the code of each refusal in the program, with what its class says of it."""
    found = dict(_OF_THE_EDGE)
    for kind in _kinds(Refusal):
        meaning = (kind.__doc__ or "").partition("\n")[0]
        found.setdefault(kind.code, f"{kind.status}. {meaning}")
    return found


def _kinds(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)
