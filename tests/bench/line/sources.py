"""What the fake microphone hears and the fake camera sees, made anew for each run.

    python -m tests.bench.line.sources FOLDER

The sound is speech-like: phrases of voiced and unvoiced syllables with formants and tones, two
fifths of it pauses, -20 dBFS while it speaks. The picture is a face-like shape that moves, blinks
and talks, with the noise of a sensor and a counter of frames.
"""

import array
import math
import random
import sys
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFont

_RATE = 16_000  # of the synthesis; the file has three times as much
_PAUSES = 0.44  # with the short gaps between syllables two fifths are heard as such
_LEVEL = 10 ** (-20 / 20)
_ROOM = 10 ** (-60 / 20)
_VOWELS = (
    (300, 2300, 3000), (500, 1900, 2500), (730, 1090, 2440),
    (570, 840, 2410), (300, 870, 2240), (490, 1350, 1690),
)  # fmt: skip
_FRAMES = 25


class _Resonator:
    """One formant: two poles."""

    def __init__(self, frequency: float, width: float) -> None:
        radius = math.exp(-math.pi * width / _RATE)
        self._a = 2 * radius * math.cos(2 * math.pi * frequency / _RATE)
        self._b = -radius * radius
        self._gain = 1 - radius
        self._y1 = self._y2 = 0.0

    def __call__(self, x: float) -> float:
        y = self._gain * x + self._a * self._y1 + self._b * self._y2
        self._y2, self._y1 = self._y1, y
        return y


def _vowel(dice: random.Random) -> list[float]:
    """Return a voiced sound whose pitch rises, falls or stays, as tones do."""
    length = int(dice.uniform(0.12, 0.26) * _RATE)
    pitch, glide = dice.uniform(110, 190), dice.uniform(-50, 60)
    formants = [
        _Resonator(one, width)
        for one, width in zip(dice.choice(_VOWELS), (70, 100, 150), strict=True)
    ]
    phase, sound = 0.0, []
    for n in range(length):
        share = n / length
        phase += (pitch + glide * share) / _RATE
        pulse = 1.0 if phase >= 1 else -0.02
        phase %= 1
        swell = min(1.0, 8 * share, 5 * (1 - share))
        sound.append(swell * sum(one(pulse) for one in formants))
    return _levelled(sound, 1.0)


def _consonant(dice: random.Random) -> list[float]:
    """Return hiss, as of s, kh or th."""
    length = int(dice.uniform(0.04, 0.09) * _RATE)
    hiss = _Resonator(dice.uniform(2500, 5500), 1200)
    return _levelled([hiss(dice.gauss(0, 1)) for _ in range(length)], 0.3)


def _levelled(sound: list[float], level: float) -> list[float]:
    power = math.sqrt(sum(x * x for x in sound) / len(sound))
    return [level * x / power for x in sound]


def speech(seconds: float, seed: int = 1) -> list[float]:
    """Return speech with pauses at 16 kHz, as numbers around a level of 0.1."""
    dice = random.Random(seed)  # noqa: S311 not a secret
    sound: list[float] = []
    said = 0
    while len(sound) < seconds * _RATE:
        for _ in range(dice.randint(2, 4)):
            syllable = (_consonant(dice) if dice.random() < 0.6 else []) + _vowel(dice)
            said += len(syllable)
            sound += [_LEVEL * x for x in syllable]
            sound += [0.0] * int(dice.uniform(0.02, 0.08) * _RATE)
        sound += [0.0] * max(0, int(said / (1 - _PAUSES)) - len(sound))
    return [x + dice.gauss(0, _ROOM) for x in sound[: int(seconds * _RATE)]]


def write_speech(path: Path, seconds: float = 24) -> None:
    """Write mono of 48 kHz and 16 bits."""
    sound = speech(seconds)
    samples = array.array("h")
    for here, there in zip(sound, [*sound[1:], sound[0]], strict=True):
        for part in range(3):
            value = here + (there - here) * part / 3
            samples.append(max(-32768, min(32767, round(32767 * value))))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(3 * _RATE)
        file.writeframes(samples.tobytes())


def _room(width: int, height: int) -> Image.Image:
    """Return what stands behind the head."""
    room = Image.linear_gradient("L").resize((width, height)).convert("YCbCr")
    draw = ImageDraw.Draw(room)
    dice = random.Random(2)  # noqa: S311 not a secret
    for _ in range(40):
        x, y = dice.randrange(width), dice.randrange(height)
        colour = tuple(dice.randrange(60, 200) for _ in range(3))
        draw.rectangle((x, y, x + width // 12, y + height // 9), fill=colour)
    return room


def _face(frame: Image.Image, number: int, count: int) -> None:
    """Draw the head where it is in this frame; the last one leads to the first."""
    width, height = frame.size
    turn = 2 * math.pi * number / count
    x = width / 2 + width * 0.06 * math.sin(2 * turn)
    y = height * 0.55 + height * 0.03 * math.sin(3 * turn)
    unit = height / 10
    draw = ImageDraw.Draw(frame)

    def oval(dx, dy, rx, ry, *, colour) -> None:
        left, top = x + (dx - rx) * unit, y + (dy - ry) * unit
        draw.ellipse(
            (left, top, left + 2 * rx * unit, top + 2 * ry * unit), fill=colour
        )

    oval(0, 5, 4, 3, colour=(90, 140, 110))
    oval(0, 0, 2.4, 3.2, colour=(160, 110, 150))
    open_eyes = 0.05 if number % 75 < 4 else 0.3
    for side in (-1, 1):
        oval(side * 0.9, -0.7, 0.45, open_eyes, colour=(40, 128, 128))
    oval(0, 1.6, 0.9, 0.15 + 0.4 * abs(math.sin(11 * turn)), colour=(60, 110, 170))
    font = ImageFont.load_default(size=unit)
    draw.text((unit / 2, unit / 2), f"{number:04d}", fill=(235, 128, 128), font=font)


def pictures(width: int, height: int, count: int) -> Iterator[Image.Image]:
    """Give frames of a seamless loop, in YCbCr."""
    room = _room(width, height)
    for number in range(count):
        frame = room.copy()
        _face(frame, number, count)
        light, blue, red = frame.split()
        noise = Image.effect_noise((width, height), 6)
        yield Image.merge("YCbCr", (ImageChops.add(light, noise, 1, -128), blue, red))


def write_pictures(path: Path, width: int, height: int, seconds: float = 6) -> None:
    """Write Y4M of 25 frames a second, which Chromium reads without decoding."""
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F{_FRAMES}:1 Ip A1:1 C420\n".encode())
        for frame in pictures(width, height, int(seconds * _FRAMES)):
            light, *colours = frame.split()
            file.write(b"FRAME\n" + light.tobytes())
            for colour in colours:
                file.write(colour.reduce(2).tobytes())


@dataclass(frozen=True)
class Sources:
    """The files that stand for a microphone and a camera."""

    sound: Path
    picture: Path

    @property
    def arguments(self) -> list[str]:
        """Return what Chromium must be told to use them."""
        return [
            f"--use-file-for-fake-audio-capture={self.sound}",
            f"--use-file-for-fake-video-capture={self.picture}",
        ]


def make_sources(folder: Path, width: int = 640, height: int = 360) -> Sources:
    made = Sources(folder / "speech.wav", folder / f"face-{height}.y4m")
    write_speech(made.sound)
    write_pictures(made.picture, width, height)
    return made


if __name__ == "__main__":
    for size in ((640, 360), (1280, 720)):
        print(make_sources(Path(sys.argv[1]), *size))  # noqa: T201
