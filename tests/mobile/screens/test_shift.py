"""The shift sheet on the real screen."""

from __future__ import annotations

import pytest
from tests.mobile.inspection_world import (
    CAFE,
    OFFICERS,
    AtOnce,
    services,
    settle,
    uid,
)
from tests.mobile.screens.lint import lint
from tests.mobile.screens.scene import (
    LANDSCAPE,
    PORTRAIT,
    Stage,
    find,
    find_all,
    frames,
    tap,
    texts,
    type_text,
)
from tests.mobile.support import FrozenClock, base_row, seeded_ids, server_commits

from field178_mobile.store import Store


@pytest.fixture
def lay(stage: Stage, store: Store, clock: FrozenClock):
    settle(store)

    def mount(size=LANDSCAPE, mode="light", scale=1.0):
        from field178_mobile.features.workspace.screens.establishments import EstablishmentsScreen
        from field178_mobile.features.workspace.workspace import Workspace

        stage.dress(size, mode, scale)
        desk = Workspace(services(store, clock, seeded_ids(clock)), AtOnce())
        return stage.mount(EstablishmentsScreen(desk), size, mode, scale)

    return mount


def test_visit_that_waited_for_the_shift_begins_right_after_it(lay, store):
    lay()
    tap(find("ListRow", key=CAFE))
    tap(find("Btn", text="Kiểm tra được"))
    body = find("ShiftBody")
    tap(find("OptionChip", key="guidance"))
    tap(find("OptionChip", key="annual_plan"))
    body.shift.toggle_member(OFFICERS[1])
    frames(2)
    tap(find("Btn", text="Dùng cho ca này"))
    (draft,) = store.drafts.all()
    assert draft.data["access_result"] == "inspected"
    assert "Các mục kiểm tra" in texts()


def test_incomplete_shift_cannot_be_used_and_its_decision_is_kept_while_it_is_typed(lay, store):
    lay()
    tap(find("ShiftLine"))
    assert find("Btn", text="Dùng cho ca này").disabled
    assert any(text.startswith("Còn thiếu: ") for text in texts())
    type_text(find("ShiftBody").ids.number, "12/QĐ-UBND")
    assert store.settings.get("outing")["decision_number"] == "12/QĐ-UBND"


def test_large_roster_is_searched_and_the_next_sheet_begins_without_a_search(lay, store):
    people = [
        base_row(uid(f"more {each}"), 1, "person", "ref", display_name=f"Phạm Thị Hà {each}", agency="police")
        for each in range(12)
    ]
    server_commits(store, *people)
    lay(PORTRAIT)
    tap(find("ShiftLine"))
    find("ShiftBody").ids.search.edited("ha 7")
    frames(3)
    assert [row.text for row in find_all("ChoiceRow")] == ["Phạm Thị Hà 7"]
    find("ChoiceRow").dispatch("on_release")
    assert uid("more 7") in store.settings.get("outing")["members"]
    assert lint(find("ShiftSheet")) == []
    find("ShiftSheet").dismiss()
    frames(2)
    tap(find("ShiftLine"))
    assert len(find_all("ChoiceRow")) == 5  # the four of the team, and who was found
    assert lint(find("ShiftSheet")) == []
