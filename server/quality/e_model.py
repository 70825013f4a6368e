"""The score of speech: the E-model of ITU-T G.107 (06/2015), in its usual simplification.

R = R0 - Id - Ie,eff, and MOS from R. Each constant says where it is from; none is our own.
"""

from __future__ import annotations

# G.107, table 3: R of a connection with every parameter at its default (R0 - Is, A = 0).
BEST_R = 93.2
# R. G. Cole and J. H. Rosenbluth, “Voice over IP Performance Monitoring”, ACM SIGCOMM CCR
# 31(2), 2001: the curve of Id in G.107 as two straight lines that bend at 177.3 ms.
_DELAY_SLOPE = 0.024
_LATE_SLOPE = 0.11
_LATE_MS = 177.3
# G.107, equation 7-29: Ie,eff = Ie + (95 - Ie) * Ppl / (Ppl / BurstR + Bpl), BurstR = 1.
_MOST_IMPAIRED = 95.0
# G.113 (11/2007), Appendix I: G.711 with concealment of losses, Ie = 0 and Bpl = 25.1. There
# is no entry for Opus; on this scale of narrow-band speech its wide band counts for nothing,
# and what FEC (RFC 6716) or RED (RFC 2198) repaired is not concealed, so it is not counted.
_OPUS_IMPAIRMENT = 0.0
_OPUS_ROBUSTNESS = 25.1
# RFC 6716, section 2: a frame of 20 ms and 6.5 ms to look ahead.
_OPUS_DELAY_MS = 26.5
# The buffer against jitter holds about twice the jitter (RFC 3550, A.8 gives its mean).
_BUFFER_PER_JITTER = 2
# G.107, Annex B.
_MOST_R = 100.0
WORST_MOS, _BEST_MOS = 1.0, 4.5


def mos_of_speech(concealed: float, rtt: float | None, jitter: float | None) -> float:
    """Return the score of what one end heard, from 1 (bad) to 4.5 (excellent).

    `concealed` is the share of speech that was made up; round trip and jitter are in ms.
    """
    delay = (rtt or 0) / 2 + _BUFFER_PER_JITTER * (jitter or 0) + _OPUS_DELAY_MS
    lost = effective_impairment(100 * concealed, _OPUS_IMPAIRMENT, _OPUS_ROBUSTNESS)
    return mos(BEST_R - delay_impairment(delay) - lost)


def delay_impairment(milliseconds: float) -> float:
    """Return Id of a delay from mouth to ear."""
    late = max(0.0, milliseconds - _LATE_MS)
    return _DELAY_SLOPE * milliseconds + _LATE_SLOPE * late


def effective_impairment(
    percent_lost: float, impairment: float, robustness: float
) -> float:
    """Return Ie,eff of a codec with impairment Ie and robustness Bpl at a random loss."""
    share = percent_lost / (percent_lost + robustness)
    return impairment + (_MOST_IMPAIRED - impairment) * share


def mos(rating: float) -> float:
    """Return the mean opinion score of R (G.107, Annex B)."""
    if rating <= 0:
        return WORST_MOS
    if rating >= _MOST_R:
        return _BEST_MOS
    cubic = 7e-6 * rating * (rating - 60) * (100 - rating)
    return max(WORST_MOS, 1 + 0.035 * rating + cubic)
