"""Pictures leave the tablet small, upright and without metadata."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageCms
from PIL.ExifTags import Base

from field178_mobile.components.photos import picture
from field178_mobile.components.photos.picture import prepare
from field178_shared.errors import AppError, ErrorCode

SEGMENTS_OF_A_BARE_JPEG = {0xE0, 0xDB, 0xC0, 0xC4, 0xDD}


def photo(size: tuple[int, int], kind: str = "JPEG", mode: str = "RGB", **save: object) -> bytes:
    image = Image.new(mode, size, "navy")
    # The upper left quarter is red: where it ends up tells how the picture was turned.
    image.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    out = io.BytesIO()
    image.save(out, kind, **save)
    return out.getvalue()


def seen(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def segments(data: bytes) -> set[int]:
    """The markers of a JPEG up to its scan; nothing may follow its end."""
    markers, position = set(), 2
    while data[position + 1] != 0xDA:
        markers.add(data[position + 1])
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    assert data.endswith(b"\xff\xd9")
    return markers


@pytest.mark.parametrize(
    ("size", "fits"),
    [
        ((4000, 3000), (1600, 1200)),
        ((3000, 4000), (1200, 1600)),
        ((4000, 1000), (1600, 400)),
        ((640, 480), (640, 480)),
    ],
)
def test_a_picture_is_scaled_down_to_fit_and_never_up(size, fits):
    assert seen(prepare(photo(size))).size == fits


def test_a_picture_is_turned_as_the_camera_was_held():
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    turned = seen(prepare(photo((2000, 1500), exif=exif)))
    assert turned.size == (1200, 1600)
    red, _green, blue = turned.getpixel((1100, 100))
    assert red > 200 > 60 > blue
    assert not turned.getexif()


def test_no_metadata_is_left():
    exif = Image.Exif()
    exif[Base.Make] = "canary"
    exif.get_ifd(0x8825)[2] = (20.0, 51.0, 0.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    full = photo((800, 600), exif=exif, icc_profile=profile, comment=b"canary", xmp=b"<x>canary</x>")
    assert full.count(b"canary") == 3
    bare = prepare(full + b"canary after the end")
    assert b"canary" not in bare
    assert segments(bare) <= SEGMENTS_OF_A_BARE_JPEG


def test_prepared_picture_is_not_reduced_again():
    once = prepare(photo((1600, 1200)))
    assert seen(prepare(once)).size == (1600, 1200)


def test_a_transparent_picture_stands_on_white():
    image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    out = io.BytesIO()
    image.save(out, "PNG")
    assert seen(prepare(out.getvalue())).getpixel((50, 50)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
def test_every_jpeg_a_camera_or_scanner_makes_is_taken(mode):
    assert seen(prepare(photo((300, 200), mode=mode) if mode == "RGB" else _plain(mode))).mode == "RGB"


def _plain(mode: str) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (300, 200)).save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize(
    "broken",
    [b"", b"no picture", photo((800, 600))[:900], photo((50, 50), "GIF"), b"<svg xmlns='x'></svg>"],
    ids=["empty", "text", "cut", "gif", "svg"],
)
def test_damaged_picture_is_refused(broken):
    assert refusal(broken) in ("no_picture", "cut")


def refusal(source: Path | bytes) -> object:
    with pytest.raises(AppError) as error:
        prepare(source)
    assert error.value.code is ErrorCode.FILE_REFUSED
    return error.value.details["problem"]


def test_refusal_names_the_problem(tmp_path, monkeypatch):
    assert refusal(b"no picture") == "no_picture"
    assert refusal(photo((800, 600))[:2000]) == "cut"
    assert refusal(tmp_path / "gone.jpg") == "cut"
    (tmp_path / "huge.jpg").write_bytes(photo((80, 60)))
    monkeypatch.setattr(picture, "MOST_BYTES", 100)
    assert refusal(tmp_path / "huge.jpg") == "too_many_bytes"


def test_the_first_picture_of_a_phone_that_keeps_two_is_taken():
    out = io.BytesIO()
    first, second = Image.new("RGB", (6000, 5000), "red"), Image.new("RGB", (600, 500), "navy")
    first.save(out, "MPO", save_all=True, append_images=[second])
    taken = seen(prepare(out.getvalue()))
    assert (taken.format, taken.size) == ("JPEG", (1440, 1200))
    assert taken.getpixel((10, 10))[0] > 200


def test_a_progressive_picture_too_large_to_stand_whole_in_memory_is_refused():
    assert refusal(photo((6000, 5000), progressive=True)) == "too_many_points"
    assert seen(prepare(photo((3000, 2000), progressive=True))).size == (1600, 1067)


def test_a_picture_of_endless_scans_is_refused_unread():
    full = photo((300, 200), progressive=True)
    scan = full.rindex(b"\xff\xda")
    assert refusal(full[:-2] + full[scan:-2] * 200 + b"\xff\xd9") == "too_many_points"


def test_a_picture_made_to_fill_the_memory_is_refused_unread():
    bomb = io.BytesIO()
    Image.new("1", (6000, 6000)).save(bomb, "PNG")
    assert refusal(bomb.getvalue()) == "too_many_points"


def test_a_file_is_prepared_from_its_path(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(photo((300, 200)))
    assert seen(prepare(path)).size == (300, 200)
