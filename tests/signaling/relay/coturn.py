"""The real relay, with the configuration that deploy/ ships."""

import asyncio
import re
import secrets
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from signaling.ice import Relay
from tests.signaling.conftest import PATIENCE

SHIPPED = Path(__file__).parents[3] / "deploy/turnserver.conf"


@dataclass(frozen=True)
class Coturn:
    """A running relay: where it listens, and the secret that it shares with the nodes."""

    address: str
    port: int
    secret: str

    def relay(self, transport: str) -> Relay:
        url = f"turn:{self.address}:{self.port}?transport={transport}"
        return Relay((url,), self.secret)


@asynccontextmanager
async def running_coturn(folder: Path, *addresses: str) -> AsyncIterator[Coturn]:
    """Run turnserver on the first address, relaying from all of them."""
    program = shutil.which("turnserver")
    assert program, "coturn is missing; run: sudo apt-get install coturn"
    coturn = Coturn(addresses[0], _free_port(addresses[0]), secrets.token_hex(32))
    config = folder / "turnserver.conf"
    config.write_text(_config(coturn, folder, addresses), encoding="utf-8")
    own = ("--pidfile", str(folder / "pid"), "--userdb", str(folder / "users"))
    process = await asyncio.create_subprocess_exec(
        *(program, "-c", str(config), *own),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _listening(coturn)
        yield coturn
    finally:
        process.terminate()
        await process.wait()


def _config(coturn: Coturn, folder: Path, addresses: tuple[str, ...]) -> str:
    """Return what is shipped with its own secret, ports and paths, and nothing less."""
    text = SHIPPED.read_text(encoding="utf-8")
    own = {
        "static-auth-secret": coturn.secret,
        "listening-port": coturn.port,
        "tls-listening-port": _free_port(coturn.address),
        "cert": folder / "none.pem",
        "pkey": folder / "none.pem",
    }
    for name, value in own.items():
        text, replaced = re.subn(rf"(?m)^{name}=.*$", f"{name}={value}", text)
        assert replaced == 1, name
    relays = "".join(f"relay-ip={address}\n" for address in addresses)
    return f"{text}\nlistening-ip={coturn.address}\n{relays}"


def _free_port(address: str) -> int:
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


async def _listening(coturn: Coturn) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                _, writer = await asyncio.open_connection(coturn.address, coturn.port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return
