"""The tablet by a keyboard alone: keys go through the window as the system's own do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from kivy.core.window import Window
from tests.mobile.inspection_world import KARAOKE
from tests.mobile.screens.scene import Stage, find, find_all, frames, texts

TAB, ENTER, SPACE, ESCAPE, UP, DOWN, LEFT = 9, 13, 32, 27, 273, 274, 276


def press(code: int, *modifiers: str, text: str | None = None) -> None:
    """Press a key: the window's own way from SDL, first as a key, then (if nobody took it) for the rest."""
    if not Window.dispatch("on_key_down", code, 0, text, list(modifiers)):
        Window.dispatch("on_keyboard", code, 0, text, list(modifiers))
    Window.dispatch("on_key_up", code, 0)
    frames(3)


@pytest.fixture
def pose(stage: Stage, tmp_path: Path):
    from tests.mobile.screens.posing import Pose

    made = Pose(stage, tmp_path)
    made.unlock()
    yield made
    made.end()


def held(pose: Any) -> Any:
    return pose.door.keyboard.current


def hold(kind: str, pose: Any) -> None:
    """Press Tab until a widget of this class is held."""
    while type(held(pose)).__name__ != kind:
        press(TAB)


def go_round(pose: Any) -> list[Any]:
    """Press Tab until it is back where it began."""
    press(TAB)
    stops = [held(pose)]
    while len(stops) < 60:
        press(TAB)
        if held(pose) is stops[0]:
            return stops
        stops.append(held(pose))
    raise AssertionError("Tab never comes back")


def test_tab_visits_everything_once_in_the_order_of_reading(pose):
    stops = go_round(pose)
    kinds = [type(stop).__name__ for stop in stops]
    assert [stop.key for stop in stops[:3]] == ["inspection", "outreach", "map"]
    assert (
        kinds.index("ShiftLine") < kinds.index("Entry") < kinds.index("ListRow") < kinds.index("HolderName")
    )
    assert kinds.count("ListRow") == 1
    assert len({id(stop) for stop in stops}) == len(stops)
    press(TAB, "shift")
    assert held(pose) is stops[-1]


def test_focused_widget_has_a_ring_that_a_touch_removes_and_a_long_key_presses_it_once(pose):
    from tests.mobile.screens.lint import picture
    from tests.mobile.screens.scene import tap

    before = picture()
    press(TAB)
    ringed = picture()
    item = find("RailItem", key="inspection")
    box = (int(item.x), int(item.y), int(item.right), int(item.top))
    assert before.crop(box).tobytes() != ringed.crop(box).tobytes()
    presses: list[str] = []
    item.bind(on_release=lambda item: presses.append(item.key))
    for number, key in enumerate((ENTER, SPACE)):
        for _repeat in range(5):
            Window.dispatch("on_key_down", key, 0, None, [])
            frames(1)
        assert presses == ["inspection"] * (2 * number + 1)
        Window.dispatch("on_key_up", key, 0)
        press(key)
    assert presses == ["inspection"] * 4
    tap(find("RailItem", key="map"))
    assert pose.door.keyboard.ring.on is None


def test_arrows_walk_the_list_and_enter_opens_a_row(pose):
    hold("ListRow", pose)
    first = held(pose).key
    press(DOWN)
    assert held(pose).key != first
    press(UP)
    assert held(pose).key == first
    while held(pose).key != KARAOKE:
        press(DOWN)
    press(ENTER)
    assert pose.workspace.record.establishment_id == KARAOKE


def test_space_presses_and_escape_closes_and_restores_the_focus(pose):
    hold("ShiftLine", pose)
    line = held(pose)
    press(SPACE, text=" ")
    assert find_all("ShiftSheet")
    press(TAB)
    assert held(pose) is not line
    press(ESCAPE)
    assert find_all("ShiftSheet") == []
    press(TAB)
    assert held(pose) is line


def test_ctrl_f_searches_from_every_screen_and_letters_press_nothing(pose):
    pose.screen("sync")
    press(ord("f"), "ctrl", text="f")
    search = pose.screen("inspection").ids.search
    assert search.ids.entry.focus
    press(SPACE, text=" ")
    press(ENTER, text="\r")
    assert pose.workspace.record.establishment_id == ""
    press(ord("f"), "ctrl", text="f")
    Window.dispatch("on_textinput", "hong phuc")
    frames(4)
    assert [row.key for row in find_all("ListRow")] == [KARAOKE]
    press(TAB)
    assert not search.ids.entry.focus
    assert search.text.strip() == "hong phuc"


def test_numbers_go_into_the_pad_and_enter_is_its_ok(pose):
    pose.open_visit(KARAOKE).open_section("worker_counts")
    frames(3)
    find_all("CountItem")[-1].open_pad()
    frames(3)
    press(ord("1"), text="1")
    press(ord("2"), text="2")
    press(8)
    press(ord("7"), text="7")
    assert "17" in texts()
    press(ENTER)
    assert find_all("CountField")[-1].value == 17
    assert find("NumberPad").shown != "17"  # the pad of the next count
    press(ESCAPE)
    assert find_all("NumberPad") == []


def test_pin_is_typed_and_the_buttons_below_are_reached(stage: Stage, tmp_path: Path):
    from tests.mobile.screens.fakes import PIN
    from tests.mobile.screens.posing import Pose
    from tests.mobile.screens.scene import until

    made = Pose(stage, tmp_path)
    try:
        stops = [stop.text for stop in go_round(made) if type(stop).__name__ == "Chip"]
        assert "Quên mã PIN?" in stops
        press(ord("1"), text="1")
        press(8)
        for digit in PIN:
            press(ord(digit), text=digit)
        until(lambda: made.door.session_view is not None)
        press(ord("1"), text="1")
    finally:
        made.end()


def test_date_has_a_ring_beside_its_label_and_arrows_walk_its_days(pose):
    from tests.mobile.screens.lint import picture

    pose.screen("inspection").open_shift()
    frames(3)
    hold("DateField", pose)
    field = held(pose)
    label = next(child for child in field.children if getattr(child, "text", "") == "Ngày quyết định")
    box = (*map(int, label.to_window(*label.pos)), *map(int, label.to_window(label.right, label.top)))
    ringed = picture()
    pose.door.keyboard.ring.take_off()
    plain = picture()
    assert ringed.tobytes() != plain.tobytes()
    assert ringed.crop(box).tobytes() == plain.crop(box).tobytes()
    hold("DateField", pose)
    press(ENTER)
    press(DOWN)
    assert held(pose).iso == "2026-11-20"
    press(DOWN)
    assert held(pose).iso == "2026-11-27"
    press(DOWN)
    assert held(pose).iso == "2026-12-04"
    press(LEFT)
    press(UP)
    assert held(pose).iso == "2026-11-26"
    press(ENTER)
    assert find_all("DateSheet") == []
    assert find("DateField").value == "2026-11-26"
