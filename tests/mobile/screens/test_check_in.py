"""Where a visit began, on the real screens: one line that tells, a sheet that offers, a map for a pin."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.mobile.inspection_world import CAFE, AtOnce, choose_shift, services, settle
from tests.mobile.screens.scene import LANDSCAPE, Stage, find, find_all, frames, tap
from tests.mobile.support import FrozenClock, seeded_ids

from field178_mobile.platform.api import Fix
from field178_mobile.store import Store


class Table:
    def __init__(self, stage: Stage, store: Store, clock: FrozenClock) -> None:
        self.stage, self.store, self.clock = stage, store, clock
        self.answers: list[Any] = []
        self.screen: Any = None

    def begin(self, size: tuple[int, int] = LANDSCAPE, scale: float = 1.0, **device: object) -> None:
        from field178_mobile.features.workspace.screens.establishments import EstablishmentsScreen
        from field178_mobile.features.workspace.workspace import Workspace

        self.stage.dress(size, "light", scale)
        given = services(self.store, self.clock, seeded_ids(self.clock))
        given = replace(given, ask_fix=self.answers.append, **device)
        made = EstablishmentsScreen(Workspace(given, AtOnce()))
        self.screen = self.stage.mount(made, size, "light", scale)
        choose_shift(self.screen.workspace.shift, 2)
        self.screen.workspace.open(CAFE)
        self.screen.workspace.record.begin("inspected")
        frames(3)

    def answer(self, fix: Fix | None) -> None:
        self.answers.pop()(fix)
        frames(3)

    def point(self) -> dict[str, Any]:
        return self.store.drafts.all()[0].data["check_in"]


@pytest.fixture
def table(stage: Stage, store: Store, clock: FrozenClock) -> Table:
    settle(store)
    return Table(stage, store, clock)


def test_the_form_goes_on_while_the_position_is_measured(table: Table):
    table.begin()
    assert find("CheckInLine").text.startswith("Đang đo vị trí")
    tap(find("SectionLine", key="fire_safety"))
    tap(next(seg for seg in find("CheckItem", key="fire_exits_clear").ids.segs.children if seg.key == "yes"))
    table.answer(Fix(208_210_000, 1_065_510_000, 8, table.clock.now()))
    assert find("CheckItem", key="fire_exits_clear").value == "yes"
    table.screen.workspace.record.visit.choose_tab("checklist")
    frames(3)
    assert find("CheckInLine").text == "Đo tại chỗ, sai số 8 m"


def test_a_pin_is_set_under_the_mark_of_the_map(table: Table):
    table.begin(has_receiver=False)
    table.answer(None)
    assert find("CheckInLine").text == "Máy này không đo được vị trí."
    tap(find("CheckInLine"))
    assert [row.key for row in find_all("CheckInOption")] == ["refused", "map_pin", "registered_point"]
    tap(find("CheckInOption", key="map_pin"))
    view = find("MapView")
    view._view = view._view.moved(100, 0)
    tap(find("Btn", text="Ghim tại đây"))
    point = table.point()
    assert point["provider"] == "map_pin"
    assert abs(point["lat"] - 208_210_000) < 100
    assert point["lon"] > 1_065_510_000
    assert find("CheckInLine").text == "Ghim trên bản đồ"
