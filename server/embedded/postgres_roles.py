"""The database and its two roles: one owns the tables, the other is the application."""

from typing import Final

import asyncpg

from server.embedded.postgres_address import (
    APPLICATION,
    DATABASE,
    OWNER,
    SUPERUSER,
    PostgresAddress,
)
from server.embedded.refusals import EngineRefusal

_EXTENSIONS: Final = ("btree_gist", "pg_trgm", "unaccent")
_LIMITS = "login nosuperuser nobypassrls nocreatedb nocreaterole noreplication"


async def ensure_roles_and_database(address: PostgresAddress) -> None:
    """Bring roles, passwords, database and extensions to what the files say."""
    try:
        superuser = await asyncpg.connect(address.url(SUPERUSER, "postgres"))
    except asyncpg.InvalidPasswordError:
        raise EngineRefusal(
            "postgres_password_mismatch",
            "Mật khẩu trong thư mục bí mật không khớp với dữ liệu PostgreSQL; "
            "hãy khôi phục cả hai từ cùng một bản sao.",
        ) from None
    try:
        for role in (OWNER, APPLICATION):
            await _ensure_role(superuser, role, address.passwords[role])
        await _ensure_database(superuser)
    finally:
        await superuser.close()
    superuser = await asyncpg.connect(address.url(SUPERUSER, DATABASE))
    try:
        await _arrange_database(superuser)
    finally:
        await superuser.close()


async def _ensure_role(db: asyncpg.Connection, role: str, password: str) -> None:
    if not await db.fetchval("select 1 from pg_roles where rolname = $1", role):
        await db.execute(f"create role {role}")
    # Utility statements take no parameters; the server quotes the password for us.
    statement = await db.fetchval(
        f"select format('alter role {role} {_LIMITS} password %L', $1::text)",
        password,
    )
    await db.execute(statement)


async def _ensure_database(db: asyncpg.Connection) -> None:
    if not await db.fetchval("select 1 from pg_database where datname = $1", DATABASE):
        await db.execute(f"create database {DATABASE} owner {OWNER}")
    await db.execute(f"revoke all on database {DATABASE} from public")
    await db.execute(f"grant connect on database {DATABASE} to {APPLICATION}")


async def _arrange_database(db: asyncpg.Connection) -> None:
    for extension in _EXTENSIONS:
        await db.execute(f"create extension if not exists {extension}")
    await db.execute(f"alter schema public owner to {OWNER}")
    await db.execute("revoke all on schema public from public")
    await db.execute(f"grant usage on schema public to {APPLICATION}")
