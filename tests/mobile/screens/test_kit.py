"""Widgets of the kit: sizes for fingers, contrast, answers, overlays and themes."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import weakref

import pytest
from kivy.core.window import Window
from kivy.properties import Property
from kivy.tests.common import UnitTestTouch
from kivy.uix.widget import Widget
from tests.mobile.screens.lint import lint, lint_colours, picture
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
    until,
)

from field178_mobile.kit import widgets
from field178_mobile.kit.widgets.overlay import close_all


def gallery():
    from field178_mobile.shell.gallery import Gallery

    return Gallery()


def widget_classes() -> set[type[Widget]]:
    """Every class of the kit that draws something."""
    modules = [
        importlib.import_module(module_info.name)
        for module_info in pkgutil.iter_modules(widgets.__path__, f"{widgets.__name__}.")
    ]
    return {
        member
        for module in modules
        for member in vars(module).values()
        if isinstance(member, type) and issubclass(member, Widget) and member.__module__ == module.__name__
    }


def test_gallery_shows_every_class_of_the_kit(stage: Stage):
    screen = stage.mount(gallery(), (1280, 800))
    seen = list(screen.walk())
    opened = (
        screen.ask,
        screen.say,
        screen.pick,
        screen.more,
        screen.ids.total.on_release,
        find("DateField").on_release,
        find("TimeField").on_release,
    )
    for show in opened:
        show()
        frames(2)
        seen += [widget for child in Window.children for widget in child.walk()]
        close_all()
    assert {
        kind.__name__ for kind in widget_classes() if not any(isinstance(each, kind) for each in seen)
    } == set()


def test_a_larger_font_there_and_back_leaves_every_size_as_it_was(stage: Stage):
    screen = stage.mount(gallery())
    screen.ids.total.on_release()
    frames(2)

    def sizes() -> list[float]:
        return [
            widget.font_size
            for child in Window.children
            for widget in child.walk()
            if hasattr(widget, "font_size")
        ]

    before = sizes()
    stage.dress(scale=1.3)
    stage.dress()
    assert sizes() == before


def test_lint_finds_a_small_target_a_cut_text_and_pale_text(stage: Stage):
    from kivy.lang import Builder

    screen = stage.mount(
        Builder.load_string(
            """
FloatLayout:
    IconBtn:
        icon: 'close'
        size: 30, 30
    Label:
        text: 'A text far too long for its box'
        size_hint: None, None
        size: 40, 20
        color: theme.text
    Label:
        text: 'pale'
        color: .9, .9, .9, 1
