"""Every state of the tablet passes the lint, and is as its kept pictures are.

Sizes are looked at in both windows at both ends of the font scale, colours in both windows in the light mode.
Dark and night are kept and linted for the states of COLOURFUL, which together show every colour; `--long`
lints every state in them. Sizes do not depend on the mode and colours not on the scale, so that is every
combination.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from kivy.animation import Animation
from kivy.core.window import Window
from kivy.lang import Builder
from kivy.uix.scrollview import ScrollView
from PIL import Image
from tests.mobile.screens import golden
from tests.mobile.screens.lint import lint_colours, lint_shape, picture
from tests.mobile.screens.posing import Pose
from tests.mobile.screens.scene import LANDSCAPE, PORTRAIT, settle
from tests.mobile.screens.states import STATES, State
from tests.mobile.screens.tablets import Tablets

from field178_mobile.kit.theme import FONT_SCALES, MODES

WINDOWS = {"landscape": LANDSCAPE, "portrait": PORTRAIT}
LIGHT, *DARKER = MODES
PLAIN, LARGEST = 1.0, FONT_SCALES[-1]
# One thing changes at each step: a screen that is laid out anew takes most of the time.
STEPS = (("landscape", PLAIN), ("portrait", PLAIN), ("portrait", LARGEST), ("landscape", LARGEST))
COLOURFUL = ("conclusion_with_problems", "photo_drop_question", "section_with_violations", "unlock_wrong")
# Those with transparency are never on a screen as themselves.
OPAQUE = {mode: {token: code for token, code in MODES[mode].items() if len(code) == 6} for mode in MODES}
# Of the tablets of this module: tests/mobile/screens/conftest.py.
SPEAKS, SCALE = "vi", PLAIN


def named(states: Iterable[State]) -> pytest.MarkDecorator:
    every = list(states)
    return pytest.mark.parametrize("state", every, ids=[state.name for state in every])


@named(STATES)
def test_state_passes_the_lint_and_looks_as_it_did(tablets: Tablets, state: State):
    problems = []
    with tablets.brought_into(state) as pose:
        for window, scale in STEPS:
            if scale == PLAIN:
                seen = look(pose, WINDOWS[window], LIGHT)
                problems += with_place(window, shape_of(pose), colours_of(pose, seen))
                problems += _golden(f"{state.name}-{window}-{LIGHT}", seen)
            else:
                pose.stage.dress(WINDOWS[window], scale=scale)
                settle(3)
                problems += with_place(f"{window}, largest letters", shape_of(pose))
    assert problems == []


def test_colourful_states_look_as_they_did_and_show_every_colour_in_every_mode(tablets: Tablets):
    problems: list[str] = []
    missing = {mode: set(OPAQUE[mode]) for mode in MODES}
    for state in (each for each in STATES if each.name in COLOURFUL):
        with tablets.brought_into(state) as pose:
            for window, size in WINDOWS.items():
                for mode in MODES:
                    seen = look(pose, size, mode)
                    problems += with_place(f"{state.name} {window} {mode}", colours_of(pose, seen))
                    problems += _golden(f"{state.name}-{window}-{mode}", seen)
                    missing[mode] -= tokens_on(seen, mode)
    assert problems == []
    assert missing == {mode: set() for mode in MODES}


@pytest.mark.long
@named(STATES)
def test_state_passes_the_lint_of_colours_in_dark_and_night(tablets: Tablets, state: State):
    problems = []
    with tablets.brought_into(state) as pose:
        for window, size in WINDOWS.items():
            for mode in DARKER:
                problems += with_place(f"{window} {mode}", colours_of(pose, look(pose, size, mode)))
    assert problems == []


def look(pose: Pose, size: tuple[int, int], mode: str) -> Image.Image:
    """Dress the tablet and return what its window shows at rest."""
    pose.stage.dress(size, mode)
    settle(3)
    still_bars()
    return picture()


def shape_of(pose: Pose) -> list[str]:
    return [problem for top in pose.tops for problem in lint_shape(top)]


def colours_of(pose: Pose, seen: Image.Image) -> list[str]:
    return [problem for top in pose.tops for problem in lint_colours(top, seen)]


def with_place(where: str, *problems: list[str]) -> list[str]:
    return [f"{where}: {problem}" for some in problems for problem in some]


def tokens_on(seen: Image.Image, mode: str) -> set[str]:
    """Return the colour tokens that stand in a picture as they are."""
    shown = {colour for _count, colour in seen.getcolors(seen.width * seen.height) or []}
    return {token for token, code in OPAQUE[mode].items() if tuple(bytes.fromhex(code)) in shown}


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
    difference = golden.compare(name, small)
    return [difference] if difference else []


def test_every_golden_picture_has_a_named_state():
    kept = {(each.name, LIGHT) for each in STATES} | {(name, mode) for name in COLOURFUL for mode in DARKER}
    names = {f"{name}-{window}-{mode}.png" for name, mode in kept for window in WINDOWS}
    assert {path.name for path in Path(golden.FOLDER).glob("*.png")} - names == set()
