"""Workers counted at an establishment, by taps on the real application: few of them, in both windows."""

from __future__ import annotations

from typing import Any

import pytest
from tests.mobile.inspection_world import KARAOKE, UNIT, AtOnce, services, settle
from tests.mobile.screens.lint import lint
from tests.mobile.screens.scene import LANDSCAPE, PORTRAIT, Stage, find, find_all, frames, tap
from tests.mobile.support import FrozenClock, seeded_ids

from field178_mobile.store import Store
from field178_mobile.store.outbox.changes import open_changes
from field178_shared.rules.commune import commune_entry_id


class Fingers:
    """Counts what is tapped."""

    def __init__(self) -> None:
        self.taps = 0

    def tap(self, kind: str, /, **properties: Any) -> None:
        self.taps += 1
        tap(find(kind, **properties))
        frames(2)

    def number(self, digits: str) -> None:
        for digit in digits:
            self.tap("PadKey", text=digit)
        self.tap("Btn", text="Xong")


class Table:
    """The screen of the main work over a store."""

    def __init__(self, stage: Stage, store: Store, clock: FrozenClock) -> None:
        self.stage, self.store, self.clock = stage, store, clock

    def lay(self, size: tuple[int, int] = LANDSCAPE, mode: str = "light", scale: float = 1.0) -> Any:
        from field178_mobile.features.workspace.screens.establishments import EstablishmentsScreen
        from field178_mobile.features.workspace.workspace import Workspace

        self.stage.dress(size, mode, scale)
        given = services(self.store, self.clock, seeded_ids(self.clock))
        screen = EstablishmentsScreen(Workspace(given, AtOnce()))
        return self.stage.mount(screen, size, mode, scale)

    def changes(self) -> list[Any]:
        return self.store.read(lambda context: open_changes(context, 9))


@pytest.fixture
def table(stage: Stage, store: Store, clock: FrozenClock) -> Table:
    settle(store)
    return Table(stage, store, clock)


def see_count_button() -> None:
    pane = find("InfoPane")
    pane.ids.scroll.scroll_to_widget(pane.ids.count)
    frames(3)


def begin(fingers: Fingers) -> None:
    fingers.tap("ListRow", key=KARAOKE)
    fingers.tap("Tab", key="info")
    see_count_button()
    fingers.tap("Btn", text="Đếm lao động")


def test_workers_are_counted_within_ten_taps(table: Table):
    screen = table.lay(LANDSCAPE)
    fingers = Fingers()
    begin(fingers)
    fingers.tap("CensusCount", key="workers_total")
    fingers.number("5")
    fingers.number("4")
    assert find("NumberPad").title == "Nam"
    fingers.tap("Chip", text="Còn lại: 1")
    assert lint(screen) == []
    fingers.tap("Btn", text="Lưu số đếm")
    assert fingers.taps <= 10
    (change,) = table.changes()
    assert (change.type, change.scope, change.is_create) == ("worker_census", f"unit:{UNIT}", True)
    expected = {"workers_total": 5, "workers_female": 4, "workers_male": 1, "unit_id": UNIT}
    assert expected.items() <= change.set.items()
    assert change.record_id == commune_entry_id("worker_census", change.set)
    assert table.store.drafts.all() == []
    assert "Chưa gửi" in [line.word for line in find_all("DatedLine")]


def test_same_workers_as_last_time_take_five_taps(table: Table):
    table.lay(PORTRAIT)
    fingers = Fingers()
    begin(fingers)
    fingers.tap("RepeatCard")
    fingers.tap("Btn", text="Lưu số đếm")
    assert fingers.taps == 5
    (change,) = table.changes()
    assert change.set["workers_total"] == 5
    assert "workers_contract" not in change.set
