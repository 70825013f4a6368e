"""The bundled PostgreSQL: made on first use, kept alive, without TCP, never as root."""

import asyncio
import hashlib
import os
import signal
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from server.embedded.confinement import Account, Confinement, confine, service_account
from server.embedded.postgres_address import (
    APPLICATION,
    OWNER,
    SUPERUSER,
    PostgresAddress,
)
from server.embedded.postgres_cluster import ENVIRONMENT, create_cluster
from server.embedded.postgres_files import (
    PostgresDirectory,
    PostgresPrograms,
    find_programs,
)
from server.embedded.postgres_roles import ensure_roles_and_database
from server.embedded.private_files import (
    DirectoryLock,
    private_directory,
    secret,
)
from server.embedded.program import Command, Program
from server.embedded.refusals import EngineRefusal

_LONGEST_SOCKET_DIR = 90  # a socket's whole path has 107 bytes on Linux
_LEFTOVER_SECONDS = 30.0

# For one machine of 2 to 4 GB that also runs the three programs. What is logged holds
# no statement, parameter or detail line: each of them may carry a patient's data.
SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "80",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "1GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


class EmbeddedPostgres:
    """One database directory under supervision; see ``start`` for what it returns."""

    def __init__(
        self, *, data_dir: Path, run_dir: Path, secrets_dir: Path, log_dir: Path
    ) -> None:
        self._directory = PostgresDirectory(
            data_dir.absolute(), socket_directory(run_dir)
        )
        self._secrets_dir = secrets_dir
        self._log = log_dir / "postgres.log"
        self._running = AsyncExitStack()
        self._program: Program | None = None

    @property
    def pid(self) -> int | None:
        """The postmaster of this moment."""
        return self._program.pid if self._program else None

    async def start(self) -> PostgresAddress:
        """Make the database if there is none, start it, and tell how to connect."""
        for directory in (self._secrets_dir, self._log.parent):
            private_directory(directory)
        private_directory(self._directory.data.parent)
        async with AsyncExitStack() as stack:
            lock = DirectoryLock(self._directory.data)
            lock.acquire()
            stack.callback(lock.release)
            address = PostgresAddress(
                self._directory.sockets,
                {
                    SUPERUSER: secret(
                        self._secrets_dir / "postgres_superuser_password"
                    ),
                    OWNER: secret(self._secrets_dir / "postgres_owner_password"),
                    APPLICATION: secret(self._secrets_dir / "postgres_app_password"),
                },
            )
            self._program = await self._prepare_program(address.passwords[SUPERUSER])
            await self._program.start()
            stack.push_async_callback(self._program.stop)
            await ensure_roles_and_database(address)
            self._running = stack.pop_all()
        return address

    async def stop(self) -> None:
        """Stop fast: running transactions are rolled back, finished ones are safe."""
        await self._running.aclose()

    async def __aenter__(self) -> PostgresAddress:
        return await self.start()

    async def __aexit__(self, *_reason: object) -> None:
        await self.stop()

    async def _prepare_program(self, superuser_password: str) -> Program:
        directory = self._directory
        programs = find_programs()
        account = service_account(directory.data)
        if not directory.check_version(programs):
            await create_cluster(directory.data, programs, account, superuser_password)
        _make_socket_directory(directory.sockets, account)
        places = (directory.data, directory.sockets, programs.root)
        confinement = confine(account, places)
        command = self._command(programs, confinement)
        return Program(
            command,
            confinement=confinement,
            prepare=self._clear_leftover,
            is_ready=self._answers,
        )

    def _command(self, programs: PostgresPrograms, confinement: Confinement) -> Command:
        sockets = confinement.seen(self._directory.sockets)
        settings = SETTINGS | {"unix_socket_directories": str(sockets)}
        return Command(
            name="postgres",
            argv=(
                str(confinement.seen(programs.bin / "postgres")),
                "-D",
                str(confinement.seen(self._directory.data)),
                *(f"--{name}={value}" for name, value in settings.items()),
            ),
            env=ENVIRONMENT,
            log=self._log,
            stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown
            stop_seconds=30.0,
        )

    async def _answers(self, pid: int) -> bool:
        return self._directory.is_ready(pid)

    async def _clear_leftover(self) -> None:
        # We hold the lock, so a server that still runs here lost its supervisor.
        clock = asyncio.get_running_loop().time
        deadline = clock() + _LEFTOVER_SECONDS
        number = signal.SIGINT
        while self._directory.signal_leftover(number):
            await asyncio.sleep(0.1)
            if clock() > deadline:
                number = signal.SIGQUIT  # immediate; recovery follows at the start
        self._directory.forget_recycled_pids()


def socket_directory(run_dir: Path) -> Path:
    """Keep the directory, or name a short one if a socket cannot be made there.

    PostgreSQL reads a list of directories, in which commas and quotes separate.
    """
    path = str(run_dir.absolute())
    if len(path.encode()) <= _LONGEST_SOCKET_DIR and not set(path) & set(",\"'"):
        return Path(path)
    digest = hashlib.sha256(path.encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"tramxa-{digest}"


def _make_socket_directory(directory: Path, account: Account | None) -> None:
    # Below /tmp somebody else could have laid a link or a directory of this name.
    owners = {os.geteuid(), account.uid if account else os.geteuid()}
    if directory.is_symlink() or (
        directory.exists() and directory.stat().st_uid not in owners
    ):
        raise EngineRefusal(
            "run_directory_foreign",
            f"Thư mục {directory} thuộc về tài khoản khác; hãy xoá nó rồi chạy lại.",
        )
    Confinement(account).give(private_directory(directory))
