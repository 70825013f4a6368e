"""Refuses what another site sends, and tells the browser what a page may do."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from server.core import crypto
from server.core.errors import Refusal
from server.core.messages import N_
from server.web.context import (
    FORM_KEY,
    NONCE,
    SESSION_COOKIE,
    SETTINGS,
    VISIT,
    VISIT_COOKIE,
)

if TYPE_CHECKING:
    from aiohttp import web

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_FIELD = "csrf_token"
ONCE_FIELD = "once"
ASSETS = "/assets/"
_EVERY_FILE = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}


class CrossSite(Refusal):
    """The request was made by another site, or its form is older than the session."""

    status = 403
    code = "cross_site"
    message = N_(
        "Trang này đã cũ hoặc được gửi từ nơi khác. Hãy tải lại trang rồi gửi lại."
    )


def once_token() -> str:
    """Return the mark by which a form that is sent twice is known."""
    return secrets.token_urlsafe(12)


def csrf_token(request: web.Request) -> str:
    """Return the token of the session, or of the visit before anyone has signed in.

    It is masked anew in each page, so that compression gives nothing away (BREACH).
    """
    token = _token(request)
    mask = secrets.token_bytes(len(token))
    return (mask + _xor(mask, token)).hex()


def refuse_cross_site(request: web.Request) -> None:
    """Check Fetch Metadata, then Origin; raises CrossSite (needs no cookie, no database)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in {"same-origin", "none"}:
        raise CrossSite
    origin = request.headers.get("Origin")
    if origin is not None and not _is_own(request, origin):
        raise CrossSite
    if site is None and origin is None and SESSION_COOKIE in request.cookies:
        raise CrossSite


async def refuse_without_token(request: web.Request) -> None:
    """Check the token in the header or the form; raises CrossSite."""
    given = request.headers.get("X-CSRF-Token")
    if given is None and request.content_type != "application/json":
        given = str((await request.post()).get(CSRF_FIELD, ""))
    if not crypto.matches(_token(request).hex(), _unmasked(given or "")):
        raise CrossSite


def _token(request: web.Request) -> bytes:
    visit = request.cookies.get(SESSION_COOKIE) or request.get(VISIT, "")
    return bytes.fromhex(crypto.seal(request.app[FORM_KEY], f"csrf:{visit}"))


def _unmasked(given: str) -> str:
    try:
        raw = bytes.fromhex(given)
    except ValueError:
        return ""
    half = len(raw) // 2
    return _xor(raw[:half], raw[half:]).hex() if len(raw) == 2 * half else ""


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _is_own(request: web.Request, origin: str) -> bool:
    public = urlsplit(request.app[SETTINGS].public_url)
    given = urlsplit(origin)
    own = {request.host, public.netloc} - {""}
    return given.scheme == public.scheme and given.netloc in own


def security_headers(request: web.Request) -> dict[str, str]:
    """Return what every answer carries: OWASP's secure headers and a nonce CSP.

    A built asset, which is no document and comes dozens of times a page, needs the few that
    hold for any file: the others would cost a weak line a kilobyte each time.
    """
    if request.path.startswith(ASSETS):
        return _EVERY_FILE
    settings = request.app[SETTINGS]
    connect = f"'self' {settings.signaling_public_url}"
    nonce = request.get(NONCE, "")
    return _EVERY_FILE | {
        # Only what says otherwise is kept: assets for ever, files of a case to ask again.
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            f"default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic';"
            f" style-src 'self'; img-src 'self' blob: data:; font-src 'self';"
            f" connect-src {connect}; media-src 'self' blob:; form-action 'self';"
            " base-uri 'none'; frame-ancestors 'none'; object-src 'none';"
            " require-trusted-types-for 'script'"
        ),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self),"
        " geolocation=(), payment=(), usb=()",
        "Referrer-Policy": "same-origin",
        "X-Frame-Options": "DENY",
    }


def visit_cookie(response: web.StreamResponse, visit: str) -> None:
    """Give a browser that nobody is signed in to a mark for its form tokens."""
    set_cookie(response, VISIT_COOKIE, visit)


def set_cookie(
    response: web.StreamResponse, name: str, value: str, max_age: int | None = None
) -> None:
    """Set a cookie that only this host reads, over TLS or on the machine itself."""
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",
    )


def clear_cookie(response: web.StreamResponse, name: str) -> None:
    """Make the browser forget a cookie."""
    response.del_cookie(name, path="/", secure=True, httponly=True, samesite="Lax")
