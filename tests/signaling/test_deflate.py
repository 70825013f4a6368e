"""Messages over a kilobyte travel deflated, and nothing that comes so can grow without end."""

import random
import zlib

import orjson
import pytest
from aiohttp import WSMsgType

from signaling.deflate import DEFLATE_OVER, Unreadable, deflate, inflate
from signaling.messages import MAX_MESSAGE_BYTES, CloseCode
from tests.signaling.conftest import DESCRIPTION, SDP, media, opaque

BIG = DESCRIPTION | {"sdp": SDP + "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n" * 40}
WHOLE = deflate(b"x" * 5000)


@pytest.mark.parametrize("length", [0, 1, DEFLATE_OVER, MAX_MESSAGE_BYTES])
def test_what_is_deflated_comes_back_whole(length):
    message = random.Random(length).randbytes(length)  # noqa: S311
    assert inflate(deflate(message)) == message


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"", CloseCode.BINARY),
        (b"{}", CloseCode.BINARY),
        (WHOLE[:-1], CloseCode.BINARY),
        (WHOLE + b"x", CloseCode.BINARY),
        (zlib.compress(b"x" * 5000), CloseCode.BINARY),
        (deflate(b"x" * (MAX_MESSAGE_BYTES + 1)), CloseCode.TOO_BIG),
        (deflate(b"x" * 50_000_000), CloseCode.TOO_BIG),
    ],
    ids=["empty", "text", "cut", "more", "zlib", "one-byte-over", "bomb"],
)
def test_what_is_no_deflated_message_ends_the_socket(frame, code):
    with pytest.raises(Unreadable) as refused:
        inflate(frame)
    assert refused.value.code is code


def test_no_damage_to_a_frame_makes_more_than_a_message_may_be():
    chance = random.Random(3)  # noqa: S311 - the same ones each time
    for _ in range(10_000):
        frame = bytearray(WHOLE)
        for _ in range(chance.randrange(1, 4)):
            frame[chance.randrange(len(frame))] = chance.randrange(256)
        try:
            assert len(inflate(bytes(frame))) <= MAX_MESSAGE_BYTES
        except Unreadable:
            continue


async def test_a_page_that_can_gets_big_messages_deflated_and_small_ones_as_text(node):
    room = opaque()
    binh, minh = await node.join(room), await node.open()
    hello = {"type": "hello", "ticket": node.ticket(room, minh.participant)}
    await minh.say(hello | {"instance": minh.instance, "deflate": True})
    await minh.next("welcome")
    await binh.next("peer_joined")
    for payload in (BIG, media()):
        await binh.signal(minh, payload)
    first = await minh.socket.receive()
    assert first.type is WSMsgType.BINARY
    assert len(first.data) < len(orjson.dumps(BIG)) / 3
    assert orjson.loads(inflate(first.data))["payload"] == BIG
    assert (await minh.read())["payload"] == media()


async def test_a_page_may_deflate_and_the_other_need_not_know(node):
    room = opaque()
    binh, minh = await node.join(room), await node.join(room)
    await binh.next("peer_joined")
    signal = {"type": "signal", "seq": 1, "id": "1", "to": minh.participant}
    signal |= {"instance": minh.instance, "payload": BIG}
    await binh.socket.send_bytes(deflate(orjson.dumps(signal)))
    assert (await minh.next("peer_signal"))["payload"] == BIG


@pytest.mark.parametrize(
    ("frame", "code"), [(b"{}", 1003), (deflate(b" " * 70_000), 1009)]
)
async def test_a_bad_binary_frame_ends_the_socket_and_keeps_the_place(
    node, frame, code
):
    minh = await node.join(opaque())
    await minh.socket.send_bytes(frame)
    assert await minh.closed() == code
    assert (await node.resume(minh)).welcome["resumed"] is True
