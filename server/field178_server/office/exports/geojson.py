"""GeoJSON files (RFC 7946) in CRS84; features are written one at a time, in constant memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import IO

from field178_server.office.exports.table_files import Cell
from field178_shared.time.clock import to_wire

MEDIA_TYPE = "application/geo+json"
# Six decimals are a tenth of a metre, which is enough for an address.
_DECIMALS, _DEGREE = 6, 10**7

# Latitude and longitude in 1e-7 degrees.
Point = tuple[int, int]
Feature = tuple[Sequence[Cell], Point | None]


def write_geojson(file: IO[bytes], names: Sequence[str], features: Iterable[Feature]) -> int:
    """Write a file of features and return their number; `names`: names of the features' properties."""
    count = 0
    file.write(b'{"type":"FeatureCollection","features":[')
    for count, (cells, point) in enumerate(features, 1):
        feature = {
            "type": "Feature",
            "geometry": None if point is None else _geometry(point),
            "properties": {name: _value(cell) for name, cell in zip(names, cells, strict=True)},
        }
        text = json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
        file.write((",\n" if count > 1 else "\n").encode() + text.encode())
    file.write(b"\n]}\n")
    return count


def _geometry(point: Point) -> dict[str, object]:
    lat, lon = (round(degrees / _DEGREE, _DECIMALS) for degrees in point)
    return {"type": "Point", "coordinates": [lon, lat]}


def _value(cell: Cell) -> object:
    if isinstance(cell, datetime):
        return to_wire(cell)
    return cell.isoformat() if isinstance(cell, date) else cell
