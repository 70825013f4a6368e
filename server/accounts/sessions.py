"""Signing in and out, and who a session belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, func, select, text, update

from server.access.actor import Actor
from server.accounts import queries
from server.accounts.models import (
    Person,
    RefreshToken,
    SignInFailure,
    SignInSession,
)
from server.audit import trail
from server.audit.models import Outcome
from server.core import clock, crypto
from server.core.errors import FieldError, Invalid, TooMany
from server.core.ids import new_token
from server.core.messages import N_

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

_WINDOW = timedelta(minutes=5)
_MOST_FAILURES = 10
# A hospital shares one address: its colleagues' mistakes must not lock everybody out.
_MOST_FAILURES_FROM_ADDRESS = 30
_MOST_FAILURES_EVERYWHERE = 1_000
_SEEN_EVERY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts without use, and at most."""

    idle: timedelta
    absolute: timedelta


class WrongCredentials(Invalid):
    """The name or the password is wrong; which one is not said."""

    code = "wrong_credentials"
    message = N_("Tên đăng nhập hoặc mật khẩu không đúng.")


def actor_of(person: Person, session_id: UUID | None = None) -> Actor:
    """Return the person as an actor; the facility must be loaded."""
    return Actor(
        id=person.id,
        role=person.role,
        # A satellite point works on the files of its station.
        facility_id=person.facility.parent_id or person.facility_id,
        province_code=person.facility.province_code,
        scope=queries.scope_of(person.role, person.facility),
        full_name=person.display_name,
        facility_name=person.facility.name,
        session_id=session_id,
        must_change_password=person.must_change_password,
        locale=person.locale or "vi",
    )


async def sign_in(db: AsyncSession, username: str, password: str) -> tuple[Person, str]:
    """Open a session and return its secret; raises TooMany.

    A wrong password is returned as WrongCredentials by `check_credentials`.
    """
    person = await check_credentials(db, username, password)
    token = new_token()
    moment = clock.now()
    origin = db.info.get("origin") or trail.Origin()
    db.add(
        SignInSession(
            token_hash=crypto.fingerprint(token),
            person_id=person.id,
            started_at=moment,
            last_seen_at=moment,
            address=origin.address,
            user_agent=origin.user_agent[:200],
        )
    )
    person.last_seen_at = moment
    trail.record(db, "session:start", object_id=person.id, actor=actor_of(person))
    return person, token


async def check_credentials(db: AsyncSession, username: str, password: str) -> Person:
    """Return the person; raises WrongCredentials or TooMany.

    The caller must let the transaction commit after WrongCredentials: the failure counts.
    """
    origin = db.info.get("origin") or trail.Origin()
    await _refuse_too_many(db, username, origin.address)
    person = await queries.by_username(db, username)
    known = person.password_hash if person and person.disabled_at is None else None
    if await crypto.verify_password(known, password) and person is not None:
        await db.execute(
            delete(SignInFailure).where(SignInFailure.username == username)
        )
        return person
    db.add(SignInFailure(username=username, address=origin.address, at=clock.now()))
    trail.record(db, "session:start", outcome=Outcome.REFUSED, code="wrong_credentials")
    raise WrongCredentials(
        FieldError("username", WrongCredentials.code, WrongCredentials.message)
    )


async def authenticate(
    db: AsyncSession, token: str, limits: Limits, *, in_use: bool = True
) -> Actor | None:
    """Return who the session's secret stands for, or None when it has ended.

    A page that asks by itself does not show that somebody sits before it: not `in_use`.
    """
    found = await queries.session_with_person(db, crypto.fingerprint(token))
    if found is None:
        return None
    session, person = found
    moment = clock.now()
    too_old = moment - session.started_at > limits.absolute
    if too_old or moment - session.last_seen_at > limits.idle:
        await end(db, session.id)
        return None
    if in_use and moment - session.last_seen_at > _SEEN_EVERY:
        await _prolong(db, session.id, moment)
    if moment - (person.last_seen_at or session.started_at) > _SEEN_EVERY:
        await _show_present(db, person.id, moment)
    return actor_of(person, session.id)


async def end(db: AsyncSession, session_id: UUID) -> None:
    """End one session."""
    await db.execute(
        update(SignInSession)
        .where(SignInSession.id == session_id, SignInSession.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


async def end_all(
    db: AsyncSession, person_id: UUID, *, but: UUID | None = None
) -> None:
    """End every session and API token of a person, except where this was asked.

    Open streams are woken, so that they find out at once.
    """
    await db.execute(
        update(RefreshToken)
        .where(RefreshToken.person_id == person_id, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )
    db.info.setdefault("wakes", set()).add(str(person_id))
    statement = update(SignInSession).where(
        SignInSession.person_id == person_id, SignInSession.ended_at.is_(None)
    )
    if but is not None:
        statement = statement.where(SignInSession.id != but)
    await db.execute(statement.values(ended_at=clock.now()))


async def _prolong(db: AsyncSession, session_id: UUID, moment: datetime) -> None:
    await db.execute(
        update(SignInSession)
        .where(SignInSession.id == session_id)
        .values(last_seen_at=moment)
    )


async def _show_present(db: AsyncSession, person_id: UUID, moment: datetime) -> None:
    await db.execute(
        update(Person).where(Person.id == person_id).values(last_seen_at=moment)
    )


async def _refuse_too_many(db: AsyncSession, username: str, address: str) -> None:
    # The lock makes parallel guesses at one name wait for each other's count.
    await db.execute(
        text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": username}
    )
    since = clock.now() - _WINDOW
    recent = SignInFailure.at > since
    counts = (
        await db.execute(
            select(
                func.count().filter(SignInFailure.username == username),
                func.count().filter(SignInFailure.address == address),
                func.count(),
            ).where(recent)
        )
    ).one()
    limits = (_MOST_FAILURES, _MOST_FAILURES_FROM_ADDRESS, _MOST_FAILURES_EVERYWHERE)
    if any(count >= limit for count, limit in zip(counts, limits, strict=True)):
        raise TooMany(retry_after=int(_WINDOW.total_seconds()))
