"""Pictures made fit to leave the tablet: small, upright, with nothing in them but what is to be seen.

The bytes are final: they are hashed, filed and sent as they come out of here. Pillow is imported late.
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
# A camera of today makes 50 million points; far more is a picture made to fill the memory.
MOST_POINTS = 100_000_000
# The other formats cannot be read at a smaller scale: they stand whole in memory.
MOST_POINTS_WHOLE = 25_000_000


def prepare(source: Path | bytes) -> bytes:
    """Return a picture as a JPEG that fits 1600×1200, either way up, without any metadata.

    AppError(file_refused) when it is no picture that can be read.
    """
    from PIL import Image as images

    file = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        with images.open(file, formats=FORMATS) as opened:
            if opened.width * opened.height > (MOST_POINTS if opened.format == "JPEG" else MOST_POINTS_WHOLE):
                raise AppError(ErrorCode.FILE_REFUSED, problem="too_many_points")
            return _encoded(_upright(opened))
    except (OSError, SyntaxError, ValueError, images.DecompressionBombError, images.DecompressionBombWarning):
        # SyntaxError is how Pillow says that a file is broken.
        raise AppError(ErrorCode.FILE_REFUSED) from None


def _upright(opened: Image) -> Image:
    from PIL import ImageOps

    # Decoded at the next larger eighth: a 50-megapixel photo never stands whole in memory.
    opened.draft("RGB", (LONG_SIDE, LONG_SIDE))
    # Scaled before it is turned and painted on white: each of these copies is a small one.
    opened.thumbnail(_box(opened.size))
    upright = ImageOps.exif_transpose(opened)
    return _on_white(upright)


def _box(size: tuple[int, int]) -> tuple[int, int]:
    width, height = size
    return (LONG_SIDE, SHORT_SIDE) if width >= height else (SHORT_SIDE, LONG_SIDE)


def _on_white(picture: Image) -> Image:
    from PIL import Image as images

    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    ground = images.new("RGB", layer.size, "white")
    ground.paste(layer, mask=layer)
    return ground


def _encoded(picture: Image) -> bytes:
    # Emptied: a comment of the camera would be written again from here.
    picture.info.clear()
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True, exif=b"", icc_profile=b"")
    return out.getvalue()
