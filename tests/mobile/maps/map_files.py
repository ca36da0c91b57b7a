"""Map files for tests: every tile of a place, drawn as a chessboard with its number."""

from __future__ import annotations

import math
import sqlite3
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

from field178_mobile.maps.mercator import TILE_PX, MapPoint


def picture(text: str, is_dark: bool) -> bytes:
    """Return the PNG of one tile."""
    image = Image.new("RGB", (TILE_PX, TILE_PX), "#dfe6dc" if is_dark else "#eef2ea")
    ImageDraw.Draw(image).text((8, 8), text, fill="#7a8a78")
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def write_map(path: Path, middle: MapPoint, zooms: range, around: int = 3) -> None:
    """Write an MBTiles file with the tiles around a place at each zoom."""
    with sqlite3.connect(path) as store:
        store.execute("CREATE TABLE metadata (name text, value text)")
        store.execute("CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)")
        for zoom in zooms:
            count = 2**zoom
            column, row = math.floor(middle.x * count), math.floor(middle.y * count)
            for x in range(max(0, column - around), min(count, column + around + 1)):
                for y in range(max(0, row - around), min(count, row + around + 1)):
                    data = picture(f"{zoom}/{x}/{y}", (x + y) % 2 == 0)
                    store.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", (zoom, x, count - 1 - y, data))
    store.close()
