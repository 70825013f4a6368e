import asyncio
import os
import signal
import subprocess
from pathlib import Path

import asyncpg
import pytest

from server.embedded.postgres import socket_directory
from server.embedded.postgres_address import APPLICATION, OWNER, SUPERUSER
from server.embedded.postgres_files import find_programs
from server.embedded.refusals import EngineRefusal

ROLES_SQL = Path(__file__).parents[3] / "deploy" / "roles.sql"


async def test_a_new_database_answers_and_leaves_no_process_behind(machine, tools):
    engine = machine.postgres()
    async with engine as address, tools.connect(address.app_url) as db:
        server = engine.pid
        backend = await db.fetchval("select pg_backend_pid()")
        assert await db.fetchval("select upper('đặng')") == "ĐẶNG"
    await tools.gone(server)
    await tools.gone(backend)


async def test_a_second_start_keeps_the_data_and_the_passwords(machine, tools):
    async with machine.postgres() as first, tools.connect(first.owner_url) as db:
        await db.execute("create table kept as select 7 as number")
    async with machine.postgres() as second, tools.connect(second.owner_url) as db:
        assert await db.fetchval("select number from kept") == 7
    assert first.app_url == second.app_url


async def test_an_acknowledged_row_survives_kill_9_of_the_server(database, tools):
    engine, address = database
    async with tools.connect(address.owner_url) as db:
        await db.execute("create table kept as select 7 as number")
        killed = engine.pid
        os.kill(killed, signal.SIGKILL)
        await tools.gone(killed)
    async with tools.connect(address.owner_url) as db:
        assert await db.fetchval("select number from kept") == 7
    assert engine.pid != killed


async def test_kill_9_of_the_supervisor_stops_the_engines_and_loses_nothing(
    machine, tools
):
    async with tools.script("run_engines.py", machine.var) as supervisor:
        postgres, nats, url, _ = (await tools.next_line(supervisor)).split()
        async with tools.connect(url) as db:
            await db.execute("create table kept as select 7 as number")
        supervisor.kill()
        await supervisor.wait()
        async with (
            machine.postgres() as address,
            tools.connect(address.owner_url) as db,
        ):
            assert await db.fetchval("select number from kept") == 7
    await tools.gone(int(postgres))
    await tools.gone(int(nats))


async def test_a_server_that_outlived_its_supervisor_is_replaced(machine, tools):
    engine = machine.postgres()
    async with engine:
        program = engine._program
    wrapped = program._confinement.wrap(program.command.argv, signal.SIGINT)
    orphan = subprocess.Popen(  # noqa: ASYNC220, S603
        ["clear" if word == "INT" else word for word in wrapped],
        env=dict(program.command.env),
        stderr=subprocess.DEVNULL,
    )
    try:
        async with machine.postgres() as address:
            assert orphan.wait(timeout=30) == 0
            async with tools.connect(address.app_url) as db:
                assert await db.fetchval("select 1") == 1
    finally:
        orphan.kill()


async def test_a_lock_file_whose_number_now_belongs_to_a_stranger_is_no_obstacle(
    machine, tools
):
    engine = machine.postgres()
    async with engine:
        lock_file = machine.var / "postgres" / "postmaster.pid"
        text = lock_file.read_text(encoding="utf-8")
        process = engine.pid
    lock_file.write_text(text.replace(str(process), str(os.getpid())), encoding="utf-8")
    async with machine.postgres() as address, tools.connect(address.app_url) as db:
        assert await db.fetchval("select 1") == 1


@pytest.mark.usefixtures("database")
async def test_a_second_instance_on_the_same_data_is_refused(machine):
    with pytest.raises(EngineRefusal, match=str(os.getpid())) as refused:
        await machine.postgres().start()
    assert refused.value.code == "data_directory_in_use"


async def test_data_of_another_major_version_is_refused(machine):
    async with machine.postgres():
        pass
    (machine.var / "postgres" / "PG_VERSION").write_text("9\n", encoding="ascii")
    with pytest.raises(EngineRefusal) as refused:
        await machine.postgres().start()
    assert refused.value.code == "postgres_version_mismatch"


