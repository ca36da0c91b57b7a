"""Photos on the real screens: a file chosen, a face rubbed away, a photo kept, taken out, put back."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kivy.core.window import Window
from kivy.tests.common import UnitTestTouch
from PIL import Image
from tests.mobile.inspection_world import CAFE, AtOnce, choose_shift, services, settle
from tests.mobile.photos import Slowly, jpeg, room_picture
from tests.mobile.screens.lint import MAX_WIDGETS, lint
from tests.mobile.screens.scene import LANDSCAPE, PORTRAIT, Stage, find, find_all, frames, tap, texts, until
from tests.mobile.support import FrozenClock, seeded_ids

from field178_mobile.components.photos.photo_attaching import PhotoDetails
from field178_mobile.components.photos.photo_tools import PhotoTools
from field178_mobile.presentation.background import InPlace
from field178_mobile.shell.idle_notice import IdleNotice
from field178_mobile.store import Store
from field178_mobile.store.photos.rows import PhotoState
from field178_mobile.store.photos.upload_queue import UploadQueue

FACE = (1136, 480)


class Table:
    """The screen of the main work with a visit open on it, and a folder of pictures."""

    def __init__(self, stage: Stage, store: Store, clock: FrozenClock, folder: Path) -> None:
        self.stage, self.store, self.clock = stage, store, clock
        self.pictures = folder / "Ảnh"
        self.pictures.mkdir()
        (self.pictures / "phong-hat.jpg").write_bytes(room_picture())
        self.tools = PhotoTools(InPlace(), clock.now, folders=lambda: (self.pictures,))
        self.screen: Any = None

    def lay(self, size: tuple[int, int] = LANDSCAPE, mode: str = "light", scale: float = 1.0) -> Any:
        from field178_mobile.features.workspace.screens.establishments import EstablishmentsScreen
        from field178_mobile.features.workspace.workspace import Workspace

        self.stage.dress(size, mode, scale)
        given = replace(services(self.store, self.clock, seeded_ids(self.clock)), tools=self.tools)
        made = EstablishmentsScreen(Workspace(given, AtOnce()))
        self.screen = self.stage.mount(made, size, mode, scale)
        choose_shift(self.screen.workspace.shift, 2)
        self.screen.workspace.open(CAFE)
        self.screen.workspace.record.begin("inspected")
        frames(3)
        return self.visit

    @property
    def visit(self) -> Any:
        return self.screen.workspace.record.visit

    def see_photos(self) -> None:
        self.visit.choose_tab("photos")
        frames(3)

    def keep(self, data: bytes, kind: str = "photo_premises", item: str = "") -> str:
        attaching = self.visit.gallery._attaching
        return attaching.attach(attaching.keep(data), PhotoDetails(kind, self.clock.now(), item))

    def attachments(self) -> dict[str, Any]:
        return self.store.drafts.all()[0].data.get("attachments", {})


@pytest.fixture
def table(stage: Stage, store: Store, clock: FrozenClock, tmp_path: Path) -> Table:
    settle(store)
    return Table(stage, store, clock, tmp_path)


def rub(picture: Any, *points: tuple[float, float]) -> None:
    """Draw a finger over points given in points of the picture."""
    left, bottom, width, height = picture._place
    scale = width / picture.bitmap.width
    places = [picture.to_window(left + x * scale, bottom + height - y * scale) for x, y in points]
    touch = UnitTestTouch(*places[0])
    touch.touch_down()
    for x, y in places[1:]:
        touch.touch_move(x, y)
    touch.touch_up()
    frames(3)


def test_a_face_in_a_chosen_file_is_rubbed_away_before_the_photo_is_kept(table: Table):
    table.lay()
    tap(find("Tab", text="Ảnh"))
    assert "Chưa có ảnh nào" in texts()
    tap(find("Btn", text="Thêm ảnh"))
    tap(find("FileCard", title="phong-hat.jpg"))
    picture = find("Rubbed")
    rub(picture, (FACE[0], FACE[1] - 120), FACE, (FACE[0], FACE[1] + 120))
    hidden = picture.patches
    assert hidden
    assert find("Btn", text="Lưu ảnh").disabled
    tap(next(row for row in find_all("ChoiceRow") if row.key == "photo_premises"))
    tap(find("ChoiceRow", is_multiple=True))
    tap(find("Btn", text="Lưu ảnh"))
    (entry,) = table.attachments().values()
    kept = Image.open(io.BytesIO(table.store.photos.read(entry["sha256"])))
    for patch in hidden:
        inner = (patch.left + 8, patch.top + 8, patch.left + patch.width - 8, patch.top + patch.height - 8)
        assert all(high - low <= 6 for low, high in kept.crop(inner).getextrema())
    assert find("PhotoCard", title="Mặt bằng").bitmap is not None
    assert find("Tab", text="Ảnh (1)")


def test_a_photo_of_an_unmet_item_says_so_in_the_grid_and_is_taken_out_and_put_back(table: Table):
    visit = table.lay()
    visit.open_section("fire_safety")
    visit.answer("fire_exits_clear", "no")
    frames(3)
    tap(find("Btn", text="Thêm ảnh"))
    tap(find("FileCard", title="phong-hat.jpg"))
    tap(next(row for row in find_all("ChoiceRow") if row.key == "photo_premises"))
    tap(find("ChoiceRow", is_multiple=True))
    tap(find("Btn", text="Lưu ảnh"))
    assert find("Btn", text="Ảnh (1)")
    kept = table.attachments()
    table.see_photos()
    assert find("PhotoCard").item.startswith("Lối thoát nạn")
    tap(find("PhotoCard"))
    tap(find("Btn", text="Bỏ ảnh khỏi phiếu"))
    assert table.attachments() == {}
    tap(find("Btn", text="Hoàn tác"))
    assert set(table.attachments()) == set(kept)


def test_editor_of_a_photo_keeps_its_panel_when_turned_and_drops_the_photo_after_a_question(table: Table):
    table.lay(PORTRAIT)
    table.see_photos()
    tap(find("Btn", text="Thêm ảnh"))
    tap(find("FileCard", title="phong-hat.jpg"))
    panel = find("PhotoEditorPane").ids.panel
    assert panel.width == PORTRAIT[0]
    table.stage.dress(LANDSCAPE)
    frames(4)
    assert panel.width == 372
    notice = IdleNotice()
    notice.show(9)
    assert any("Ảnh này chưa được lưu" in text for text in texts())
    notice.hide()
    Window.dispatch("on_keyboard", 27, 0, None, [])
    frames(3)
    tap(find("Btn", text="Bỏ ảnh"))
    assert find_all("PhotoPage") == []
    assert table.store.photos.files.names() == []


def test_pictures_are_read_and_kept_beside_the_drawing_thread(table: Table):
    from field178_mobile.kit.threads import KivyThread, WorkerThreads

    table.tools = replace(table.tools, background=WorkerThreads(KivyThread()))
    table.lay()
    table.see_photos()
    table.screen.pane._panes["photos"].ids.grid.add()
    find("PhotoPicker").choose(str(table.pictures / "phong-hat.jpg"))
    page = find("PhotoPage")
    assert page.attaching.busy
    assert page.attaching.ids.picture.bitmap is None
    until(lambda: page.attaching.ids.picture.bitmap)
    page.attaching.editor.choose_kind("photo_premises")
    page.attaching.editor.toggle_screened()
    page.attaching.editor.save()
    assert table.attachments() == {}
    until(lambda: table.attachments())
    until(lambda: find("PhotoCard").bitmap)
    assert find_all("PhotoPage") == []


def test_a_refused_file_leads_back_to_the_folder_where_it_was_left(table: Table):
    for number in range(2000):
        (table.pictures / f"{number:04}.jpg").write_bytes(b"no picture")
    os.utime(table.pictures / "phong-hat.jpg", (1_000_000_000,) * 2)
    table.lay()
    table.see_photos()
    tap(find("Btn", text="Thêm ảnh"))
    picker = find("PhotoPicker")
    assert sum(1 for _ in picker.walk()) < MAX_WIDGETS
    picker._page.ids.files.scroll_y = 0
    frames(4)
    assert find("FileCard", title="phong-hat.jpg").bitmap is not None
    broken = next(card for card in find_all("FileCard") if card.is_broken)
    assert "Không đọc được" in texts()
    tap(broken)
    assert find("RoundNotice", tone="bad").text.startswith("Tệp này không phải ảnh")
    tap(find("Btn", text="Chọn ảnh khác"))
    assert find_all("PhotoPage") == []
    assert find("PhotoPicker") is picker
    tap(find("FileCard", title="phong-hat.jpg"))
    assert find("Rubbed").bitmap is not None
    assert find_all("Btn", text="Chọn ảnh khác") == []


def test_pictures_not_made_yet_are_made_when_the_folder_is_come_back_to(table: Table):
    (table.pictures / "hong.jpg").write_bytes(b"no picture")
    (table.pictures / "cua.jpg").write_bytes(jpeg())
    worker = Slowly()
    table.tools = replace(table.tools, background=worker)
    table.lay()
    table.see_photos()
    table.screen.pane._panes["photos"].ids.grid.add()
    worker.waiting.pop(0)()  # the list of the folder; the pictures wait
    frames(3)
    tap(find("FileCard", title="hong.jpg"))
    worker.go()
    frames(3)
    tap(find("Btn", text="Chọn ảnh khác"))
    worker.go()
    frames(3)
    assert find("FileCard", title="hong.jpg").is_broken
    assert all(card.bitmap for card in find_all("FileCard", is_broken=False))


def test_where_a_photo_comes_from_is_asked_only_where_there_is_a_camera(table: Table, tmp_path: Path):
    taken = tmp_path / "camera.jpg"
    taken.write_bytes(room_picture())
    table.tools = replace(table.tools, has_camera=True, take=lambda answer: answer(taken))
    table.lay()
    table.see_photos()
    tap(find("Btn", text="Thêm ảnh"))
    tap(find("ChoiceRow", text="Chụp ảnh"))
    assert find("Rubbed").bitmap is not None
    assert not taken.exists()


def test_grid_of_photos_under_way_and_refused_passes_the_lint_at_the_largest_font(table: Table):
    table.lay(PORTRAIT, scale=1.3)
    for colour in ("navy", "red"):
        table.keep(jpeg(colour), item="fire_exits_clear")
    photos = table.store.photos.of(table.visit.record_id)
    queue = UploadQueue(table.store)
    queue.keep_progress(photos[0], "/u/1", photos[0].size_bytes // 2)
    queue.move(photos[1], PhotoState.REFUSED, "file_refused:metadata")
    table.see_photos()
    assert lint(table.screen) == []


def test_a_session_has_photos_of_the_room_unless_nobody_may_be_shown(
    stage: Stage, store: Store, clock: FrozenClock, tmp_path: Path
):
    from field178_mobile.features.outreach.outreach_pane import OutreachPaneSessions
    from field178_mobile.features.outreach.screens.outreach import OutreachScreen

    settle(store)
    (tmp_path / "hoi-truong.jpg").write_bytes(room_picture())
    tools = PhotoTools(InPlace(), clock.now, folders=lambda: (tmp_path,))
    screen = OutreachScreen()
    given = replace(services(store, clock, seeded_ids(clock)), tools=tools)
    screen.sessions_pane = OutreachPaneSessions(given, screen.show_list, screen.show_session)
    screen.sessions_pane.begin()
    stage.mount(screen)
    assert find_all("PhotoGrid") == []
    screen.session.choose_form("conference")
    frames(3)
    find("PhotoGrid").add()
    frames(3)
    tap(find("FileCard", title="hoi-truong.jpg"))
    kinds = [row.key for row in find_all("ChoiceRow", is_multiple=False)]
    assert kinds == ["photo_premises", "photo_session"]
    tap(next(row for row in find_all("ChoiceRow") if row.key == "photo_session"))
    tap(find("ChoiceRow", is_multiple=True))
    tap(find("Btn", text="Lưu ảnh"))
    assert find("PhotoCard").title == "Buổi tuyên truyền"
    (entry,) = store.drafts.all()[0].data["attachments"].values()
    assert entry["evidence_kind"] == "photo_session"
    screen.session.choose_form("peer_outreach")
    frames(3)
    assert find_all("PhotoGrid") == []
    assert "attachments" not in store.drafts.all()[0].data
