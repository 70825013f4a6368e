"""Whether the program lives, whether it can work, and what it counts."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

from aiohttp import web
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from server.access.actor import assume_system
from server.access.permissions import Access
from server.core.db import transaction
from server.web.context import BUS, SESSIONS
from server.web.routes import Handler, declared_route, route

Source = Callable[[AsyncSession], Awaitable[Iterable[Metric]]]
# What features count in the database; asked when somebody looks.
SOURCES: web.AppKey[Sequence[Source]] = web.AppKey("sources")
REGISTRY = CollectorRegistry()
_UNREACHABLE = (SQLAlchemyError, OSError, TimeoutError)
_REQUESTS = Counter(
    "tramxa_http_requests_total",
    "Requests answered",
    ["method", "route", "status"],
    registry=REGISTRY,
)
_SECONDS = Histogram(
    "tramxa_http_request_seconds",
    "Time to answer a request",
    ["route"],
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.03, 0.1, 0.3, 1, 3, 10),
)


@web.middleware
async def measure(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count and time each request under its route's pattern, never under its address."""
    started = time.perf_counter()
    response = await handler(request)
    found = declared_route(request)
    name = found.path if found else "unmatched"
    _REQUESTS.labels(request.method, name, str(response.status)).inc()
    if not (found and found.streams):
        _SECONDS.labels(name).observe(time.perf_counter() - started)
    return response


async def live(request: web.Request) -> web.Response:
    """Answer 200 as long as the event loop turns."""
    del request
    return web.json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """Answer 200 when the database and the bus can be used, else 503 with which cannot."""
    parts = {
        "database": await _database_answers(request),
        "bus": request.app[BUS].connected,
    }
    healthy = all(parts.values())
    body = {"status": "ok" if healthy else "unavailable", "parts": parts}
    return web.json_response(body, status=200 if healthy else 503)


async def metrics(request: web.Request) -> web.Response:
    """Return the counters in Prometheus' text format; labels hold route patterns only."""
    asked = CollectorRegistry()
    asked.register(_Found(await _count_in_database(request)))
    return web.Response(
        body=generate_latest(REGISTRY) + generate_latest(asked),
        headers={"Content-Type": CONTENT_TYPE_LATEST},
    )


class _Found(Collector):
    """Metrics that were worked out before."""

    def __init__(self, found: list[Metric]) -> None:
        self._found = found

    @override
    def collect(self) -> Iterator[Metric]:
        return iter(self._found)


async def _count_in_database(request: web.Request) -> list[Metric]:
    """Return what the sources count; nothing while the database is away."""
    try:
        async with transaction(request.app[SESSIONS]) as db:
            await assume_system(db)
            return [one for ask in request.app[SOURCES] for one in await ask(db)]
    except _UNREACHABLE:
        return []


async def _database_answers(request: web.Request) -> bool:
    try:
        async with transaction(request.app[SESSIONS]) as db:
            await db.execute(text("SELECT 1"))
    except _UNREACHABLE:
        return False
    return True


ROUTES = [
    route("GET", "/healthz", live, needs=Access.ANYONE, streams=True),
    route("GET", "/readyz", ready, needs=Access.ANYONE, streams=True),
    route("GET", "/metrics", metrics, needs=Access.ANYONE, streams=True),
]
