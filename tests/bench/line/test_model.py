"""The line as a function of time: nothing here waits."""

import statistics

import pytest

from tests.bench.line.model import Condition, LineModel


def sent(condition: Condition, times, size=500, seed=1) -> list[float | None]:
    line = LineModel(condition, seed)
    return [line.arrival(time, size) for time in times]


def every(seconds: float, count: int) -> list[float]:
    return [number * seconds for number in range(count)]


def test_a_packet_takes_the_time_of_its_bits_and_then_the_way():
    assert sent(Condition(rate=64e3, delay=0.3), [5.0], size=800) == [5.0 + 0.1 + 0.3]


def test_packets_wait_for_one_another():
    arrivals = sent(Condition(rate=40e3, delay=0.1), [0.0, 0.0, 0.0], size=500)
    assert arrivals == pytest.approx([0.2, 0.3, 0.4])


def test_what_would_wait_longer_than_the_queue_is_dropped():
    arrivals = sent(Condition(rate=40e3, queue=0.25), [0.0] * 6, size=500)
    assert arrivals[:3] == pytest.approx([0.1, 0.2, 0.3])
    assert arrivals[3:] == [None, None, None]


def test_a_queue_that_has_emptied_takes_packets_again():
    arrivals = sent(Condition(rate=40e3, queue=0.0), [0.0, 0.05, 0.1], size=500)
    assert arrivals[1] is None
    assert arrivals[2] == pytest.approx(0.2)


def test_jitter_spreads_evenly_around_the_delay():
    times = every(1.0, 5_000)
    arrivals = sent(Condition(delay=0.3, jitter=0.08), times)
    delays = [came - left for came, left in zip(arrivals, times, strict=True)]
    assert statistics.mean(delays) == pytest.approx(0.3, rel=0.02)
    assert min(delays) == pytest.approx(0.22, rel=0.02)
    assert max(delays) == pytest.approx(0.38, rel=0.02)


@pytest.mark.parametrize("reorder", [False, True])
def test_jitter_reorders_only_when_asked(reorder):
    line = Condition(delay=0.1, jitter=0.05, reorder=reorder)
    arrivals = sent(line, every(0.001, 500))
    assert (arrivals == sorted(arrivals)) is not reorder


def runs(condition: Condition, count=200_000) -> list[int]:
    """The lengths of what was lost in a row."""
    lost = "".join(
        "x" if one is None else " " for one in sent(condition, every(1, count))
    )
    return [len(run) for run in lost.split()]


@pytest.mark.parametrize("loss", [0.01, 0.05, 0.1, 0.3])
def test_loss_at_random_has_the_share_and_the_short_bursts_of_chance(loss):
    found = runs(Condition(loss=loss))
    assert sum(found) / 200_000 == pytest.approx(loss, rel=0.05)
    assert statistics.mean(found) == pytest.approx(1 / (1 - loss), rel=0.05)


@pytest.mark.parametrize(("loss", "burst"), [(0.08, 6), (0.15, 2), (0.02, 20)])
def test_bursts_keep_the_mean_loss_and_have_the_length_asked_for(loss, burst):
    found = runs(Condition(loss=loss, burst=burst))
    assert sum(found) / 200_000 == pytest.approx(loss, rel=0.1)
    assert statistics.mean(found) == pytest.approx(burst, rel=0.1)


def test_a_cut_line_carries_nothing_and_comes_back():
    line = LineModel(Condition(delay=0.1), 1)
    line.condition = line.condition.changed({"cut": True})
    assert line.arrival(0.0, 500) is None
    line.condition = line.condition.changed({"cut": False})
    assert line.arrival(1.0, 500) == 1.1


def test_the_same_seed_loses_the_same_packets_whatever_else_the_line_does():
    times = every(1.0, 1_000)
    plain = sent(Condition(loss=0.1), times, seed=7)
    other = sent(Condition(loss=0.1, delay=0.3, jitter=0.1), times, size=90, seed=7)
    assert [one is None for one in plain] == [one is None for one in other]
    assert plain != sent(Condition(loss=0.1), times, seed=8)


def test_a_control_changes_what_it_names_and_nothing_it_invents():
    assert Condition(rate=1.0, loss=0.1).changed({"rate": 2}) == Condition(
        2.0, loss=0.1
    )
    with pytest.raises(KeyError):
        Condition().changed({"speed": 3})
