"""What a measured line can carry: a pure table of thresholds, and the reasons in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from server.core.messages import N_

# kbit/s. Voice with its headers; a call shows a picture from the second on.
VOICE_NEEDS = 48
VIDEO_NEEDS = 180
# Shares of lost packets: what FEC repairs without a trace, and what nothing repairs.
LOSS_HEARD, LOSS_DEAF = 0.05, 0.20
# ms. Above the first a call pauses its picture; above the second people talk over each other.
RTT_PAUSES, RTT_DEAF = 900, 1500
JITTER_HEARD = 100


class Light(StrEnum):
    """What one may plan on a line."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"

    @property
    def label(self) -> str:
        """The Vietnamese term, a msgid."""
        return _LIGHTS[self]


_LIGHTS = {
    Light.GREEN: N_("gọi hình tốt"),
    Light.YELLOW: N_("nên gọi tiếng"),
    Light.RED: N_("khó gọi"),
}


class Device(StrEnum):
    """How a camera, microphone or speaker did (`web_client/js/call/media.js` names them so)."""

    WORKS = "works"
    PERMISSION_DENIED = "permission_denied"
    NOT_FOUND = "not_found"
    IN_USE = "in_use"
    SILENT = "silent"
    FAILED = "failed"


class Reason(StrEnum):
    """Why a line is not green."""

    UNREACHED = "unreached"
    SIGNALING = "signaling"
    RATE = "rate"
    RATE_PICTURE = "rate_picture"
    LOSS = "loss"
    LOSS_PICTURE = "loss_picture"
    LATE = "late"
    LATE_PICTURE = "late_picture"
    JITTER = "jitter"
    UNMEASURED = "unmeasured"
    MICROPHONE = "microphone"
    CAMERA = "camera"
    SPEAKER = "speaker"

    @property
    def label(self) -> str:
        """The Vietnamese sentence, a msgid."""
        return _REASONS[self]


_REASONS = {
    Reason.UNREACHED: N_("Tiếng và hình không tới được máy chủ."),
    Reason.SIGNALING: N_("Không vào được máy chủ kết nối cuộc gọi."),
    Reason.RATE: N_("Tốc độ dưới 48 kbit/s, không đủ cho tiếng."),
    Reason.RATE_PICTURE: N_("Tốc độ dưới 180 kbit/s, đủ cho tiếng, chưa đủ cho hình."),
    Reason.LOSS: N_("Mất hơn 1/5 số gói tin: nghe không ra lời."),
    Reason.LOSS_PICTURE: N_("Mất hơn 1/20 số gói tin: nghe được, hình dễ vỡ."),
    Reason.LATE: N_("Trễ hơn 1,5 giây: hai bên nói đè lên nhau."),
    Reason.LATE_PICTURE: N_("Trễ hơn 0,9 giây: nên nói từng câu, tạm dừng hình."),
    Reason.JITTER: N_("Độ trễ lên xuống thất thường: tiếng có lúc ngắt quãng."),
    Reason.UNMEASURED: N_(
        "Chưa đo được tốc độ; cuộc gọi sẽ đi qua máy chủ chuyển tiếp."
    ),
    Reason.MICROPHONE: N_("Micrô chưa dùng được: bên kia không nghe thấy bạn."),
    Reason.CAMERA: N_("Máy quay chưa dùng được: chỉ gọi tiếng."),
    Reason.SPEAKER: N_("Chưa nghe thấy loa: hãy cắm tai nghe hoặc tăng âm lượng."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a check has found; empty where it could not be tried."""

    signaling: bool
    reached: bool
    up: int | None = None
    down: int | None = None
    rtt: int | None = None
    jitter: int | None = None
    loss_up: float | None = None
    loss_down: float | None = None
    relay_udp: bool | None = None
    relay_tcp: bool | None = None
    relay_tls: bool | None = None
    microphone: Device | None = None
    camera: Device | None = None
    speaker: Device | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The light, and every reason that keeps it from green, the worst first."""

    light: Light
    reasons: tuple[Reason, ...]


def judge(measured: Measured) -> Verdict:
    """Return what can be planned on this line."""
    stops = _without_voice(measured)
    limits = _without_picture(measured)
    if stops:
        return Verdict(Light.RED, (*stops, *limits))
    return Verdict(Light.YELLOW if limits else Light.GREEN, limits)


def _without_voice(measured: Measured) -> tuple[Reason, ...]:
    relayed = measured.relay_udp or measured.relay_tcp or measured.relay_tls
    tests = (
        (Reason.SIGNALING, not measured.signaling),
        (Reason.UNREACHED, not measured.reached and not relayed),
        (Reason.RATE, _least(measured) < VOICE_NEEDS),
        (Reason.LOSS, _loss(measured) > LOSS_DEAF),
        (Reason.LATE, (measured.rtt or 0) > RTT_DEAF),
        (Reason.MICROPHONE, measured.microphone not in {None, Device.WORKS}),
    )
    return tuple(reason for reason, holds in tests if holds)


def _without_picture(measured: Measured) -> tuple[Reason, ...]:
    relayed = measured.relay_udp or measured.relay_tcp or measured.relay_tls
    tests = (
        (Reason.UNMEASURED, not measured.reached and bool(relayed)),
        (Reason.RATE_PICTURE, VOICE_NEEDS <= _least(measured) < VIDEO_NEEDS),
        (Reason.LOSS_PICTURE, LOSS_HEARD < _loss(measured) <= LOSS_DEAF),
        (Reason.LATE_PICTURE, RTT_PAUSES < (measured.rtt or 0) <= RTT_DEAF),
        (Reason.JITTER, (measured.jitter or 0) > JITTER_HEARD),
        (Reason.CAMERA, measured.camera not in {None, Device.WORKS}),
        (Reason.SPEAKER, measured.speaker not in {None, Device.WORKS}),
    )
    return tuple(reason for reason, holds in tests if holds)


def _least(measured: Measured) -> float:
    """Return the rate of the weaker direction; what was not measured stops nothing."""
    rates = [rate for rate in (measured.up, measured.down) if rate is not None]
    return min(rates, default=float("inf"))


def _loss(measured: Measured) -> float:
    return max(measured.loss_up or 0, measured.loss_down or 0)
