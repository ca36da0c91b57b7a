"""The minutes sheet on the real screens: from the filed visit and from the conclusion, in taps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.mobile.inspection_world import (
    KARAOKE,
    LAST_VISIT,
    AtOnce,
    choose_shift,
    lease,
    services,
    settle,
)
from tests.mobile.screens.fakes import DirectBackground
from tests.mobile.screens.scene import LANDSCAPE, Stage, find, find_all, frames, tap, texts
from tests.mobile.support import FrozenClock, seeded_ids

from field178_mobile.components.documents.document_files import PaperFolder
from field178_mobile.components.documents.document_output import DocumentServices
from field178_mobile.platform.fake import FakePlatform
from field178_mobile.store import Store


class Table:
    """The screen on the stage, the store below it, the device beside it."""

    def __init__(self, stage: Stage, store: Store, clock: FrozenClock, folder: Path) -> None:
        self.stage, self.store, self.clock = stage, store, clock
        self.device = FakePlatform(folder)
        self.papers = DocumentServices(
            self.device, PaperFolder(lambda: folder / "papers"), DirectBackground(), AtOnce()
        )
        self.screen: Any = None

    def lay(self, size: tuple[int, int] = LANDSCAPE, mode: str = "light", scale: float = 1.0) -> Any:
        from field178_mobile.features.workspace.screens.establishments import EstablishmentsScreen
        from field178_mobile.features.workspace.workspace import Workspace

        self.stage.clear()
        self.stage.dress(size, mode, scale)
        core = services(self.store, self.clock, seeded_ids(self.clock))
        output = Workspace(replace(core, papers=self.papers), AtOnce())
        self.screen = self.stage.mount(EstablishmentsScreen(output), size, mode, scale)
        return self.screen

    def begin(self) -> Any:
        """Begin a visit and answer all of it but the result."""
        choose_shift(self.screen.workspace.shift)
        self.screen.workspace.open(KARAOKE)
        self.screen.workspace.record.begin("inspected")
        visit = self.screen.workspace.record.visit
        visit.choose_role("owner")
        for section in [card.id for card in self.screen.workspace.state.sections]:
            visit.open_section(section)
            visit.pass_section()
            visit.repeat_counts()
        visit.answer("fire_exits_clear", "no")
        visit.count("workers_present", 5)
        visit.count("workers_under18", 0)
        visit.answer("ou_done", "no")
        visit.choose_tab("conclusion")
        visit.choose_result("minor_shortcomings")
        visit.fix_within("5")
        frames(3)
        return visit

    def open_sheet(self) -> Any:
        tap(find("Btn", text="Biên bản, bản cam kết"))
        return find("MinutesSheet")


@pytest.fixture
def table(stage: Stage, store: Store, clock: FrozenClock, tmp_path: Path) -> Table:
    settle(store)
    lease(store, 7, 56)
    return Table(stage, store, clock, tmp_path)


def bring(name: str) -> Any:
    """Scroll a button of the sheet into sight."""
    button = find("Btn", text=name)
    find("MinutesSheet").content.scroll_to_widget(button)
    frames(3)
    return button


def test_minutes_are_made_opened_and_printed_from_the_filed_visit(table: Table) -> None:
    table.lay()
    visit = table.begin()
    visit.complete()
    frames(3)
    table.open_sheet()
    assert "Số 07/BB-ĐKT178" in texts()
    tap(find("Btn", text="Lập biên bản"))
    tap(bring("Mở"))
    tap(bring("In"))
    assert [done[:2] for done in table.device.done] == [
        ("open", "bien-ban-07-2026-11-24-ban-1.pdf"),
        ("print", "bien-ban-07-2026-11-24-ban-1.pdf"),
    ]
    assert table.device.done[0][2].startswith(b"%PDF")
    assert is_whole_in_sight(find("ControlText", text="Đã gửi đến máy in."))
    papers = table.device.data_folder() / "papers"
    assert [path.suffix for path in papers.iterdir()] == [".pdf"]
    find("MinutesSheet").dismiss()
    assert list(papers.iterdir()) == []


def is_whole_in_sight(widget: Any) -> bool:
    """Tell whether the open sheet shows all of a widget: nobody scrolls to find out what a tap did."""
    pane = find("MinutesSheet").content
    low, high = (widget.to_window(widget.x, edge)[1] for edge in (widget.y, widget.top))
    return bool(pane.to_window(*pane.pos)[1] <= low and high <= pane.to_window(pane.x, pane.top)[1])


def test_from_the_conclusion_the_visit_is_completed_first(table: Table) -> None:
    table.lay()
    table.begin()
    tap(bring_conclusion(table))
    assert not find_all("Btn", text="Lập biên bản")
    tap(find("Btn", text="Hoàn thành phiếu"))
    (filed,) = [view for view in table.store.views("inspection") if view.id != LAST_VISIT]
    assert filed.data["minutes_number"] == "07/BB-ĐKT178"
    assert not find_all("MinutesSheet")


def test_an_approved_visit_has_its_minutes_behind_its_conclusion(table: Table) -> None:
    from tests.mobile.inspection_world import TEAM_SCOPE
    from tests.mobile.support import base_row, server_commits

    from field178_shared.ids import review_id

    review = {"record": LAST_VISIT, "record_rev": 1, "state": "approved"}
    server_commits(table.store, base_row(review_id(LAST_VISIT), 1, "review", TEAM_SCOPE, **review))
    table.lay().open(record_id=LAST_VISIT)
    table.screen.workspace.record.visit.choose_tab("conclusion")
    frames(3)
    assert find("PinnedField").disabled
    tap(bring_conclusion(table))
    assert find("Btn", text="Lập biên bản")


def bring_conclusion(table: Table) -> Any:
    pane = table.screen.pane._panes["conclusion"]
    pane.ids.scroll.scroll_to_widget(pane.ids.to_minutes)
    frames(3)
    return pane.ids.to_minutes


def test_refusal_of_an_earlier_visit_is_recorded_and_its_paper_saved_in_a_chosen_folder(
    table: Table, tmp_path: Path
) -> None:
    (tmp_path / "documents" / "Tháng 11").mkdir(parents=True)
    table.lay()
    table.screen.workspace.record.open_record(LAST_VISIT, "minutes_number")
    frames(3)
    tap(bring_conclusion(table))
    chip = find("OptionChip", key="refused")
    find("MinutesSheet").content.scroll_to_widget(chip)
    frames(3)
    tap(chip)
    assert table.store.view(LAST_VISIT).data["paper_signed"] == "refused"
    tap(bring("Lập biên bản"))
    tap(bring("Thư mục khác"))
    find("SaveFolderPage").body.presenter.open("/proc")
    frames(3)
    assert find("Btn", text="Lưu giấy tờ vào đây").disabled
    tap(find("OptionChip", text="documents"))
    tap(find("ListRow", title="Tháng 11"))
    tap(find("Btn", text="Lưu giấy tờ vào đây"))
    assert find_all("SaveFolderPage") == []
    tap(bring("Lưu"))
    assert [path.suffix for path in (tmp_path / "documents" / "Tháng 11").iterdir()] == [".pdf"]
    find("MinutesSheet").dismiss()
    frames(3)
    assert table.screen.workspace.record.visit.data["paper_signed"] == "refused"
