"""Every state of the tablet in every look: it passes the lint, and it is as its kept pictures are.

Sizes are looked at in both windows at both ends of the font scale; colours in both windows in every mode.
Sizes do not depend on the mode and colours not on the scale, so that is every combination.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from kivy.animation import Animation
from kivy.core.window import Window
from kivy.lang import Builder
from kivy.uix.scrollview import ScrollView
from tests.mobile.ui import golden
from tests.mobile.ui.lint import lint_colours, lint_shape, picture
from tests.mobile.ui.posing import Pose
from tests.mobile.ui.stage import LANDSCAPE, PORTRAIT, Stage, frames, settle
from tests.mobile.ui.states import STATES, State

WINDOWS = {"landscape": LANDSCAPE, "portrait": PORTRAIT}
MODES = ("light", "dark", "night")
LARGEST = 1.3

Reach = Callable[[State], Pose]


@pytest.fixture(scope="module")
def _shared(_stage: Stage) -> Iterator[dict[str, Pose]]:
    poses: dict[str, Pose] = {}
    yield poses
    for pose in poses.values():
        pose.end()


@pytest.fixture
def reach(_stage: Stage, _shared: dict[str, Pose], tmp_path_factory: pytest.TempPathFactory) -> Reach:
    """Bring the tablet into a state. One tablet lives at a time: each follows every change of the look."""

    def bring(wanted: State) -> Pose:
        pose = _shared.get(wanted.kind) if wanted.is_shared else None
        if pose is not None:
            _stage.clear()
            pose.home()
            gc.collect()  # a sheet that was closed follows the look until it is collected
        else:
            while _shared:
                _shared.popitem()[1].end()
            _stage.strike()
            pose = Pose(_stage, tmp_path_factory.mktemp("tablet"), wanted.kind)
            if wanted.is_open:
                pose.unlock()
            if wanted.is_shared:
                _shared[wanted.kind] = pose
        wanted.go(pose)
        frames(3)
        return pose

    return bring


@contextmanager
def closing(wanted: State, pose: Pose) -> Iterator[None]:
    try:
        yield
    finally:
        pose.stage.dress()
        if not wanted.is_shared:
            pose.end()


# Those that share a tablet one after the other.
IN_ORDER = sorted(STATES, key=lambda each: (not each.is_shared, each.kind))


@pytest.mark.parametrize("wanted", IN_ORDER, ids=[wanted.name for wanted in IN_ORDER])
def test_state_passes_the_lint_and_looks_as_it_did(reach: Reach, wanted: State):
    pose = reach(wanted)
    problems = []
    with closing(wanted, pose):
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
            pose.stage.dress(size, scale=LARGEST, is_drawn=False)
            settle(3)
            problems += [f"{window} {LARGEST}: {said}" for top in pose.tops for said in lint_shape(top)]
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
