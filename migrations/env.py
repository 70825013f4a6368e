"""Runs the migrations as the owner: short locks, one transaction each, one runner at a time."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.ext.asyncio import create_async_engine

from server.notifications.models import TransactionId
from server.schema import METADATA

# Reflection meets this type in the table of events.
ischema_names["xid8"] = TransactionId

_LOCK = 7_264_691


def _run(connection: Connection) -> None:
    connection.execute(text("SET lock_timeout = '3s'"))
    connection.execute(text("SET statement_timeout = '300s'"))
    connection.execute(text(f"SELECT pg_advisory_lock({_LOCK})"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        transaction_per_migration=True,
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _online(url: str) -> None:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


if context.is_offline_mode():
    context.configure(
        dialect_name="postgresql", target_metadata=METADATA, literal_binds=True
    )
    with context.begin_transaction():
        context.run_migrations()
else:
    asyncio.run(_online(context.config.attributes["url"]))
