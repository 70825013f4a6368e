"""From samples to what happened: clear speech, cuts, time without a picture."""

from datetime import UTC, datetime, timedelta

import pytest

from server.quality.levels import Reason, Rung
from server.quality.story import MOST_SLOTS, Moment, cuts_of, slots, step_of, tell

BEGIN = datetime(2026, 11, 22, 8, tzinfo=UTC)


def moment(ends: float, **what) -> Moment:
    """A good sample of five seconds that ended so many seconds after the beginning."""
    return Moment(
        at=BEGIN + timedelta(seconds=ends),
        **{
            "seconds": 5.0,
            "concealed": 0.0,
            "received": 300,
            "relayed": False,
            "rung": Rung.P360,
            "reason": Reason.FREE,
            "mos": 4.3,
            **what,
        },
    )


CUT = {"received": 0, "mos": 1.0}


def test_a_good_call_is_clear_from_its_beginning_to_its_end():
    story = tell([moment(5 * n) for n in range(1, 13)])
    assert (story.seconds, story.clear, story.mos) == (60, 1.0, 4.3)
    assert (story.cuts, story.without_picture, story.relayed) == (0, 0, False)


def test_time_in_which_nothing_came_counts_as_unclear_and_as_a_cut():
    cut = [moment(15, **CUT), moment(20, **CUT)]
    story = tell([moment(5), moment(10), *cut, moment(25)])
    assert story.clear == pytest.approx(15 / 25)
    assert (story.cuts, story.longest_cut, story.without_picture) == (1, 10, 10)


def test_time_that_nobody_measured_is_a_cut_too():
    story = tell([moment(5), moment(10), moment(35), moment(40)])
    assert (story.cuts, story.longest_cut) == (1, 20)
    assert story.clear == pytest.approx(20 / 40)
    assert story.without_picture == 20


def test_a_cut_and_the_silence_after_it_are_one():
    moments = [moment(5), moment(10, **CUT), moment(40, **CUT), moment(45)]
    [(begin, end)] = cuts_of(moments)
    assert (end - begin).total_seconds() == 35
    assert tell(moments).cuts == 1


def test_one_late_sample_is_no_cut():
    assert tell([moment(5), moment(16)]).cuts == 0


def test_only_a_line_that_is_too_thin_counts_as_time_without_a_picture():
    paused = moment(5, rung=Rung.VOICE, reason=Reason.LINE)
    chosen = moment(10, rung=Rung.VOICE, reason=Reason.CHOSEN)
    assert tell([paused, chosen]).without_picture == 5


def test_speech_that_was_made_up_is_weighed_by_time():
    long = moment(20, seconds=15.0, concealed=0.1)
    assert tell([moment(5), long]).concealed == pytest.approx(0.075)


def test_what_no_browser_could_tell_stays_unknown():
    blind = moment(5, concealed=None, mos=None, relayed=None)
    story = tell([blind])
    assert (story.clear, story.mos, story.concealed, story.relayed) == (None,) * 4


@pytest.mark.parametrize("minutes", [0, 1, 2, 5, 20, 45, 90, 300, 2000])
def test_a_call_of_any_length_has_bars_that_can_be_told_apart(minutes):
    step = step_of(60 * minutes)
    assert 60 * minutes / step <= MOST_SLOTS + 1


def test_each_bar_is_the_mean_of_its_time_and_a_cut_shows_in_every_bar_it_touches():
    moments = [
        moment(5, received=100),
        moment(10, received=200, mos=3.3),
        moment(15),
        moment(42),
        moment(50, received=0, mos=1.0),
    ]
    bars = slots(moments, BEGIN, 10)
    assert [one.received for one in bars] == [150, 300, None, 300, 0]
    assert bars[0].mos == pytest.approx(3.8)
    assert [one.cut for one in bars] == [False, True, True, True, True]
