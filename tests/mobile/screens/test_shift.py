"""The outing sheet on the real screen."""

from __future__ import annotations

import pytest
from tests.mobile.inspection_world import CAFE, OFFICERS, services, settle
from tests.mobile.screens.lint import LIGHT_AND_LONG, lint
from tests.mobile.screens.scene import LANDSCAPE, Stage, find, frames, tap, texts, type_text
from tests.mobile.support import FrozenClock, seeded_ids

from field178_mobile.store import Store


class AtOnce:
    def post(self, work):
        work()


@pytest.fixture
def lay(stage: Stage, store: Store, clock: FrozenClock):
    settle(store)

    def mount(size=LANDSCAPE, mode="light", scale=1.0):
        from field178_mobile.features.workspace.screens.establishments import EstablishmentsScreen
        from field178_mobile.features.workspace.workspace import InspectionDesk

        stage.dress(size, mode, scale)
        desk = InspectionDesk(services(store, clock, seeded_ids(clock)), AtOnce())
        return stage.mount(EstablishmentsScreen(desk), size, mode, scale)

    return mount


def test_visit_that_waited_for_the_outing_begins_right_after_it(lay, store):
    lay()
    tap(find("ListRow", key=CAFE))
    tap(find("Btn", text="Kiểm tra được"))
    body = find("OutingBody")
    tap(find("OptionChip", key="guidance"))
    tap(find("OptionChip", key="annual_plan"))
    body.outing.toggle_member(OFFICERS[1])
    frames(2)
    tap(find("Btn", text="Dùng cho ca này"))
    (draft,) = store.drafts.all()
    assert draft.data["access_result"] == "inspected"
    assert "Các mục kiểm tra" in texts()


def test_incomplete_outing_cannot_be_used(lay):
    lay()
    tap(find("OutingLine"))
    assert find("Btn", text="Dùng cho ca này").disabled
    assert any(text.startswith("Còn thiếu: ") for text in texts())


def test_decision_is_kept_while_it_is_typed(lay, store):
    lay()
    tap(find("OutingLine"))
    type_text(find("OutingBody").ids.number, "12/QĐ-UBND")
    assert store.settings.get("outing")["decision_number"] == "12/QĐ-UBND"


@pytest.mark.parametrize("mode", LIGHT_AND_LONG)
def test_outing_sheet_passes_the_lint(lay, window_size, mode):
    lay(window_size, mode)
    tap(find("OutingLine"))
    assert lint(find("OutingSheet")) == []


def test_outing_sheet_passes_the_lint_at_the_largest_font(lay, window_size):
    lay(window_size, scale=1.3)
    tap(find("OutingLine"))
    assert lint(find("OutingSheet")) == []
