"""States of the worker census: begun, counted and wrong, filed on the page of its establishment."""

from __future__ import annotations

from tests.mobile.inspection_world import KARAOKE, uid
from tests.mobile.screens.posing import PLACES, Pose
from tests.mobile.screens.scene import find, frames
from tests.mobile.screens.states.registry import state

from field178_mobile.kit.widgets.overlay import close_all

# Inspected once, with a count of its workers.
COUNTED = uid(PLACES[4][0])


def begin(pose: Pose, establishment_id: str = KARAOKE) -> None:
    pose.screen("inspection")
    pose.workspace.begin_census(establishment_id)
    frames(2)


def form_of(pose: Pose):
    return pose.workspace.census.form


@state()
def census_new(pose: Pose) -> None:
    begin(pose)


@state(is_shared=False)
def census_that_disagrees(pose: Pose) -> None:
    begin(pose)
    form_of(pose).write("workers_total", 5)
    form_of(pose).write("workers_female", 4)
    form_of(pose).write("workers_male", 3)
    form_of(pose).write("note", "Gặp anh Nguyễn Văn Mẫu, số 0912345678")
    form_of(pose).check()


@state(is_shared=False)
def census_rest_offered(pose: Pose) -> None:
    begin(pose)
    form_of(pose).write("workers_total", 5)
    form_of(pose).write("workers_female", 4)
    frames(2)
    next(row for row in find("CensusFields").ids.counts.children if row.key == "workers_male").ask()


@state(is_shared=False)
def info_of_counted_workers(pose: Pose) -> None:
    begin(pose, COUNTED)
    form_of(pose).repeat_last()
    form_of(pose).complete()
    frames(2)
    close_all()
    pane = find("InfoPane")
    pane.ids.scroll.scroll_to_widget(pane.ids.count)
