import asyncio
import socket

import aiohttp
import pytest

from signaling.config import SOCKET_PATH
from tests.signaling.conftest import DESCRIPTION, ORIGIN, SDP, Page, media, opaque


async def test_a_message_over_64_kib_is_closed_with_1009_and_the_place_kept(node):
    room = opaque()
    binh, minh = await node.join(room), await node.join(room)
    await minh.say("x" * (64 * 1024 + 1))
    assert await minh.closed() == 1009
    assert (await binh.next("peer_reconnecting"))["peer"] == minh.participant


async def test_a_message_of_64_kib_is_read(node):
    minh = await node.join(opaque())
    await minh.say("x" * (64 * 1024))
    assert (await minh.next("error"))["code"] == "bad_message"


async def test_a_flood_is_closed_with_4429(node):
    room = opaque()
    binh, minh = await node.join(room), await node.join(room)
    await binh.next("peer_joined")
    for _ in range(200):
        await minh.signal(binh, media())
    assert (await minh.next("error"))["code"] == "too_fast"
    assert await minh.closed() == 4429
    arrived = 0
    while (await binh.read())["type"] == "peer_signal":
        arrived += 1
    assert 58 <= arrived < 150


async def test_a_burst_within_the_allowance_passes(node):
    room = opaque()
    binh, minh = await node.join(room), await node.join(room)
    for _ in range(55):
        await minh.signal(binh, media())
    for _ in range(55):
        await binh.next("peer_signal")


async def test_a_silent_socket_is_cut_off_and_its_place_kept(start_node):
    node = await start_node(dead=0.3, ping=0.05)
    room = opaque()
    binh, minh = await node.join(room), await node.join(room)

    async def answer_pings() -> None:
        while True:
            await binh.next("ping")
            await binh.say({"type": "pong", "ack": binh.last_seq})

    answering = asyncio.create_task(answer_pings())
    assert await minh.closed() == 1006
    answering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await answering
    again = await node.resume(minh)
    assert again.welcome["resumed"] is True


async def test_a_reader_that_does_not_read_is_cut_off_and_others_do_not_notice(
    start_node,
):
    node = await start_node(messages_a_second=1e6, burst=1e6, write=0.2)
    room = opaque()
    binh, thu = await node.join(room), await node.join(room)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(socket_factory=_small_socket)
    ) as client:
        slow = Page(
            await client.ws_connect(node.base + SOCKET_PATH, origin=ORIGIN),
            opaque(),
            opaque(),
        )
        ticket = node.ticket(room, slow.participant)
        await slow.say({"type": "hello", "ticket": ticket, "instance": slow.instance})
        await slow.next("welcome")
        big = DESCRIPTION | {"sdp": SDP + "a" * 20_000}
        told = asyncio.create_task(thu.next("peer_reconnecting"))
        for _ in range(2000):
            await binh.signal(slow, big)
            if told.done():
                break
        assert (await told)["peer"] == slow.participant
        await binh.signal(thu, media())
        assert (await thu.next("peer_signal"))["sender"] == binh.participant


def _small_socket(address):
    family, kind, protocol, _, _ = address
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    return made
