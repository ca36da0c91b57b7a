"""Places on the world square of web maps (EPSG:3857): (0, 0) is north-west, (1, 1) south-east."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

TILE_PX = 256
UNITS_PER_DEGREE = 10_000_000
_NORTHERNMOST = 85.05112878


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A point of the world square."""

    x: float
    y: float


def place_of(lat: int, lon: int) -> MapPoint:
    """Return the map point of a position in 1e-7 degrees."""
    north = min(max(lat / UNITS_PER_DEGREE, -_NORTHERNMOST), _NORTHERNMOST)
    sine = math.sin(math.radians(north))
    y = 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    return MapPoint(lon / UNITS_PER_DEGREE / 360 + 0.5, y)


def position_at(place: MapPoint) -> tuple[int, int]:
    """Return the latitude and longitude of a map point in 1e-7 degrees: the inverse of `place_of`."""
    latitude = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * place.y))))
    return round(latitude * UNITS_PER_DEGREE), round((place.x - 0.5) * 360 * UNITS_PER_DEGREE)


@dataclass(frozen=True, slots=True)
class MapWindow:
    """Visible part of the map: the place in its middle, and its zoom."""

    centre: MapPoint
    zoom: float

    @property
    def scale(self) -> float:
        """Pixels per side of the world square."""
        return TILE_PX * float(2**self.zoom)

    def moved(self, right_px: float, down_px: float) -> MapWindow:
        """Return the view after moving the window."""
        x = min(max(self.centre.x + right_px / self.scale, 0.0), 1.0)
        y = min(max(self.centre.y + down_px / self.scale, 0.0), 1.0)
        return MapWindow(MapPoint(x, y), self.zoom)

    def offset_of(self, place: MapPoint) -> tuple[float, float]:
        """Return how many pixels right of and below the middle a place is drawn."""
        return (place.x - self.centre.x) * self.scale, (place.y - self.centre.y) * self.scale

    def zoomed(self, zoom: float, right_px: float = 0.0, down_px: float = 0.0) -> MapWindow:
        """Return the view at another zoom, the place at an offset from the middle staying where it is."""
        fixed = self.moved(right_px, down_px).centre
        return MapWindow(fixed, zoom).moved(-right_px, -down_px)


def view_of(
    places: Iterable[MapPoint], width_px: float, height_px: float, zooms: tuple[float, float]
) -> MapWindow | None:
    """Return the closest view that shows all points, None without points."""
    points = list(places)
    if not points:
        return None
    left, right = min(p.x for p in points), max(p.x for p in points)
    top, bottom = min(p.y for p in points), max(p.y for p in points)
    widest = max((right - left) / max(width_px, 1), (bottom - top) / max(height_px, 1), 1e-12)
    zoom = math.log2(1 / (widest * TILE_PX)) - 0.2
    return MapWindow(MapPoint((left + right) / 2, (top + bottom) / 2), min(max(zoom, zooms[0]), zooms[1]))
