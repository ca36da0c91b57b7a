"""The map as one frozen value: pins, communes, legend, card."""

from __future__ import annotations

from dataclasses import dataclass

from field178_mobile.maps.mercator import MapPoint


@dataclass(frozen=True, slots=True)
class MapPin:
    """One establishment on the map."""

    id: str
    place: MapPoint
    kind: str


@dataclass(frozen=True, slots=True)
class Commune:
    """The middle of a commune, with its name."""

    name: str
    place: MapPoint


@dataclass(frozen=True, slots=True)
class LegendRow:
    """The meaning of a style of pins, and how many there are."""

    kind: str
    text: str
    count: int
    is_shown: bool


@dataclass(frozen=True, slots=True)
class MapCard:
    """The establishment that was tapped."""

    id: str
    title: str
    subtitle: str
    kind: str
    word: str
    visited: str


@dataclass(frozen=True, slots=True)
class MapState:
    """The whole map; `unplaced` establishments have no point yet."""

    pins: tuple[MapPin, ...]
    communes: tuple[Commune, ...]
    legend: tuple[LegendRow, ...]
    here: MapPoint | None
    unplaced: int
    card: MapCard | None
