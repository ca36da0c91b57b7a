"""States of the gallery of the kit."""

from __future__ import annotations

from tests.mobile.screens.posing import Pose
from tests.mobile.screens.scene import find, frames
from tests.mobile.screens.states.registry import state


@state("new", is_open=False)
def gallery(pose: Pose) -> None:
    _gallery(pose, 1)


@state("new", is_open=False)
def gallery_foot(pose: Pose) -> None:
    _gallery(pose, 0)


@state("new", is_open=False)
def gallery_states(pose: Pose) -> None:
    _gallery(pose, 1)
    find("Gallery").more()


def _gallery(pose: Pose, scroll_y: float) -> None:
    from field178_mobile.shell.gallery import Gallery

    shown = Gallery(has_detail=True)
    pose.door.put(shown)
    frames(3)
    shown.ids.scroll.scroll_y = scroll_y
