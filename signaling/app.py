"""Composition root: the socket route, the sweeper, the link to NATS, the probes."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress

import prometheus_client
from aiohttp import web

from signaling.call_events import started
from signaling.config import SOCKET_PATH, Settings
from signaling.connection import Connection
from signaling.hub import Hub
from signaling.messages import KINDS, CloseCode
from signaling.metrics import Metrics
from signaling.nodes import NodeLink

SETTINGS = web.AppKey("SETTINGS", Settings)
METRICS = web.AppKey("METRICS", Metrics)
HUB = web.AppKey("HUB", Hub)
LINK = web.AppKey("LINK", NodeLink)
CONNECTIONS = web.AppKey("CONNECTIONS", set[Connection])


def make_app(settings: Settings) -> web.Application:
    """Wire one node together."""
    app = web.Application()
    metrics = Metrics(KINDS)
    link = NodeLink(settings, metrics)
    app[SETTINGS] = settings
    app[METRICS] = metrics
    app[LINK] = link
    app[HUB] = Hub(settings, metrics, link.publish)
    app[CONNECTIONS] = set()
    app.add_routes(
        [
            web.get(SOCKET_PATH, open_socket),
            web.get("/healthz", healthz),
            web.get("/readyz", readyz),
            web.get("/metrics", show_metrics),
        ]
    )
    app.cleanup_ctx.extend([linked, swept])
    app.on_shutdown.append(send_everybody_elsewhere)
    return app


async def open_socket(request: web.Request) -> web.StreamResponse:
    """Upgrade pages of our own origins; browsers always say where they come from."""
    if request.headers.get("Origin") not in request.app[SETTINGS].origins:
        return web.json_response({"code": "foreign_origin"}, status=403)
    connections = request.app[CONNECTIONS]
    limits = request.app[SETTINGS].limits
    connection = Connection(request, request.app[HUB], limits)
    connections.add(connection)
    try:
        return await connection.run()
    finally:
        connections.discard(connection)


async def healthz(_request: web.Request) -> web.Response:
    """Say that the loop turns."""
    return web.json_response({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """Say whether tickets can name this node: it is registered with NATS."""
    if request.app[LINK].registered:
        return web.json_response({"status": "ready"})
    return web.json_response({"status": "not registered with NATS"}, status=503)


async def show_metrics(request: web.Request) -> web.Response:
    """Give Prometheus its text."""
    body = prometheus_client.generate_latest(request.app[METRICS].registry)
    return web.Response(
        body=body, headers={"Content-Type": prometheus_client.CONTENT_TYPE_LATEST}
    )


async def linked(app: web.Application) -> AsyncIterator[None]:
    """Keep the link to NATS while the node runs, and flush it at the end."""
    link = app[LINK]
    link.publish(started(app[SETTINGS].node))
    task = asyncio.create_task(link.run(app[HUB].revoke))
    yield
    await link.flush()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await link.close()


async def swept(app: web.Application) -> AsyncIterator[None]:
    """Look after every socket and place from one task instead of a timer each."""
    task = asyncio.create_task(_sweep(app))
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def send_everybody_elsewhere(app: web.Application) -> None:
    """Close every socket with 1012, once nobody is sent here any more."""
    await app[LINK].withdraw()
    connections = app[CONNECTIONS]
    for connection in tuple(connections):
        connection.close(CloseCode.RESTART)
    app[HUB].close()


async def _sweep(app: web.Application) -> None:
    connections = app[CONNECTIONS]
    while True:
        await asyncio.sleep(app[SETTINGS].limits.sweep)
        now = time.monotonic()
        for connection in tuple(connections):
            connection.check(now)
        app[HUB].expire(now)
