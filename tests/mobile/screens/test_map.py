"""The map on the real screen: tapped, moved, pinched, with and without a ground."""

from __future__ import annotations

from dataclasses import replace

import pytest
from kivy.tests.common import UnitTestTouch
from kivy.uix.widget import Widget
from tests.mobile.inspection_world import KARAOKE, settle, words
from tests.mobile.maps.map_files import write_map
from tests.mobile.screens.scene import Stage, find, frames, tap, texts

from field178_mobile.features.register.map import NOT_THIS_YEAR, MapPresenter
from field178_mobile.maps.labels import Box
from field178_mobile.maps.map_file import open_map


def lay(stage: Stage, store, clock, ground=None, size=(1280, 800)):
    from field178_mobile.features.register.screens.map import MapScreen

    screen = MapScreen(ground)
    screen.presenter = MapPresenter(store, clock, words(), screen.show)
    stage.mount(screen, size)
    screen.presenter.refresh()
    frames(4)
    return screen


@pytest.fixture
def screen(stage: Stage, store, clock):
    settle(store)
    return lay(stage, store, clock)


def point_of(screen, establishment_id: str) -> tuple[float, float]:
    view = screen.ids.view
    pin = next(pin for pin in view._state.pins if pin.id == establishment_id)
    right, down = view.view.offset_of(pin.place)
    return view.to_window(view.center_x + right, view.center_y - down)


def touch_at(x: float, y: float) -> UnitTestTouch:
    touch = UnitTestTouch(x, y)
    touch.touch_down()
    return touch


def test_a_tapped_pin_shows_its_card_and_the_card_opens_it(screen):
    opened = []
    screen.bind(on_open=lambda _screen, key: opened.append(key))
    touch_at(*point_of(screen, KARAOKE)).touch_up()
    frames(3)
    assert "Karaoke Hồng Phúc" in texts()
    tap(find("Btn", text="Mở"))
    assert opened == [KARAOKE]
    tap(find("IconBtn", hint="Đóng"))
    assert "Karaoke Hồng Phúc" not in texts()


def test_one_finger_moves_the_map_and_two_come_closer(screen):
    view = screen.ids.view
    before = view.view
    x, y = view.to_window(*view.center)
    touch = touch_at(x + 300, y + 250)
    touch.touch_move(x + 200, y + 250)
    touch.touch_up()
    assert view.view.centre.x > before.centre.x
    assert view.view.zoom == before.zoom
    left, right = touch_at(x - 50, y), touch_at(x + 50, y)
    left.touch_move(x - 200, y)
    right.touch_move(x + 200, y)
    left.touch_up()
    right.touch_up()
    assert view.view.zoom == pytest.approx(before.zoom + 2, abs=0.01)


def test_buttons_come_closer_and_bring_everything_back(screen):
    view = screen.ids.view
    before = view.view.zoom
    tap(find("MapTool", icon="plus"))
    assert view.view.zoom == pytest.approx(min(before + 1, 19))
    tap(find("MapTool", icon="minus"))
    tap(find("MapTool", icon="minus"))
    assert view.view.zoom < before
    tap(find("MapTool", icon="map-outline"))
    assert view.view.zoom == pytest.approx(before)


def test_the_first_frame_of_the_map_has_its_ground_and_its_pins(stage: Stage, store, clock):
    from field178_mobile.features.register.screens.map import MapScreen

    settle(store)
    stage.mount(Widget())
    screen = MapScreen(None)
    screen.presenter = MapPresenter(store, clock, words(), screen.show)
    screen.presenter.refresh()
    stage.root.clear_widgets()
    stage.root.add_widget(screen)
    drawn = []
    for _frame in range(4):
        frames(1)
        drawn.append(len(screen.ids.view.canvas.children))
    assert drawn == drawn[-1:] * 4
    assert drawn[0] > 2


def test_a_kind_is_hidden_by_its_line_of_the_legend(screen):
    shown = len(screen.ids.view._state.pins)
    tap(find("OptionChip", key=NOT_THIS_YEAR))
    assert len(screen.ids.view._state.pins) < shown


def test_large_counts_of_the_legend_are_grouped_as_in_the_list(screen):
    state = screen.ids.view._state
    screen.show(replace(state, legend=tuple(replace(row, count=4402) for row in state.legend)))
    frames(2)
    assert find("OptionChip", key=NOT_THIS_YEAR).text == "Chưa kiểm tra năm nay · 4.402"


def test_names_of_communes_lie_free_of_marks_at_every_zoom(screen):
    from field178_mobile.kit.widgets.pictures.map_marks import name_px

    view = screen.ids.view
    view.fit()
    seen = 0
    for _step in range(8):
        frames(2)
        scale, marks = view.view.scale, view.marks()
        boxes = [Box(at.x * scale, at.y * scale, *name_px(name)) for name, at in view.names()]
        seen += len(boxes)
        assert not any(box.meets(other) for box in boxes for other in (*marks, *boxes) if other is not box)
        view.zoom_by(-0.5)
    assert seen


def test_number_of_a_cluster_is_grouped(monkeypatch):
    from field178_mobile.kit.widgets.pictures import map_marks

    labels = []
    monkeypatch.setattr(map_marks, "_text", lambda text, *_font: labels.append(text))
    monkeypatch.setattr(map_marks, "_middle", lambda *_at: None)
    map_marks.draw_cluster(2064, "done", 0, 0)
    assert labels == ["2.064"]


def test_a_map_file_is_drawn_under_the_pins_and_its_damage_is_a_hole(stage: Stage, store, clock, tmp_path):
    settle(store)
    plain = lay(stage, store, clock)
    middle = plain.ids.view.view.centre
    write_map(tmp_path / "a.mbtiles", middle, range(12, 18), around=4)
    screen = lay(stage, store, clock, open_map(tmp_path))
    frames(30)
    kept = screen.ids.view.tiles._tiles
    assert any(texture is not None for texture in kept.values())
    assert "máy chưa có bản đồ nền, xin tệp ở văn phòng" not in texts()
