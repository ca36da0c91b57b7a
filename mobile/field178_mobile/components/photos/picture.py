"""Conversion of pictures before they leave the tablet: small, upright, without metadata.

The bytes are final: they are hashed, filed and sent unchanged. Pillow is imported late.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from field178_shared.errors import AppError, ErrorCode

if TYPE_CHECKING:
    from PIL.Image import Image

CONTENT_TYPE = "image/jpeg"
LONG_SIDE = 1600
SHORT_SIDE = 1200
QUALITY = 80
FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 64 << 20
# Present cameras make 50 million points; much larger pictures are made to exhaust the memory.
MOST_POINTS = 100_000_000
# Formats without scaled decoding, and progressive JPEG, are decoded whole in memory.
MOST_POINTS_WHOLE = 25_000_000
# A progressive JPEG of a camera has about ten scans; each of a thousand costs a pass over the picture.
MOST_SCANS = 100
_SCAN = b"\xff\xda"
# A phone that keeps a second picture in the file calls it MPO; its first one is a plain JPEG.
_SCALABLE = ("JPEG", "MPO")

TOO_MANY_POINTS, TOO_MANY_BYTES, NO_PICTURE, CUT = (
    "too_many_points",
    "too_many_bytes",
    "no_picture",
    "cut",
)


def prepare(source: Path | bytes) -> bytes:
    """Return a picture as a JPEG that fits 1600×1200, either way up, without any metadata.

    AppError(file_refused) as from `open_bare`.
    """
    return encode(open_bare(source))


def open_bare(source: Path | bytes) -> Image:
    """Return a picture upright, RGB, scaled to fit 1600×1200 in either orientation, without metadata.

    AppError(file_refused) with `problem` too_many_bytes, too_many_points, no_picture or cut.
    """
    return _read(source, LONG_SIDE, SHORT_SIDE)


def thumbnail(source: Path | bytes, side: int) -> Image:
    """Return a picture like `open_bare`, scaled to fit a square; raises the same AppError(file_refused)."""
    return _read(source, side, side)


def _read(source: Path | bytes, long: int, short: int) -> Image:
    from PIL import Image as images
    from PIL import UnidentifiedImageError

    data = _bytes_of(source)
    try:
        with images.open(io.BytesIO(data), formats=FORMATS) as opened:
            _check_cost(opened, data)
            return _upright(opened, long, short)
    except UnidentifiedImageError:
        raise AppError(ErrorCode.FILE_REFUSED, problem=NO_PICTURE) from None
    except (images.DecompressionBombError, images.DecompressionBombWarning):
        raise AppError(ErrorCode.FILE_REFUSED, problem=TOO_MANY_POINTS) from None
    except (OSError, SyntaxError, ValueError):
        # Pillow raises SyntaxError for damaged files.
        raise AppError(ErrorCode.FILE_REFUSED, problem=CUT) from None


def encode(picture: Image) -> bytes:
    """Return the JPEG bytes of a picture, without metadata."""
    # Emptied: a comment of the camera would be written again from here.
    picture.info.clear()
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True, exif=b"", icc_profile=b"")
    return out.getvalue()


def _bytes_of(source: Path | bytes) -> bytes:
    if isinstance(source, bytes):
        return source
    try:
        if source.stat().st_size > MOST_BYTES:
            raise AppError(ErrorCode.FILE_REFUSED, problem=TOO_MANY_BYTES)
        return source.read_bytes()
    except OSError:
        raise AppError(ErrorCode.FILE_REFUSED, problem=CUT) from None


def _check_cost(opened: Image, data: bytes) -> None:
    """Refuse pictures that would need too much memory or time, judged by their header."""
    is_scalable = opened.format in _SCALABLE and not opened.info.get("progressive")
    points = opened.width * opened.height
    if points > (MOST_POINTS if is_scalable else MOST_POINTS_WHOLE):
        raise AppError(ErrorCode.FILE_REFUSED, problem=TOO_MANY_POINTS)
    # Within a scan an FF is always followed by 00, so this counts scans, and never too few of them.
    if opened.format in _SCALABLE and data.count(_SCAN) > MOST_SCANS:
        raise AppError(ErrorCode.FILE_REFUSED, problem=TOO_MANY_POINTS)


def _upright(opened: Image, long: int, short: int) -> Image:
    from PIL import ImageOps

    # Decoded at the next larger eighth: a 50-megapixel photo is never whole in memory.
    opened.draft("RGB", (long, long))
    # Scaled before it is turned and painted on white: each of these copies is a small one.
    width, height = opened.size
    opened.thumbnail((long, short) if width >= height else (short, long))
    upright = ImageOps.exif_transpose(opened)
    return _on_white(upright)


def _on_white(picture: Image) -> Image:
    from PIL import Image as images

    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    ground = images.new("RGB", layer.size, "white")
    ground.paste(layer, mask=layer)
    return ground
