"""Clusters: pins that would overlap are joined into one mark with a number."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from field178_mobile.maps.mercator import TILE_PX, MapPoint


class ClusteredPin(Protocol):
    """Object with a map position."""

    @property
    def place(self) -> MapPoint:
        """Position of the pin on the map."""
        ...


Pin = TypeVar("Pin", bound=ClusteredPin)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Pins drawn as one, at their common middle."""

    place: MapPoint
    pins: tuple[object, ...]


def clusters_of(pins: Iterable[Pin], zoom: int, cell_px: float) -> list[Cluster]:
    """Return the marks of a whole zoom level, the largest first; no two are nearer than a cell.

    By places of the world, not of the window: the marks stay the same while the map is moved.
    """
    side = cell_px / (TILE_PX * 2**zoom)
    cells: dict[tuple[int, int], list[Pin]] = {}
    for pin in pins:
        cells.setdefault(_cell(pin.place, side), []).append(pin)
    groups = sorted(cells.values(), key=len, reverse=True)
    kept: dict[tuple[int, int], list[_Growing]] = {}
    for group in groups:
        place = _middle([pin.place for pin in group])
        near = _nearest(kept, place, side)
        if near is None:
            kept.setdefault(_cell(place, side), []).append(_Growing(place, list(group)))
        else:
            near.pins.extend(group)
    return [Cluster(cluster.place, tuple(cluster.pins)) for cell in kept.values() for cluster in cell]


@dataclass(slots=True)
class _Growing:
    place: MapPoint
    pins: list[object]


def _nearest(kept: Mapping[tuple[int, int], list[_Growing]], place: MapPoint, side: float) -> _Growing | None:
    column, row = _cell(place, side)
    around = [(column + x, row + y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    near = [
        cluster for cell in around for cluster in kept.get(cell, ()) if _distance(cluster.place, place) < side
    ]
    return min(near, key=lambda cluster: _distance(cluster.place, place), default=None)


def _cell(place: MapPoint, side: float) -> tuple[int, int]:
    return int(place.x / side), int(place.y / side)


def _distance(point: MapPoint, other: MapPoint) -> float:
    return math.hypot(point.x - other.x, point.y - other.y)


def _middle(places: list[MapPoint]) -> MapPoint:
    return MapPoint(sum(p.x for p in places) / len(places), sum(p.y for p in places) / len(places))
