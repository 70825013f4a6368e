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
) -> Iterator[tuple[str, list[str], list[str]]]:
    """Give for each statement how it reads its tables, and which it reads wholly."""
    found = []
    async with db.transaction():
        for statement in statements:
            rows = await db.fetch(
                f"EXPLAIN (FORMAT JSON) {statement.sql}", *statement.anew()
            )
            if "set_config" in statement.sql:  # from here on somebody acts
                await db.fetch(statement.sql, *statement.parameters)
            plan = json.loads(rows[0][0])[0]["Plan"]
            reads = sorted(set(_reads(plan)))
            wholly = [one for one in reads if one.startswith("Seq Scan")]
            bad = [one for one in wholly if one.removeprefix("Seq Scan on ") in big]
            found.append((" ".join(statement.sql.split())[:90], reads, bad))
    return iter(found)


def _reads(node: dict[str, Any]) -> Iterator[str]:
    if "Relation Name" in node:
        index = f" by {node['Index Name']}" if "Index Name" in node else ""
        yield f"{node['Node Type']} on {node['Relation Name']}{index}"
    elif "Index Name" in node:
        yield f"{node['Node Type']} by {node['Index Name']}"
    for child in node.get("Plans", ()):
        yield from _reads(child)


