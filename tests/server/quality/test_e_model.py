"""The score of speech equals what ITU-T and others have published."""

import pytest

from server.quality.e_model import (
    BEST_R,
    delay_impairment,
    effective_impairment,
    mos,
    mos_of_speech,
)


# G.107, Annex B, table B.1, and the bounds that its text states.
@pytest.mark.parametrize(
    ("rating", "score"),
    [
        (BEST_R, 4.41),
        (90, 4.34),
        (80, 4.03),
        (70, 3.60),
        (60, 3.10),
        (50, 2.58),
        (0, 1.0),
        (-20, 1.0),
        (100, 4.5),
        (120, 4.5),
    ],
)
def test_a_rating_has_the_published_score(rating, score):
    assert mos(rating) == pytest.approx(score, abs=0.01)


# G.113 (2001), table I.2 (random loss): G.729A with VAD has Ie 11 and Bpl 19.
@pytest.mark.parametrize(
    ("percent", "impairment"),
    [
        (0, 11),
        (0.5, 13),
        (1, 15),
        (1.5, 17),
        (2, 19),
        (3, 23),
        (4, 26),
        (8, 36),
        (16, 49),
    ],
)
def test_loss_impairs_a_codec_as_its_table_says(percent, impairment):
    assert effective_impairment(percent, 11, 19) == pytest.approx(impairment, abs=0.6)


# Cole and Rosenbluth 2001: two lines that bend at 177.3 ms.
@pytest.mark.parametrize(
    ("delay", "impairment"),
    [(0, 0), (100, 2.4), (177.3, 4.26), (300, 20.7), (400, 34.1)],
)
def test_delay_impairs_little_before_177_ms_and_much_after(delay, impairment):
    assert delay_impairment(delay) == pytest.approx(impairment, abs=0.05)


@pytest.mark.parametrize(
    ("concealed", "rtt", "jitter", "least", "most"),
    [
        (0.0, None, None, 4.38, 4.41),  # only the codec's own delay
        (0.0, 40, 5, 4.3, 4.4),
        (0.018, 180, 30, 4.0, 4.3),  # weak 4G
        (0.05, 40, 5, 3.6, 4.0),  # above 5% speech suffers
        (0.20, 40, 5, 2.4, 2.7),  # above 20% it cannot be followed
        (0.02, 1500, 100, 1.0, 2.0),  # words that come a second late
        (1.0, 40, 5, 1.0, 1.3),
    ],
)
def test_speech_on_known_lines_scores_as_it_is_heard(
    concealed, rtt, jitter, *, least, most
):
    assert least <= mos_of_speech(concealed, rtt, jitter) <= most


def test_a_worse_line_never_scores_better():
    shares = [mos_of_speech(share / 100, 100, 10) for share in range(101)]
    trips = [mos_of_speech(0.01, trip, 10) for trip in range(0, 3000, 50)]
    for scores in (shares, trips):
        assert scores == sorted(scores, reverse=True)
