"""The OpenAPI 3.1 description of the JSON API, made from the route table and its models."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from server.access.permissions import Access
from server.web.routes import Route

_REF = "#/components/schemas/{model}"
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For people, in their language."},
        "code": {"type": "string", "description": "Stable, for programs."},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "detail"],
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Names this write; sent again with the same body it gets the same answer.",
    "schema": {"type": "string", "pattern": "^[ -~]{1,64}$"},
}
_SECURITY = [{"bearer": []}, {"session": []}]


def describe(routes: Iterable[Route], version: str) -> dict[str, Any]:
    """Return the document; every route below /api/v1 is in it."""
    operations = sorted(
        (route for route in routes if route.is_api), key=lambda one: (one.path, one.method)
    )
    paths: dict[str, dict[str, Any]] = {}
    for route in operations:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Trạm Xa",
            "version": version,
            "description": "Remote consultation between commune health stations and hospitals.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": {"Problem": _PROBLEM, **_schemas(operations)},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-session"},
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _name(route),
        "summary": route.summary,
        "parameters": _parameters(route),
        "responses": _responses(route),
    }
    if route.accepts is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(route.accepts)}},
        }
    if route.needs is not Access.ANYONE:
        operation["security"] = _SECURITY
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "format": "uuid"},
        }
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    if route.query is not None:
        schema = route.query.model_json_schema(ref_template=_REF)
        required = schema.get("required", [])
        found += [
            {"name": name, "in": "query", "required": name in required, "schema": one}
            for name, one in schema["properties"].items()
        ]
    if route.method != "GET" and route.needs is not Access.ANYONE:
        found.append(_KEY)
    return found


def _responses(route: Route) -> dict[str, Any]:
    if route.returns is None:
        success: dict[str, Any] = {"204": {"description": "Done."}}
    else:
        success = {
            "201" if route.created else "200": {
                "description": "Done.",
                "content": {"application/json": {"schema": _ref(route.returns)}},
            }
        }
    return success | {
        "4XX": {
            "description": "Refused; `code` says why.",
            "content": {
                "application/problem+json": {
                    "schema": {"$ref": _REF.format(model="Problem")}
                }
            },
        }
    }


def _schemas(routes: Iterable[Route]) -> dict[str, Any]:
    models: dict[type[BaseModel], None] = {}
    for route in routes:
        for model in (route.accepts, route.returns, route.query):
            if model is not None:
                models[model] = None
    _, schema = models_json_schema(
        [(model, "validation") for model in models], ref_template=_REF
    )
    found: dict[str, Any] = schema.get("$defs", {})
    return found


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}


def _name(route: Route) -> str:
    words = re.sub(r"[{}]", "", route.path.removeprefix("/api/v1/"))
    return f"{route.method.lower()}_{re.sub(r'[^a-z0-9]+', '_', words)}"
