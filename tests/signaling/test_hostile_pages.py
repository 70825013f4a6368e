"""Whatever a page sends, the node stays up and the others do not notice."""

import asyncio
import copy
import random
import time

import orjson
import pytest

from signaling.deflate import deflate
from tests.signaling.conftest import DESCRIPTION, ORIGIN, PATIENCE, SDP, media, opaque

MESSAGES = 10_000
ODD = [
    None,
    True,
    -1,
    0,
    2**53 + 1,
    1e308,
    "",
    "x" * 3000,
    "\u0000",
    "𝕱\ud83d",
    "\u202eđ\u0301",
    [],
    {},
    [[]],
    {"a": {}},
    [1] * 500,
]


def whole(chance, node_side):
    """One message as it should be."""
    page, other = node_side
    payload = chance.choice(
        [
            DESCRIPTION,
            media(),
            {
                "kind": "candidates",
                "connection": 1,
                "candidates": [
                    {"candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host"}
                ],
            },
        ]
    )
    signal = {"type": "signal", "seq": 1, "id": "1", "to": other, "instance": page}
    return chance.choice(
        [
            signal | {"payload": payload},
            {"type": "hello", "resume": "x", "last_seq": 0},
            {"type": "hello", "ticket": "e30.e30.e30", "instance": page},
            {"type": "refresh_ice"},
            {"type": "ack", "seq": 1},
            {"type": "ping", "ack": 0},
            {"type": "pong", "ack": 0},
        ]
    )


def spoil(chance, message):
    """Put something odd in one place of it."""
    message = copy.deepcopy(message)
    inside = message
    while True:
        key = chance.choice(list(inside))
        if isinstance(inside[key], dict) and inside[key] and chance.random() < 0.6:
            inside = inside[key]
            continue
        break
    what = chance.randrange(4)
    if what == 0:
        del inside[key]
    elif what == 1:
        inside[chance.choice(["extra", "sender", "node", "đ", ""])] = chance.choice(ODD)
    else:
        inside[key] = chance.choice(ODD)
    return message


def frames(chance, ids):
    """Ten thousand frames: wrong shapes, cut, damaged, deep, huge, deflated, no text."""
    for number in range(MESSAGES):
        text = _json(spoil(chance, whole(chance, ids)))
        kind = number % 10
        if kind == 0:
            yield text[: chance.randrange(len(text) + 1)], False
        elif kind == 1:
            damaged = bytearray(text)
            damaged[chance.randrange(len(text))] = chance.randrange(256)
            yield bytes(damaged), False
        elif kind == 2:
            yield deflate(text), True
        elif kind == 3 and number % 50 == 3:
            yield b"[" * chance.randrange(60_000), False
        elif kind == 4 and number % 50 == 4:
            yield b'{"type":"' + b"x" * chance.randrange(60_000) + b'"}', False
        elif kind == 5 and number % 100 == 5:
            yield chance.randbytes(chance.randrange(300)), True
        else:
            yield text, False


def _json(message):
    try:
        return orjson.dumps(message)
    except TypeError:  # Half a surrogate pair is no text, but it can be sent.
        return b'{"type":"\\ud83d"}'


@pytest.fixture
async def complaints(caplog):
    """What no task and no handler has caught."""
    loop = asyncio.get_running_loop()
    found = []
    loop.set_exception_handler(lambda _loop, context: found.append(context))
    yield found
    loop.set_exception_handler(None)
    assert found == []
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []


async def test_ten_thousand_damaged_messages_do_no_harm(start_node, complaints):
    node = await start_node(messages_a_second=1e9, burst=1e9)
    room = opaque()
    minh = await node.join(room)
    thu, lan = await node.join(room), await node.join(room)
    chance = random.Random(20261122)  # noqa: S311 - the same ones each time
    closed = 0
    for number, (frame, binary) in enumerate(frames(chance, (opaque(), opaque()))):
        if binary:
            await minh.socket.send_bytes(frame)
        else:
            await minh.socket.send_frame(frame, 1)
        if number % 5 == 4 and not await _answers(minh):
            closed += 1
            minh = await node.join(room, minh.participant)
    # Of a hundred only the one that is said to be deflated, and is not, ends the socket.
    assert closed <= MESSAGES / 100
    await thu.signal(lan, media())
    assert (await lan.next("peer_signal"))["sender"] == thu.participant
    assert complaints == []


