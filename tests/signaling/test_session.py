import pytest

from tests.signaling.conftest import DESCRIPTION, SDP, media, opaque


@pytest.fixture
async def pair(node):
    room = opaque()
    binh = await node.join(room)
    minh = await node.join(room)
    await binh.next("peer_joined")
    return binh, minh


PAYLOADS = [
    DESCRIPTION,
    DESCRIPTION | {"type": "answer", "negotiation": 7},
    media(),
    {
        "kind": "candidates",
        "connection": 1,
        "candidates": [
            {"candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host", "mid": "0"},
            {"candidate": "", "mid": None, "line": 0, "ufrag": "abcd"},
        ],
    },
]


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: payload["kind"])
async def test_a_payload_arrives_whole_under_its_true_sender(pair, payload):
    binh, minh = pair
    await binh.signal(minh, payload)
    arrived = await minh.next("peer_signal")
    assert arrived["sender"] == binh.participant
    assert arrived["instance"] == binh.instance
    sent = {name: value for name, value in payload.items() if name != "candidates"}
    assert arrived["payload"].items() >= sent.items()
    if payload["kind"] == "candidates":
        blank = {"mid": None, "line": None, "ufrag": None}
        expected = [blank | candidate for candidate in payload["candidates"]]
        assert arrived["payload"]["candidates"] == expected


BAD_SIGNALS = {
    "a sender of one's own choosing": ({"sender": "x" * 20}, "bad_message"),
    "an unknown field": ({"privileged": True}, "bad_message"),
    "a number as text": ({"seq": "1"}, "bad_message"),
    "a number below one": ({"seq": 0}, "bad_message"),
    "an unknown payload": ({"payload": {"kind": "chat"}}, "bad_message"),
    "nesting without end": ({"payload": {"kind": [[[[[[]]]]]]}}, "bad_message"),
    "SDP without a fingerprint": (
        {"payload": DESCRIPTION | {"sdp": "v=0\r\n"}},
        "sdp_without_fingerprint",
    ),
    "a fingerprint that is not a line": (
        {"payload": DESCRIPTION | {"sdp": "v=0\r\ns=a=fingerprint:x y"}},
        "sdp_without_fingerprint",
    ),
    "SDP too long": (
        {"payload": DESCRIPTION | {"sdp": SDP + "a" * 20480}},
        "bad_message",
    ),
    "too many candidates": (
        {
            "payload": {
                "kind": "candidates",
                "connection": 1,
                "candidates": [{"candidate": ""}] * 41,
            }
        },
        "bad_message",
    ),
    "an addressee who is not here": ({"to": "n" * 20}, "no_such_peer"),
    "an earlier page": ({"instance": "i" * 20}, "peer_replaced"),
}


@pytest.mark.parametrize("what", BAD_SIGNALS)
async def test_a_bad_signal_is_refused_and_reaches_nobody(pair, what):
    binh, minh = pair
    changed, code = BAD_SIGNALS[what]
    await binh.signal(minh, media(), id="the-bad-one", **changed)
    error = await binh.next("error")
    assert (error["code"], error["ref"]) == (code, "the-bad-one")
    await binh.signal(minh, DESCRIPTION)
    assert (await minh.read())["payload"]["kind"] == "description"


async def test_a_second_hello_is_refused(pair):
    binh, _ = pair
    hello = {"type": "hello", "ticket": "x", "instance": opaque()}
    await binh.say(hello)
    assert (await binh.next("error"))["code"] == "hello_repeated"


async def test_a_ping_is_answered_with_what_has_arrived(pair):
    binh, minh = pair
    await binh.signal(minh, media())
    await binh.say({"type": "ping", "ack": 1})
    assert await binh.next("pong") == {"type": "pong", "ack": 1}


async def test_the_node_pings_and_acknowledges_every_sixteenth(start_node):
    node = await start_node(ping=0.05)
    room = opaque()
    binh, minh = await node.join(room), await node.join(room)
    assert (await binh.next("ping"))["ack"] == 0
    for _ in range(16):
        await binh.signal(minh, media())
    message = await binh.read()
    while message["type"] != "ack" and message.get("ack") != 16:
        message = await binh.read()
    assert message.get("seq", message.get("ack")) == 16


async def test_fresh_relay_credentials_are_lent_on_request(pair):
    binh, _ = pair
    await binh.say({"type": "refresh_ice"})
    (server,) = (await binh.next("ice_servers"))["servers"]
    assert server["username"].endswith(binh.participant)


async def test_leaving_closes_with_1000_and_tells_the_others(pair):
    binh, minh = pair
    await binh.say({"type": "leave"})
    assert await binh.closed() == 1000
    left = await minh.next("peer_left")
    assert (left["peer"], left["reason"]) == (binh.participant, "hung_up")


