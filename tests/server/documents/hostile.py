"""Files as an attacker, a bad line or an old camera would send them."""

import struct
import zlib
from io import BytesIO

from PIL import Image

SCRIPT = b"<script>alert(document.cookie)</script>"


def picture(kind: str = "PNG", size=(64, 48), mode: str = "RGB", **options) -> bytes:
    written = BytesIO()
    Image.new(mode, size, 0).save(written, kind, **options)
    return written.getvalue()


def photograph(orientation: int = 6) -> bytes:
    """A JPEG that says where it was taken, and that the camera was held upright."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SpyCam"
    exif.get_ifd(0x8825).update(
        {1: "N", 2: (10.0, 2.0, 3.0), 3: "E", 4: (105.0, 4.0, 5.0)}
    )
    return picture("JPEG", exif=exif, comment=SCRIPT)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    whole = kind + content
    return (
        struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))
    )


def png_header(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header)


def bomb() -> bytes:
    """A PNG of one gigapixel in a few kilobytes."""
    rows = zlib.compress(b"\0" * 100_000)
    return (
        png_header(40_000, 25_000) + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")
    )


def webp_bomb() -> bytes:
    """A WebP canvas of 16383 squared, the largest that the format knows."""
    canvas = b"\0\0\0\0" + (16_382).to_bytes(3, "little") * 2
    chunk = b"VP8X" + struct.pack("<I", 10) + canvas
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


REFUSED = {
    "nothing": (b"", "file_empty"),
    "one byte": (b"\xff", "file_type_refused"),
    "a page named jpg": (b"<!doctype html>" + SCRIPT, "file_type_refused"),
    "svg": (
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "file_type_refused",
    ),
    "svg with xml head": (b"<?xml version='1.0'?><svg/>", "file_type_refused"),
    "gif that is a script": (b"GIF89a=1;alert(1);//", "file_type_refused"),
    "true gif": (picture("GIF"), "file_type_refused"),
    "bmp": (picture("BMP"), "file_type_refused"),
    "tiff": (picture("TIFF"), "file_type_refused"),
    "icon": (picture("ICO"), "file_type_refused"),
    "postscript": (b"%!PS-Adobe-3.0\n(/etc/passwd) run", "file_type_refused"),
    "program": (b"\x7fELF" + b"\0" * 100, "file_type_refused"),
    "windows program": (b"MZ" + b"\0" * 100, "file_type_refused"),
    "zip": (b"PK\x03\x04" + b"\0" * 100, "file_type_refused"),
    "pdf after a page": (SCRIPT + b"%PDF-1.7\n%%EOF", "file_type_refused"),
    "pdf that was cut": (b"%PDF-1.7\n" + b"x" * 5000, "file_broken"),
    "png that was cut": (picture(size=(400, 400))[:-40], "file_broken"),
    "png head alone": (b"\x89PNG\r\n\x1a\n", "file_broken"),
    "png without pixels": (png_header(10, 10) + png_chunk(b"IEND", b""), "file_broken"),
    "png of no size": (png_header(0, 0) + png_chunk(b"IEND", b""), "file_broken"),
    "jpeg that was cut": (picture("JPEG", size=(400, 400))[:-300], "file_broken"),
    "jpeg head and a script": (b"\xff\xd8\xff\xe0" + SCRIPT, "file_broken"),
    "webp head and a script": (b"RIFF\x10\0\0\0WEBP" + SCRIPT, "file_broken"),
    "png bomb": (bomb(), "image_too_large"),
    "webp bomb": (webp_bomb(), ("image_too_large", "file_broken")),
    "21 megabytes": (b"\xff\xd8\xff" + b"\0" * 21 * 1024 * 1024, "file_too_large"),
}

# Whole pictures that carry something else as well.
POLYGLOTS = {
    "script after a jpeg": picture("JPEG") + SCRIPT,
    "zip after a png": picture() + b"PK\x03\x04" + SCRIPT,
    "script in the comment": picture("JPEG", comment=SCRIPT),
    "script after a webp": picture("WEBP") + SCRIPT,
    "script in the colour profile": picture("JPEG", icc_profile=SCRIPT * 4),
    "script in a text chunk": picture()[:-12]
    + png_chunk(b"tEXt", b"x\0" + SCRIPT)
    + picture()[-12:],
}
