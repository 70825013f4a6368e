"""What becomes of the bytes that people send."""

from io import BytesIO

import pytest
from PIL import Image

from server.core.errors import Refusal
from server.documents import files, service, store
from tests.server.documents.hostile import (
    POLYGLOTS,
    REFUSED,
    SCRIPT,
    photograph,
    picture,
)


@pytest.mark.parametrize("name", REFUSED)
async def test_a_file_that_cannot_be_trusted_is_refused_with_its_reason(name):
    data, code = REFUSED[name]
    with pytest.raises(Refusal) as refused:
        await files.clean(data)
    assert refused.value.code in ({code} if isinstance(code, str) else set(code))
    assert refused.value.status == 422


@pytest.mark.parametrize("name", POLYGLOTS)
async def test_a_picture_that_is_two_things_at_once_is_only_a_picture_afterwards(name):
    assert SCRIPT in POLYGLOTS[name]
    kept = await files.clean(POLYGLOTS[name])
    assert SCRIPT not in kept.data
    assert Image.open(BytesIO(kept.data)).size == (64, 48)


async def test_a_photograph_forgets_where_it_was_taken_and_stands_upright():
    kept = await files.clean(photograph())
    image = Image.open(BytesIO(kept.data))
    assert (image.width, image.height) == (kept.width, kept.height) == (48, 64)
    assert not image.getexif()
    assert b"SpyCam" not in kept.data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_each_kind_of_picture_stays_what_it_was(kind):
    kept = await files.clean(picture(kind))
    assert kept.media_type == f"image/{kind.lower()}"
    assert Image.open(BytesIO(kept.data)).format == kind


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
async def test_every_depth_of_a_png_is_read(mode):
    kept = await files.clean(picture("PNG", mode=mode))
    assert (kept.width, kept.height) == (64, 48)


async def test_an_x_ray_of_sixteen_bits_keeps_its_greys():
    written = BytesIO()
    Image.new("I;16", (8, 8), 0x8000).save(written, "PNG")
    kept = await files.clean(written.getvalue())
    assert Image.open(BytesIO(kept.data)).getpixel((4, 4)) == 128


async def test_a_large_photograph_becomes_small_enough_to_send():
    kept = await files.clean(picture("JPEG", size=(6000, 3000)))
    assert (kept.width, kept.height) == (4096, 2048)


async def test_a_pdf_is_kept_byte_for_byte():
    whole = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"
    kept = await files.clean(whole)
    assert (kept.media_type, kept.data, kept.width) == (files.PDF, whole, None)


@pytest.mark.parametrize(
    ("sent", "title"),
    [
        ("Điện tim_lần 2.jpg", "Điện tim lần 2"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\binh\\phim phổi.png", "phim phổi"),
        ("x\u202egpj.exe", "x gpj"),
        ("\x00\n", "Tài liệu"),
        ("", "Tài liệu"),
        ("a" * 300 + ".png", "a" * 120),
    ],
)
def test_a_title_comes_from_the_file_name_without_its_tricks(sent, title):
    assert service.title_from(sent) == title


async def test_the_store_keeps_the_same_bytes_once_and_private(tmp_path):
    first = await store.keep(tmp_path, b"abc")
    assert await store.keep(tmp_path, b"abc") == first
    path = store.path_of(tmp_path, first)
    assert path.read_bytes() == b"abc"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == [path]
