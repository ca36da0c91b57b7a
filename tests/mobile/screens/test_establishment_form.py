"""Entry of an establishment on the real screen: search, form, hint at a similar entry, save, visit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.mobile.inspection_world import CAFE, AtOnce, choose_shift, services, settle
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
from tests.mobile.support import FrozenClock, seeded_ids

from field178_mobile.platform.api import Fix
from field178_mobile.store import Store
from field178_mobile.store.outbox.changes import open_changes


class Table:
    def __init__(self, stage: Stage, store: Store, clock: FrozenClock) -> None:
        self.stage, self.store, self.clock = stage, store, clock
        self.screen: Any = None

    def lay(self, size: tuple[int, int] = LANDSCAPE, mode: str = "light", scale: float = 1.0) -> Any:
        from field178_mobile.features.workspace.screens.establishments import EstablishmentsScreen
        from field178_mobile.features.workspace.workspace import Workspace

        self.stage.dress(size, mode, scale)
        fix = Fix(208_210_500, 1_065_510_500, 8, self.clock.now())
        given = services(self.store, self.clock, seeded_ids(self.clock))
        workspace = Workspace(replace(given, ask_fix=lambda answer: answer(fix)), AtOnce())
        self.screen = self.stage.mount(EstablishmentsScreen(workspace), size, mode, scale)
        return self.screen

    def go_out(self) -> None:
        choose_shift(self.screen.workspace.shift, 1)

    def sight(self, name: str) -> Any:
        """Bring a field of the form into sight."""
        fields = find("EstablishmentFields")
        fields.scroll_to_widget(fields.ids[name])
        frames(3)
        return fields.ids[name]

    def choose(self, name: str, key: str) -> None:
        tap(self.sight(name))
        find("ChoiceSheet").content.parent.scroll_y = 1
        row = find("ChoiceRow", key=key)
        tap(row)
        frames(3)


def test_head_keeps_its_height_while_a_name_is_typed(table: Table, window_size):
    screen = table.lay(window_size, scale=1.3)
    screen.workspace.begin_establishment("H")
    frames(4)
    head = find("EstablishmentPane").ids.head
    before = head.height
    type_text(find("EstablishmentFields").ids.name.ids.field, "Nhà nghỉ Hoa Ban Trắng " * 5)
    frames(4)
    assert head.height == pytest.approx(before, abs=1)


@pytest.fixture
def table(stage: Stage, store: Store, clock: FrozenClock) -> Table:
    settle(store)
    return Table(stage, store, clock)


def test_unknown_place_is_put_into_the_register_and_its_visit_begun(table: Table):
    screen = table.lay(PORTRAIT)
    table.go_out()
    type_text(screen.ids.search, "anh duong moi")
    frames(3)
    assert "Không thấy “anh duong moi”" in texts()
    assert lint(screen) == []
    tap(find("Btn", text="Thêm cơ sở mới"))
    assert find("CheckInLine").text == "Đo tại chỗ, sai số 8 m"
    type_text(table.sight("name").ids.field, "Cà phê Ánh Dương")
    screen.workspace.editing.form.choose_kind("cafe")
    frames(3)
    line = find("AlikeLine")
    assert (line.key, line.name) == (CAFE, "Cà phê Ánh Dương")
    table.sight("alike_card")
    assert lint(screen) == []
    type_text(table.sight("name").ids.field, "Cà phê Ánh Dương 2")
    assert find_all("AlikeLine") == []
    tap(find("Btn", text="Lưu và kiểm tra ngay"))
    frames(3)
    assert [row.path for row in find_all("ProblemLine")] == ["address_line"]
    assert find("EstablishmentFields").ids.address.ids.field.error == "Cần nhập mục này."
    type_text(table.sight("address").ids.field, "Số 5 đường Nguyễn Văn Trỗi")
    tap(find("Btn", text="Lưu và kiểm tra ngay"))
    frames(3)
    assert find("Pill").text == "Chưa gửi"
    tap(find("ArrivalPane").ids.begin)
    frames(3)
    assert find("SectionListPane")
    (change,) = table.store.read(lambda context: open_changes(context, 9))
    (draft,) = table.store.drafts.all()
    assert draft.data["establishment_id"] == change.record_id
    assert (change.set["name"], change.set["point_source"]) == ("Cà phê Ánh Dương 2", "gps")


def test_the_hint_leads_to_the_one_that_is_there_and_the_draft_is_found_again(table: Table):
    screen = table.lay()
    tap(find("Btn", text="Cơ sở mới"))
    screen.workspace.editing.form.choose_kind("cafe")
    screen.workspace.editing.form.write("name", "Cà phê Ánh Dương")
    table.sight("alike_card")
    tap(find("Btn", text="Mở cơ sở này"))
    assert find("RecordPane").title == "Cà phê Ánh Dương"
    assert any(text.startswith("Bản nháp còn trong danh sách") for text in texts())
    draft = next(row for row in find_all("ListRow") if row.word == "Nháp")
    tap(draft)
    assert find("EstablishmentPane").title == "Cà phê Ánh Dương"
    table.sight("discard")
    tap(find("DiscardBtn", text="Bỏ bản nháp này"))
    assert len(table.store.drafts.all()) == 1
    tap(find("Btn", text="Bỏ nháp"))
    assert table.store.drafts.all() == []
    assert not any(row.word == "Nháp" for row in find_all("ListRow"))


def test_entry_is_mended_from_the_info_tab(table: Table):
    screen = table.lay()
    tap(find("ListRow", key=CAFE))
    tap(find("Tab", key="info"))
    tap(find("Btn", text="Sửa thông tin cơ sở"))
    assert table.sight("unit").disabled
    assert find_all("Btn", text="Lưu và kiểm tra ngay") == []
    type_text(table.sight("village").ids.field, "Thôn 3")
    tap(find("Btn", text="Lưu"))
    frames(3)
    assert lint(screen) == []
    assert "Thôn 3" in texts()
    assert find("Pill", text="Chưa gửi")


def test_inbox_opens_an_entry_at_its_field(table: Table):
    screen = table.lay()
    screen.open(record_id=CAFE, focus_path="registration_number")
    frames(6)
    assert find("EstablishmentPane").title == "Cà phê Ánh Dương"
    fields = find("EstablishmentFields")
    assert fields.y <= fields.ids.number.to_window(*fields.ids.number.center)[1] <= fields.top


def test_form_passes_the_lint_with_everything_in_it(table: Table, window_size):
    screen = table.lay(window_size, scale=1.3)
    screen.workspace.begin_establishment("Cà phê Ánh Dương")
    form = screen.workspace.editing.form
    form.choose_kind("cafe")
    form.add_certificate("antt")
    form.state_certificate("antt", "valid")
    form.check()
    frames(4)
    for name in ("problems_card", "alike_card", "place", "registrations", "papers_card", "discard"):
        table.sight(name)
        assert lint(screen) == [], name
