"""`tramxa run`: both engines, the migrations and the programs on one machine."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import aiohttp

from server import demo, migrating, reference_data
from server.config import BadSetting, Settings, child_environment
from server.consultations.ticket_keys import ensure_ticket_keys
from server.embedded.nats import EmbeddedNats
from server.embedded.postgres import EmbeddedPostgres
from server.embedded.private_files import private_directory, write_private
from server.embedded.program import Command
from server.embedded.refusals import EngineRefusal
from server.embedded.supervise import running, until_signalled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ROOT: Final = Path(__file__).parent.parent
_READY_SECONDS: Final = 60
# So that other commands reach the database while `tramxa run` holds it.
_OWNER_URL: Final = "database_owner_url"
_PROGRAMS: Final = {
    "server": ("-m", "server", "serve"),
    "worker": ("-m", "server", "worker"),
    "signaling": ("-m", "signaling"),
}
# Only where a media server is configured.
_BRIDGE: Final = {"media": ("-m", "signaling.media")}
# What a program has no business with.
_KEPT_FROM: Final = {
    "signaling": {"DATABASE_URL", "JANUS_API_SECRET_FILE"},
    "media": {"DATABASE_URL", "TURN_SECRET_FILE"},
}
_KEPT_FROM_OTHERS: Final = {"TURN_SECRET_FILE", "JANUS_API_SECRET_FILE"}


def run(settings: Settings, *, with_demo: bool) -> None:
    """Run everything until Ctrl-C; nothing is left behind."""
    asyncio.run(until_signalled(_run(settings, with_demo=with_demo)))


async def _run(settings: Settings, *, with_demo: bool) -> None:
    await _refuse_taken_port(settings)
    private_directory(settings.data_dir)
    async with AsyncExitStack() as stack:
        complete = await start_engines(settings, stack)
        await prepare(complete, with_demo=with_demo)
        environment = child_environment(complete)
        await stack.enter_async_context(running(_commands(complete, environment)))
        await _until_ready(complete)
        _greet(complete, with_demo=with_demo)
        await asyncio.Event().wait()


async def start_engines(settings: Settings, stack: AsyncExitStack) -> Settings:
    """Start the engines that no setting points elsewhere; returns settings that name both."""
    data, secrets = settings.data_dir, settings.secrets_dir
    if not settings.database_url:
        address = await stack.enter_async_context(_postgres(data, secrets))
        write_private(secrets / _OWNER_URL, address.owner_url)
        settings = replace(
            settings,
            database_url=address.app_url,
            database_owner_url=address.owner_url,
        )
    if not settings.nats_url:
        nats = EmbeddedNats(
            data_dir=data / "nats", secrets_dir=secrets, log_dir=data / "log"
        )
        settings = replace(
            settings, nats_url=(await stack.enter_async_context(nats)).url
        )
    return settings


async def prepare(settings: Settings, *, with_demo: bool) -> None:
    """Bring the database to this release and make the keys of call tickets."""
    if not settings.database_owner_url:
        raise BadSetting(
            "DATABASE_URL is set; set DATABASE_OWNER_URL for migrations too."
        )
    await asyncio.to_thread(migrating.upgrade, settings.database_owner_url)
    await reference_data.load(settings.database_owner_url)
    if with_demo:
        await demo.load(settings.database_url)
    ensure_ticket_keys(settings.secrets_dir)


def _commands(settings: Settings, environment: Mapping[str, str]) -> list[Command]:
    programs = _PROGRAMS | (_BRIDGE if settings.janus_url else {})
    return [
        Command(
            name=name,
            argv=(sys.executable, *arguments),
            env=_needed_by(name, environment),
            cwd=_ROOT,
            log=settings.data_dir / "log" / f"{name}.log",
        )
        for name, arguments in programs.items()
    ]


def _needed_by(name: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Keep the database from who speaks with browsers only, and secrets from the others."""
    others = _KEPT_FROM.get(name, _KEPT_FROM_OTHERS)
    return {key: value for key, value in environment.items() if key not in others}


async def _until_ready(settings: Settings) -> None:
    address = f"http://{settings.host}:{settings.port}/readyz"
    async with asyncio.timeout(_READY_SECONDS), aiohttp.ClientSession() as http:
        while True:
            try:
                async with http.get(address) as answer:
                    if answer.status == 200:  # noqa: PLR2004
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)


async def _refuse_taken_port(settings: Settings) -> None:
    for name, host, port in (
        ("PORT", settings.host, settings.port),
        ("SIGNALING_PORT", settings.signaling_host, settings.signaling_port),
    ):
        try:
            server = await asyncio.start_server(_hang_up, host, port)
        except OSError as error:
            raise BadSetting(
                f"{name} {port} is taken by another program; choose another: {name}=8090."
            ) from error
        server.close()
        await server.wait_closed()


def _hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


def _greet(settings: Settings, *, with_demo: bool) -> None:
    lines = ["", f"  Trạm Xa đang chạy tại {settings.public_url}   (Ctrl-C để dừng)"]
    if with_demo:
        lines += ["", f"  Tài khoản mẫu, mật khẩu chung: {demo.PASSWORD}"]
        lines += [
            f"    {username:8} {role.label} – {name}"
            for username, _, name, role, _, _ in demo.CAST
        ]
    sys.stdout.write("\n".join(lines) + os.linesep * 2)
    sys.stdout.flush()


@contextmanager
def owner_url(settings: Settings, *, throw_away: bool = False) -> Iterator[str]:
    """Give the owner's address of the database: configured, running here, or started for it.

    `throw_away` starts an empty one in a temporary folder when nothing is configured.
    """
    if settings.database_owner_url:
        yield settings.database_owner_url
        return
    if settings.database_url and not throw_away:
        raise BadSetting(
            "DATABASE_URL is set; set DATABASE_OWNER_URL for this command."
        )
    with (
        tempfile.TemporaryDirectory(prefix="tramxa-") as folder,
        asyncio.Runner() as loop,
    ):
        data = Path(folder) if throw_away else settings.data_dir
        secrets = data / "secrets" if throw_away else settings.secrets_dir
        address = secrets / _OWNER_URL
        postgres = _postgres(data, secrets)
        try:
            yield loop.run(postgres.start()).owner_url
        except EngineRefusal as refusal:
            if refusal.code != "data_directory_in_use" or not address.exists():
                raise
            yield address.read_text(encoding="utf-8")
        finally:
            loop.run(postgres.stop())


def _postgres(data: Path, secrets: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(
        data_dir=data / "postgres",
        run_dir=data / "run",
        secrets_dir=secrets,
        log_dir=data / "log",
    )
