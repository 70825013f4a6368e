"""The same line without namespaces: TCP and UDP proxies that share one model a direction.

What TCP does about loss happens outside the proxy, where nothing is lost; so a chunk that the
model drops is sent again after a round trip, and what follows waits for it, as behind a gap.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from tests.bench.line.model import Condition, LineModel
from tests.bench.line.wire import Wire

_CHUNK = 1448
_TCP_HEADERS = 52
_UDP_HEADERS = 28
_LEAST_RETRY = 0.2

Address = tuple[str, int]


class ProxiedLine:
    """Both directions of a line; up is away from the station, as with the shaper."""

    def __init__(self, condition: Condition, seed: int) -> None:
        self.up = Wire(LineModel(condition, seed))
        self.down = Wire(LineModel(condition, seed + 1))

    async def change(self, **wanted: object) -> None:
        for wire in (self.up, self.down):
            wire.model.condition = wire.model.condition.changed(wanted)

    async def become(self, condition: Condition) -> None:
        for wire in (self.up, self.down):
            wire.model.condition = replace(condition)

    async def move(self) -> None:
        """Leave everything where it is: a proxy has no network to change."""

    async def report(self) -> dict[str, dict[str, float]]:
        return {"up": self.up.report(), "down": self.down.report()}


@asynccontextmanager
async def tcp_proxy(line: ProxiedLine, target: Address) -> AsyncIterator[int]:
    """Listen on a free port and pass each connection on over the line."""

    async def accept(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        there, back = await asyncio.open_connection(*target)
        pumps = [
            asyncio.create_task(_pump(reader, back, line.up)),
            asyncio.create_task(_pump(there, writer, line.down)),
        ]
        connections.update(pumps)
        try:
            await asyncio.wait(pumps)
        finally:
            connections.difference_update(pumps)
            writer.close()
            back.close()

    connections: set[asyncio.Task[None]] = set()
    server = await asyncio.start_server(accept, target[0], 0, limit=_CHUNK)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for pump in connections:
            pump.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wire: Wire
) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(_CHUNK):
            await _carry(wire, data, writer.write)
    came = asyncio.Event()
    await _carry(wire, b"", lambda _: came.set())
    await came.wait()
    if writer.can_write_eof() and not writer.is_closing():
        writer.write_eof()


async def _carry(wire: Wire, data: bytes, deliver) -> None:
    """Wait while the line is half full, as TCP learns to; then send until it is through."""
    now = asyncio.get_running_loop().time
    while (wait := wire.model.wait(now())) > wire.model.condition.queue / 2:  # noqa: ASYNC110
        await asyncio.sleep(wait - wire.model.condition.queue / 2)
    while not wire.carry(data, len(data) + _TCP_HEADERS, deliver):  # noqa: ASYNC110
        await asyncio.sleep(max(_LEAST_RETRY, 2 * wire.model.condition.delay))


@dataclass
class _Behind(asyncio.DatagramProtocol):
    """The socket that stands for one client on the other side of the line."""

    line: ProxiedLine
    front: asyncio.DatagramTransport
    client: Address

    def datagram_received(self, data: bytes, addr: Address) -> None:  # noqa: ARG002
        def deliver(packet: bytes) -> None:
            if not self.front.is_closing():
                self.front.sendto(packet, self.client)

        self.line.down.carry(data, len(data) + _UDP_HEADERS, deliver)


class _Front(asyncio.DatagramProtocol):
    """The socket that clients know."""

    def __init__(self, line: ProxiedLine, target: Address) -> None:
        self.line = line
        self.target = target
        self.behind: dict[Address, asyncio.Task[asyncio.DatagramTransport]] = {}
        self.transport: asyncio.DatagramTransport

    def connection_made(self, transport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if addr not in self.behind:
            self.behind[addr] = asyncio.create_task(self._open(addr))
        opened = self.behind[addr]

        def deliver(packet: bytes) -> None:
            if opened.done() and not opened.result().is_closing():
                opened.result().sendto(packet)

        self.line.up.carry(data, len(data) + _UDP_HEADERS, deliver)

    async def _open(self, client: Address) -> asyncio.DatagramTransport:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Behind(self.line, self.transport, client), remote_addr=self.target
        )
        return transport


@asynccontextmanager
async def udp_proxy(line: ProxiedLine, target: Address) -> AsyncIterator[int]:
    """Listen on a free port and pass packets on, each client from a port of its own."""
    loop = asyncio.get_running_loop()
    transport, front = await loop.create_datagram_endpoint(
        lambda: _Front(line, target), local_addr=(target[0], 0)
    )
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()
        for opened in front.behind.values():
            (await opened).close()
