"""A small `tramxa run`: both engines until a signal, for tests that kill it."""

import asyncio
import sys
from pathlib import Path

from server.embedded.nats import EmbeddedNats
from server.embedded.postgres import EmbeddedPostgres
from server.embedded.supervise import until_signalled


async def serve(var: Path) -> None:
    secrets, log = var / "secrets", var / "log"
    postgres = EmbeddedPostgres(
        data_dir=var / "postgres",
        run_dir=var / "run",
        secrets_dir=secrets,
        log_dir=log,
    )
    nats = EmbeddedNats(data_dir=var / "nats", secrets_dir=secrets, log_dir=log)
    async with postgres as database, nats as bus:
        sys.stdout.write(f"{postgres.pid} {nats.pid} {database.owner_url} {bus.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


asyncio.run(until_signalled(serve(Path(sys.argv[1]))))
