import orjson
import pytest

from signaling.replay import ACKNOWLEDGE_EVERY, KEPT_MESSAGES, Inbox, Outbox


def outbox_of(count: int, *, size: int = 2, now: float = 0) -> Outbox:
    outbox = Outbox()
    for _ in range(count):
        outbox.add(b'{"x":"%b"}' % (b"a" * size), now)
    return outbox


def numbers(frames: list[bytes] | None) -> list[int] | None:
    return None if frames is None else [orjson.loads(frame)["seq"] for frame in frames]


@pytest.mark.parametrize(
    ("sent", "acknowledged", "asked", "replayed"),
    [
        (0, 0, 0, []),
        (3, 0, 0, [1, 2, 3]),
        (3, 0, 2, [3]),
        (3, 0, 3, []),
        (3, 2, 2, [3]),
        (3, 3, 3, []),
        (3, 2, 1, None),
        (3, 0, 4, None),
        (KEPT_MESSAGES + 1, 0, 0, None),
        (KEPT_MESSAGES + 1, 0, KEPT_MESSAGES, [KEPT_MESSAGES + 1]),
    ],
)
def test_everything_after_the_asked_number_is_replayed_or_nothing(
    sent, acknowledged, asked, replayed
):
    outbox = outbox_of(sent)
    outbox.acknowledge(acknowledged)
    assert numbers(outbox.since(asked, now=1)) == replayed


def test_half_a_mebibyte_is_kept_and_no_more():
    outbox = outbox_of(9, size=64 * 1024)
    assert outbox.since(1, now=1) is None
    assert numbers(outbox.since(2, now=1)) == [3, 4, 5, 6, 7, 8, 9]


def test_what_is_older_than_ninety_seconds_is_not_replayed():
    outbox = outbox_of(2, now=0)
    assert numbers(outbox.since(0, now=90)) == [1, 2]
    assert outbox.since(0, now=91) is None
    assert outbox.since(2, now=91) == []


def test_an_acknowledgement_of_the_future_forgets_only_what_was_sent():
    outbox = outbox_of(2)
    outbox.acknowledge(10**9)
    outbox.add(b'{"x":1}', 0)
    assert numbers(outbox.since(2, now=1)) == [3]


def test_a_message_is_accepted_once_by_number_and_by_id():
    inbox = Inbox()
    assert inbox.accept(1, "a")
    assert not inbox.accept(1, "b")
    assert not inbox.accept(2, "a")
    assert inbox.accept(5, "c")
    inbox.restart()
    assert not inbox.accept(1, "c")
    assert inbox.accept(2, "d")


def test_only_the_last_ids_are_remembered():
    inbox = Inbox()
    for number in range(1, KEPT_MESSAGES + 2):
        inbox.accept(number, f"m{number}")
    inbox.restart()
    assert not inbox.accept(1, "m2")
    assert inbox.accept(2, "m1")


def test_an_acknowledgement_is_due_after_sixteen():
    inbox = Inbox()
    for number in range(1, ACKNOWLEDGE_EVERY):
        inbox.accept(number, f"m{number}")
    assert not inbox.acknowledgement_due
    inbox.accept(ACKNOWLEDGE_EVERY, "last")
    assert inbox.acknowledgement_due
