"""Map in a PMTiles file, version 3: one directory, nothing compressed."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping

JPEG, VECTOR = 3, 1
_NONE = 1
_HEAD = 127


def pmtiles(tiles: Mapping[tuple[int, int, int], bytes], tile_type: int) -> bytes:
    """Return a file of these tiles by zoom, column and row."""
    placed = sorted((_tile_id(*place), data) for place, data in tiles.items())
    offsets, body = [], b""
    for _, data in placed:
        offsets.append(len(body))
        body += data
    keys = [key for key, _ in placed]
    numbers = [len(placed), *(after - before for before, after in zip([0, *keys], keys, strict=False))]
    numbers += [1] * len(placed)
    numbers += [len(data) for _, data in placed]
    numbers += [offset + 1 for offset in offsets]
    directory = b"".join(_varint(number) for number in numbers)
    metadata = b"{}"
    after = _HEAD + len(directory)
    count = len(placed)
    sections = (_HEAD, len(directory), after, len(metadata), after + len(metadata), 0)
    head = b"PMTiles\x03" + struct.pack(
        "<11Q", *sections, after + len(metadata), len(body), count, count, count
    )
    zooms = [zoom for zoom, _, _ in tiles]
    head += struct.pack("<BBBBBB", 1, _NONE, _NONE, tile_type, min(zooms), max(zooms))
    head += struct.pack("<iiii", -1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000)
    head += struct.pack("<Bii", 0, 0, 0)
    assert len(head) == _HEAD
    return head + directory + metadata + body


def tile_at(lat: float, lon: float, zoom: int) -> tuple[int, int, int]:
    """Return the tile of a zoom in which a position lies."""
    sine = math.sin(math.radians(lat))
    down = 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    return zoom, int((lon / 360 + 0.5) * 2**zoom), int(down * 2**zoom)


def land() -> bytes:
    """Return a vector tile that is land from edge to edge."""
    square = [9, 0, 0, 26, 8192, 0, 0, 8192, 8191, 0, 15]
    feature = _field(3, 3) + _field(4, b"".join(_varint(number) for number in square))
    layer = _field(15, 2) + _field(1, b"earth") + _field(2, feature) + _field(5, 4096)
    return _field(3, layer)


def _field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _tile_id(zoom: int, column: int, row: int) -> int:
    """Return the place on the Hilbert curve, after all tiles of lower zooms."""
    tile_id, half = (4**zoom - 1) // 3, 2**zoom // 2
    while half:
        is_east, is_south = int(bool(column & half)), int(bool(row & half))
        tile_id += half * half * ((3 * is_east) ^ is_south)
        if not is_south:
            if is_east:
                column, row = half - 1 - column, half - 1 - row
            column, row = row, column
        half //= 2
    return tile_id


def _varint(number: int) -> bytes:
    encoded = b""
    while number >= 0x80:
        encoded += bytes([number & 0x7F | 0x80])
        number >>= 7
    return encoded + bytes([number])
