"""States of the worker census: begun, counted and wrong, filed on the page of its establishment."""

from __future__ import annotations

from tests.mobile.inspection_world import KARAOKE, UNIT, uid
from tests.mobile.screens.posing import PLACES, Pose
from tests.mobile.screens.scene import find, frames
from tests.mobile.screens.states.registry import state
from tests.mobile.support import base_row, server_commits

from field178_mobile.kit.widgets.overlay import close_all
from field178_shared.ids import review_id

NOW = "2026-11-24T08:00:00Z"
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
def census_returned(pose: Pose) -> None:
    entry = uid("returned census")
    begin(pose, COUNTED)
    data = {**form_of(pose).data, "counted_on": "2026-10-05", "workers_total": 50}
    pose.workspace.leave_census()
    review = {
        "record": entry,
        "record_rev": 1,
        "state": "returned",
        "reason": "Số lao động gấp mười lần lần trước, đề nghị đếm lại.",
        "comments": {
            "c1": {"path": "workers_total", "text": "Biên bản của xã ghi 5 người.", "user": "x", "at": NOW}
        },
    }
    server_commits(pose.store, base_row(entry, 1, "worker_census", f"unit:{UNIT}", **data))
    server_commits(pose.store, base_row(review_id(entry), 1, "review", f"unit:{UNIT}", **review))
    pose.workspace.open_census(entry)
    frames(2)


@state(is_shared=False)
def info_of_counted_workers(pose: Pose) -> None:
    begin(pose, COUNTED)
    form_of(pose).repeat_last()
    form_of(pose).complete()
    frames(2)
    close_all()
    pane = find("InfoPane")
    pane.ids.scroll.scroll_to_widget(pane.ids.count)
