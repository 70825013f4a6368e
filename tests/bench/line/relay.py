"""A coturn of the laboratory's own, for the line without namespaces."""

import asyncio
import contextlib
import secrets
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from signaling.ice import Relay

_START_WITHIN = 10.0


@asynccontextmanager
async def running_relay(folder: Path, port: int) -> AsyncIterator[Relay]:
    """Start it on the machine itself, where it may relay to the machine itself."""
    program = shutil.which("turnserver")
    if program is None:
        raise RuntimeError("The line without root needs coturn (apt install coturn).")
    secret = secrets.token_hex(16)
    process = await asyncio.create_subprocess_exec(
        *(program, "-n", "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1"),
        *(f"--listening-port={port}", "--realm=laboratory", "--use-auth-secret"),
        *(f"--static-auth-secret={secret}", "--allow-loopback-peers", "--no-cli"),
        *("--no-tls", "--no-dtls", "--log-file=stdout", "--fingerprint"),
        *(f"--pidfile={folder / 'turn.pid'}", f"--userdb={folder / 'turn.db'}"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        await _until_listening(port)
        yield Relay((f"turn:127.0.0.1:{port}?transport=udp",), secret)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _until_listening(port: int) -> None:
    async with asyncio.timeout(_START_WITHIN):
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            await asyncio.sleep(0.05)
