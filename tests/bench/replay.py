"""The statements of one request alone: written down once, sent again, explained."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from aiohttp.test_utils import TestServer
from sqlalchemy import event
from sqlalchemy.engine import Engine

from server.app import make_app
from server.core.ids import new_id

_INSERTED = re.compile(r"INSERT INTO \w+ \((?P<columns>[^)]*)\)")
BIG = 5_000  # rows from which a table must not be read from end to end


@dataclass(frozen=True)
class Statement:
    """SQL with its parameters, as the driver got them."""

    sql: str
    parameters: tuple[Any, ...]

    def anew(self) -> tuple[Any, ...]:
        """Return the parameters with a new key, so that a row can be added again."""
        found = _INSERTED.match(self.sql)
        if not found:
            return self.parameters
        key = found["columns"].split(", ").index("id")
        return (*self.parameters[:key], new_id(), *self.parameters[key + 1 :])


@dataclass(frozen=True)
class Plan:
    """How the database answers a statement."""

    sql: str
    reads: list[str]
    whole_reads_of_big_tables: list[str]


@asynccontextmanager
async def written_down(settings) -> AsyncIterator[TestServer]:
    """Run the same application here, where its statements can be heard."""
    server = TestServer(make_app(settings), host="127.0.0.1")
    await server.start_server()
    yield server
    await server.close()


@contextmanager
def heard() -> Iterator[list[Statement]]:
    """Collect every statement that SQLAlchemy sends while the block runs."""
    statements: list[Statement] = []

    def hear(_connection, _cursor, sql, parameters, _context, _many) -> None:
        statements.append(Statement(sql, tuple(parameters)))

    event.listen(Engine, "before_cursor_execute", hear)
    yield statements
    event.remove(Engine, "before_cursor_execute", hear)


async def replay(db: asyncpg.Connection, statements: list[Statement]) -> None:
    """Send the statements in one transaction and commit, as the request did."""
    async with db.transaction():
        for statement in statements:
            await db.fetch(statement.sql, *statement.anew())


async def big_tables(db: asyncpg.Connection) -> set[str]:
    rows = await db.fetch(
        "select relname from pg_class where relkind = 'r' and reltuples >= $1", BIG
    )
    return {row[0] for row in rows}


async def explained(
    db: asyncpg.Connection, statements: list[Statement], big: set[str]
) -> list[Plan]:
    """Ask for the plan of each statement, as whoever acts in its transaction."""
    found = []
    async with db.transaction():
        for one in statements:
            rows = await db.fetch(f"EXPLAIN (FORMAT JSON) {one.sql}", *one.anew())
            if "set_config" in one.sql:  # from here on somebody acts
                await db.fetch(one.sql, *one.parameters)
            reads = sorted(set(_reads(json.loads(rows[0][0])[0]["Plan"])))
            whole = [name for name in big if f"Seq Scan on {name}" in reads]
            found.append(Plan(" ".join(one.sql.split())[:90], reads, whole))
    return found


def _reads(node: dict[str, Any]) -> Iterator[str]:
    if "Relation Name" in node:
        index = f" by {node['Index Name']}" if "Index Name" in node else ""
        yield f"{node['Node Type']} on {node['Relation Name']}{index}"
    elif "Index Name" in node:
        yield f"{node['Node Type']} by {node['Index Name']}"
    for child in node.get("Plans", ()):
        yield from _reads(child)
