"""Every state of the tablet in every look: it passes the lint, and it is as its kept pictures are.

Sizes are looked at in both windows at both ends of the font scale; colours in both windows in every mode.
Sizes do not depend on the mode and colours not on the scale, so that is every combination.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from kivy.animation import Animation
from kivy.core.window import Window
from kivy.lang import Builder
from kivy.uix.scrollview import ScrollView
from tests.mobile.screens import golden
from tests.mobile.screens.lint import lint_colours, lint_shape, picture
from tests.mobile.screens.scene import LANDSCAPE, PORTRAIT, settle
from tests.mobile.screens.states import STATES, State
from tests.mobile.screens.tablets import Tablets

from field178_mobile.kit.theme import FONT_SCALES

WINDOWS = {"landscape": LANDSCAPE, "portrait": PORTRAIT}
MODES = ("light", "dark", "night")
# Of the tablets of this module: tests/mobile/screens/conftest.py.
SPEAKS = "vi"


@pytest.mark.parametrize("wanted", STATES, ids=[wanted.name for wanted in STATES])
def test_state_passes_the_lint_and_looks_as_it_did(tablets: Tablets, wanted: State):
    problems = []
    with tablets.brought_into(wanted) as pose:
        for window, size in WINDOWS.items():
            for mode in MODES:
                pose.stage.dress(size, mode, is_drawn=False)
                if mode == MODES[0]:
                    settle(3)
                    problems += [f"{window}: {said}" for top in pose.tops for said in lint_shape(top)]
                still_bars()
                seen = picture()
                problems += [
                    f"{window} {mode}: {said}" for top in pose.tops for said in lint_colours(top, seen)
                ]
                problems += _golden(f"{wanted.name}-{window}-{mode}", seen)
            pose.stage.dress(size, scale=FONT_SCALES[-1], is_drawn=False)
            settle(3)
            problems += [
                f"{window}, largest letters: {said}" for top in pose.tops for said in lint_shape(top)
            ]
    assert problems == []


def still_bars() -> None:
    """Let every scroll bar be as it is at rest: it fades by real time after a move."""
    for widget in (widget for child in Window.children for widget in child.walk()):
        if isinstance(widget, ScrollView):
            Animation.cancel_all(widget, "_bar_color")
            widget._bar_color = widget.bar_inactive_color
    Builder.sync()  # what kv draws follows only then


def _golden(name: str, seen) -> list[str]:
    small = golden.shrink(seen)
    if golden.RETAKE:
        golden.keep(name, small)
        return []
    said = golden.compare(name, small)
    return [said] if said else []


def test_no_picture_is_kept_of_what_is_no_more():
    names = {f"{each.name}-{window}-{mode}.png" for each in STATES for window in WINDOWS for mode in MODES}
    assert {path.name for path in Path(golden.FOLDER).glob("*.png")} - names == set()
