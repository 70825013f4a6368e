"""Carries a new password from the answer that made it to the page that shows it, once.

It is kept nowhere on the server: not in the table of answered requests, where the body of a
page would stay, and not in an address. The browser forgets it when the page is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.web.protection import clear_cookie, set_cookie

if TYPE_CHECKING:
    from uuid import UUID

    from aiohttp import web

_COOKIE = "__Host-handover"
_SECONDS = 120


def carry(response: web.Response, person_id: UUID, password: str) -> web.Response:
    """Give the password to the browser of the administrator for the next page."""
    set_cookie(response, _COOKIE, f"{person_id}:{password}", _SECONDS)
    return response


def carried(request: web.Request, person_id: UUID) -> str | None:
    """Return the password that the page of this person shall show, or None."""
    owner, _, password = request.cookies.get(_COOKIE, "").partition(":")
    return password if password and owner == str(person_id) else None


def forget(response: web.Response) -> web.Response:
    """Make the browser forget the password with the page that shows it."""
    clear_cookie(response, _COOKIE)
    return response
