"""What can be planned on a line, over every threshold."""

import pytest

from server.lines.verdict import Device, Light, Measured, Reason, judge

GREEN, YELLOW, RED = Light.GREEN, Light.YELLOW, Light.RED
FINE = {
    "signaling": True,
    "reached": True,
    "up": 500,
    "down": 500,
    "rtt": 80,
    "jitter": 10,
    "loss_up": 0.0,
    "loss_down": 0.0,
}
UNREACHED = {
    "reached": False,
    **dict.fromkeys(("up", "down", "rtt", "jitter", "loss_up", "loss_down")),
}

TABLE = [
    ({}, GREEN, []),
    ({"up": 180, "down": 180}, GREEN, []),
    ({"up": 179}, YELLOW, [Reason.RATE_PICTURE]),
    ({"down": 48}, YELLOW, [Reason.RATE_PICTURE]),
    ({"up": 47}, RED, [Reason.RATE]),
    ({"up": None, "down": 47}, RED, [Reason.RATE]),
    ({"up": None, "down": None}, GREEN, []),
    ({"loss_up": 0.05}, GREEN, []),
    ({"loss_down": 0.051}, YELLOW, [Reason.LOSS_PICTURE]),
    ({"loss_up": 0.2}, YELLOW, [Reason.LOSS_PICTURE]),
    ({"loss_up": 0.21}, RED, [Reason.LOSS]),
    ({"rtt": 900}, GREEN, []),
    ({"rtt": 901}, YELLOW, [Reason.LATE_PICTURE]),
    ({"rtt": 1501}, RED, [Reason.LATE]),
    ({"jitter": 101}, YELLOW, [Reason.JITTER]),
    ({"signaling": False}, RED, [Reason.SIGNALING]),
    (UNREACHED, RED, [Reason.UNREACHED]),
    (UNREACHED | {"relay_udp": False}, RED, [Reason.UNREACHED]),
    (UNREACHED | {"relay_tls": True}, YELLOW, [Reason.UNMEASURED]),
    ({"relay_udp": False, "relay_tcp": False, "relay_tls": False}, GREEN, []),
    ({"microphone": Device.WORKS, "camera": Device.WORKS}, GREEN, []),
    ({"camera": Device.NOT_FOUND}, YELLOW, [Reason.CAMERA]),
    ({"speaker": Device.SILENT}, YELLOW, [Reason.SPEAKER]),
    (
        {"up": 100, "camera": Device.IN_USE},
        YELLOW,
        [Reason.RATE_PICTURE, Reason.CAMERA],
    ),
    (
        {"up": 20, "loss_down": 0.5, "rtt": 2000, "camera": Device.FAILED},
        RED,
        [Reason.RATE, Reason.LOSS, Reason.LATE, Reason.CAMERA],
    ),
]


@pytest.mark.parametrize(("changed", "light", "reasons"), TABLE)
def test_a_line_is_judged_by_what_a_call_needs(changed, light, reasons):
    verdict = judge(Measured(**(FINE | changed)))
    assert (verdict.light, list(verdict.reasons)) == (light, reasons)


@pytest.mark.parametrize("state", [one for one in Device if one is not Device.WORKS])
def test_without_a_microphone_there_is_no_voice(state):
    verdict = judge(Measured(**(FINE | {"microphone": state})))
    assert (verdict.light, verdict.reasons) == (RED, (Reason.MICROPHONE,))


def test_every_light_and_reason_has_words():
    assert all(one.label for one in (*Light, *Reason))
