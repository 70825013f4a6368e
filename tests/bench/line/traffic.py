"""Traffic of known size over a line, and what became of it; both ends share one clock.

python -m tests.bench.line.traffic sink 10.77.0.1            # until its input ends
python -m tests.bench.line.traffic udp 10.77.0.1 RATE BYTES SECONDS
python -m tests.bench.line.traffic tcp 10.77.0.1 SECONDS
"""

import asyncio
import json
import struct
import sys
import time

PORT = 5201
_STAMP = struct.Struct("!dI")
_HEADERS = 28  # of IP and UDP, which the line counts as well


class _Sink(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.trips: list[
            tuple[float, int, float]
        ] = []  # came, number, seconds under way
        self.bytes = 0
        self.tcp: list[tuple[float, int]] = []

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002
        sent, number = _STAMP.unpack_from(data)
        now = time.time()
        self.trips.append((now, number, now - sent))
        self.bytes += len(data) + _HEADERS

    async def accept(self, reader: asyncio.StreamReader, writer) -> None:
        while data := await reader.read(65536):
            self.tcp.append((time.time(), len(data)))
        writer.close()


async def sink(address: str) -> dict[str, object]:
    """Take whatever comes until the input ends."""
    loop = asyncio.get_running_loop()
    _, taken = await loop.create_datagram_endpoint(_Sink, local_addr=(address, PORT))
    await asyncio.start_server(taken.accept, address, PORT)
    print("ready", flush=True)  # noqa: T201
    await asyncio.to_thread(sys.stdin.read)
    return {"trips": taken.trips, "bytes": taken.bytes, "tcp": taken.tcp}


async def udp(
    address: str, rate: float, size: int, seconds: float
) -> dict[str, object]:
    """Send packets of `size` bytes, headers included, evenly at `rate` bits a second."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, remote_addr=(address, PORT)
    )
    pause, began = 8 * size / rate, time.time()
    sent = 0
    while time.time() - began < seconds:
        stamp = _STAMP.pack(time.time(), sent)
        transport.sendto(stamp.ljust(size - _HEADERS, b"x"))
        sent += 1
        await asyncio.sleep(max(0.0, began + sent * pause - time.time()))
    transport.close()
    return {"sent": sent}


async def tcp(address: str, seconds: float) -> dict[str, object]:
    """Send as much as one connection carries."""
    _, writer = await asyncio.open_connection(address, PORT)
    until = time.time() + seconds
    while time.time() < until:
        writer.write(bytes(16_384))
        await writer.drain()
    writer.transport.abort()
    return {}


def main() -> None:
    kind, address, *numbers = sys.argv[1:]
    if kind == "sink":
        found = asyncio.run(sink(address))
    elif kind == "udp":
        rate, size, seconds = numbers
        found = asyncio.run(udp(address, float(rate), int(size), float(seconds)))
    else:
        found = asyncio.run(tcp(address, float(numbers[0])))
    print(json.dumps(found), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
