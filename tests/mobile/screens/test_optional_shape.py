"""A shape nobody can see is not drawn, wherever its canvas was built."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kivy.graphics import Color
from kivy.lang import Builder
from kivy.uix.widget import Widget
from tests.mobile.screens.scene import Stage, frames

INK = [0.2, 0.4, 0.6]
RULE = """
<Marked@Widget>:
    ink: [0, 0, 0, 0]
    canvas:
        {shape}:
            rgba: self.ink
            pos: self.pos
            size: self.size
"""


@pytest.fixture(params=["OptionalEllipse", "OptionalRoundedRectangle", "OptionalSmoothRoundedRectangle"])
def marked(request: pytest.FixtureRequest, stage: Stage) -> Iterator[Widget]:
    from kivy.factory import Factory

    from field178_mobile.kit.widgets import optional_shape

    assert hasattr(optional_shape, request.param)
    Builder.load_string(RULE.format(shape=request.param), filename=request.param)
    widget = Factory.Marked(size_hint=(None, None), size=(40, 30), pos=(7, 9))
    stage.mount(widget)
    yield widget
    Builder.unload_file(request.param)
    Factory.unregister("Marked")


def drawn(widget: Widget) -> list[object]:
    [group] = widget.canvas.children
    return [*group.children]


def test_a_transparent_shape_is_not_in_the_canvas(marked: Widget) -> None:
    assert drawn(marked) == []


def test_a_shape_is_drawn_in_its_colour_and_place_and_taken_out_again(marked: Widget) -> None:
    marked.ink = [*INK, 1]
    frames(2)
    colour, shape = drawn(marked)[0], next(each for each in drawn(marked) if hasattr(each, "pos"))
    assert isinstance(colour, Color)
    assert colour.rgba == pytest.approx([*INK, 1])
    marked.pos, marked.size = (20, 25), (50, 60)
    frames(2)
    assert (tuple(shape.pos), tuple(shape.size)) == ((20, 25), (50, 60))
    marked.ink = [*INK, 0.5]
    frames(2)
    assert drawn(marked)[0].rgba[3] == pytest.approx(0.5)
    marked.ink = [*INK, 0]
    frames(2)
    assert drawn(marked) == []
