"""What the fake devices show and say is like a person, and a loop."""

import math
import wave

from PIL import ImageChops, ImageStat

from tests.bench.line.sources import pictures, speech, write_pictures, write_speech

_WINDOW = 320  # 20 ms


def loudness() -> list[float]:
    sound = speech(12)
    return [
        math.sqrt(sum(x * x for x in sound[at : at + _WINDOW]) / _WINDOW)
        for at in range(0, len(sound), _WINDOW)
    ]


def test_two_fifths_of_the_speech_are_pauses_and_the_rest_is_at_minus_20_db():
    parts = loudness()
    spoken = [part for part in parts if part > 0.005]
    assert 0.35 <= 1 - len(spoken) / len(parts) <= 0.45
    level = 20 * math.log10(math.sqrt(sum(x * x for x in spoken) / len(spoken)))
    assert -22 < level < -18


def test_no_pause_is_quite_silent_or_longer_than_a_breath():
    parts = loudness()
    assert min(parts) > 0
    pauses = "".join("." if part < 0.005 else " " for part in parts).split()
    assert max(map(len, pauses)) * 0.02 < 0.8


def test_the_sound_is_a_file_that_chromium_takes(tmp_path):
    write_speech(tmp_path / "speech.wav", 2)
    with wave.open(str(tmp_path / "speech.wav")) as file:
        assert (file.getframerate(), file.getnchannels()) == (48_000, 1)
        assert file.getnframes() == 96_000


def test_the_face_moves_and_its_loop_has_no_seam():
    frames = [frame.getchannel(0) for frame in pictures(320, 180, 50)]

    def apart(one, other) -> float:
        return ImageStat.Stat(ImageChops.difference(one, other)).mean[0]

    steps = [apart(frames[at], frames[at + 1]) for at in range(49)]
    assert min(steps) > 1  # the noise of the sensor at least
    assert apart(frames[-1], frames[0]) < 1.5 * max(steps)
    assert apart(frames[0], frames[12]) > 1.2 * min(steps)


def test_the_picture_is_a_file_that_chromium_takes(tmp_path):
    write_pictures(tmp_path / "face.y4m", 320, 180, 1)
    data = (tmp_path / "face.y4m").read_bytes()
    head, _, rest = data.partition(b"\n")
    assert head == b"YUV4MPEG2 W320 H180 F25:1 Ip A1:1 C420"
    assert len(rest) == 25 * (6 + 320 * 180 * 3 // 2)
