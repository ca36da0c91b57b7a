"""Coloured shapes of a canvas that are drawn only while visible.

Most veils, marks and grounds are transparent most of the time; drawing a transparent shape costs as much as a
visible one.
"""

from __future__ import annotations

from typing import ClassVar

from kivy.factory import Factory
from kivy.graphics import (
    Canvas,
    Color,
    InstructionGroup,
    RoundedRectangle,
    SmoothEllipse,
    SmoothRoundedRectangle,
)

Place = tuple[float, float]
_ELSEWHERE = Canvas()

__all__ = ["OptionalEllipse", "OptionalRoundedRectangle", "OptionalSmoothRoundedRectangle"]


class _OptionalShape(InstructionGroup):
    """A colour and its shape, both left out while the colour is transparent."""

    shape: ClassVar[type[InstructionGroup]]

    def __init__(self) -> None:
        super().__init__()
        # By themselves they would join the canvas that is being built.
        with _ELSEWHERE:
            self._color, self._shape = Color(0, 0, 0, 0), self.shape()
        _ELSEWHERE.clear()

    @property
    def rgba(self) -> list[float]:
        """The colour."""
        return list(self._color.rgba)

    @rgba.setter
    def rgba(self, rgba: list[float]) -> None:
        was_shown, is_shown = self._color.a > 0, rgba[3] > 0
        self._color.rgba = rgba
        if is_shown and not was_shown:
            self.add(self._color)
            self.add(self._shape)
        elif was_shown and not is_shown:
            self.clear()

    @property
    def pos(self) -> Place:
        """Position of the shape."""
        place: Place = self._shape.pos
        return place

    @pos.setter
    def pos(self, place: Place) -> None:
        self._shape.pos = place

    @property
    def size(self) -> Place:
        """Size of the shape."""
        size: Place = self._shape.size
        return size

    @size.setter
    def size(self, size: Place) -> None:
        self._shape.size = size


class OptionalEllipse(_OptionalShape):
    """A smooth ellipse: rgba; pos; size."""

    shape = SmoothEllipse


class OptionalRoundedRectangle(_OptionalShape):
    """A rounded rectangle: rgba; pos; size; radius."""

    shape = RoundedRectangle

    @property
    def radius(self) -> list[float]:
        """Radius of the rectangle's corners."""
        return list(self._shape.radius)

    @radius.setter
    def radius(self, radius: list[float]) -> None:
        self._shape.radius = radius


class OptionalSmoothRoundedRectangle(OptionalRoundedRectangle):
    """Smooth rounded rectangle with the properties rgba, pos, size and radius."""

    shape = SmoothRoundedRectangle


for _shape in (OptionalEllipse, OptionalRoundedRectangle, OptionalSmoothRoundedRectangle):
    Factory.register(_shape.__name__, cls=_shape)
