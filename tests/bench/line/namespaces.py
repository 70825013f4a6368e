"""Network namespaces that end with the process that made them, and a shaped line between two."""

import asyncio
import contextlib
import ctypes
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.line.model import Condition

ROOT = Path(__file__).parents[3]
_CLONE_NEWNET = 0x40000000


def can_shape() -> bool:
    """Say whether this machine and this person may make namespaces and devices."""
    return (
        sys.platform == "linux" and os.geteuid() == 0 and Path("/dev/net/tun").exists()
    )


def enter_new_network() -> None:
    """Move this process, and all that it starts from now on, into a network of its own."""
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)  # noqa: S607


@dataclass(frozen=True)
class Namespace:
    """A network, held by a process."""

    pid: int

    def command(self, *command: str) -> list[str]:
        """Return the command that runs another one in here."""
        return ["nsenter", f"--net=/proc/{self.pid}/ns/net", *command]


@asynccontextmanager
async def namespace() -> AsyncIterator[Namespace]:
    """Hold a network by a process that ends when our end of its pipe does, however we end."""
    holder = await asyncio.create_subprocess_exec(
        *("unshare", "--net", "sh", "-c", "echo; exec cat"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    await holder.stdout.readline()
    try:
        yield Namespace(holder.pid)
    finally:
        holder.stdin.close()
        await holder.wait()


class ShapedLine:
    """The control of a running shaper."""

    def __init__(self, process: asyncio.subprocess.Process, far: Namespace) -> None:
        self._process = process
        self._far = far

    async def change(self, **wanted: object) -> None:
        """Change the condition of both directions, or of `up` or `down` alone."""
        self._process.stdin.write(json.dumps(wanted).encode() + b"\n")
        await self._process.stdin.drain()

    async def become(self, condition: Condition) -> None:
        await self.change(**asdict(condition))

    async def move(self) -> None:
        """Give the far side another address; a route and its sockets go with the former."""
        for command in (
            ("address", "flush", "dev", "line0"),
            ("address", "add", "10.77.0.3/29", "dev", "line0"),
            ("route", "add", "default", "dev", "line0"),
        ):
            moved = await asyncio.create_subprocess_exec(
                *self._far.command("ip", *command)
            )
            await moved.wait()

    async def report(self) -> dict[str, dict[str, float]]:
        await self.change(report=True)
        return json.loads(await self._process.stdout.readline())


@asynccontextmanager
async def shaped_line(
    near: Namespace, far: Namespace, condition: Condition, seed: int = 1
) -> AsyncIterator[ShapedLine]:
    """Join two namespaces; the near one is 10.77.0.1 and the far one 10.77.0.2, later .3."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.line.shaper", str(near.pid), str(far.pid)),
        *(json.dumps(asdict(condition)), "--seed", str(seed)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        start_new_session=True,
    )
    try:
        if not await process.stdout.readline():
            raise RuntimeError("The line did not start; its reason is above.")
        yield ShapedLine(process, far)
    finally:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.close()
        await process.wait()
