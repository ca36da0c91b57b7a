"""Borders of communes of today: which one a point lies in (domain: administrative units).

They only suggest: lines are simplified to 10 m, and a point of the register may be as far off.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources

# Longitude and latitude in degrees.
Point = tuple[float, float]
# The outer line and the lines of its holes, each closed.
Polygon = Sequence[Sequence[Point]]


def unit_at(lon: float, lat: float, among: Iterable[str]) -> str | None:
    """Return the one of these units that a point lies in; None: none, or two where their lines overlap."""
    known = _borders()
    found = [
        unit_id
        for unit_id in among
        if any(_is_within(lon, lat, polygon) for polygon in known.get(unit_id, ()))
    ]
    return found[0] if len(found) == 1 else None


@cache
def _borders() -> Mapping[str, Sequence[Polygon]]:
    text = resources.files(__package__).joinpath("borders.geojson").read_text("utf-8")
    return {
        one["properties"]["unit_id"]: one["geometry"]["coordinates"] for one in json.loads(text)["features"]
    }


def _is_within(lon: float, lat: float, polygon: Polygon) -> bool:
    """Tell whether a line from the point to the east crosses those of a polygon an odd number of times."""
    return sum(_crossings(lon, lat, line) for line in polygon) % 2 == 1


def _crossings(lon: float, lat: float, line: Sequence[Point]) -> int:
    return sum(
        (lat1 > lat) != (lat2 > lat) and lon < lon1 + (lat - lat1) * (lon2 - lon1) / (lat2 - lat1)
        for (lon1, lat1), (lon2, lat2) in itertools.pairwise(line)
    )
