"""The programs under measurement, each in a process of its own, and what they cost."""

import asyncio
import os
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any

import orjson

from tests.bench.signaling.speech import NODE, ORIGIN

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
NAMES = ("ours", "bare", "peerserver", "socketio", "floor")
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_CORES = sorted(os.sched_getaffinity(0))


@dataclass
class Bed:
    """What our own node needs around it."""

    nats_url: str
    public_key: Path
    private_key: Path

    def environment(self) -> dict[str, str]:
        return os.environ | {
            "NATS_URL": self.nats_url,
            "TICKET_PUBLIC_KEY_FILE": str(self.public_key),
            "SIGNALING_ORIGINS": ORIGIN,
            "SIGNALING_NODE": NODE,
            "PYTHONPATH": str(ROOT),
        }


@dataclass
class Program:
    """One running program with the process that plays its pages."""

    name: str
    port: int
    process: asyncio.subprocess.Process
    load: asyncio.subprocess.Process

    async def ask(self, do: str, **order: Any) -> dict[str, Any]:
        assert self.load.stdin is not None
        assert self.load.stdout is not None
        self.load.stdin.write(orjson.dumps({"do": do, **order}) + b"\n")
        line = await self.load.stdout.readline()
        if not line:
            raise RuntimeError(f"the pages of {self.name} have died")
        answer: dict[str, Any] = orjson.loads(line)
        return answer

    def cpu(self) -> float:
        """Seconds of user and system time of the whole process so far."""
        text = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8")
        fields = text.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self) -> int:
        text = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="utf-8")
        return int(text.split()[1]) * _PAGE


@asynccontextmanager
async def running(name: str, bed: Bed) -> AsyncIterator[Program]:
    """Run a program on the first core and its pages on the last."""
    port = free_port()
    process = await start(name, bed, port)
    load = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.signaling.load"),
        *(name, str(port), str(bed.private_key)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=bed.environment(),
    )
    os.sched_setaffinity(load.pid, {_CORES[-1]})
    program = Program(name, port, process, load)
    try:
        yield program
    finally:
        # The server may have been started again meanwhile.
        for one in (load, program.process):
            if one.returncode is None:
                one.kill()
            await one.wait()


async def start(name: str, bed: Bed, port: int) -> asyncio.subprocess.Process:
    """Start one of the servers and wait until it takes sockets."""
    if name in {"peerserver", "socketio"}:
        command = ["node", str(HERE / "node" / f"{name}.mjs")]
    else:
        command = [sys.executable, "-m", f"tests.bench.signaling.{name}"]
    process = await asyncio.create_subprocess_exec(
        *command,
        str(port),
        stdout=asyncio.subprocess.PIPE,
        env=bed.environment(),
    )
    os.sched_setaffinity(process.pid, {_CORES[0]})
    assert process.stdout is not None
    wanted = b"registered" if name == "ours" else b"ready"
    async with asyncio.timeout(30):
        while wanted not in (line := await process.stdout.readline()):
            if not line:
                raise RuntimeError(f"{name} did not start")
    return process


def free_port() -> int:
    """Return one that is not among those which the system gives to the pages."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket() as probe, suppress(OSError):
            probe.bind(("", port))
            return port