async def test_nobody_else_can_open_any_file(machine, database):
    engine, address = database
    for path in (machine.var, *machine.var.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    assert address.socket_dir.stat().st_mode & 0o777 == 0o700
    assert _account(engine.pid) != 0


async def test_a_secret_that_others_can_read_is_refused(machine):
    async with machine.postgres():
        pass
    (machine.var / "secrets" / "postgres_app_password").chmod(0o644)
    with pytest.raises(EngineRefusal) as refused:
        await machine.postgres().start()
    assert refused.value.code == "secret_file_too_open"


async def test_it_signs_in_by_scram_over_a_unix_socket_only(database, tools):
    engine, address = database
    async with tools.connect(address.url(SUPERUSER, "postgres")) as db:
        methods = await db.fetch("select distinct auth_method from pg_hba_file_rules")
        stored = await db.fetch("select rolpassword from pg_authid where rolcanlogin")
    assert [row["auth_method"] for row in methods] == ["scram-sha-256"]
    assert all(row["rolpassword"].startswith("SCRAM-SHA-256$") for row in stored)
    assert not _tcp_sockets(engine.pid)
    wrong = address.app_url.replace(address.passwords[APPLICATION], "wrong")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(wrong)


async def test_neither_role_can_step_around_row_level_security(database, tools):
    _, address = database
    async with tools.connect(address.url(SUPERUSER)) as db:
        roles = await db.fetch(
            "select * from pg_roles where rolname = any($1)", [OWNER, APPLICATION]
        )
    powers = ("rolsuper", "rolbypassrls", "rolcreatedb", "rolcreaterole")
    assert len(roles) == 2
    assert not any(role[power] for role in roles for power in powers)
    async with tools.connect(address.app_url) as db:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await db.execute("create table forbidden (id int)")


async def test_the_log_keeps_no_value_of_a_failed_statement(machine, database, tools):
    _, address = database
    async with tools.connect(address.owner_url) as db:
        with pytest.raises(asyncpg.DataError):
            await db.execute("select 'Nguyen Canary'::int")
    log = (machine.var / "log" / "postgres.log").read_text(encoding="utf-8")
    assert "ready to accept connections" in log
    assert "Canary" not in log


async def test_the_file_for_an_external_server_makes_the_same_roles(
    machine, database, tools
):
    _, address = database
    async with tools.connect(address.url(SUPERUSER)) as db:
        ours = await _rights(db)
    async with tools.connect(address.url(SUPERUSER, "postgres")) as db:
        await db.execute("drop database tramxa")
        await db.execute("drop role tramxa_owner")
        await db.execute("drop role tramxa_app")
    secrets = machine.var / "secrets"
    psql = find_programs().bin / "psql"
    roles = await asyncio.create_subprocess_exec(
        *(psql, "-q", "-v", "ON_ERROR_STOP=1", "-f", ROLES_SQL),
        address.url(SUPERUSER, "postgres"),
        env={
            "PATH": "/usr/bin:/bin",
            "TRAMXA_OWNER_PASSWORD_FILE": str(secrets / "postgres_owner_password"),
            "TRAMXA_APP_PASSWORD_FILE": str(secrets / "postgres_app_password"),
        },
    )
    assert await roles.wait() == 0
    async with tools.connect(address.url(SUPERUSER)) as db:
        assert await _rights(db) == ours
    async with tools.connect(address.app_url) as db:
        assert await db.fetchval("select current_user") == APPLICATION


def test_a_path_too_long_for_a_socket_gets_a_short_directory(tmp_path):
    short = socket_directory(tmp_path / ("x" * 120))
    assert len(str(short / ".s.PGSQL.5432.lock")) < 107
    assert socket_directory(tmp_path / ("x" * 120)) == short


async def _rights(db: asyncpg.Connection) -> list[asyncpg.Record]:
    return await db.fetch(
        """select rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole,
             has_schema_privilege(rolname, 'public', 'create') as creates,
             has_schema_privilege(rolname, 'public', 'usage') as uses,
             has_database_privilege(rolname, current_database(), 'temp') as temp,
             (select array_agg(extname order by extname) from pg_extension) as has
           from pg_roles where rolname like 'tramxa%' order by rolname"""
    )


def _account(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def _tcp_sockets(pid: int) -> set[str]:
    held = {str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir()}
    lines = [
        line
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()
    ]
    return held & {f"socket:[{line.split()[9]}]" for line in lines}
