"""States of planned visits."""

from __future__ import annotations

from tests.mobile.inspection_world import (
    CAFE,
    GUESTHOUSE,
    KARAOKE,
    uid,
)
from tests.mobile.screens.posing import PLACES, Pose
from tests.mobile.screens.scene import frames
from tests.mobile.screens.states.registry import state
from tests.mobile.support import server_commits

HOTEL, MASSAGE, NEVER = (uid(name) for name, _kind in PLACES[:3])


@state("empty")
def plan_empty(pose: Pose) -> None:
    pose.screen("plan")


@state(is_shared=False)
def plan(pose: Pose) -> None:
    _plan(pose)


@state(is_shared=False)
def plan_late(pose: Pose) -> None:
    _plan(pose, "missed", "nearest")


@state(is_shared=False)
def planned_visits_offered(pose: Pose) -> None:
    from tests.mobile.features.plan.test_plan import item

    planned, recheck = uid("p1"), uid("p2")
    window = ("2026-11-20", "2026-12-04")
    server_commits(
        pose.store,
        item(planned, KARAOKE, "2026-11-01", "2026-11-30"),
        item(recheck, KARAOKE, *window, inspection_kind="recheck", trigger="follow_up_due"),
    )
    pose.open_visit(KARAOKE).toggle_plan_item(recheck)


def _plan(pose: Pose, *chips: str) -> None:
    from tests.mobile.features.plan.test_plan import item

    screen = pose.screen("plan")
    november, october = ("2026-11-01", "2026-11-30"), ("2026-10-01", "2026-10-31")
    follow_up = {"visit_id": uid("last visit"), "follow_up_id": "fire_exits_clear"}
    recheck = {"inspection_kind": "recheck", "trigger": "follow_up_due", "asked_by": follow_up}
    server_commits(
        pose.store,
        item(uid("p1"), KARAOKE, "2026-11-20", "2026-12-04", **recheck),
        item(uid("p2"), GUESTHOUSE, *november, establishment_type_id="guesthouse"),
        item(uid("p3"), HOTEL, *november, establishment_type_id="hotel", reason="Xem lại cửa thoát nạn."),
        item(uid("p4"), MASSAGE, "2026-11-24", "2026-11-24", inspection_kind="unannounced"),
        item(uid("p5"), CAFE, *october, establishment_type_id="cafe"),
        item(uid("p6"), NEVER, *october, establishment_type_id="restaurant"),
        item(uid("p7"), KARAOKE, "2026-12-10", "2026-12-31"),
    )
    frames(2)
    for chip in chips:
        screen.presenter.choose_chip(chip)
