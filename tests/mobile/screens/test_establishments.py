"""The list on the real screen: typing finds, chips filter, the end of the list brings more."""

from __future__ import annotations

import pytest
from tests.mobile.inspection_world import (
    CAFE,
    KARAOKE,
    UNIT,
    AtOnce,
    establishment,
    services,
    settle,
    uid,
)
from tests.mobile.screens.scene import Stage, find, find_all, frames, tap, texts, type_text
from tests.mobile.support import FrozenClock, base_row, seeded_ids, server_commits

from field178_mobile.store import Store


def lay(stage: Stage, store: Store, clock: FrozenClock):
    from field178_mobile.features.workspace.screens.establishments import EstablishmentsScreen
    from field178_mobile.features.workspace.workspace import Workspace

    return stage.mount(EstablishmentsScreen(Workspace(services(store, clock, seeded_ids(clock)), AtOnce())))


@pytest.fixture
def screen(stage: Stage, store: Store, clock: FrozenClock):
    settle(store)
    return lay(stage, store, clock)


def test_typing_without_accents_and_chips_filter_the_list_and_the_open_row_is_marked(screen):
    type_text(screen.ids.search, "anh duong")
    frames(3)
    assert [row.key for row in find_all("ListRow")] == [CAFE]
    assert "1 cơ sở" in texts()
    screen.ids.search.clear()
    frames(3)
    tap(find("OptionChip", key="to_fix"))
    frames(3)
    assert [row.key for row in find_all("ListRow")] == [KARAOKE]
    tap(find("ListRow", key=KARAOKE))
    assert find("ListRow", key=KARAOKE).selected
    assert find("RecordPane").title == "Karaoke Hồng Phúc"


def test_record_of_another_tablet_arrives_in_the_list(screen, store):
    data = establishment("Quán Mới Về", "cafe", 0, 0)
    server_commits(store, base_row(uid("new"), 1, "establishment", f"unit:{UNIT}", **data))
    frames(3)
    assert "Quán Mới Về" in texts()


def test_risk_is_never_shown_on_the_open_record(stage, store, clock):
    risky = establishment("Quán Nguy Cơ", "karaoke", 0, 0, inspection_priority_id="high")
    server_commits(store, base_row(uid("risky"), 1, "establishment", f"unit:{UNIT}", **risky))
    screen = lay(stage, store, clock)
    tap(find("ListRow", key=uid("risky")))
    for tab in ("info", "checklist"):
        screen.workspace.record.choose_tab(tab)
        frames(3)
        text = " ".join(texts()).lower().replace("quán nguy cơ", "")
        assert "nguy cơ" not in text
        assert "ưu tiên" not in text


def test_end_of_a_long_list_brings_more(stage, store, clock):
    rows = [
        base_row(
            uid(f"shop {number}"),
            1,
            "establishment",
            f"unit:{UNIT}",
            **establishment(f"Quán {number:03d}", "cafe", 0, 0),
        )
        for number in range(230)
    ]
    server_commits(store, *rows)
    screen = lay(stage, store, clock)
    assert len(screen.ids.rows.data) == 200
    screen.ids.rows.scroll_y = 0
    frames(4)
    assert len(screen.ids.rows.data) == 230
