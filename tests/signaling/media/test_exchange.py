"""Who of a room sends what to whom, as tables."""

import pytest

from signaling.media.exchange import Exchange, candidates_of


def peer(name, *, page="first", role="station"):
    return {"id": name, "instance": f"{name}-{page}", "role": role, "connected": True}


def room(*names):
    exchange = Exchange()
    for name in names:
        exchange.enter(peer(name))
    return exchange


@pytest.mark.parametrize(
    ("people", "worth_it"),
    [("", False), ("a", False), ("ab", False), ("abc", True), ("abcd", True)],
)
def test_two_need_no_media_server(people, worth_it):
    assert room(*people).worth_it is worth_it


def test_seats_of_a_media_server_are_nobody():
    exchange = room("a", "b")
    assert exchange.enter(peer("m", role="media")) is False
    assert not exchange.worth_it


@pytest.mark.parametrize(
    ("comes", "is_new"),
    [
        (peer("c"), True),
        (peer("a"), False),
        (peer("a", page="second"), True),
    ],
)
def test_a_reloaded_page_is_new_and_a_socket_that_came_back_is_not(comes, is_new):
    exchange = room("a", "b")
    assert exchange.enter(comes) is is_new


def test_what_a_former_page_sent_is_gone_with_it():
    exchange = room("a", "b")
    exchange.feeds["a"] = 1
    exchange.enter(peer("a", page="second"))
    assert exchange.feeds == {}
    assert not exchange.speaks("a", "a-first")
    assert exchange.speaks("a", "a-second")


@pytest.mark.parametrize(
    ("who", "subscribed", "subscribe", "unsubscribe"),
    [
        ("a", [], [2, 3], []),
        ("b", [], [1, 3], []),
        ("a", [2], [3], []),
        ("a", [2, 3], [], []),
        ("a", [2, 3, 9], [], [9]),
        ("a", [1], [2, 3], [1]),
        ("nobody", [], [1, 2, 3], []),
    ],
)
def test_everybody_receives_all_but_oneself(who, subscribed, subscribe, unsubscribe):
    exchange = room("a", "b", "c")
    exchange.feeds |= {"a": 1, "b": 2, "c": 3}
    assert exchange.change(who, subscribed) == (subscribe, unsubscribe)


def test_each_part_of_a_description_has_its_owner():
    exchange = room("a", "b")
    exchange.feeds |= {"a": 1, "b": 2}
    streams = [
        {"mid": "0", "type": "audio", "feed_id": 1},
        {"mid": "1", "type": "video", "feed_id": 1},
        {"mid": "2", "type": "audio", "feed_id": 2},
        {"mid": "3", "type": "video", "feed_id": 9},
        {"mid": "4", "type": "audio"},
    ]
    assert exchange.owners(streams) == [
        {"mid": "0", "participant": "a"},
        {"mid": "1", "participant": "a"},
        {"mid": "2", "participant": "b"},
    ]


def test_whoever_is_missing_from_a_new_picture_of_the_room_has_gone():
    exchange = room("a", "b", "c")
    assert exchange.missing([peer("a"), peer("c"), peer("d")]) == ["b"]


def test_candidates_are_spelled_as_janus_wants_them():
    said = [
        {"candidate": "candidate:1 1 udp …", "mid": "0", "line": 0, "ufrag": "x"},
        {"candidate": "", "mid": None, "line": None, "ufrag": None},
    ]
    assert candidates_of(said) == [
        {"candidate": "candidate:1 1 udp …", "sdpMid": "0", "sdpMLineIndex": 0},
        {"completed": True},
    ]
