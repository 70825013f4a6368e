"""A line between two network namespaces: two TUN devices with a model in between.

    python -m tests.bench.line.shaper NEAR_PID FAR_PID '{"rate": 128000, "delay": 0.2}' --seed 1

Linux, root. Each line on standard input is JSON: a change of the condition of both directions, or
of one as {"up": {…}} or {"down": {…}}; up is away from the far side. {"report": true} is answered
with the counters. The line ends with its input.
"""

import argparse
import asyncio
import contextlib
import fcntl
import json
import os
import struct
import subprocess
import sys

from tests.bench.line.model import Condition, LineModel
from tests.bench.line.wire import Wire

NEAR, FAR = "10.77.0.1", "10.77.0.2"
_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
_MTU = 1500
_QUEUE = "500"  # packets that the kernel keeps while this process is busy


def _open_device(name: str, pid: int, address: str) -> int:
    """Make a device, move it into the namespace of a process, and give it the address."""
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    flags = _IFF_TUN | _IFF_NO_PI
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", name.encode(), flags))
    inside = ["nsenter", f"--net=/proc/{pid}/ns/net", "ip"]
    for command in (
        ["ip", "link", "set", name, "netns", str(pid)],
        # Chromium takes interfaces named tun… for tunnels, and itself for offline.
        [*inside, "link", "set", name, "name", "line0", "txqueuelen", _QUEUE],
        [*inside, "address", "add", f"{address}/29", "dev", "line0"],
        [*inside, "link", "set", "line0", "mtu", str(_MTU), "up"],
        [*inside, "link", "set", "lo", "up"],
        [*inside, "route", "add", "default", "dev", "line0"],
    ):
        subprocess.run(command, check=True)  # noqa: S603
    return device


class Direction:
    """Reads packets from one device and writes them to the other one when they are due."""

    def __init__(self, source: int, target: int, model: LineModel) -> None:
        self.wire = Wire(model)
        self._source = source
        self._target = target
        asyncio.get_running_loop().add_reader(source, self._read)

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while packet := os.read(self._source, 2048):
                self.wire.carry(packet, len(packet), self._write)

    def _write(self, packet: bytes) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._target, packet)

    def change(self, wanted: dict[str, object]) -> None:
        self.wire.model.condition = self.wire.model.condition.changed(wanted)


async def shape(near_pid: int, far_pid: int, condition: Condition, seed: int) -> None:
    """Carry packets until the input ends."""
    near = _open_device(f"near{os.getpid()}", near_pid, NEAR)
    far = _open_device(f"far{os.getpid()}", far_pid, FAR)
    directions = {
        "up": Direction(far, near, LineModel(condition, seed)),
        "down": Direction(near, far, LineModel(condition, seed + 1)),
    }
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    _say({"ready": True})
    async for line in reader:
        asked = json.loads(line)
        if asked.pop("report", False):
            _say({name: one.wire.report() for name, one in directions.items()})
        for name, one in directions.items():
            one.change(
                asked.get(name, {k: v for k, v in asked.items() if k not in directions})
            )


def _say(answer: dict[str, object]) -> None:
    print(json.dumps(answer), flush=True)  # noqa: T201


def main() -> None:
    """Read the arguments and shape, before other work of the machine."""
    parser = argparse.ArgumentParser()
    parser.add_argument("near", type=int)
    parser.add_argument("far", type=int)
    parser.add_argument("condition", type=json.loads)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    # A line must not become slower because what it carries keeps the machine busy.
    os.nice(-15)
    condition = Condition().changed(given.condition)
    asyncio.run(shape(given.near, given.far, condition, given.seed))


if __name__ == "__main__":
    main()
