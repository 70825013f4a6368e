"""How a new database directory is made."""

import asyncio
import shutil
import signal
from pathlib import Path
from typing import Final

from server.embedded.confinement import Account, Confinement, confine
from server.embedded.postgres_address import SUPERUSER
from server.embedded.postgres_files import PostgresPrograms
from server.embedded.private_files import private_directory, write_private
from server.embedded.refusals import EngineRefusal

ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


async def create_cluster(
    data_dir: Path, programs: PostgresPrograms, account: Account | None, password: str
) -> None:
    """Run initdb beside the goal and rename, so a half-made database never counts."""
    draft = data_dir.with_name(f"{data_dir.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    owner = Confinement(account)
    owner.give(private_directory(draft))
    cluster = draft / "cluster"
    owner.give(private_directory(cluster))
    password_file = draft / "password"
    write_private(password_file, password)
    owner.give(password_file)
    confinement = confine(account, (draft, programs.root))
    argv = (
        str(confinement.seen(programs.bin / "initdb")),
        f"--pgdata={confinement.seen(cluster)}",
        f"--pwfile={confinement.seen(password_file)}",
        f"--username={SUPERUSER}",
        "--auth=scram-sha-256",
        "--data-checksums",
        *programs.locale_options,
    )
    process = await asyncio.create_subprocess_exec(
        *confinement.wrap(argv, signal.SIGTERM),
        env=ENVIRONMENT,
        cwd="/",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    if process.returncode != 0:
        last_line = output.decode(errors="replace").strip().rpartition("\n")[2]
        raise EngineRefusal(
            "postgres_not_created", f"Không tạo được cơ sở dữ liệu: {last_line}"
        )
    cluster.rename(data_dir)
    shutil.rmtree(draft)
