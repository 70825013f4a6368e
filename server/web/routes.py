"""The route table: a route states what it needs, or it does not exist."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from server.access.permissions import Access, Permission

if TYPE_CHECKING:
    from pydantic import BaseModel

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

API_PREFIX = "/api/v1"
KIB = 1024
_DEFAULT_BODY = 256 * KIB


class UndeclaredRoute(Exception):
    """A route has no permission, or two routes claim the same method and path."""


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path, and everything that is decided about it in advance."""

    method: str
    path: str
    handler: Handler
    needs: Permission | Access
    body_limit: int = _DEFAULT_BODY
    streams: bool = False
    accepts: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    returns: type[BaseModel] | None = None
    created: bool = False
    may_exist: bool = False
    takes_files: bool = False
    sends: tuple[str, ...] = ()
    summary: str = ""

    @property
    def media_type(self) -> str:
        """The type of body that the API takes here."""
        return "multipart/form-data" if self.takes_files else "application/json"

    @property
    def is_api(self) -> bool:
        """Tell whether refusals are answered as problem details."""
        return self.path.startswith(API_PREFIX)


ROUTE: web.RequestKey[Route] = web.RequestKey("route", Route)
TABLE: web.AppKey[dict[web.AbstractRoute, Route]] = web.AppKey("routes")


def route(
    method: str,
    path: str,
    handler: Handler,
    *,
    needs: Permission | Access,
    body_limit: int = _DEFAULT_BODY,
    streams: bool = False,
) -> Route:
    """Declare a page; `streams` means that the handler opens its own transactions."""
    return Route(method, path, handler, needs, body_limit=body_limit, streams=streams)


def api(
    method: str,
    path: str,
    handler: Handler,
    *,
    needs: Permission | Access,
    summary: str,
    accepts: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    returns: type[BaseModel] | None = None,
    created: bool = False,
    may_exist: bool = False,
    takes_files: bool = False,
    sends: tuple[str, ...] = (),
    body_limit: int = _DEFAULT_BODY,
    streams: bool = False,
) -> Route:
    """Declare a JSON operation below /api/v1; its models make the OpenAPI document.

    `created` answers 201; with `may_exist` 200 when what was asked for was there already.
    With `takes_files` the body is a form with files; `sends` are the types of a file that
    is answered instead of JSON. `streams` is that of a page: no transaction, and no key.
    """
    return Route(
        method,
        API_PREFIX + path,
        handler,
        needs,
        body_limit=body_limit,
        streams=streams,
        accepts=accepts,
        query=query,
        returns=returns,
        created=created,
        may_exist=may_exist,
        takes_files=takes_files,
        sends=sends,
        summary=summary,
    )


def register(app: web.Application, tables: Iterable[Sequence[Route]]) -> None:
    """Add the routes; raises UndeclaredRoute, so that the program does not start."""
    table: dict[web.AbstractRoute, Route] = {}
    for declared in (one for routes in tables for one in routes):
        if declared in table.values():
            raise UndeclaredRoute(
                f"{declared.method} {declared.path} is declared twice"
            )
        if not isinstance(declared.needs, Permission | Access):
            raise UndeclaredRoute(
                f"{declared.method} {declared.path} has no permission"
            )
        methods = ("GET", "HEAD") if declared.method == "GET" else (declared.method,)
        for method in methods:
            added = app.router.add_route(method, declared.path, declared.handler)
            table[added] = declared
    app[TABLE] = table
    for found in app.router.routes():
        if found not in table:
            raise UndeclaredRoute(f"{found} was added without a permission")


def declared_route(request: web.Request) -> Route | None:
    """Return the declaration of the matched route, or None when nothing matched."""
    return request.app[TABLE].get(request.match_info.route)
