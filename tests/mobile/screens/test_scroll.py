"""The scrolling panes under a thumb: nothing moves by itself, and an unsteady tap is a tap."""

from __future__ import annotations

import time
from typing import Any

import pytest
from kivy.tests.common import UnitTestTouch
from tests.mobile.screens.scene import Stage, find, frames, tap, until

ROWS = 40
# Kivy fades a bar half a second after the last move, for half a second.
FADED_S = 1.2


class Page:
    """A column of buttons in a scrolling pane, and what was pressed."""

    def __init__(self, stage: Stage, rows: int) -> None:
        self.pressed: list[str] = []
        self.pane = stage.kit.ScrollPane()
        for number in range(rows):
            button = stage.kit.Btn(text=f"Mục {number}", size_hint_x=1)
            button.bind(on_release=lambda button: self.pressed.append(button.text))
            self.pane.add_widget(button)
        stage.mount(self.pane)

    def button(self, number: int) -> Any:
        return find("Btn", text=f"Mục {number}")

    def top_of(self, number: int) -> float:
        button = self.button(number)
        return float(button.to_window(button.x, button.top)[1])

    def grow(self, number: int, by: float) -> None:
        """Let something unfold under a button, as offers do under an answer."""
        self.button(number).size_hint_y = None
        self.button(number).height += by


def test_short_page_that_grows_under_a_tap_stays_at_its_top(stage):
    page = Page(stage, 5)
    before = page.top_of(1)
    page.button(1).bind(on_release=lambda _button: page.grow(3, 900))
    tap(page.button(1))
    frames(6)
    assert page.top_of(1) == pytest.approx(before, abs=1)


@pytest.mark.parametrize("by", [700, -20])
def test_page_that_changes_below_stays_where_it_was(stage, by):
    page = Page(stage, ROWS)
    page.pane.scroll_y = 0.5
    frames(3)
    before = page.top_of(20)
    page.grow(22, by)
    frames(6)
    assert page.top_of(20) == pytest.approx(before, abs=1)


@pytest.mark.parametrize("by", [300, -20])
def test_page_that_changes_above_the_touched_widget_keeps_its_position(stage, by):
    page = Page(stage, ROWS)
    page.pane.scroll_y = 0.5
    frames(3)
    page.button(21).bind(on_release=lambda _button: page.grow(18, by))
    before = page.top_of(21)
    tap(page.button(21))
    frames(6)
    assert page.top_of(21) == pytest.approx(before, abs=1)


@pytest.mark.parametrize("by", [300, -20])
def test_page_that_changes_out_of_sight_stays_where_it_was(stage, by):
    page = Page(stage, ROWS)
    page.pane.scroll_y = 0.5
    frames(3)
    before = page.top_of(20)
    page.grow(1, by)
    frames(6)
    assert page.top_of(20) == pytest.approx(before, abs=1)
    page.pane.column.remove_widget(page.button(2))
    frames(6)
    assert page.top_of(20) == pytest.approx(before, abs=1)


def test_page_scrolled_to_its_top_shows_an_added_button(stage):
    page = Page(stage, ROWS)

    def come(_button) -> None:
        page.pane.column.add_widget(stage.kit.Btn(text="Mới", size_hint_x=1), index=ROWS)
        page.pane.show_top()

    page.button(2).bind(on_release=come)
    tap(page.button(2))
    frames(6)
    assert page.pane.scroll_y == 1


def test_page_that_becomes_short_shows_its_top(stage):
    page = Page(stage, ROWS)
    page.pane.scroll_y = 0
    frames(3)
    page.pane.column.clear_widgets(page.pane.column.children[:-3])
    frames(6)
    assert page.pane.scroll_y == 1
    assert page.top_of(0) > 700


@pytest.mark.parametrize("frame_s", [0.016, 0.6, 2.0])
def test_fling_comes_to_rest_inside_the_page_however_slow_the_frames(stage, frame_s):
    page = Page(stage, ROWS)
    page.pane.scroll_y = 0.5
    frames(3)
    effect = page.pane.effect_y
    effect.velocity = 900
    for _ in range(400):
        effect.update_velocity(frame_s)
        assert 0 <= page.pane.scroll_y <= 1
    assert effect.velocity == 0


def test_unsteady_thumb_still_taps(stage):
    page = Page(stage, ROWS)
    x, y = page.button(2).to_window(*page.button(2).center)
    touch = UnitTestTouch(x, y)
    touch.touch_down()
    for number in range(30):
        touch.touch_move(x, y + number % 2 * 3)
    frames(1)
    touch.touch_up()
    frames(3)
    assert page.pressed == ["Mục 2"]


def test_drag_scrolls_and_presses_nothing(stage):
    page = Page(stage, ROWS)
    x, y = page.button(6).to_window(*page.button(6).center)
    touch = UnitTestTouch(x, y)
    touch.touch_down()
    for number in range(1, 30):
        touch.touch_move(x, y + number * 8)
        frames(1)
    touch.touch_up()
    frames(3)
    assert page.pressed == []
    assert page.pane.scroll_y < 1


def test_wheel_veils_nothing_on_its_way(stage):
    page = Page(stage, ROWS)
    button = page.button(2)
    veils = []
    button.fbind("veil", lambda _button, veil: veils.append(veil))
    touch = UnitTestTouch(*button.to_window(*button.center))
    touch.profile, touch.button = ["pos", "button"], "scrollup"
    touch.touch_down()
    touch.touch_up()
    until(lambda: page.pane.scroll_y < 1)
    assert veils == []


def test_bar_is_dimmed_in_one_frame_not_in_thirty(stage):
    page = Page(stage, ROWS)
    pane = page.pane
    pane.bar_color, pane.bar_inactive_color = [1, 1, 1, 0.8], [1, 1, 1, 0.2]
    pane.scroll_y = 0.5
    seen = []
    pane.fbind("_bar_color", lambda _pane, color: seen.append(round(color[3], 3)))
    until(lambda: pane._bar_color == pane.bar_inactive_color)
    assert set(seen) <= {0.8, 0.2}


def test_line_of_chips_draws_no_frame_for_the_bar_that_it_has_not(stage):
    from field178_mobile.kit.widgets.inputs.chips import ChipLine, ChipScroll

    line, seen = ChipScroll(height=48), []
    line.add_widget(ChipLine())
    stage.mount(line)
    line.fbind("_bar_color", lambda _line, color: seen.append(color))
    over_at = time.monotonic() + FADED_S
    until(lambda: time.monotonic() > over_at)
    assert seen == []