"""
        )
    )
    faults = " ".join(lint(screen) + lint_colours(screen, picture()))
    assert "a finger needs 48 dp" in faults
    assert "has no hint" in faults
    assert "overflows its box" in faults
    assert "has contrast" in faults


def test_press_inside_a_scroll_is_veiled_and_released_within_one_frame(stage: Stage):
    released = []
    pane = stage.kit.ScrollPane()
    button = stage.kit.Btn(text="Lưu")
    button.bind(on_release=lambda _btn: released.append(1))
    pane.add_widget(button)
    stage.mount(pane)
    touch = UnitTestTouch(*button.to_window(*button.center))
    touch.touch_down()
    frames(1)
    assert button.veil > 0
    touch.touch_up()
    until(lambda: button.veil == 0)
    released.clear()
    touch = UnitTestTouch(*button.to_window(*button.center))
    touch.touch_down()
    touch.touch_up()
    frames(1)
    assert released == [1]


def test_answer_is_announced_and_taken_back(stage: Stage):
    choices = []
    row = stage.kit.CheckRow(no="1", text="Câu hỏi", value="")
    row.bind(on_choose=lambda _row, value: choices.append(value))
    stage.mount(row)
    tap(find("Seg", key="yes"))
    assert choices == ["yes"]
    assert row.value == ""
    row.value = "yes"
    tap(find("Seg", key="yes"))
    assert choices == ["yes", ""]


def test_partial_answer_is_offered_only_where_allowed(stage: Stage):
    row = stage.mount(stage.kit.CheckRow(text="Câu hỏi"))
    assert [seg.key for seg in reversed(row.ids.segs.children)] == ["yes", "no", "na"]
    row.allow_partial, row.allow_na = True, False
    assert [seg.key for seg in reversed(row.ids.segs.children)] == ["yes", "partial", "no"]


def test_children_of_a_check_row_go_below_the_question(stage: Stage):
    row = stage.mount(stage.kit.CheckRow(text="Câu hỏi"))
    before = row.height
    row.add_widget(stage.kit.Chip(text="Không có giấy chứng nhận"))
    frames(3)
    assert row.height > before
    row.clear_area()
    frames(3)
    assert row.height == before


def test_number_pad_replaces_the_first_number_and_gives_one_answer(stage: Stage):
    given = []
    count = stage.kit.CountField(label="Tổng số có mặt", value=14)
    count.bind(on_commit=lambda _field, value: given.append(value))
    stage.mount(count)
    tap(count)
    assert "14" in texts()
    tap(find("PadKey", text="1"))
    tap(find("PadKey", text="2"))
    tap(find("PadKey", icon="backspace-outline"))
    tap(find("PadKey", text="0"))
    tap(find("Btn", icon="check"))
    assert given == [10]
    assert find_all("NumberPad") == []


def test_number_pad_cuts_no_number_short(stage: Stage):
    given = []
    pad = stage.kit.NumberPad(given.append)
    pad.open()
    for digit in "100000":
        pad.type(digit)
    pad.accept()
    frames()
    assert given == []
    assert "Tối đa 99999." in texts()


def test_suggested_count_takes_one_tap(stage: Stage):
    given = []
    count = stage.kit.CountField(label="Tổng số có mặt")
    count.suggestions = [("Như lần trước: 5", 5)]
    count.bind(on_commit=lambda _field, value: given.append(value))
    stage.mount(count)
    tap(count)
    tap(find("Chip", text="Như lần trước: 5"))
    assert given == [5]


def test_field_commits_composed_text_once_when_left(stage: Stage):
    given = []
    field = stage.kit.Field(label="Ghi chú")
    field.bind(on_commit=lambda _field, value: given.append(value))
    stage.mount(field)
    type_text(field, "Hoa Phượng")
    assert given == ["Hoa Phượng"]
    assert field.ids.entry.input_type == "text"


def test_long_line_shows_its_beginning_unless_it_is_typed(stage: Stage):
    field = stage.kit.Field(label="Ghi chú", text="Hàng hóa chất kín lối thoát nạn. " * 9)
    stage.mount(field, PORTRAIT)
    entry = field.ids.entry
    assert entry.get_max_scroll_x() > 0
    assert entry.scroll_x == 0
    field.focus_input()
    frames()
    assert entry.scroll_x > 0
    entry.focus = False
    frames()
    assert entry.scroll_x == 0


def test_focused_field_is_in_sight_with_its_message(stage: Stage):
    pane = stage.kit.ScrollPane()
    fields = [stage.kit.Field(label=f"Mục {number}", multiline=True, max_length=9) for number in range(9)]
    for field in fields:
        pane.add_widget(field)
    stage.mount(pane)
    hidden = next(field for field in fields if field.to_window(*field.pos)[1] < 0)
    hidden.focus_input()
    frames(6)
    hidden.ids.entry.insert_text("dài quá chín chữ")
    frames(6)
    assert hidden.full
    assert hidden.to_window(*hidden.pos)[1] >= 0


def test_composing_keyboard_writes_vietnamese(stage: Stage):
    from kivy.core.window import Window

    field = stage.mount(stage.kit.Field(label="Tên"))
    field.focus_input()
    frames()
    Window.dispatch("on_textedit", "Ho")
    Window.dispatch("on_textinput", "Hoa Phượng")
    Window.dispatch("on_textedit", "")
    frames()
    assert field.ids.entry.text == "Hoa Phượng"


def test_rendered_text_does_not_disturb_typing(stage: Stage):
    field = stage.mount(stage.kit.Field(label="Tên", text="cũ"))
    field.focus_input()
    frames()
    field.ids.entry.insert_text(" đang gõ")
    field.text = "máy chủ"
    assert field.ids.entry.text == "cũ đang gõ"


def test_search_asks_once_a_frame(stage: Stage):
    queries = []
    search = stage.kit.SearchField(hint="Tìm")
    search.bind(on_query=lambda _field, value: queries.append(value))
    stage.mount(search)
    search.ids.entry.text = "h"
    search.ids.entry.text = "ho"
    frames()
    assert queries == ["ho"]
    tap(find("IconBtn", icon="close-circle"))
    assert queries == ["ho", ""]
    assert search.ids.entry.focus
    search.ids.entry.focus = False


def test_a_toast_stands_above_the_foot_and_gives_way_to_a_finger(stage: Stage, window_size):
    screen = stage.mount(gallery(), window_size)
    screen.has_detail = True
    frames(3)
    foot = find("FootBar")
    foot.height += 60  # in the same frame
    toast = stage.kit.toast("Đã lưu trên máy lúc 22:41")
    until(lambda: toast.y >= foot.to_window(foot.x, foot.top)[1])
    touch = UnitTestTouch(*toast.center)
    touch.touch_down()
    touch.touch_up()
    frames(1)
    assert find_all("Toast") == []


def test_a_disabled_button_says_why_when_it_is_tapped(stage: Stage):
    pane, pressed = stage.kit.ScrollPane(), []
    button = stage.kit.Btn(text="Hoàn thành", disabled=True, reason="Còn 3 mục phải sửa.")
    button.bind(on_release=pressed.append)
    pane.add_widget(button)
    stage.mount(pane)
    tap(button)
    assert "Còn 3 mục phải sửa." in texts()
    close_all()
    button.disabled = False
    tap(button)
    assert (find_all("Toast"), pressed) == ([], [button])


def test_number_pad_refuses_other_than_counts_and_its_keys_keep_their_place(stage: Stage, window_size):
    stage.mount(gallery(), window_size)
    given = []
    pad = stage.kit.NumberPad(title="Tổng số", on_number=given.append, maximum=5)
    pad.open()
    frames(3)
    key = next(key for key in find_all("PadKey") if key.text == "5")
    before = key.to_window(*key.pos)
    for digits, error in (("", "Hãy nhập một số."), ("7", "Tối đa 5.")):
        for digit in digits:
            pad.type(digit)
        pad.accept()
        frames(3)
        assert error in texts()
        assert key.to_window(*key.pos) == pytest.approx(before, abs=1)
    assert given == []


def test_date_is_entered_by_numbers_that_the_grid_follows_and_checked(stage: Stage):
    given = []
    field = stage.kit.DateField(label="Ngày cấp", value="2026-03-14")
    field.bind(on_commit=lambda _field, value: given.append(value))
    stage.mount(field)
    assert "14/03/2026" in texts()
    tap(field)
    type_text(find("Field", label="Tháng"), "2")
    assert "Tháng 2/2026" in texts()
    assert [key.iso for key in find_all("DayKey") if key.active] == ["2026-02-14"]
    type_text(find("Field", label="Ngày"), "31")
    assert [key.iso for key in find_all("DayKey") if key.active] == []
    tap(find("Btn", icon="check"))
    assert "Ngày không hợp lệ." in texts()
    type_text(find("Field", label="Ngày"), "28")
    tap(find("Btn", icon="check"))
    assert given == ["2026-02-28"]


def test_date_is_given_by_a_tap_in_the_grid_of_its_month(stage: Stage, window_size):
    given = []
    field = stage.kit.DateField(label="Ngày cấp", value="2026-03-14")
    field.bind(on_commit=lambda _field, value: given.append(value))
    stage.mount(field, window_size)
    tap(field)
    assert "Tháng 3/2026" in texts()
    assert [key.text for key in find_all("DayKey") if key.active] == ["14"]
    # 1 March 2026 is a Sunday: six places are empty before it.
    first = next(key for key in find_all("DayKey") if key.text == "1")
    assert first.right == pytest.approx(first.parent.right, abs=2)
    assert lint(find("DateSheet")) == []
    tap(find("IconBtn", icon="chevron-left"))
    assert "Tháng 2/2026" in texts()
    assert len(find_all("DayKey")) == 28
    tap(find("DayKey", iso="2026-02-27"))
    assert (given, find_all("DateSheet")) == (["2026-02-27"], [])


def test_date_sheet_offers_today_and_yesterday_by_the_clock_of_the_tablet(stage: Stage):
    from tests.mobile.support import FrozenClock

    from field178_mobile.kit.today import today

    today.serve(FrozenClock())
    given = []
    field = stage.kit.DateField(label="Ngày cấp")
    field.bind(on_commit=lambda _field, value: given.append(value))
    stage.mount(field)
    for words in ("Hôm nay", "Hôm qua"):
        tap(field)
        tap(find("Chip", text=words))
    assert given == ["2026-11-24", "2026-11-23"]
    tap(field)
    assert [key.iso for key in find_all("DayKey") if key.is_today] == ["2026-11-24"]


def test_date_is_typed_from_the_first_number_to_the_last_without_a_tap(stage: Stage):
    given = []
    field = stage.kit.DateField(label="Ngày cấp", value="2026-03-14")
    field.bind(on_commit=lambda _field, value: given.append(value))
    stage.mount(field)
    tap(field)
    for number in ("28", "2", "2027"):
        entry = next(widget for widget in find_all("Entry") if widget.focus)
        entry.keyboard_on_textinput(Window, number)
        entry.keyboard_on_key_down(Window, (13, "enter"), "", [])
        frames(2)
    assert given == ["2027-02-28"]
    assert find_all("DateSheet") == []


def test_list_draws_few_rows_of_many_and_tells_the_tapped_one(stage: Stage):
    chosen = []
    pane = stage.kit.ListPane()
    pane.bind(on_choose=lambda _pane, key: chosen.append(key))
    stage.mount(pane)
    pane.show([stage.kit.Row(str(number), f"Cơ sở {number}") for number in range(10_000)])
    frames()
    assert len(find_all("ListRow")) < 20
    tap(find("ListRow", key="2"))
    assert chosen == ["2"]
    pane.chosen = "2"
    assert find("ListRow", key="2").selected


def test_choice_sheet_gives_several_in_list_order(stage: Stage):
    given = []
    choices = [stage.kit.Choice(key, key.upper()) for key in "abc"]
    stage.kit.ChoiceSheet(choices, ["c"], given.append, is_multiple=True, title="Chọn").open()
    frames()
    tap(find("ChoiceRow", key="a"))
    tap(find("Btn", icon="check"))
    assert given == [("a", "c")]


def test_disabled_button_is_still_read(stage: Stage):
    from field178_mobile.kit.theme import theme

    button = stage.mount(stage.kit.Btn(text="Hoàn thành", disabled=True, size_hint_x=1))
    caption = next(
        child for child in button.walk() if getattr(child, "text", "") == "Hoàn thành" and child is not button
    )
    assert list(caption.disabled_color) == list(theme.faint)
    button.disabled = False
    assert list(caption.color) == list(theme.primary_on)


def test_no_event_of_the_screens_shares_a_name_with_a_property(stage: Stage):
    from importlib import import_module
    from pkgutil import walk_packages

    for package in ("kit", "components", "features", "shell"):
        name = f"field178_mobile.{package}"
        for module in walk_packages(import_module(name).__path__, f"{name}."):
            import_module(module.name)
    clashes = [
        f"{kind.__name__}.{event}"
        for kind in everything_below(Widget)
        if kind.__module__.startswith("field178_mobile")
        for event in getattr(kind, "__events__", ())
        if isinstance(getattr(kind, event.removeprefix("on_"), None), Property)
    ]
    assert clashes == []


def everything_below(kind: type) -> list[type]:
    return [kind, *(subclass for below in kind.__subclasses__() for subclass in everything_below(below))]


def test_dialog_calls_back_only_on_yes(stage: Stage):
    agreed = []
    for answer in ("Giữ lại", "Bỏ nháp"):
        stage.kit.confirm("Bỏ nháp?", "Sẽ bị xóa.", "Bỏ nháp", "Giữ lại", lambda: agreed.append(1))
        frames()
        assert agreed == []
        tap(find("Btn", text=answer))
    assert agreed == [1]
    assert find_all("Dialog") == []


def test_open_sheet_has_its_own_width_after_the_tablet_is_turned(stage: Stage):
    sheet = stage.kit.ChoiceSheet([stage.kit.Choice("1", "Lựa chọn")], [], print, title="Chọn")
    for size, width in ((PORTRAIT, PORTRAIT[0]), (LANDSCAPE, sheet.width_dp), (PORTRAIT, PORTRAIT[0])):
        stage.dress(size)
        sheet.open()
        frames(4)
        assert sheet.ids.panel.width == width


def test_panes_show_one_pane_below_the_width(stage: Stage):
    screen = stage.mount(gallery(), (800, 1280))
    assert find_all("ListPane")
    assert not find_all("TabBar")
    screen.has_detail = True
    frames()
    assert find_all("TabBar")
    assert not find_all("ListPane")
    stage.dress(LANDSCAPE)
    frames()
    assert find_all("TabBar")
    assert find_all("ListPane")


def rows_of(stage: Stage, *titles: str):
    from field178_mobile.kit import kit

    pane = kit.ListPane(size_hint=(None, 1), width=360)
    stage.mount(pane)
    pane.show(
        [
            kit.Row(
                str(place),
                title,
                sub="Thị trấn An Lão · Quán cà phê giải khát",
                meta="11/03",
                word="Đã duyệt",
            )
            for place, title in enumerate(titles)
        ]
    )
    frames(6)
    return pane


def test_long_name_of_a_row_keeps_its_code_in_a_second_line(stage: Stage):
    rows_of(stage, "Cắt tóc gội đầu thư giãn Lam Sa (GL-031)")
    title = find("ListRow").ids.title
    assert not title.is_shortened
    assert title.texture_size[1] > 2 * title.font_size
    assert lint(stage.root) == []


def test_name_too_long_for_two_lines_keeps_its_end(stage: Stage):
    rows_of(stage, "Công ty trách nhiệm hữu hạn một thành viên dịch vụ thương mại và du lịch Lam Sa (GL-031)")
    title = find("ListRow").ids.title
    assert title._label.text.endswith("(GL-031)")
    assert lint(stage.root) == []


@pytest.mark.parametrize("title", ["Nhà nghỉ Hoa Phượng Đỏ bến Bính (GL-0123)", "Karaoke và dịch vụ " * 6])
def test_state_word_of_a_row_without_a_second_line_stands_beside_its_name(stage: Stage, title: str):
    row_of_a_draft(stage, title)
    row = find("ListRow")
    name, word = row.ids.title, row.ids.word
    assert name.right <= word.x
    assert word.center_y == pytest.approx(name.center_y, abs=2)


def row_of_a_draft(stage: Stage, title: str) -> None:
    """One row as a draft has it whose commune is not chosen yet: neither second line nor date."""
    pane = stage.kit.ListPane(size_hint=(None, 1), width=360)
    pane.show([stage.kit.Row("1", title, word="Nháp")])
    stage.mount(pane)
    frames(3)


def test_second_line_of_a_row_drops_whole_parts(stage: Stage):
    rows_of(stage, "Lam Sa")
    assert find("ListRow").sub_shown == "Thị trấn An Lão"


def test_words_of_answer_stand_in_one_line_as_wide_as_their_letters_need(stage: Stage):
    row = stage.mount(stage.kit.CheckRow(text="Niêm yết giá", allow_partial=True))
    before = {seg.key: seg.width for seg in row.ids.segs.children}
    assert all(seg.texture_size[1] < 2 * seg.font_size for seg in row.ids.segs.children)
    row.value = "na"
    frames(3)
    assert {seg.key: seg.width for seg in row.ids.segs.children} == before
    stage.dress(scale=1.3)
    assert all(seg.width > before[seg.key] for seg in row.ids.segs.children)
    assert all(seg.texture_size[1] < 2 * seg.font_size for seg in row.ids.segs.children)


def test_line_of_chips_says_at_which_edge_it_goes_on(stage: Stage):
    from kivy.uix.boxlayout import BoxLayout

    from field178_mobile.kit.widgets.inputs.chips import ChipLine, ChipScroll
    from field178_mobile.presentation.wording import Option

    scroll, line = ChipScroll(height=48), ChipLine()
    scroll.add_widget(line)
    box = BoxLayout(size_hint=(None, 1), width=360)
    box.add_widget(scroll)
    stage.mount(box)
    line.show([Option("a", "Tất cả", True)])
    frames(4)
    assert (scroll.goes_on, scroll.began_before) == (False, False)
    line.show([Option(str(number), f"Chưa kiểm tra năm {number}") for number in range(4)])
    frames(4)
    assert (scroll.goes_on, scroll.began_before) == (True, False)
    scroll.scroll_x = 1
    frames(2)
    assert (scroll.goes_on, scroll.began_before) == (False, True)


@pytest.mark.parametrize("text", ["Đã lưu", "Đã lưu trên máy lúc 22:00; máy sẽ gửi khi có mạng. " * 3])
def test_toast_settles_in_one_frame(stage: Stage, caplog, text):
    from field178_mobile.kit import kit

    shown = kit.toast(text)
    frames(4)
    assert "too much iteration" not in caplog.text
    assert shown.x > 0
    assert shown.right < LANDSCAPE[0]


def test_pair_of_panes_is_forgotten_with_its_screen(stage: Stage):
    panes = weakref.ref(stage.kit.Panes())
    gc.collect()
    assert panes() is None


def test_every_size_of_text_changes_in_one_step(stage: Stage) -> None:
    # Two properties would be told in the order in which any screen used them first, and where the one of a
    # text's class came last, the text lost the size of its place.
    from field178_mobile.kit.theme import theme

    names: list[str] = []
    bound = {name: lambda *_args, name=name: names.append(name) for name in theme.properties()}
    for name, note in bound.items():
        theme.fbind(name, note)
    theme.set_font_scale(1.3)
    theme.set_font_scale(1.0)
    for name, note in bound.items():
        theme.funbind(name, note)
    assert names == ["sizes", "sizes"]


def test_answers_stand_in_one_column_from_row_to_row(stage: Stage, window_size):
    pane = stage.kit.ScrollPane()
    for more in ({"allow_partial": True}, {}, {"is_fact": True}):
        pane.add_widget(stage.kit.CheckRow(text="Câu hỏi", has_partial_place=True, **more))
    stage.mount(pane, window_size)
    for key in ("yes", "no", "na"):
        places = [(seg.x, seg.right) for seg in find_all("Seg") if seg.key == key]
        assert places == [pytest.approx(places[0], abs=1)] * 3, key
