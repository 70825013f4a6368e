"""One request is one transaction; what must outlive a refusal has one of its own."""

from __future__ import annotations

import secrets
import zlib
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from aiohttp import web

from server.access.actor import Actor, assume, assume_system
from server.access.permissions import Access
from server.audit import trail
from server.audit.models import Outcome
from server.core.db import transaction
from server.core.errors import Forbidden, NotFound, Refusal, SignInRequired
from server.core.messages import N_
from server.web import once, protection, refusals
from server.web.context import (
    ACTOR,
    AUTHENTICATE,
    BUS,
    DB,
    LOCALE,
    LOCALE_COOKIE,
    NONCE,
    ORIGIN,
    SESSION_COOKIE,
    SESSIONS,
    SETTINGS,
    VISIT,
    VISIT_COOKIE,
    WAITING,
    WAITING_FOR,
)
from server.web.i18n import LOCALES, PSEUDO
from server.web.once import FORM_TYPES
from server.web.routes import ROUTE, Handler, Route, declared_route

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

log = structlog.get_logger()
_UNREADABLE = (ValueError, LookupError, RuntimeError, web.RequestPayloadError)
CHANGE_PASSWORD_PATH = "/account/password"  # noqa: S105
_ALLOWED_BEFORE_CHANGE = {CHANGE_PASSWORD_PATH, "/sign-out", "/language"}


class BodyTooLarge(Refusal):
    """More was sent than the route takes."""

    status = 413
    code = "body_too_large"
    message = N_("Nội dung gửi lên quá lớn (tối đa {limit} KB).")


class LengthMissing(Refusal):
    """A body came without its length, so its limit cannot be held."""

    status = 411
    code = "length_required"
    message = N_("Yêu cầu thiếu tiêu đề Content-Length.")


class BodyUnreadable(Refusal):
    """The body is not what its headers say, or broke off."""

    code = "body_unreadable"
    message = N_("Không đọc được nội dung gửi lên. Hãy tải lại trang và gửi lại.")


class MediaTypeRefused(Refusal):
    """A write came as another type than its route takes."""

    status = 415
    code = "media_type_refused"
    message = N_("API chỉ nhận nội dung kiểu {media_type} ở địa chỉ này.")


@web.middleware
async def describe_request(
    request: web.Request, handler: Handler
) -> web.StreamResponse:
    """Give the request its origin, language, nonce and visit before anything can fail."""
    settings = request.app[SETTINGS]
    address = request.remote or "-"
    if address in settings.trusted_proxies:
        # A proxy may add a line of its own instead of continuing the client's.
        forwarded = ",".join(request.headers.getall("X-Forwarded-For", [address]))
        address = forwarded.rpartition(",")[2].strip() or address
    # Bytes that are no UTF-8 arrive as lone surrogates, which no column holds.
    agent = request.headers.get("User-Agent", "-").encode(errors="replace").decode()
    request[ORIGIN] = trail.Origin(address[:64], agent, secrets.token_hex(8))
    chosen = request.cookies.get(LOCALE_COOKIE, "vi")
    request[LOCALE] = chosen if chosen in {*LOCALES, PSEUDO} else "vi"
    request[NONCE] = secrets.token_urlsafe(16)
    known = request.cookies.get(VISIT_COOKIE)
    request[VISIT] = known or secrets.token_urlsafe(16)
    response = await handler(request)
    if known is None and response.content_type == "text/html" and not response.prepared:
        protection.visit_cookie(response, request[VISIT])
    return response


@web.middleware
async def answer_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn a refusal or a failure into an answer; the refusal of a person is audited."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        return refusals.answer_http(request, error)
    except Refusal as refusal:
        await _audit_refusal(request, refusal)
        return refusals.answer(request, refusal)
    except Exception:  # the one broad edge
        log.exception("request.failed", request_id=request[ORIGIN].request_id)
        return refusals.answer_failure(request)


