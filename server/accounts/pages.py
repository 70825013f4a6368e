"""Sign-in, sign-out, the password of one's own, the language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from server.access.permissions import Access, Role
from server.accounts import service, sessions
from server.accounts.forms import ChangePassword, Language, SignIn
from server.audit import trail
from server.core.errors import Invalid
from server.web.context import (
    ACTOR,
    DB,
    LOCALE_COOKIE,
    SESSION_COOKIE,
    db_and_actor,
)
from server.web.forms import Form, blank, read_form
from server.web.protection import clear_cookie, set_cookie
from server.web.responses import page, redirect
from server.web.routes import route

if TYPE_CHECKING:
    from typing import Any

HOMES = {
    Role.STATION_DOCTOR: "/referrals",
    Role.SPECIALIST: "/offers",
    Role.COORDINATOR: "/queue",
    Role.PROVINCIAL_ADMIN: "/reports",
    Role.SYSTEM_ADMIN: "/admin/people",
}
_A_YEAR = 365 * 24 * 3600
_SIGN_IN = "accounts/sign-in.html.j2"
_PASSWORD = "accounts/password.html.j2"  # noqa: S105


async def go_home(request: web.Request) -> web.Response:
    """Go to where this role's work lies."""
    return redirect(HOMES[request[ACTOR].role])


async def show_sign_in(request: web.Request) -> web.Response:
    """Show the form, or go home when somebody is signed in already."""
    if ACTOR in request:
        return redirect("/")
    form = blank(request, {"next": request.query.get("next", "/")})
    return page(request, _SIGN_IN, form=form)


async def sign_in(request: web.Request) -> web.Response:
    """Open a session in this browser; the failure of a try is saved with its count."""
    form = await read_form(request, SignIn)
    if form.data is None:
        return _again(request, _SIGN_IN, form)
    try:
        person, token = await sessions.sign_in(
            request[DB], form.data.username, form.data.password
        )
    except sessions.WrongCredentials as refusal:
        return _again(request, _SIGN_IN, form.refused(refusal))
    before = request[ACTOR].session_id if ACTOR in request else None
    if before is not None:
        await sessions.end(request[DB], before)
    response = redirect(_own_path(form.data.next))
    set_cookie(response, SESSION_COOKIE, token)
    if person.locale:
        # A shared computer remembers the language of whoever was here before.
        set_cookie(response, LOCALE_COOKIE, person.locale, _A_YEAR)
    return response


async def sign_out(request: web.Request) -> web.Response:
    """End this session and make the browser forget it."""
    db, actor = db_and_actor(request)
    if actor.session_id is not None:
        await sessions.end(db, actor.session_id)
        trail.record(db, "session:end", object_id=actor.id)
    response = redirect("/sign-in")
    clear_cookie(response, SESSION_COOKIE)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


async def show_password(request: web.Request) -> web.Response:
    """Show the form for a new password."""
    return page(request, _PASSWORD, form=blank(request))


async def change_password(request: web.Request) -> web.Response:
    """Set the new password and go on to work."""
    db, actor = db_and_actor(request)
    form = await read_form(request, ChangePassword)
    if form.data is None:
        return _again(request, _PASSWORD, form)
    try:
        await service.change_password(db, actor, form.data.current, form.data.new)
    except Invalid as refusal:
        return _again(request, _PASSWORD, form.refused(refusal))
    return redirect("/")


async def change_language(request: web.Request) -> web.Response:
    """Keep the language in this browser, and for a person; come back to the page."""
    form = await read_form(request, Language)
    if form.data is None:
        return redirect("/")
    if ACTOR in request:
        await service.choose_language(*db_and_actor(request), form.data.locale)
    response = redirect(_own_path(form.data.next))
    set_cookie(response, LOCALE_COOKIE, form.data.locale, _A_YEAR)
    return response


def _again(request: web.Request, template: str, form: Form[Any]) -> web.Response:
    return page(request, template, status=422, form=form, form_errors=form.errors)


def _own_path(path: str) -> str:
    own = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if own and path.isprintable() else "/"


ROUTES = [
    route("GET", "/", go_home, needs=Access.SIGNED_IN),
    route("GET", "/sign-in", show_sign_in, needs=Access.ANYONE),
    route("POST", "/sign-in", sign_in, needs=Access.ANYONE),
    route("POST", "/sign-out", sign_out, needs=Access.SIGNED_IN),
    route("GET", "/account/password", show_password, needs=Access.SIGNED_IN),
    route("POST", "/account/password", change_password, needs=Access.SIGNED_IN),
    route("POST", "/language", change_language, needs=Access.ANYONE),
]
