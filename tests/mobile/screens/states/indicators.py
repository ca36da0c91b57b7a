"""States of the targets: nothing known, figures with unsent work beside them."""

from __future__ import annotations

from tests.mobile.area_figures import PARTIAL, receive_figures
from tests.mobile.inspection_world import KARAOKE
from tests.mobile.screens.posing import Pose
from tests.mobile.screens.scene import frames
from tests.mobile.screens.states.registry import state

from field178_mobile.kit.widgets.overlay import close_all


@state("empty")
def indicators_unknown(pose: Pose) -> None:
    pose.screen("indicators")


@state(is_shared=False)
def indicators_partial(pose: Pose) -> None:
    open_share = {**PARTIAL["workers_reached_pct"], "high_tenths": 720}
    figures = {**PARTIAL, "workers_reached_pct": open_share}
    places = {"unit_ids": ["c11656_v1", "c11662_v1"], "establishments": 33, "zones": 1, "schools": 1}
    receive_figures(pose.store, as_of="2026-11-22T18:10:00Z", figures=figures, left_out=places)
    pose.screen("indicators")
    frames(2)


@state(is_shared=False)
def indicators(pose: Pose) -> None:
    receive_figures(pose.store, as_of="2026-11-22T18:10:00Z")
    pose.screen("inspection")
    pose.workspace.begin_census(KARAOKE)
    pose.workspace.census.form.write("workers_total", 9)
    pose.workspace.census.form.complete()
    pose.screen("indicators")
    frames(2)
    close_all()
