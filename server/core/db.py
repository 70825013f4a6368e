"""The declarative base, the engine and the session; nobody else commits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    DateTime,
    Dialect,
    Enum,
    MetaData,
    SmallInteger,
    TypeDecorator,
    Uuid,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeEngine
from typing_extensions import override

from server.core.ids import new_id

Sessions = async_sessionmaker[AsyncSession]


class Base(DeclarativeBase):
    """The parent of every table; names its constraints so that migrations can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012
        datetime: DateTime(timezone=True),
        UUID: Uuid(),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }

    @override
    def __repr__(self) -> str:
        """Return the table and key only: nothing printable carries a patient."""
        return f"<{type(self).__name__} {getattr(self, 'id', '')}>"


class HasId:
    """A key made by the application, so that a client may bring its own."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)


def enum_column(kind: type[StrEnum], check: str | None = None, **options: Any) -> Any:
    """Return a text column that a CHECK holds to the values of the enum.

    `check` names the CHECK of a second column with the same enum.
    """
    values = [member.value for member in kind]
    width = max(len(value) for value in values)
    return mapped_column(
        Enum(
            kind,
            name=check or kind.__name__.lower(),
            native_enum=False,
            create_constraint=True,
            length=max(32, width),
            values_callable=lambda members: [member.value for member in members],
        ),
        **options,
    )


class IntEnumType(TypeDecorator[IntEnum]):
    """A small number that Python sees as a member of an enum; it sorts as it ranks."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = SmallInteger
    cache_ok: bool | None = True

    def __init__(self, kind: type[IntEnum]) -> None:
        super().__init__()
        self.kind = kind

    @override
    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)

    @override
    def process_result_value(
        self, value: int | None, dialect: Dialect
    ) -> IntEnum | None:
        return None if value is None else self.kind(value)


def make_engine(url: str, pool_size: int) -> AsyncEngine:
    """Return a pool of connections that give up on a statement after ten seconds."""
    engine = create_async_engine(
        _with_driver(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        connect_args={
            "server_settings": {
                "application_name": "tramxa",
                "statement_timeout": "10000",
                "idle_in_transaction_session_timeout": "30000",
                "timezone": "UTC",
            }
        },
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, _record: object, _proxy: object) -> None:
    """Have the pool made anew when the database went away.

    A closed socket is known at once; asking the database instead (`pool_pre_ping`) costs
    three round trips a request.
    """
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError


def make_sessions(engine: AsyncEngine) -> Sessions:
    """Return the factory of sessions; objects stay readable after the commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


@asynccontextmanager
async def transaction(sessions: Sessions) -> AsyncIterator[AsyncSession]:
    """Run one unit of work: committed at the end, rolled back on any error."""
    async with sessions() as db, db.begin():
        yield db


def _with_driver(url: str) -> str:
    scheme, _, rest = url.partition("://")
    if scheme in {"postgres", "postgresql"}:
        return f"postgresql+asyncpg://{rest}"
    return url