@web.middleware
async def work(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Check protection and permission, run the handler in a transaction, then wake people."""
    found = declared_route(request)
    if found is None:
        return await handler(request)
    request[ROUTE] = found
    _refuse_body(request, found)
    if found.streams and found.needs is Access.ANYONE:
        return await handler(request)  # touches no session: assets, health
    unsafe = request.method not in protection.SAFE_METHODS
    if unsafe:
        protection.refuse_cross_site(request)
        await _take_in_body(request, found)
    async with transaction(request.app[SESSIONS]) as db:
        db.info["origin"] = request[ORIGIN]
        request[DB] = db
        await _admit(request, db, found, unsafe=unsafe)
        response = None
        if not found.streams:
            response = await _answer_once(request, db, handler, unsafe=unsafe)
    await request.app[BUS].wake(db.info.pop("wakes", ()))
    return await handler(request) if response is None else response


def _refuse_body(request: web.Request, found: Route) -> None:
    if request.content_length is None and request.can_read_body:
        raise LengthMissing
    if (request.content_length or 0) > found.body_limit:
        raise BodyTooLarge(limit=found.body_limit // 1024)


async def _take_in_body(request: web.Request, found: Route) -> None:
    """Wait for a slow line before the transaction: it would hold a connection meanwhile.

    Whoever shows nothing to sign in with is refused later, and is not listened to for long.
    """
    shown = SESSION_COOKIE in request.cookies or "Authorization" in request.headers
    if found.needs is not Access.ANYONE and not shown:
        return
    strange = request.can_read_body and request.content_type != found.media_type
    if found.is_api and strange:
        raise MediaTypeRefused(media_type=found.media_type)
    try:
        if request.content_type in FORM_TYPES:
            await request.post()
        else:
            await request.read()
    # What the parser of forms raises for a missing boundary, a charset, an encoding of a part.
    except (*_UNREADABLE, zlib.error) as error:
        raise BodyUnreadable from error


async def _admit(
    request: web.Request, db: AsyncSession, found: Route, *, unsafe: bool
) -> None:
    actor = await request.app[AUTHENTICATE](request, db)
    if actor is not None:
        request[ACTOR] = actor
        if LOCALE_COOKIE not in request.cookies:
            request[LOCALE] = actor.locale
    if actor is None and found.needs is not Access.ANYONE:
        raise SignInRequired
    # A bearer token is not sent by itself, and without a cookie there is nothing to forge.
    trusted = found.is_api and (
        bool(request.headers.get("Authorization"))
        or SESSION_COOKIE not in request.cookies
    )
    if unsafe and not trusted:
        await protection.refuse_without_token(request)
    if actor is None or found.needs is Access.ANYONE:
        await assume_system(db)
        return
    await _refuse_unentitled(db, actor, found)
    if db.info["calls_wait"] and not (found.is_api or found.streams):
        request[WAITING] = await request.app[WAITING_FOR](db, actor)


async def _refuse_unentitled(db: AsyncSession, actor: Actor, found: Route) -> None:
    await assume(db, actor)
    if actor.must_change_password and found.path not in _ALLOWED_BEFORE_CHANGE:
        raise refusals.PasswordChangeRequired
    if not actor.may(found.needs):
        # An object's address must not tell a stranger whether the object exists.
        raise NotFound if "{" in found.path else Forbidden


async def _answer_once(
    request: web.Request, db: AsyncSession, handler: Handler, *, unsafe: bool
) -> web.StreamResponse:
    actor = request.get(ACTOR)
    if not unsafe or actor is None:
        return await handler(request)
    key = await once.key_of(request, request[ROUTE])
    if key is None:
        return await handler(request)
    earlier = await once.claim(db, request, actor.id, key)
    if earlier is not None:
        return earlier
    response = await handler(request)
    await once.remember(db, actor.id, key, response)
    return response


def _object_id(request: web.Request) -> UUID | None:
    """Return the id in the path; what else is there may be a name that somebody typed."""
    try:
        return UUID(request.match_info.get("id", ""))
    except ValueError:
        return None


async def _audit_refusal(request: web.Request, refusal: Refusal) -> None:
    actor = request.get(ACTOR)
    found = request.get(ROUTE)
    if found is None or (actor is None and refusal.code == "not_found"):
        return
    async with transaction(request.app[SESSIONS]) as db:
        db.info["origin"] = request[ORIGIN]
        await assume_system(db)
        trail.record(
            db,
            "request:refuse",
            object_id=_object_id(request),
            outcome=Outcome.REFUSED,
            actor=actor,
            route=f"{found.method} {found.path}",
            code=refusal.code,
        )
