"""Tokens of API clients: short JWT access, single-use refresh (RFC 9068, RFC 9700)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import jwt
from sqlalchemy import select, update
from sqlalchemy.orm import contains_eager

from server.accounts import sessions
from server.accounts.models import Person, RefreshToken
from server.audit import trail
from server.audit.models import Outcome
from server.core import clock, crypto
from server.core.errors import SignInRequired
from server.core.ids import new_id, new_token
from server.core.messages import N_

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from server.access.actor import Actor

ACCESS_LIFE = timedelta(minutes=5)
_REFRESH_LIFE = timedelta(days=14)
# Exchanging goes on for ever otherwise: a stolen token, or a program that nobody remembers,
# is of no use a month after the password was last typed.
_FAMILY_LIFE = timedelta(days=30)
# A bad line may lose the answer: the same token may ask again for this long.
_RETRY = timedelta(seconds=10)
_ISSUER = "tramxa"
_AUDIENCE = "tramxa-api"
_TYPE = "at+jwt"
_REQUIRED = ["exp", "iat", "iss", "aud", "sub", "jti"]


class TokenRefused(SignInRequired):
    """The token is malformed, used, revoked or too old."""

    code = "token_refused"
    message = N_("Mã truy cập không còn dùng được. Hãy đăng nhập lại để lấy mã mới.")


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What an API client gets; both are secrets."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)


async def issue(
    db: AsyncSession, key: bytes, person: Person, before: RefreshToken | None = None
) -> TokenPair:
    """Return an access token of five minutes and the refresh token that follows `before`."""
    refresh = new_token()
    moment = clock.now()
    began = before.signed_in_at if before else moment
    db.add(
        RefreshToken(
            token_hash=crypto.fingerprint(refresh),
            family_id=before.family_id if before else new_id(),
            person_id=person.id,
            signed_in_at=began,
            issued_at=moment,
            expires_at=min(moment + _REFRESH_LIFE, began + _FAMILY_LIFE),
        )
    )
    claims = {
        "iss": _ISSUER,
        "aud": _AUDIENCE,
        "sub": str(person.id),
        "jti": str(new_id()),
        "iat": moment,
        "exp": moment + ACCESS_LIFE,
    }
    access = jwt.encode(claims, key, algorithm="HS256", headers={"typ": _TYPE})
    return TokenPair(access, refresh)


async def refresh(db: AsyncSession, key: bytes, token: str) -> TokenPair | None:
    """Exchange a refresh token, or return None after ending the family of a used one.

    None, not an exception: the end of the family must be committed.
    """
    found = await db.scalar(
        select(RefreshToken)
        .where(RefreshToken.token_hash == crypto.fingerprint(token))
        .with_for_update()
    )
    moment = clock.now()
    if found is None or found.revoked_at is not None or found.expires_at < moment:
        return None
    person = await _open_person(db, found.person_id)
    stolen = found.used_at is not None and moment - found.used_at > _RETRY
    if person is None or stolen:
        await revoke_family(db, found.family_id)
        trail.record(
            db, "token:refresh", object_id=found.person_id, outcome=Outcome.REFUSED
        )
        return None
    found.used_at = found.used_at or moment
    return await issue(db, key, person, found)


async def revoke_family(db: AsyncSession, family_id: UUID) -> None:
    """End every refresh token that descends from one sign-in."""
    await db.execute(
        update(RefreshToken)
        .where(RefreshToken.family_id == family_id, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )


async def revoke(db: AsyncSession, token: str) -> None:
    """End the family of a refresh token (RFC 7009: an unknown token is no error)."""
    found = await db.scalar(
        select(RefreshToken).where(RefreshToken.token_hash == crypto.fingerprint(token))
    )
    if found is not None:
        await revoke_family(db, found.family_id)


async def authenticate(db: AsyncSession, key: bytes, token: str) -> Actor:
    """Return the person of an access token; raises TokenRefused."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["HS256"],
            audience=_AUDIENCE,
            issuer=_ISSUER,
            options={"require": _REQUIRED},
        )
        kind = jwt.get_unverified_header(token).get("typ")
        person = await _open_person(db, UUID(claims["sub"]))
    except (jwt.PyJWTError, ValueError) as error:
        raise TokenRefused from error
    if person is None or kind != _TYPE:
        raise TokenRefused
    # `iat` is in whole seconds: the token of the second of the change is let through.
    if claims["iat"] < int(person.password_changed_at.timestamp()):
        raise TokenRefused
    return sessions.actor_of(person)


async def _open_person(db: AsyncSession, person_id: UUID) -> Person | None:
    return await db.scalar(
        select(Person)
        .join(Person.facility)
        .options(contains_eager(Person.facility))
        .where(Person.id == person_id, Person.disabled_at.is_(None))
    )
