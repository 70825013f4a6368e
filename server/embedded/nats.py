"""The bundled NATS server: JetStream on disk, loopback only, with a password."""

import asyncio
import json
import shutil
import socket
import sys
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from server.embedded.confinement import Confinement, confine, service_account
from server.embedded.private_files import (
    DirectoryLock,
    private_directory,
    secret,
    write_private,
)
from server.embedded.program import Command, Program
from server.embedded.refusals import EngineRefusal

_LOOPBACK: Final = "127.0.0.1"
_USER: Final = "tramxa"
_GREETING_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class NatsAddress:
    """The loopback port of the bundled server and its one user's password."""

    port: int
    password: str = field(repr=False)

    @property
    def url(self) -> str:
        """What nats.connect takes."""
        return f"nats://{_USER}:{self.password}@{_LOOPBACK}:{self.port}"


class EmbeddedNats:
    """One JetStream store under supervision; see ``start`` for what it returns."""

    def __init__(self, *, data_dir: Path, secrets_dir: Path, log_dir: Path) -> None:
        self._data_dir = data_dir.absolute()
        self._secrets_dir = secrets_dir
        self._log = log_dir / "nats.log"
        self._running = AsyncExitStack()
        self._program: Program | None = None

    @property
    def pid(self) -> int | None:
        """The server process of this moment."""
        return self._program.pid if self._program else None

    async def start(self) -> NatsAddress:
        """Start on the port of last time, or on a free one, and tell how to connect."""
        for directory in (self._secrets_dir, self._log.parent, self._data_dir.parent):
            private_directory(directory)
        async with AsyncExitStack() as stack:
            lock = DirectoryLock(self._data_dir)
            lock.acquire()
            stack.callback(lock.release)
            port = _choose_port(self._data_dir.with_name(f"{self._data_dir.name}.port"))
            address = NatsAddress(port, secret(self._secrets_dir / "nats_password"))
            self._program = self._prepare_program(address)
            await self._program.start()
            stack.push_async_callback(self._program.stop)
            self._running = stack.pop_all()
        return address

    async def stop(self) -> None:
        """Let the server write what it holds and end."""
        await self._running.aclose()

    async def __aenter__(self) -> NatsAddress:
        return await self.start()

    async def __aexit__(self, *_reason: object) -> None:
        await self.stop()

    def _prepare_program(self, address: NatsAddress) -> Program:
        server = _find_server()
        account = service_account(self._data_dir)
        owner = Confinement(account)
        owner.give(private_directory(self._data_dir))
        confinement = confine(account, (self._data_dir, server.parent))
        config = self._data_dir / "nats-server.conf"
        write_private(config, _config(address, confinement.seen(self._data_dir)))
        owner.give(config)

        async def answers(_pid: int) -> bool:
            return await _greets(address.port)

        command = Command(
            name="nats",
            argv=(str(confinement.seen(server)), "-c", str(confinement.seen(config))),
            env={"PATH": "/usr/bin:/bin"},
            log=self._log,
        )
        return Program(command, confinement=confinement, is_ready=answers)


def _config(address: NatsAddress, store: Path) -> str:
    """Write NATS's configuration; every JSON document is also one of its own."""
    return json.dumps(
        {
            "server_name": "tramxa",
            "host": _LOOPBACK,
            "port": address.port,
            "authorization": {"user": _USER, "password": address.password},
            "jetstream": {
                "store_dir": str(store),
                "max_memory_store": 64 * 2**20,
                "max_file_store": 2 * 2**30,
                # A village loses its power more often than a data centre does.
                "sync_interval": "always",
            },
        },
        indent=2,
    )


def _find_server() -> Path:
    bundled = Path(sys.executable).with_name("nats-server")
    found = str(bundled) if bundled.exists() else shutil.which("nats-server")
    if found is None:
        raise EngineRefusal(
            "nats_missing",
            "Không tìm thấy nats-server; hãy chạy lại make run hoặc đặt NATS_URL.",
        )
    return Path(found).resolve()


def _choose_port(remembered: Path) -> int:
    with suppress(FileNotFoundError, ValueError):
        port = int(remembered.read_text(encoding="ascii"))
        if _is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        port = int(probe.getsockname()[1])
    write_private(remembered, str(port))
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the server does: a port that only lingers in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOOPBACK, port))
        except OSError:
            return False
    return True


async def _greets(port: int) -> bool:
    """Wait for the INFO line that a NATS server says first."""
    try:
        reader, writer = await asyncio.open_connection(_LOOPBACK, port)
    except OSError:
        return False
    try:
        line = await asyncio.wait_for(reader.readline(), _GREETING_SECONDS)
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()
    return line.startswith(b"INFO ")
