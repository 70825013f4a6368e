import time
from datetime import UTC, datetime, timedelta

import aiohttp
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signaling.config import SOCKET_PATH
from signaling.tickets import Role, Ticket, issue
from tests.signaling.conftest import ORIGIN, opaque


def signed(at, key=None, now=None, **changed):
    now = now or datetime.fromtimestamp(time.time(), UTC)
    claims = {"room": opaque(), "participant": opaque(), "node": at.settings.node}
    return issue(key or at.key, Ticket(role=Role.GUEST, **(claims | changed)), now)


def retyped(node, **changed):
    claims = jwt.decode(signed(node), options={"verify_signature": False})
    header = {"typ": changed.pop("typ", "tramxa-call+jwt")}
    return jwt.encode(claims | changed, node.key, algorithm="EdDSA", headers=header)


def ago(seconds):
    return datetime.fromtimestamp(time.time(), UTC) - timedelta(seconds=seconds)


TICKETS = {
    "of another signer": (
        lambda node: signed(node, key=Ed25519PrivateKey.generate()),
        "ticket_invalid",
    ),
    "expired": (lambda node: signed(node, now=ago(61)), "ticket_expired"),
    "older than the node": (lambda node: signed(node, now=ago(30)), "ticket_stale"),
    "for another node": (lambda node: signed(node, node="else"), "ticket_wrong_node"),
    "of another type": (lambda node: retyped(node, typ="at+jwt"), "ticket_invalid"),
    "for another audience": (lambda node: retyped(node, aud="api"), "ticket_invalid"),
    "garbled": (lambda _: "not.a.ticket", "ticket_invalid"),
}


@pytest.mark.parametrize("what", TICKETS)
async def test_a_bad_ticket_is_refused_with_4401(node, what):
    make, code = TICKETS[what]
    page = await node.open()
    await page.say({"type": "hello", "ticket": make(node), "instance": opaque()})
    assert (await page.next("error"))["code"] == code
    assert await page.closed() == 4401
    assert await node.metric(f'signaling_refusals_total{{code="{code}"}}') == 1


async def test_a_ticket_admits_once(node):
    hello = {"type": "hello", "ticket": signed(node), "instance": opaque()}
    first, second = await node.open(), await node.open()
    await first.say(hello)
    await first.next("welcome")
    await second.say(hello)
    assert (await second.next("error"))["code"] == "ticket_used"
    assert await second.closed() == 4401


@pytest.mark.parametrize("origin", [None, "https://evil.test", "null", ORIGIN + ".x"])
async def test_a_foreign_origin_is_refused_before_the_upgrade(node, origin):
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await node.client.ws_connect(node.base + SOCKET_PATH, origin=origin)
    assert refused.value.status == 403


async def test_a_socket_without_hello_is_closed_with_4408(start_node):
    node = await start_node(hello=0.05)
    page = await node.open()
    assert await page.closed() == 4408


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ({"type": "leave"}, "hello_expected"),
        ({"type": "hello"}, "bad_message"),
        ({"type": "hello", "ticket": "x", "instance": "y" * 16, "resume": "z"}, None),
        ({"type": "hello", "ticket": "x"}, "bad_message"),
        ("nonsense", "bad_message"),
        ("[" * 5000, "bad_message"),
    ],
)
async def test_anything_but_a_hello_first_is_closed_with_4408(node, first, code):
    page = await node.open()
    await page.say(first)
    assert (await page.next("error"))["code"] == (code or "bad_message")
    assert await page.closed() == 4408


async def test_welcome_tells_who_is_here_and_lends_the_relay(node):
    room = opaque()
    binh = await node.join(room)
    minh = await node.join(room)
    welcome = minh.welcome
    assert welcome["resumed"] is False
    assert welcome["you"]["id"] == minh.participant
    assert welcome["peers"] == [
        {
            "id": binh.participant,
            "role": "station",
            "instance": binh.instance,
            "connected": True,
        }
    ]
    (server,) = welcome["ice_servers"]
    assert server["urls"] == ["turn:turn.test:3478"]
    expiry, participant = server["username"].split(":")
    assert participant == minh.participant
    assert 800 < int(expiry) - time.time() <= 900
    assert (await binh.next("peer_joined"))["peer"] == welcome["you"]


async def test_a_ninth_participant_finds_the_room_full(node):
    room = opaque()
    for _ in range(8):
        await node.join(room)
    ninth = await node.open()
    ticket = node.ticket(room, ninth.participant)
    await ninth.say({"type": "hello", "ticket": ticket, "instance": ninth.instance})
    assert (await ninth.next("error"))["code"] == "room_full"
    assert await ninth.closed() == 4401
