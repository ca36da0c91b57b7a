"""A bench for tests of the open visit: a visit under work and the states it rendered."""

from __future__ import annotations

from dataclasses import replace

from tests.mobile.inspection_world import KARAOKE, LEADER, OFFICERS, TEAM_SCOPE, UNIT, counts, words
from tests.mobile.support import FrozenClock, seeded_ids

from field178_mobile.components.shift.shift_data import Shift
from field178_mobile.features.inspection.inspection import InspectionPresenter
from field178_mobile.features.inspection.inspection_state import InspectionState
from field178_mobile.features.inspection.visit import VisitedEstablishment, new_visit
from field178_mobile.features.inspection.visit_scene import OpenVisit
from field178_mobile.store import Draft, Store
from field178_shared.merge import read_path

PLACE = VisitedEstablishment(KARAOKE, "Karaoke Hồng Phúc", "karaoke", UNIT)


class Bench:
    """A visit under work, the states it rendered, and the store below it."""

    def __init__(
        self, store: Store, clock: FrozenClock, place: VisitedEstablishment = PLACE, **opened: object
    ) -> None:
        self.store, self.clock = store, clock
        self.states: list[InspectionState] = []
        ids = seeded_ids(clock, 5)
        shift = Shift(
            team_id=TEAM_SCOPE.removeprefix("team:"),
            kind="unannounced",
            trigger="tip_off",
            decision_number="12/QĐ-UBND",
            decision_date="2026-11-20",
            members={user: "member" for user in OFFICERS[:2]},
        )
        data = new_visit(place, shift, clock.now(), "2026.1")
        draft = Draft(
            "draft-1", "inspection", ids.time_ordered(), TEAM_SCOPE, data, None, 0, LEADER, clock.now(), "K"
        )
        visit = replace(OpenVisit(place, draft, LEADER), **opened)
        self.visit = InspectionPresenter(store, clock, words(), visit, self.states.append)
        self.visit.show()

    @property
    def state(self) -> InspectionState:
        return self.states[-1]

    def saved(self, path: str) -> object:
        """Return the value at a path of the saved draft, as a restart reads it."""
        draft = self.store.drafts.get("draft-1")
        return None if draft is None else read_path(draft.data, path)

    def item(self, item_id: str):
        return next(item for item in self.state.page.items if item.id == item_id)

    def answer_all(self) -> None:
        """A routine visit: everything met, five workers, four of them women."""
        self.visit.arrive("inspected")
        self.visit.choose_role("owner")
        for section in [card.id for card in self.state.sections]:
            self.visit.open_section(section)
            self.visit.pass_section()
        for item_id, answer in counts(5, 4).items():
            self.visit.count(item_id, answer["v"])
        self.visit.answer("ou_done", "yes")
        self.visit.choose_result("compliant")
