"""The OpenAPI 3.1 description of the JSON API, made from the route table and its models."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from server.access.permissions import Access
from server.interop import schemas
from server.interop.schemas import Schemas
from server.web.once import KEY
from server.web.routes import Route

_JSON = "application/json"
_FILES = {
    "type": "array",
    "minItems": 1,
    "items": {"type": "string", "format": "binary"},
    "description": "One part for each file; what it is, its content tells.",
}
_PROBLEM = {"$ref": "#/components/responses/Problem"}
_KEY = {"$ref": "#/components/parameters/IdempotencyKey"}
_SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"session": [], "csrf": []}]
_READING: list[dict[str, list[str]]] = [{"bearer": []}, {"session": []}]
_PARAMETERS = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "Names this write; sent again with the same body it gets the same"
        " answer and is not done again.",
        "schema": {"type": "string", "pattern": f"^{KEY}$"},
    }
}
_WAYS_TO_SIGN_IN = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "session": {"type": "apiKey", "in": "cookie", "name": "__Host-session"},
    "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
}
_ABOUT = (
    "Remote consultation between commune health stations and hospitals. What a person may"
    " not see answers 404, as if it did not exist. A field without a value is left out of"
    " an answer. Times are in UTC (RFC 3339)."
)


def describe(routes: Iterable[Route], version: str) -> dict[str, Any]:
    """Return the document; every route below /api/v1 is in it."""
    operations = sorted(
        (route for route in routes if route.is_api),
        key=lambda one: (one.path, one.method),
    )
    questions = [one.query for one in operations if one.query]
    bodies = [one.accepts for one in operations if one.accepts]
    forms = [one.accepts for one in operations if one.accepts and one.takes_files]
    found = Schemas(
        [*questions, *bodies],
        [one.returns for one in operations if one.returns],
    )
    paths: dict[str, dict[str, Any]] = {}
    for route in operations:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(
            route, found
        )
    found.forget([*questions, *forms])
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Trạm Xa",
            "version": version,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": _components(found),
    }


def _components(found: Schemas) -> dict[str, Any]:
    schema = {"$ref": schemas.REF.format(model="Problem")}
    return {
        "schemas": {
            **found.components,
            "Mistake": schemas.mistake(),
            "Problem": schemas.problem(),
        },
        "parameters": _PARAMETERS,
        "responses": {
            "Problem": {
                "description": "Refused; `code` says why.",
                "content": {"application/problem+json": {"schema": schema}},
            }
        },
        "securitySchemes": _WAYS_TO_SIGN_IN,
    }


def _operation(route: Route, found: Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _name(route),
        "tags": [route.path.split("/")[3]],
        "summary": route.summary,
        "parameters": _parameters(route, found),
        "responses": _responses(route, found),
    }
    if route.accepts is not None:
        operation["requestBody"] = _body(route, route.accepts, found)
    if route.needs is not Access.ANYONE:
        operation["security"] = _READING if route.method == "GET" else _SECURITY
    return operation


def _body(route: Route, model: type[BaseModel], found: Schemas) -> dict[str, Any]:
    schema = found.of_body(model)
    # Where every field has a default, no body says the same as an empty object.
    needed = any(one.is_required() for one in model.model_fields.values())
    if route.takes_files:
        schema = found.with_files(model, _FILES)
    return {
        "required": needed or route.takes_files,
        "content": {route.media_type: {"schema": schema}},
    }


def _parameters(route: Route, found: Schemas) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "format": "uuid"},
        }
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    if route.query is not None:
        listed += [
            {"name": name, "in": "query", "required": required, "schema": schema}
            for name, required, schema in found.of_query(route.query)
        ]
    if route.method != "GET" and route.needs is not Access.ANYONE:
        listed.append(_KEY)
    return listed


def _responses(route: Route, found: Schemas) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    if route.sends:
        kinds: dict[str, Any] = {kind: {} for kind in route.sends}
        answers["200"] = {"description": "The file.", "content": kinds}
    elif route.returns is None:
        answers["204"] = {"description": "Done."}
    else:
        content = {_JSON: {"schema": found.of_answer(route.returns)}}
        if route.created:
            answers["201"] = {"description": "Added.", "content": content}
        if not route.created or route.may_exist:
            answers["200"] = {"description": "Done.", "content": content}
    return answers | dict.fromkeys(_refusals(route), _PROBLEM)


def _refusals(route: Route) -> list[str]:
    named: list[str] = []
    if route.needs is not Access.ANYONE:
        named += ["401", "403"]
    if "{" in route.path:
        named.append("404")
    if route.accepts is not None or route.query is not None:
        named.append("422")
    return [*named, "4XX", "5XX"]


def _name(route: Route) -> str:
    words = re.sub(r"[{}]", "", route.path.removeprefix("/api/v1/"))
    return f"{route.method.lower()}_{re.sub(r'[^a-z0-9]+', '_', words)}"
