"""A visit to a karaoke bar that is half done: six sections passed, one shortcoming with its date, counts."""

from __future__ import annotations

from collections.abc import Callable

from tests.mobile.inspection_world import (
    KARAOKE,
    LEADER,
    OFFICERS,
    TEAM,
    TEAM_SCOPE,
    UNIT,
    counts,
    filed_visit,
    settle,
    words,
)
from tests.mobile.support import FrozenClock, seeded_ids

from field178_mobile.components.shift.shift_data import Shift
from field178_mobile.features.inspection.inspection import InspectionPresenter
from field178_mobile.features.inspection.inspection_state import InspectionState
from field178_mobile.features.inspection.visit import VisitedEstablishment, new_visit
from field178_mobile.features.inspection.visit_scene import OpenVisit
from field178_mobile.store import Draft, Store

PLACE = VisitedEstablishment(KARAOKE, "Karaoke Hồng Phúc", "karaoke", UNIT)
PASSED = ("legal_status", "security_order", "fire_safety", "karaoke_discotheque", "labour", "health")
UNMET = "fire_exits_clear"
# Optional items of sections that are passed, and required ones of a section that is not.
MET = ("fire_rules_posted", "fire_training", "fd_food_certificate")


def half_filled(
    store: Store, clock: FrozenClock, render: Callable[[InspectionState], None]
) -> InspectionPresenter:
    """Return the presenter of the visit, its fire safety section open."""
    settle(store)
    members = {user: "team_leader" if user == LEADER else "member" for user in OFFICERS[:2]}
    shift = Shift(TEAM, "unannounced", "tip_off", "12/QĐ-UBND", "2026-11-20", members=members)
    data = new_visit(PLACE, shift, clock.now(), "2026.1")
    record_id = seeded_ids(clock, 5).time_ordered()
    draft = Draft("draft-1", "inspection", record_id, TEAM_SCOPE, data, None, 0, LEADER, clock.now(), "K")
    opened = OpenVisit(PLACE, draft, LEADER, last=filed_visit(KARAOKE))
    visit = InspectionPresenter(store, clock, words(), opened, render)
    visit.arrive("inspected")
    visit.choose_role("owner")
    for section in PASSED:
        visit.open_section(section)
        visit.pass_section()
    for item_id, answer in counts(5, 4).items():
        visit.count(item_id, answer["v"])
    visit.answer(UNMET, "no")
    visit.write_note(UNMET, "Lối thoát nạn tầng hai còn để vật dụng")
    visit.toggle_violation(UNMET, "fire_exit_obstructed")
    visit.fix_by("2026-12-04")
    visit.open_section("fire_safety")
    return visit