async def test_nothing_is_lost_or_doubled_over_dropped_sockets(start_node):
    node = await start_node(messages_a_second=10_000, burst=10_000)
    room = opaque()
    binh, minh = await node.join(room), await node.join(room)
    arrived: list[int] = []
    for number in range(1, 41):
        await binh.signal(minh, DESCRIPTION | {"negotiation": number})
        await binh.say({"type": "ping", "ack": 0})
        await binh.next("pong")
        if number % 10 == 5:
            # Read some, lose the line, and come back with what was read.
            while len(arrived) < number - 3:
                message = await minh.next("peer_signal")
                arrived.append(message["payload"]["negotiation"])
            minh.cut()
            await binh.next("peer_reconnecting")
        if number % 10 == 0:
            minh = await node.resume(minh)
            assert minh.welcome["resumed"] is True
    while len(arrived) < 40:
        arrived.append((await minh.next("peer_signal"))["payload"]["negotiation"])
    assert arrived == list(range(1, 41))
    await binh.say({"type": "leave"})
    assert (await minh.next("peer_left"))["peer"] == binh.participant


async def test_what_the_page_repeats_after_a_resume_is_delivered_once(pair, node):
    binh, minh = pair
    await binh.signal(minh, DESCRIPTION, id="offer")
    await minh.next("peer_signal")
    binh.cut()
    await minh.next("peer_reconnecting")
    binh = await node.resume(binh)
    assert binh.welcome["seq"] == 1
    assert (await minh.next("peer_joined"))["peer"]["instance"] == binh.instance
    await binh.signal(minh, DESCRIPTION, seq=1, id="offer")
    await binh.signal(minh, DESCRIPTION, seq=2, id="offer")
    await binh.signal(minh, media(), seq=3)
    assert (await minh.read())["payload"]["kind"] == "media"


async def test_a_repeated_id_is_known_across_sessions_of_the_same_page(pair, node):
    binh, minh = pair
    await binh.signal(minh, DESCRIPTION, id="offer")
    await minh.next("peer_signal")
    again = await node.join(binh.room, binh.participant, binh.instance)
    assert again.welcome["resumed"] is False
    await again.signal(minh, DESCRIPTION, id="offer")
    await again.signal(minh, media())
    assert (await minh.next("peer_signal"))["payload"]["kind"] == "media"
    assert await binh.closed() == 4409


async def test_too_much_missed_begins_a_new_session_with_the_whole_room(start_node):
    node = await start_node(messages_a_second=10_000, burst=10_000)
    room = opaque()
    binh, minh = await node.join(room), await node.join(room)
    minh.cut()
    await binh.next("peer_reconnecting")
    for _ in range(257):
        await binh.signal(minh, media())
    await binh.say({"type": "ping", "ack": 0})
    await binh.next("pong")
    minh = await node.resume(minh)
    assert minh.welcome["resumed"] is False
    assert [peer["id"] for peer in minh.welcome["peers"]] == [binh.participant]
    await binh.signal(minh, DESCRIPTION)
    assert (await minh.next("peer_signal"))["seq"] == 1


async def test_a_resume_token_works_again_only_until_the_next_one_is_confirmed(
    pair, node
):
    binh, minh = pair
    binh.cut()
    await minh.next("peer_reconnecting")
    # The first welcome is lost on the way, so the page shows the same token twice.
    await node.resume(binh)
    second = await node.resume(binh)
    assert second.welcome["resumed"] is True
    await second.say({"type": "ping", "ack": 0})
    await second.next("pong")
    late = await node.open()
    token = binh.welcome["resume"]
    await late.say({"type": "hello", "resume": token, "last_seq": 0})
    assert (await late.next("error"))["code"] == "resume_unknown"
    assert await late.closed() == 4401


async def test_another_page_of_the_same_person_takes_over(pair, node):
    binh, minh = pair
    room = binh.room
    other_tab = await node.join(room, binh.participant)
    assert await binh.closed() == 4409
    joined = await minh.next("peer_joined")
    assert joined["peer"]["id"] == binh.participant
    assert joined["peer"]["instance"] == other_tab.instance != binh.instance
    await minh.signal(binh, media())
    assert (await minh.next("error"))["code"] == "peer_replaced"
    await minh.signal(other_tab, media())
    assert (await other_tab.next("peer_signal"))["sender"] == minh.participant
    old = await node.open()
    token = binh.welcome["resume"]
    await old.say({"type": "hello", "resume": token, "last_seq": 0})
    assert (await old.next("error"))["code"] == "resume_unknown"


async def test_a_place_is_given_up_when_nobody_comes_back(start_node):
    node = await start_node(keep_place=0.1)
    room = opaque()
    binh, minh = await node.join(room), await node.join(room)
    minh.cut()
    await binh.next("peer_reconnecting")
    left = await binh.next("peer_left")
    assert (left["peer"], left["reason"]) == (minh.participant, "lost")
    assert await node.metric("signaling_places") == 1
