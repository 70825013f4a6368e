"""Tokens of API clients, and who they stand for."""

from __future__ import annotations

from uuid import UUID

from aiohttp import web
from pydantic import BaseModel

from server.access.permissions import Access, Role
from server.accounts import service, sessions, tokens
from server.accounts.authentication import API_TOKEN_KEY
from server.accounts.forms import OwnLanguage, OwnPassword, Refresh, SignIn
from server.audit import trail
from server.core.errors import Invalid, Refusal
from server.web import refusals
from server.web.context import DB, db_and_actor
from server.web.forms import read_json
from server.web.responses import json, no_content
from server.web.routes import api


class Tokens(BaseModel):
    """A pair of tokens in the shape of RFC 6749 section 5.1."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105
    expires_in: int = int(tokens.ACCESS_LIFE.total_seconds())
    refresh_token: str


class Me(BaseModel):
    """The person a token stands for."""

    id: UUID
    full_name: str
    role: Role
    facility_id: UUID
    facility_name: str
    province_code: str
    locale: str


async def create_tokens(request: web.Request) -> web.StreamResponse:
    """Sign in with a name and a password."""
    given = await read_json(request, SignIn)
    try:
        person = await sessions.check_credentials(
            request[DB], given.username, given.password
        )
    except sessions.WrongCredentials as refusal:
        return refusals.answer(
            request, refusal
        )  # returned: the failed try must be saved
    if person.must_change_password:
        raise refusals.PasswordChangeRequired
    pair = await tokens.issue(request[DB], request.app[API_TOKEN_KEY], person)
    trail.record(
        request[DB],
        "token:issue",
        object_id=person.id,
        actor=sessions.actor_of(person),
    )
    return _answer(pair)


async def refresh_tokens(request: web.Request) -> web.StreamResponse:
    """Exchange a refresh token for a new pair."""
    given = await read_json(request, Refresh)
    pair = await tokens.refresh(
        request[DB], request.app[API_TOKEN_KEY], given.refresh_token
    )
    if pair is None:
        refusal: Refusal = tokens.TokenRefused()
        return refusals.answer(request, refusal)  # returned: the family's end is saved
    return _answer(pair)


async def revoke_tokens(request: web.Request) -> web.StreamResponse:
    """End the family of a refresh token."""
    given = await read_json(request, Refresh)
    await tokens.revoke(request[DB], given.refresh_token)
    return no_content()


async def show_me(request: web.Request) -> web.Response:
    """Return the person a token stands for."""
    _, actor = db_and_actor(request)
    return json(
        Me(
            id=actor.id,
            full_name=actor.full_name,
            role=actor.role,
            facility_id=actor.facility_id,
            facility_name=actor.facility_name,
            province_code=actor.province_code,
            locale=actor.locale,
        )
    )


async def choose_language(request: web.Request) -> web.Response:
    """Keep the language of what is told to the person."""
    db, actor = db_and_actor(request)
    given = await read_json(request, OwnLanguage)
    await service.choose_language(db, actor, given.locale)
    return no_content()


async def change_password(request: web.Request) -> web.StreamResponse:
    """Set a password of one's own; every token ends with the old one."""
    db, actor = db_and_actor(request)
    given = await read_json(request, OwnPassword)
    try:
        await service.change_password(db, actor, given.current, given.new)
    except Invalid as refusal:
        return refusals.answer(request, refusal)  # returned: the failed try is saved
    return no_content()


def _answer(pair: tokens.TokenPair) -> web.Response:
    response = json(Tokens(access_token=pair.access, refresh_token=pair.refresh))
    response.headers["Cache-Control"] = "no-store"
    return response


ROUTES = [
    api(
        "POST",
        "/tokens",
        create_tokens,
        needs=Access.ANYONE,
        summary="Sign in",
        accepts=SignIn,
        returns=Tokens,
    ),
    api(
        "POST",
        "/tokens/refresh",
        refresh_tokens,
        needs=Access.ANYONE,
        summary="Exchange a refresh token",
        accepts=Refresh,
        returns=Tokens,
    ),
    api(
        "POST",
        "/tokens/revoke",
        revoke_tokens,
        needs=Access.ANYONE,
        summary="End a family of refresh tokens",
        accepts=Refresh,
    ),
    api("GET", "/me", show_me, needs=Access.SIGNED_IN, summary="Who am I", returns=Me),
    api(
        "PUT",
        "/me/language",
        choose_language,
        needs=Access.SIGNED_IN,
        summary="Choose my language",
        accepts=OwnLanguage,
    ),
    api(
        "POST",
        "/me/password",
        change_password,
        needs=Access.SIGNED_IN,
        summary="Change my password and end my tokens",
        accepts=OwnPassword,
    ),
]
