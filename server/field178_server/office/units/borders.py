"""Borders of the current communes, to look up the unit of a point (domain: administrative units).

The result is a suggestion: lines are simplified to 10 m, and points of the register are no more exact.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources

# Longitude and latitude in degrees.
Point = tuple[float, float]
# The outer ring and the rings of its holes, each closed.
Polygon = Sequence[Sequence[Point]]


def unit_at(lon: float, lat: float, among: Iterable[str]) -> str | None:
    """Return the unit that contains a point; None if no unit, or more than one, contains it."""
    polygons = _borders()
    unit_ids = [
        unit_id
        for unit_id in among
        if any(_is_within(lon, lat, polygon) for polygon in polygons.get(unit_id, ()))
    ]
    return unit_ids[0] if len(unit_ids) == 1 else None


@cache
def _borders() -> Mapping[str, Sequence[Polygon]]:
    text = resources.files(__package__).joinpath("borders.geojson").read_text("utf-8")
    return {
        feature["properties"]["unit_id"]: feature["geometry"]["coordinates"]
        for feature in json.loads(text)["features"]
    }


def _is_within(lon: float, lat: float, polygon: Polygon) -> bool:
    """Return whether a polygon contains a point: a line to the east has an odd number of crossings."""
    return sum(_crossings(lon, lat, line) for line in polygon) % 2 == 1


def _crossings(lon: float, lat: float, line: Sequence[Point]) -> int:
    return sum(
        (lat1 > lat) != (lat2 > lat) and lon < lon1 + (lat - lat1) * (lon2 - lon1) / (lat2 - lat1)
        for (lon1, lat1), (lon2, lat2) in itertools.pairwise(line)
    )
