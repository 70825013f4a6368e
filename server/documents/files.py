"""Tells what a file is by its content, and makes an image anew from its pixels alone.

Re-encoding drops where and with which camera a photograph was taken, and whatever else a
file carried beside its pixels; so a file that is two things at once is one afterwards.
"""

from __future__ import annotations

import asyncio
import struct
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image, ImageOps

from server.core.errors import Refusal
from server.core.messages import N_

MEGABYTES = 20
LARGEST = MEGABYTES * 1024 * 1024
PDF = "application/pdf"
KINDS = ("image/jpeg", "image/png", "image/webp", PDF)
_MOST_PIXELS = 40_000_000
_LONGEST_SIDE = 4096
_PDF_TAIL = 2048
_HIGH_BITS = ("I;16", "I;16B", "I;16L", "I", "F")
# Two at once bound the memory: the pixels of one image take up to 160 MB.
_pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="images")
# Our own limit is checked before any pixel is read; Pillow's would only warn at first.
Image.MAX_IMAGE_PIXELS = None


class BadFile(Refusal):
    """The file cannot be kept; each kind says why and what to do."""

    status = 422


class FileEmpty(BadFile):
    """There are no bytes, often because a camera's card was pulled out too soon."""

    code = "file_empty"
    message = N_("Tệp này trống. Hãy chọn tệp khác.")


class FileTooLarge(BadFile):
    """The file is larger than a station's line carries in reasonable time."""

    code = "file_too_large"
    message = N_("Tệp quá lớn. Hãy chọn tệp dưới {megabytes} MB.")


class FileTypeRefused(BadFile):
    """The first bytes are of no kind that is taken, whatever the name says."""

    code = "file_type_refused"
    message = N_(
        "Chỉ nhận ảnh JPEG, PNG, WebP và tệp PDF. Hãy chụp lại hoặc lưu sang dạng đó."
    )


class ImageTooLarge(BadFile):
    """To read so many pixels would take the memory that others need."""

    code = "image_too_large"
    message = N_(
        "Ảnh có quá nhiều điểm ảnh (tối đa {millions} triệu). Hãy thu nhỏ lại."
    )


class FileBroken(BadFile):
    """The file begins well and cannot be read to its end."""

    code = "file_broken"
    message = N_("Tệp này bị hỏng hoặc chưa tải hết. Hãy chụp hoặc lưu lại rồi gửi.")


@dataclass(frozen=True, slots=True)
class CleanFile:
    """Bytes that are safe to keep, and what they are."""

    media_type: str
    data: bytes = field(repr=False)
    width: int | None = None
    height: int | None = None


async def clean(data: bytes) -> CleanFile:
    """Return the file as it shall be kept; raises BadFile."""
    if not data:
        raise FileEmpty
    if len(data) > LARGEST:
        raise FileTooLarge(megabytes=MEGABYTES)
    if data.startswith(b"%PDF-"):
        return _whole_pdf(data)
    kind = _image_kind(data)
    if kind is None:
        raise FileTypeRefused
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_pool, _redraw, kind, data)


def _whole_pdf(data: bytes) -> CleanFile:
    """Keep a PDF as it is: it is only ever handed out as a download."""
    if b"%%EOF" not in data[-_PDF_TAIL:]:
        raise FileBroken
    return CleanFile(PDF, data)


def _image_kind(data: bytes) -> str | None:
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    return None


def _redraw(kind: str, data: bytes) -> CleanFile:
    try:
        with Image.open(BytesIO(data), formats=(kind,)) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise ImageTooLarge(millions=_MOST_PIXELS // 1_000_000)
            # A JPEG can be read smaller at once, which saves the memory of a large one.
            image.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
            pixels = _upright(image)
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        # What Pillow raises for a damaged file depends on the format and the place.
        raise FileBroken from error
    written = BytesIO()
    pixels.save(written, format=kind, **_OPTIONS[kind])
    return CleanFile(
        f"image/{kind.lower()}", written.getvalue(), pixels.width, pixels.height
    )


_OPTIONS: dict[str, dict[str, object]] = {
    "JPEG": {"quality": 90, "optimize": True, "progressive": True},
    "PNG": {"compress_level": 6},
    "WEBP": {"quality": 90, "method": 4},
}


def _upright(image: Image.Image) -> Image.Image:
    """Return only the pixels, turned as the camera was held and not larger than needed."""
    plain = (
        _dimmed(image)
        if image.mode in _HIGH_BITS
        else image.convert(_plain_mode(image))
    )
    plain.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.LANCZOS)
    turned = ImageOps.exif_transpose(plain)
    bare = Image.new(turned.mode, turned.size)
    bare.paste(turned)
    return bare


def _plain_mode(image: Image.Image) -> str:
    if image.has_transparency_data:
        return "RGBA"
    return "L" if image.mode in {"1", "L"} else "RGB"


def _dimmed(image: Image.Image) -> Image.Image:
    """Return eight bits of the sixteen that an X-ray may have."""
    return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
