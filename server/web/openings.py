"""Tells a page that refreshes itself from one that somebody opens: only the latter is a view.

An opening that was written to the trail is marked: sealed for the session, the address and
an hour. A page that fetches itself again shows the mark; without it every reading is a view.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from server.audit import trail
from server.core import clock, crypto
from server.web.context import DB, FORM_KEY, OPENING, SESSION_COOKIE

if TYPE_CHECKING:
    from uuid import UUID

    from aiohttp import web

HEADER = "X-Page-Opening"
_LASTS = timedelta(hours=1)


def record_view(
    request: web.Request, action: str, *, object_id: UUID, patient_id: UUID
) -> None:
    """Write that the object in the address is seen, once for each opening of the page."""
    shown = request.headers.get(HEADER, "")
    if request.method == "GET" and _is_mark(request, shown):
        request[OPENING] = shown
        return
    trail.record(request[DB], action, object_id=object_id, patient_id=patient_id)
    request[OPENING] = _mark(request, f"{clock.now().timestamp():.0f}")


def _mark(request: web.Request, since: str) -> str:
    session = request.cookies.get(SESSION_COOKIE, "")
    text = f"opening:{session}:{since}:{request.path}"
    return f"{since}.{crypto.seal(request.app[FORM_KEY], text)}"


def _is_mark(request: web.Request, shown: str) -> bool:
    since, _, _ = shown.partition(".")
    if not (since.isascii() and since.isdigit() and len(since) <= len("9999999999")):
        return False
    if SESSION_COOKIE not in request.cookies:
        return False
    age = clock.now() - datetime.fromtimestamp(int(since), UTC)
    return age < _LASTS and crypto.matches(_mark(request, since), shown)
