"""Label placement on the map without overlaps of labels and marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_CELL_PX = 128


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the world, by its middle."""

    x: float
    y: float
    width: float
    height: float

    def meets(self, other: Box) -> bool:
        """Return whether the two boxes overlap."""
        return (
            abs(self.x - other.x) * 2 < self.width + other.width
            and abs(self.y - other.y) * 2 < self.height + other.height
        )


def label_places(labels: Iterable[Box], marks: Iterable[Box], distance: float) -> list[Box | None]:
    """Return a free position for each label: below its point, else above or beside it, else None.

    `labels` are centred on their points. Earlier labels choose first.
    """
    taken = _Taken()
    for mark in marks:
        taken.add(mark)
    places = []
    for label in labels:
        place = next((each for each in _around(label, distance) if taken.is_free(each)), None)
        if place is not None:
            taken.add(place)
        places.append(place)
    return places


def _around(label: Box, distance: float) -> Iterator[Box]:
    down, right = label.height / 2 + distance, label.width / 2 + distance
    for x, y in ((0, down), (0, -down), (right, 0), (-right, 0)):
        yield Box(label.x + x, label.y + y, label.width, label.height)
    for x, y in ((right, down), (-right, down), (right, -down), (-right, -down)):
        yield Box(label.x + x, label.y + y, label.width, label.height)


class _Taken:
    """Boxes placed on the map, indexed by cells so that few are compared."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[Box]] = {}

    def add(self, box: Box) -> None:
        for cell in _cells_of(box):
            self._cells.setdefault(cell, []).append(box)

    def is_free(self, box: Box) -> bool:
        return not any(other.meets(box) for cell in _cells_of(box) for other in self._cells.get(cell, ()))


def _cells_of(box: Box) -> Iterator[tuple[int, int]]:
    left, top = (box.x - box.width / 2) // _CELL_PX, (box.y - box.height / 2) // _CELL_PX
    right, bottom = (box.x + box.width / 2) // _CELL_PX, (box.y + box.height / 2) // _CELL_PX
    for column in range(int(left), int(right) + 1):
        for row in range(int(top), int(bottom) + 1):
            yield column, row
