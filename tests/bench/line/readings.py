"""What the samples of two pages say of a call."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from server.quality.e_model import mos_of_speech

SETTLED = 10.0  # seconds after which the start no longer counts
_START = 15.0
_PROMPT_MS = 2000

Growth = dict[str, float]


@dataclass(frozen=True)
class Side:
    """What one end heard and saw, in seconds from the click; None where nothing came."""

    voice: float | None  # until the loudspeaker had sound
    arrived: float | None  # until sound that was really sent had come
    picture: float | None
    lost: float | None  # share of speech that was invented, from the click to the end
    lost_start: float | None
    lost_settled: float | None
    concealed: float | None  # the same with invented silence
    packet_loss: float | None
    freezes: int
    frozen: float
    frames: float  # a second
    width: int | None
    received: float  # kbit/s
    sent: float
    rtt: float | None  # ms, median
    jitter: float | None
    limited: str
    levels: list[str]
    mos: float | None


def side(seen: dict[str, Any], clicked: int) -> Side:
    """Read one page; times count from the click on “accept”, on whichever page."""
    steps = [one for one in _steps(seen["samples"]) if one[0] > clicked]
    whole = _sum(steps)
    end = (seen["samples"][-1]["at"] - clicked) / 1000 if seen["samples"] else 0.0
    stats = [one for one in _stats(seen["samples"]) if one[0] > clicked]
    rtt = _middle(_values(stats, "candidate-pair", "currentRoundTripTime"))
    jitter = _middle(_values(stats, "audio", "jitter"))
    lost = _lost(whole)
    can_rate = rtt is not None and jitter is not None and lost is not None
    return Side(
        voice=_after(_heard_at(seen["sound"], steps), clicked),
        arrived=_after(seen["sound"], clicked),
        picture=_after(seen["picture"], clicked),
        lost=lost,
        lost_start=_lost(_sum(steps, clicked, 0, _START)),
        lost_settled=_lost(_sum(steps, clicked, SETTLED)),
        concealed=_concealed(whole),
        packet_loss=_packet_loss(whole),
        freezes=int(whole["video freezeCount"]),
        frozen=whole["video totalFreezesDuration"],
        frames=whole["video framesDecoded"] / end if end else 0.0,
        width=max(_values(stats, "video", "frameWidth"), default=None),
        received=_kilobits(whole["pair bytesReceived"], end),
        sent=_kilobits(whole["pair bytesSent"], end),
        rtt=rtt,
        jitter=jitter,
        limited=_most(_values(stats, "outbound-rtp", "qualityLimitationReason")),
        levels=_levels(seen, clicked),
        mos=mos_of_speech(lost, rtt, jitter) if can_rate else None,
    )


def lost_between(seen: dict[str, Any], begin: float, end: float) -> float | None:
    """Return the share of speech that was invented between two times in milliseconds."""
    steps = [one for one in _steps(seen["samples"]) if begin < one[0] <= end]
    return _lost(_sum(steps))


def _heard_at(came: int | None, steps: list[tuple[int, Growth]]) -> int | None:
    """Return when the sound that came was played, which a page may fail to do.

    Loudness is sampled once a second and speech may begin with a pause, so what is
    loud within two seconds of its coming was played when it came.
    """
    loud = next((at for at, grown in steps if grown["audio totalAudioEnergy"]), None)
    if came is None or loud is None:
        return None
    return came if loud - came < _PROMPT_MS else loud


def _steps(samples: list[dict[str, Any]]) -> Iterator[tuple[int, Growth]]:
    """Give how much each counter grew up to each sample, over all connections.

    A counter that is new begins at zero; one that shrank has begun anew.
    """
    former: dict[tuple[int, str, str], float] = {}
    for sample in samples:
        grown: Growth = Counter()
        for connection in sample["connections"]:
            for stat in connection["stats"]:
                name = {"inbound-rtp": stat.get("kind"), "candidate-pair": "pair"}.get(
                    stat["type"]
                )
                for field, value in stat.items() if name else ():
                    if isinstance(value, int | float):
                        key = (connection["index"], stat["id"], field)
                        grown[f"{name} {field}"] += value - _before(former, key, value)
                        former[key] = value
        yield sample["at"], grown


def _before(former, key, value: float) -> float:
    before = former.get(key, 0.0)
    return before if before <= value else 0.0


def _sum(
    steps: list[tuple[int, Growth]],
    clicked: int = 0,
    begin: float = 0.0,
    end: float = float("inf"),
) -> Growth:
    whole: Growth = Counter()
    for at, grown in steps:
        if begin < (at - clicked) / 1000 <= end or not clicked:
            for name, value in grown.items():
                whole[name] += value
    return whole


def _lost(grown: Growth) -> float | None:
    """Return the share of speech that was invented; silence that was is not counted."""
    invented = grown["audio concealedSamples"] - grown["audio silentConcealedSamples"]
    return _share(invented, grown["audio totalSamplesReceived"])


def _concealed(grown: Growth) -> float | None:
    invented = grown["audio concealedSamples"]
    return _share(invented, grown["audio totalSamplesReceived"])


def _packet_loss(grown: Growth) -> float | None:
    lost = grown["audio packetsLost"]
    return _share(lost, lost + grown["audio packetsReceived"])


def _share(part: float, whole: float) -> float | None:
    return max(0.0, part) / whole if whole else None


def _kilobits(size: float, seconds: float) -> float:
    return 8 * size / seconds / 1000 if seconds else 0.0


def _after(at: int | None, clicked: int) -> float | None:
    return None if at is None else (at - clicked) / 1000


def _stats(samples: list[dict[str, Any]]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Give each entry with its time and its name: what comes in goes by its medium."""
    for sample in samples:
        for connection in sample["connections"]:
            for stat in connection["stats"]:
                comes_in = stat["type"] == "inbound-rtp"
                yield sample["at"], stat["kind"] if comes_in else stat["type"], stat


def _values(stats, name: str, field: str) -> list:
    return [
        stat[field]
        for _, named, stat in stats
        if named == name and stat.get(field) is not None
    ]


def _middle(seconds: list[float]) -> float | None:
    return 1000 * median(seconds) if seconds else None


def _most(words: list[str]) -> str:
    counted = Counter(word for word in words if word != "none")
    return counted.most_common(1)[0][0] if counted else ""


def _levels(seen, clicked: int) -> list[str]:
    """Return the levels of the ladder one after the other, without repetition."""
    levels: list[str] = []
    for sample in seen["samples"]:
        level = sample.get("level")
        if sample["at"] > clicked and level and levels[-1:] != [level]:
            levels.append(level)
    return levels
