"""What is read from the samples of a call, without a call."""

import pytest

from tests.bench.line.readings import side

CLICKED = 1_000_000


def sample(second: float, index: int = 0, **counters):
    audio = {
        "type": "inbound-rtp",
        "kind": "audio",
        "id": "A",
        "packetsReceived": 0,
        "packetsLost": 0,
        "jitter": 0.01,
        "totalSamplesReceived": 48_000 * second,
        "concealedSamples": 0,
        "silentConcealedSamples": 0,
        "totalAudioEnergy": 0.01 * second,
        **counters,
    }
    pair = {
        "type": "candidate-pair",
        "id": "P",
        "bytesReceived": 8_000 * second,
        "currentRoundTripTime": 0.2,
    }
    return {
        "at": CLICKED + int(1000 * second),
        "connections": [{"index": index, "state": "connected", "stats": [audio, pair]}],
    }


def seen(*samples, **fields):
    return {"sound": None, "picture": None, "samples": list(samples), **fields}


def test_times_count_from_the_click_and_never_is_none():
    read = side(seen(sample(1), sound=CLICKED + 400), CLICKED)
    assert (read.voice, read.picture) == (0.4, None)


def test_sound_that_comes_and_is_not_played_is_no_voice():
    silent = [sample(second, totalAudioEnergy=0) for second in range(1, 6)]
    read = side(seen(*silent, sound=CLICKED + 400), CLICKED)
    assert (read.voice, read.arrived) == (None, 0.4)
    read = side(seen(*silent, sample(6), sound=CLICKED + 400), CLICKED)
    assert (read.voice, read.arrived) == (6.0, 0.4)


def test_invented_silence_is_no_lost_speech():
    read = side(
        seen(
            sample(1),
            sample(2, concealedSamples=9_600, silentConcealedSamples=4_800),
        ),
        CLICKED,
    )
    assert read.lost == pytest.approx(0.05)
    assert read.concealed == pytest.approx(0.1)


def test_the_start_and_the_rest_are_told_apart():
    read = side(
        seen(
            *(
                sample(second, concealedSamples=min(second, 5) * 48_000)
                for second in range(1, 21)
            )
        ),
        CLICKED,
    )
    assert read.lost == pytest.approx(5 / 20)
    assert read.lost_start == pytest.approx(5 / 15)
    assert read.lost_settled == 0


def test_a_connection_built_anew_begins_at_zero_and_both_count():
    read = side(
        seen(sample(1), sample(4), sample(1, index=1), sample(4, index=1)), CLICKED
    )
    assert read.received == pytest.approx(2 * 8 * 8_000 / 1000)


def test_what_was_before_the_click_does_not_count():
    read = side(seen(sample(-1, concealedSamples=48_000), sample(2)), CLICKED)
    assert read.lost == 0


def test_levels_are_told_once_in_their_order():
    samples = [sample(second) for second in range(1, 6)]
    for one, level in zip(samples, "aabba", strict=True):
        one["level"] = level
    assert side(seen(*samples), CLICKED).levels == ["a", "b", "a"]
