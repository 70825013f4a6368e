"""Draws what the invented cameras see: a person before a wall, and an electrocardiogram."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from pathlib import Path

WIDTH, HEIGHT = 1280, 720
_FRAMES = 12
_SMOOTH = 2  # drawn twice as large, then made smaller
Point = tuple[float, float]


@dataclass(frozen=True)
class Sitter:
    """The colours of one person and of the room behind."""

    wall: str
    board: str
    coat: str
    shirt: str
    skin: str
    hair: str


STATION_DOCTOR = Sitter(
    "#d5e4df", "#7fa99f", "#fbfdfd", "#3f7f92", "#dcab84", "#26201d"
)
SPECIALIST = Sitter("#e4e0d6", "#b98d5e", "#f7f9fb", "#6a5fa0", "#e3b48d", "#1f1b1a")


def film(path: Path, sitter: Sitter) -> None:
    """Write a short film for Chromium's --use-file-for-fake-video-capture."""
    with path.open("wb") as file:
        for number in range(_FRAMES):
            turn = 2 * math.pi * number / _FRAMES
            frame = _frame(sitter, (5 * math.sin(turn), 3 * math.cos(turn)))
            file.write(_bytes(frame, "JPEG", quality=88))


def _frame(sitter: Sitter, moved: Point) -> Image.Image:
    image = Image.new("RGB", (WIDTH * _SMOOTH, HEIGHT * _SMOOTH), sitter.wall)
    pen = ImageDraw.Draw(image)

    def box(left: float, top: float, right: float, bottom: float) -> list[float]:
        return [_SMOOTH * one for one in (left, top, right, bottom)]

    def head(left: float, top: float, right: float, bottom: float) -> list[float]:
        x, y = moved
        return box(left + x, top + y, right + x, bottom + y)

    pen.rounded_rectangle(box(90, 80, 400, 330), 20, fill=sitter.board)
    for line in range(4):
        pen.rounded_rectangle(
            box(125, 125 + 45 * line, 330 - 40 * (line % 2), 140 + 45 * line),
            8,
            fill=sitter.wall,
        )
    pen.rectangle(box(960, 0, 1190, 420), fill="#f6fafc")
    pen.line(box(1075, 0, 1075, 420), fill=sitter.wall, width=16)
    pen.rounded_rectangle(box(320, 505, 960, 1100), 320, fill=sitter.coat)
    pen.polygon(box(560, 500, 720, 500) + box(640, 720, 640, 720), fill=sitter.shirt)
    pen.arc(box(520, 420, 760, 690), 15, 165, fill="#39424a", width=18)
    pen.rounded_rectangle(box(585, 420, 695, 560), 80, fill=sitter.skin)
    pen.ellipse(head(490, 120, 790, 440), fill=sitter.hair)
    pen.ellipse(head(505, 165, 775, 500), fill=sitter.skin)
    pen.chord(head(500, 125, 780, 380), 190, 350, fill=sitter.hair)
    for left in (565, 675):
        pen.ellipse(head(left, 325, left + 34, 349), fill="#2a2523")
        pen.arc(
            head(left - 12, 290, left + 46, 330), 200, 340, fill=sitter.hair, width=12
        )
    pen.arc(head(620, 350, 660, 400), 30, 150, fill="#b97f5c", width=8)
    pen.chord(head(590, 405, 690, 455), 10, 170, fill="#a4483f")
    return image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def electrocardiogram() -> bytes:
    """Return a picture of four leads on squared paper, as a telephone would send it."""
    image = Image.new("RGB", (1200, 800), "#fff4f1")
    pen = ImageDraw.Draw(image)
    for step in range(0, 1200, 20):
        width = 2 if step % 100 == 0 else 1
        pen.line([step, 0, step, 800], fill="#f2b9ae", width=width)
        pen.line([0, step, 1200, step], fill="#f2b9ae", width=width)
    for row, lead in enumerate(("I", "II", "V5", "V6")):
        middle = 110 + 190 * row
        pen.text((20, middle - 70), lead, fill="#333333", font_size=34)
        trace = [(x, middle - 70 * _beat((x % 220) / 220)) for x in range(60, 1190, 2)]
        pen.line(trace, fill="#23304a", width=3, joint="curve")
    return _bytes(image, "PNG")


def _beat(phase: float) -> float:
    """Return the height of the trace: P, QRS, a lowered ST segment and T."""
    waves = ((0.18, 0.03, 0.13), (0.31, 0.008, -0.15), (0.34, 0.010, 1.0))
    waves += ((0.37, 0.009, -0.3), (0.46, 0.035, -0.16), (0.62, 0.045, 0.2))
    return sum(
        height * math.exp(-(((phase - at) / width) ** 2)) for at, width, height in waves
    )


def _bytes(image: Image.Image, kind: str, **options: int) -> bytes:
    kept = io.BytesIO()
    image.save(kept, kind, **options)
    return kept.getvalue()
