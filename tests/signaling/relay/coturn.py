"""The real relay, with the configuration that deploy/ ships."""

import asyncio
import re
import secrets
import shutil
import socket
from asyncio.subprocess import Process
from contextlib import suppress
from pathlib import Path
from signal import SIGCONT, SIGTERM, Signals
from typing import Self

from signaling.ice import Relay
from tests.signaling.conftest import PATIENCE
from tests.signaling.relay.authority import Authority

SHIPPED = Path(__file__).parents[3] / "deploy/turnserver.conf"


class Coturn:
    """A relay that listens on its first address, from the moment it is entered."""

    def __init__(
        self,
        folder: Path,
        *addresses: str,
        secret: str = "",
        authority: Authority | None = None,
    ) -> None:
        """Plan it; without somebody to sign for it, it speaks no TLS."""
        self._folder = folder
        self._addresses = addresses
        self._authority = authority
        self.address = addresses[0]
        self.port, self.tls_port = _free_ports(self.address)
        self.secret = secret or secrets.token_hex(32)
        self._process: Process | None = None

    def url(self, transport: str) -> str:
        if transport == "tls":
            return f"turns:{self.address}:{self.tls_port}?transport=tcp"
        return f"turn:{self.address}:{self.port}?transport={transport}"

    def relay(self, *transports: str) -> Relay:
        return Relay(tuple(self.url(one) for one in transports), self.secret)

    def signal(self, what: Signals) -> None:
        assert self._process
        with suppress(ProcessLookupError):
            self._process.send_signal(what)

    async def __aenter__(self) -> Self:
        program = shutil.which("turnserver")
        assert program, "coturn is missing; run: sudo apt-get install coturn"
        self._folder.mkdir(exist_ok=True)
        config = self._folder / "turnserver.conf"
        config.write_text(self._config(), encoding="utf-8")
        own = ("--pidfile", self._folder / "pid", "--userdb", self._folder / "users")
        self._process = await asyncio.create_subprocess_exec(
            *(program, "-c", config, *own),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await self._listening()
        return self

    async def __aexit__(self, *_exception: object) -> None:
        assert self._process
        for what in (SIGTERM, SIGCONT):
            self.signal(what)
        await self._process.wait()

    def _config(self) -> str:
        """Return what is shipped with its own secret, ports and paths, and nothing less."""
        text = SHIPPED.read_text(encoding="utf-8")
        certificate = key = self._folder / "none.pem"
        if self._authority:
            certificate, key = self._authority.certify(self.address)
        own = {
            "static-auth-secret": self.secret,
            "listening-port": self.port,
            "tls-listening-port": self.tls_port,
            "cert": certificate,
            "pkey": key,
        }
        for name, value in own.items():
            text, replaced = re.subn(rf"(?m)^{name}=.*$", f"{name}={value}", text)
            assert replaced == 1, name
        relays = "".join(f"relay-ip={address}\n" for address in self._addresses)
        return f"{text}\nlistening-ip={self.address}\n{relays}"

    async def _listening(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    _, writer = await asyncio.open_connection(self.address, self.port)
                except ConnectionRefusedError:
                    await asyncio.sleep(0.05)
                    continue
                writer.close()
                return


def _free_ports(address: str) -> tuple[int, int]:
    with socket.socket() as plain, socket.socket() as covered:
        for probe in (plain, covered):
            probe.bind((address, 0))
        return plain.getsockname()[1], covered.getsockname()[1]