async def _answers(page):
    """Read what has come up to the answer of a ping; False when the socket was ended."""
    try:
        await page.say({"type": "ping", "ack": 0})
    except ConnectionError:
        return False
    while True:
        message = await page.read()
        if isinstance(message, int):
            return False
        if message["type"] == "pong":
            return True


async def test_one_that_floods_leaves_the_others_under_a_tenth_of_a_second(node):
    binh, minh = await node.join(room := opaque()), await node.join(room)
    await binh.next("peer_joined")

    async def flood():
        while True:
            room = opaque()
            pages = [await node.join(room) for _ in range(2)]
            big = DESCRIPTION | {"sdp": SDP + "a" * 20_000}
            try:
                for _ in range(500):
                    await pages[0].signal(pages[1], big)
            except ConnectionError:
                continue

    flooding = asyncio.create_task(flood())
    times = []
    for _ in range(100):
        began = time.perf_counter()
        await binh.signal(minh, media())
        await minh.next("peer_signal")
        times.append(time.perf_counter() - began)
        await asyncio.sleep(0.04)
    assert not flooding.done(), flooding.exception()
    flooding.cancel()
    assert await node.metric('signaling_closes_total{code="4429"}') > 1
    # Both ends and the flood share this process, so this is more than the node's part.
    assert sorted(times)[95] < 0.1


async def test_nobody_speaks_under_another_name(node):
    room = opaque()
    binh, minh = await node.join(room), await node.join(room)
    await binh.next("peer_joined")
    await binh.signal(minh, media(), sender=minh.participant)
    assert (await binh.next("error"))["code"] == "bad_message"
    await binh.signal(minh, media())
    heard = await minh.next("peer_signal")
    assert (heard["sender"], heard["instance"]) == (binh.participant, binh.instance)


async def test_a_stolen_ticket_that_was_used_opens_nothing_and_puts_nobody_out(node):
    room = opaque()
    binh = await node.open()
    stolen = {"type": "hello", "ticket": node.ticket(room, binh.participant)}
    await binh.say(stolen | {"instance": binh.instance})
    await binh.next("welcome")
    thief = await node.open()
    await thief.say(stolen | {"instance": thief.instance})
    assert (await thief.next("error"))["code"] == "ticket_used"
    assert await thief.closed() == 4401
    await binh.say({"type": "ping", "ack": 0})
    await binh.next("pong")


async def test_a_former_resume_token_opens_nothing(node):
    minh = await node.join(opaque())
    old = minh.welcome["resume"]
    minh.cut()
    minh = await node.resume(minh)
    await minh.say({"type": "ping", "ack": 0})
    await minh.next("pong")
    thief = await node.open()
    await thief.say({"type": "hello", "resume": old, "last_seq": 0})
    assert (await thief.next("error"))["code"] == "resume_unknown"


async def test_a_peer_that_opens_and_says_nothing_costs_a_socket_and_no_more(
    start_node,
):
    node = await start_node(hello=0.2)
    address = node.base.removeprefix("http://").split(":")
    silent = [await asyncio.open_connection(*address) for _ in range(50)]
    request = f"GET /signaling HTTP/1.1\r\nHost: a\r\nOrigin: {ORIGIN}\r\n"
    for _, writer in silent[:25]:
        # Half of a request, and then nothing.
        writer.write(request.encode())
    upgraded = [await node.open() for _ in range(25)]
    async with asyncio.timeout(PATIENCE):
        assert {await page.closed() for page in upgraded} == {4408}
    binh, minh = await node.join(room := opaque()), await node.join(room)
    await minh.signal(binh, media())
    await binh.next("peer_signal")
    for _, writer in silent:
        writer.close()
