"""A database that went away and came back costs nobody a page."""

import asyncio

import asyncpg
from sqlalchemy import event, text

from server.core.db import make_engine, make_sessions, transaction

_END_ALL = (
    "select count(pg_terminate_backend(pid)) from pg_stat_activity"
    " where datname = current_database() and pid <> pg_backend_pid()"
)


async def test_connections_that_were_cut_are_made_anew_before_they_are_used(stage):
    engine = make_engine(stage.app_url, 4)
    sessions = make_sessions(engine)
    opened, cut = [], asyncio.Queue()

    @event.listens_for(engine.sync_engine, "connect")
    def watch(connection, _record) -> None:
        opened.append(connection.driver_connection)
        connection.driver_connection.add_termination_listener(cut.put_nowait)

    async def ask() -> int:
        async with transaction(sessions) as db:
            await db.execute(text("select pg_sleep(0.05)"))
            return await db.scalar(text("select 1"))

    assert await asyncio.gather(*(ask() for _ in range(4))) == [1] * 4
    assert len(opened) == 4
    admin = await asyncpg.connect(stage.superuser_url)
    assert await admin.fetchval(_END_ALL) >= 4
    await admin.close()
    async with asyncio.timeout(10):
        for _ in range(4):
            await cut.get()
    assert await asyncio.gather(*(ask() for _ in range(4))) == [1] * 4
    assert len(opened) == 8
    await engine.dispose()
