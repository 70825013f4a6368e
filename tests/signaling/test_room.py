import pytest

from signaling.messages import (
    PeerJoined,
    PeerLeft,
    PeerReconnecting,
    PeerSignal,
    Refused,
    Signal,
)
from signaling.payloads import Media
from signaling.room import MAX_PARTICIPANTS, Delivery, Happening, Room

MEDIA = Media("media", microphone=True, camera=True, screen=False, auscultation=False)


def room_of(*participants: str) -> Room:
    room = Room()
    for participant in participants:
        room.enter(participant, "station", f"page-of-{participant}")
    return room


def signal(to: str, instance: str | None = None) -> Signal:
    return Signal("signal", 1, "m1", to, instance or f"page-of-{to}", MEDIA)


def test_a_signal_reaches_only_its_addressee_under_its_true_sender():
    room = room_of("binh", "minh", "thu")
    outcome = room.relay("binh", signal("minh"))
    assert outcome.deliveries == [
        Delivery("minh", PeerSignal("binh", "page-of-binh", MEDIA))
    ]
    assert outcome.happenings == []


@pytest.mark.parametrize(
    ("addressee", "code"),
    [
        (signal("stranger"), "no_such_peer"),
        (signal("binh"), "no_such_peer"),
        (signal("minh", "an-earlier-page"), "peer_replaced"),
    ],
)
def test_a_signal_to_nobody_oneself_or_an_earlier_page_is_refused(addressee, code):
    with pytest.raises(Refused) as refused:
        room_of("binh", "minh").relay("binh", addressee)
    assert (refused.value.code, refused.value.ref) == (code, "m1")


def test_entering_is_told_to_the_others_and_to_the_server():
    room = room_of("binh")
    outcome = room.enter("minh", "specialist", "page")
    assert outcome.deliveries == [Delivery("binh", PeerJoined(room.peer("minh")))]
    assert outcome.happenings == [Happening("joined", "minh", "specialist")]
    assert [peer.id for peer in room.peers_of("minh")] == ["binh"]


def test_a_reload_replaces_the_page_without_a_second_joining():
    room = room_of("binh", "minh")
    outcome = room.enter("minh", "specialist", "next-page")
    assert outcome.happenings == []
    assert room.peer("minh").instance == "next-page"
    assert outcome.deliveries == [Delivery("binh", PeerJoined(room.peer("minh")))]


def test_a_dropped_place_is_kept_until_it_is_overdue():
    room = room_of("binh", "minh")
    outcome = room.drop("minh", now=100)
    assert outcome.deliveries == [Delivery("binh", PeerReconnecting("minh"))]
    assert not room.peer("minh").connected
    assert room.overdue(since=99.9) == []
    assert room.overdue(since=100) == ["minh"]
    assert room.come_back("minh").deliveries[0].to == "binh"
    assert room.overdue(since=1000) == []


def test_the_last_to_leave_ends_the_room():
    room = room_of("binh", "minh")
    first = room.leave("minh", "hung_up")
    assert first.deliveries == [Delivery("binh", PeerLeft("minh", "hung_up"))]
    assert [happening.kind for happening in first.happenings] == ["left"]
    last = room.leave("binh", "lost")
    assert [(h.kind, h.reason) for h in last.happenings] == [
        ("left", "lost"),
        ("ended", "lost"),
    ]
    assert room.empty


def test_a_dissolved_room_has_not_ended():
    room = room_of("binh", "minh")
    assert [(h.kind, h.reason) for h in room.dissolve()] == [("left", "restart")] * 2
    assert room.empty


def test_a_full_room_refuses_a_newcomer_but_not_a_returning_one():
    room = room_of(*(f"p{number}" for number in range(MAX_PARTICIPANTS)))
    with pytest.raises(Refused, match="full"):
        room.enter("late", "guest", "page")
    room.enter("p0", "station", "other-page")
    assert "late" not in room


def test_the_seats_of_a_media_server_are_told_to_the_others_and_to_no_server():
    room = room_of("binh")
    outcome = room.enter("intake", "media", "bridge")
    assert outcome.deliveries == [Delivery("binh", PeerJoined(room.peer("intake")))]
    assert outcome.happenings == []
    assert room.leave("intake", "hung_up").happenings == []


def test_a_room_with_nobody_but_a_media_server_in_it_is_over():
    room = room_of("binh")
    room.enter("intake", "media", "bridge")
    outcome = room.leave("binh", "hung_up")
    assert [happening.kind for happening in outcome.happenings] == ["left", "ended"]
    assert not room.empty
    assert room.dissolve() == []
