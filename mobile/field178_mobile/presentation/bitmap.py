"""Bitmap of a picture for the screen: raw pixels, decoded by a worker thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class Bitmap:
    """Points of 8-bit RGB, row by row from the upper left."""

    width: int
    height: int
    points: bytes = field(repr=False)


def bitmap_of(picture: Image) -> Bitmap:
    """Return the points of an RGB picture."""
    return Bitmap(picture.width, picture.height, picture.tobytes())
