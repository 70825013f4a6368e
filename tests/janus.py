"""A real Janus as `deploy/janus` sets it up, with ports and a secret of its own."""

import asyncio
import re
import secrets
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLUGINS = Path("/usr/lib/x86_64-linux-gnu/janus/plugins")
HAS_JANUS = shutil.which("janus") is not None and PLUGINS.exists()
needs_janus = pytest.mark.skipif(
    not HAS_JANUS,
    reason="there is no Janus: apt-get install --no-install-recommends janus",
)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Janus:
    """Started and killed by the tests; comes back at the same address."""

    def __init__(self, folder: Path) -> None:
        self.secret = secrets.token_hex(16)
        self.port = _free_port()
        self.url = f"ws://127.0.0.1:{self.port}"
        self.folder = folder
        self.secret_file = folder / "janus_api_secret"
        self.secret_file.write_text(self.secret, encoding="utf-8")
        self.secret_file.chmod(0o600)
        self._config = folder / "janus"
        self._process: asyncio.subprocess.Process | None = None
        self._configure()

    def _configure(self) -> None:
        shutil.copytree(ROOT / "deploy/janus", self._config)
        self._change("janus.jcfg", "CHANGE-ME", self.secret)
        self._change("janus.jcfg", "/etc/janus", str(self._config))
        self._change(
            "janus.transport.websockets.jcfg",
            "ws_port = 8188",
            f"ws_port = {self.port}",
        )

    def _change(self, name: str, before: str, after: str) -> None:
        file = self._config / name
        text = file.read_text(encoding="utf-8")
        assert before in text
        file.write_text(re.sub(re.escape(before), after, text), encoding="utf-8")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        await self.start()
        try:
            yield
        finally:
            await self.kill()

    async def start(self) -> None:
        log = (self._config / "log").open("ab")
        self._process = await asyncio.create_subprocess_exec(
            "janus", "-F", str(self._config), "-o", stdout=log, stderr=log
        )
        log.close()
        async with asyncio.timeout(20):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    assert self._process.returncode is None, self.log()
                    await asyncio.sleep(0.1)
                else:
                    writer.close()
                    return

    def log(self) -> str:
        return (self._config / "log").read_text(encoding="utf-8", errors="replace")

    async def kill(self) -> None:
        """End it as a machine does that loses its power."""
        if self._process and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
            await self._process.wait()
