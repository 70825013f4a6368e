"""The stream of a person's events (server-sent events, WHATWG HTML section 9.2)."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import orjson
from aiohttp import web

from server.access.actor import assume
from server.access.permissions import Access
from server.core.db import transaction
from server.notifications import queries
from server.notifications.queries import Cursor
from server.web.context import ACTOR, AUTHENTICATE, BUS, SESSIONS
from server.web.routes import route

if TYPE_CHECKING:
    from server.notifications.models import Event

_KEEP_ALIVE = 12.0
# After a wake-up an older transaction may still hide the row for a moment.
_SOON = 0.2
_TRIES_AFTER_WAKE = 5
_HEADERS = {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}


async def stream(request: web.Request) -> web.StreamResponse:
    """Send every event after the cursor, then each new one; ends with the session."""
    person = str(request[ACTOR].id)
    response = web.StreamResponse(headers=_HEADERS)
    with (
        contextlib.suppress(ConnectionResetError),  # the reader has gone
        request.app[BUS].listening(person) as woken,
    ):
        await response.prepare(request)
        await _send(request, response, woken)
    return response


async def _send(
    request: web.Request, response: web.StreamResponse, woken: asyncio.Event
) -> None:
    cursor = Cursor.parse(
        request.headers.get("Last-Event-ID") or request.query.get("after", "")
    )
    tries = 0
    await response.write(b"retry: 2000\n\n")
    while not request.app[BUS].stopping:
        woken_before = woken.is_set()
        woken.clear()
        found = await _read(request, cursor)
        if found is None:
            return
        cursor, events = found
        await response.write(b"".join(events) or _beat(cursor))
        tries = _TRIES_AFTER_WAKE if woken_before else max(0, tries - 1)
        if len(events) == queries.PAGE:
            continue  # there may be more, and nobody wakes twice for it
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SOON if tries else _KEEP_ALIVE):
                await woken.wait()


async def _read(
    request: web.Request, cursor: Cursor | None
) -> tuple[Cursor, list[bytes]] | None:
    """Return the new cursor and events, or None when the session has ended."""
    async with transaction(request.app[SESSIONS]) as db:
        actor = await request.app[AUTHENTICATE](request, db)
        if actor is None:
            return None
        await assume(db, actor)
        if cursor is None:
            return await queries.head(db), []
        rows = await queries.after(db, actor.id, cursor)
    last = rows[-1][0] if rows else cursor
    return last, [_encoded(place, event) for place, event in rows]


def _beat(cursor: Cursor) -> bytes:
    """Return a sign of life; the script says after 20 s without one that the line is lost."""
    return f"id: {cursor}\nevent: beat\ndata:\n\n".encode()


def _encoded(place: Cursor, event: Event) -> bytes:
    data = {
        "kind": event.kind,
        "subject": str(event.subject_id),
        "at": event.at,
        **event.data,
    }
    return b"id: %s\nevent: tramxa\ndata: %s\n\n" % (
        str(place).encode(),
        orjson.dumps(data),
    )


ROUTES = [
    route("GET", "/events", stream, needs=Access.SIGNED_IN, streams=True),
]
