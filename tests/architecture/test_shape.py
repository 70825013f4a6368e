"""What must stay true of the tree, whoever changes it."""

import re
from pathlib import Path

import asyncpg
import pytest

from server.quality.levels import Reason, Rung

ROOT = Path(__file__).parent.parent.parent
SOURCES = [
    path
    for folder, pattern in (
        ("server", "**/*.py"),
        ("signaling", "**/*.py"),
        ("web_client/js", "**/*.js"),
    )
    for path in (ROOT / folder).glob(pattern)
]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_longer_than_250_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 250


def test_only_the_database_module_commits():
    strays = [
        path
        for path in (ROOT / "server").glob("**/*.py")
        if ".commit()" in path.read_text(encoding="utf-8")
    ]
    assert strays == []


def test_nobody_assigns_a_status_but_the_one_door():
    strays = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in (ROOT / "server").glob("**/*.py")
        if path.name != "models.py"
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\b(?!self\b|found\b)\w+\.status = ", line)
    ]
    assert strays == []


def test_every_setting_is_explained_in_the_example():
    example = (ROOT / "deploy/settings.env.example").read_text(encoding="utf-8")
    read = set()
    for path in ("server/config.py", "signaling/config.py"):
        text = (ROOT / path).read_text(encoding="utf-8")
        read |= set(re.findall(r'"([A-Z][A-Z_]{3,})"', text))
    internal = {"HOME", "LANG", "PATH"}
    missing = {
        name
        for name in read - internal
        if not re.search(rf"^#? ?{name}(_FILE)?=", example, re.MULTILINE)
    }
    assert missing == set()


async def test_every_table_with_patient_data_forces_row_level_security(stage):
    unprotected = {
        "alembic_version",
        "availability_exceptions",
        "availability_rules",
        "call_events",
        "communes",
        "department_specialties",
        "departments",
        "facilities",
        "icd10_codes",
        "people",
        "person_departments",
        "provinces",
        "refresh_tokens",
        "report_counts",
        "report_waits",
        "sign_in_failures",
        "sign_in_sessions",
        "specialties",
    }
    db = await asyncpg.connect(stage.owner_url)
    rows = await db.fetch(
        "select relname, relrowsecurity and relforcerowsecurity as forced from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind = 'r'"
    )
    await db.close()
    assert {row["relname"] for row in rows if not row["forced"]} == unprotected


async def test_without_a_stated_actor_no_row_is_visible(stage):
    db = await asyncpg.connect(stage.app_url)
    for table in ("patients", "referrals", "records", "documents", "events"):
        assert await db.fetchval(f"select count(*) from {table}") == 0  # noqa: S608
    await db.close()


def test_the_server_knows_every_rung_and_reason_of_the_ladder_in_the_browser():
    calls = ROOT / "web_client/js/call"
    rungs = re.findall(r"name: '(\w+)'", (calls / "rungs.js").read_text())
    [reasons] = re.findall(
        r"@typedef \{(.*?)\} Reason$", (calls / "ladder.js").read_text(), re.MULTILINE
    )
    assert rungs == [one.value for one in Rung]
    assert set(re.findall(r"'([\w-]+)'", reasons)) == {one.value for one in Reason}
