"""Points in 1e-7 degrees and their distance in metres."""

from __future__ import annotations

import math
from dataclasses import dataclass

from field178_shared.records.reading import Data, count_of

_METRES_PER_UNIT = 111_320 / 10_000_000


@dataclass(frozen=True, slots=True)
class GeoPoint:
    """A point in 1e-7 degrees."""

    lat: int
    lon: int


def point_of(data: Data) -> GeoPoint | None:
    """Return the point of the data, None if a coordinate is missing."""
    lat, lon = count_of(data, "lat"), count_of(data, "lon")
    return None if lat is None or lon is None else GeoPoint(lat, lon)


def metres_between(point: GeoPoint, other: GeoPoint) -> int:
    """Return the distance in metres; flat-earth, right to a metre inside a province."""
    shrink = math.cos(math.radians((point.lat + other.lat) / 2 / 10_000_000))
    north = (point.lat - other.lat) * _METRES_PER_UNIT
    east = (point.lon - other.lon) * _METRES_PER_UNIT * shrink
    return round(math.hypot(north, east))
