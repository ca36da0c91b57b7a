"""States of the map, and where a visit began."""

from __future__ import annotations

from tests.mobile.inspection_world import (
    CAFE,
    KARAOKE,
)
from tests.mobile.screens.posing import Pose
from tests.mobile.screens.scene import find, tap
from tests.mobile.screens.states.registry import state


@state()
def place(pose: Pose) -> None:
    pose.open_visit(CAFE)
    tap(find("CheckInLine"))


@state()
def place_pin(pose: Pose) -> None:
    place(pose)
    tap(find("CheckInOption", key="map_pin"))


@state()
def map_of_pins(pose: Pose) -> None:
    pose.screen("map")


@state()
def map_card(pose: Pose) -> None:
    pose.screen("map").presenter.choose(KARAOKE)


@state("empty")
def map_empty(pose: Pose) -> None:
    pose.screen("map")
