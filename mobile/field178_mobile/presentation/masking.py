"""Masking of faces and documents in a picture: rubbed areas are replaced by flat patches for good.

The picture is divided into cells of 64 points. Adjacent rubbed cells form one hidden area, painted in at most
six patches across, each in the rounded mean colour of its area. Only this is stored: a patch discloses
nothing but one of 4,096 colours.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

CELL = 64
MOST_PATCHES_ACROSS = 6
_COLOUR_STEP = 16
Cell = tuple[int, int]
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Patch:
    """A flat rectangle over the picture, in its points, the origin at its upper left."""

    left: int
    top: int
    width: int
    height: int
    colour: Colour


class Mosaic:
    """The means of a picture's cells, and the patches that hide some of them."""

    def __init__(self, picture: Image) -> None:
        self.size = picture.size
        means = picture.reduce(CELL)
        self._columns, self._rows = means.size
        data = means.tobytes()
        self._means: dict[Cell, Colour] = {
            (place % self._columns, place // self._columns): (red, green, blue)
            for place, (red, green, blue) in enumerate(zip(data[::3], data[1::3], data[2::3], strict=True))
        }

    def cells_under(self, points: Iterable[tuple[float, float]], radius: float) -> frozenset[Cell]:
        """Return every cell that a brush touches at these points of the picture."""
        return frozenset(
            cell for x, y in points for cell in self._around(x, y, radius) if _gap(cell, x, y) <= radius
        )

    def patches(self, hidden: Iterable[Cell]) -> tuple[Patch, ...]:
        """Return the patches painted over the hidden cells."""
        return tuple(patch for group in _groups(set(hidden)) for patch in self._cover(group))

    def _cover(self, group: set[Cell]) -> Iterator[Patch]:
        left, top = min(column for column, _row in group), min(row for _column, row in group)
        across = 1 + max(max(column - left, row - top) for column, row in group)
        step = math.ceil(across / MOST_PATCHES_ACROSS)
        coarse: dict[Cell, list[Cell]] = defaultdict(list)
        for column, row in group:
            coarse[(column - left) // step, (row - top) // step].append((column, row))
        for cells in coarse.values():
            colour = _mean([self._means[cell] for cell in cells])
            yield from (self._patch(cell, colour) for cell in cells)

    def _patch(self, cell: Cell, colour: Colour) -> Patch:
        left, top = cell[0] * CELL, cell[1] * CELL
        width, height = min(CELL, self.size[0] - left), min(CELL, self.size[1] - top)
        return Patch(left, top, width, height, colour)

    def _around(self, x: float, y: float, radius: float) -> Iterator[Cell]:
        columns = range(_cell_of(x - radius), min(_cell_of(x + radius), self._columns - 1) + 1)
        rows = range(_cell_of(y - radius), min(_cell_of(y + radius), self._rows - 1) + 1)
        return ((column, row) for column in columns for row in rows)


def paint(picture: Image, patches: Iterable[Patch]) -> Image:
    """Return a copy of a picture with the patches drawn over it."""
    masked = picture.copy()
    for patch in patches:
        box = (patch.left, patch.top, patch.left + patch.width, patch.top + patch.height)
        masked.paste(patch.colour, box)
    return masked


def _groups(cells: set[Cell]) -> Iterator[set[Cell]]:
    """Give the sets of cells that touch each other, by side or corner."""
    left = set(cells)
    while left:
        group, edge = set(), [left.pop()]
        while edge:
            column, row = edge.pop()
            group.add((column, row))
            near = {(column + right, row + down) for right in (-1, 0, 1) for down in (-1, 0, 1)} & left
            left -= near
            edge.extend(near)
        yield group


def _mean(colours: list[Colour]) -> Colour:
    red, green, blue = (
        sum(part) // len(colours) // _COLOUR_STEP * _COLOUR_STEP for part in zip(*colours, strict=True)
    )
    return red, green, blue


def _gap(cell: Cell, x: float, y: float) -> float:
    """Return the distance of a point from a cell."""
    right = max(cell[0] * CELL - x, 0, x - (cell[0] + 1) * CELL)
    down = max(cell[1] * CELL - y, 0, y - (cell[1] + 1) * CELL)
    return math.hypot(right, down)


def _cell_of(distance: float) -> int:
    return max(0, int(distance // CELL))
