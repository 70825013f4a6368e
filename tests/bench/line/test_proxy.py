"""The line without namespaces, against itself."""

import asyncio
import statistics

import pytest

from tests.bench.line.model import Condition
from tests.bench.line.proxy import ProxiedLine, tcp_proxy, udp_proxy

HERE = "127.0.0.1"


class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport) -> None:
        self.transport = transport

    def datagram_received(self, data, addr) -> None:
        self.transport.sendto(data, addr)


class Trips(asyncio.DatagramProtocol):
    """Notes when each numbered packet came back."""

    def __init__(self) -> None:
        self.came: dict[int, float] = {}

    def datagram_received(self, data, addr) -> None:  # noqa: ARG002
        number = int.from_bytes(data[:4], "big")
        self.came[number] = asyncio.get_running_loop().time()


async def sent_over(line: ProxiedLine, count: int, size: int, pause: float):
    """Send packets to an echo behind the line; return when they left and when they came."""
    loop = asyncio.get_running_loop()
    echo, _ = await loop.create_datagram_endpoint(Echo, local_addr=(HERE, 0))
    target = echo.get_extra_info("sockname")
    async with udp_proxy(line, target) as port:
        client, trips = await loop.create_datagram_endpoint(
            Trips, remote_addr=(HERE, port)
        )
        left = {}
        for number in range(count):
            left[number] = loop.time()
            client.sendto(number.to_bytes(4, "big").ljust(size - 28, b"x"))
            await asyncio.sleep(pause)
        await asyncio.sleep(1)
        client.close()
    echo.close()
    return left, trips.came


async def test_packets_take_the_way_twice():
    line = ProxiedLine(Condition(delay=0.1, jitter=0.02), seed=1)
    left, came = await sent_over(line, 100, 200, 0.02)
    trips = [came[number] - left[number] for number in left]
    assert statistics.mean(trips) == pytest.approx(0.2, rel=0.1)


async def test_packets_are_lost_both_ways_and_a_cut_loses_all():
    line = ProxiedLine(Condition(delay=0.01, loss=0.2), seed=1)
    left, came = await sent_over(line, 1500, 100, 0.001)
    assert len(came) / len(left) == pytest.approx(0.64, rel=0.07)
    await line.change(cut=True)
    _, came = await sent_over(line, 10, 100, 0)
    assert came == {}


async def test_a_flood_comes_out_at_the_rate_of_the_line():
    line = ProxiedLine(Condition(rate=512e3, delay=0.01, queue=0.2), seed=1)
    _, came = await sent_over(line, 800, 500, 0.004)
    seconds = max(came.values()) - min(came.values())
    assert 8 * 500 * (len(came) - 1) / seconds == pytest.approx(512e3, rel=0.1)
    report = await line.report()
    assert report["up"]["dropped"] > 0


async def test_a_connection_is_whole_and_in_order_over_a_line_that_loses():
    line = ProxiedLine(Condition(rate=2e6, delay=0.02, jitter=0.01, loss=0.05), seed=1)
    page = bytes(range(256)) * 400

    async def serve(reader, writer):
        await reader.readline()
        writer.write(page)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, HERE, 0)
    loop = asyncio.get_running_loop()
    async with tcp_proxy(line, server.sockets[0].getsockname()) as port:
        began = loop.time()
        reader, writer = await asyncio.open_connection(HERE, port)
        writer.write(b"please\n")
        async with asyncio.timeout(30):
            assert await reader.read(-1) == page
        writer.close()
        # Not faster than the line, and what is lost costs round trips.
        assert loop.time() - began > 8 * len(page) / 2e6
    server.close()
