"""Where the application forgets its check, the database itself still refuses."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tests.conftest import Visitor
from tests.contract import strangers
from tests.contract.world import one_of_each

# Whoever acts writes the trail, and tells others what happened; nobody reads it back.
WRITTEN_BY_ALL = {"audit_events", "events"}
# Whoever plans calls in the province knows its lines, which name no patient and no case.
OF_PROVINCE = {"lan": {"line_checks"}, "tam": {"line_checks"}}
PROTECTED = text(
    "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
    " ORDER BY relname"
)
NAMING_A_PATIENT = text(
    "SELECT DISTINCT table_name FROM information_schema.columns"
    " WHERE table_schema = 'public' AND column_name IN ('patient_id', 'referral_id')"
)


@pytest.fixture(scope="module")
async def tables(stage, settings, site) -> list[str]:
    await strangers.arrange_strangers(stage)
    binh = await Visitor(site).sign_in("binh")  # leaves a row in the trail
    await binh.post("/language", {"locale": "vi"})  # and an answer that is kept
    await binh.close()
    await one_of_each(stage, settings)
    async with stage.as_platform() as db:
        return list(await db.scalars(PROTECTED))


async def test_every_table_that_names_a_patient_or_a_case_is_protected(stage, tables):
    async with stage.as_platform() as db:
        naming = set(await db.scalars(NAMING_A_PATIENT))
    assert naming <= set(tables)


async def test_every_protected_table_holds_something_to_be_kept_back(stage, tables):
    async with stage.as_platform() as db:
        counts = {
            table: await db.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608
            for table in tables
        }
    assert all(counts.values()), counts


@pytest.mark.parametrize("name", strangers.SIGNED_IN)
async def test_a_stranger_selects_no_row_of_any_table(name, stage, tables):
    seen = {}
    for table in set(tables) - OF_PROVINCE.get(name, set()):
        async with stage.acting(name) as (db, _):
            statement = text(f"SELECT count(*) FROM {table}")  # noqa: S608
            seen[table] = await db.scalar(statement)
    assert not any(seen.values()), seen


@pytest.mark.parametrize("name", strangers.SIGNED_IN)
async def test_a_stranger_changes_and_deletes_no_row_of_any_table(name, stage, tables):
    touched = []
    for table in tables:
        column = await first_column(stage, table)
        changing = f"UPDATE {table} SET {column} = DEFAULT"  # noqa: S608
        deleting = f"DELETE FROM {table}"  # noqa: S608
        touched += [
            statement
            for statement in (changing, deleting)
            if await rows_touched(stage, name, statement)
        ]
    assert not touched


@pytest.mark.parametrize("name", strangers.SIGNED_IN)
async def test_a_stranger_adds_no_row_that_belongs_to_another_case(name, stage, tables):
    added = []
    for table in sorted(set(tables) - WRITTEN_BY_ALL):
        async with stage.as_platform() as db:
            row = await db.scalar(
                text(f"SELECT to_jsonb(one)::text FROM {table} AS one LIMIT 1")  # noqa: S608
            )
        statement = (
            f"INSERT INTO {table} OVERRIDING SYSTEM VALUE"  # noqa: S608
            f" SELECT * FROM jsonb_populate_record(NULL::{table}, CAST(:row AS jsonb))"
        )
        if not await is_refused_by_policy(stage, name, statement, {"row": row}):
            added.append(table)
    assert not added


async def first_column(stage, table: str) -> str:
    async with stage.as_platform() as db:
        return await db.scalar(
            text(
                "SELECT quote_ident(column_name) FROM information_schema.columns"
                " WHERE table_name = :table ORDER BY ordinal_position LIMIT 1"
            ),
            {"table": table},
        )


async def rows_touched(stage, name: str, statement: str) -> int:
    """Return how many rows the statement reached; 0 when the role may not even try."""
    try:
        async with stage.acting(name) as (db, _):
            return (await db.execute(text(statement))).rowcount
    except ProgrammingError as refused:
        if "permission denied" not in str(refused):
            raise
        return 0


async def is_refused_by_policy(stage, name, statement, values) -> bool:
    try:
        async with stage.acting(name) as (db, _):
            await db.execute(text(statement), values)
    except ProgrammingError as refused:
        return "row-level security" in str(refused) or "permission denied" in str(
            refused
        )
    return False
