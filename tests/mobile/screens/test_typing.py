"""Vietnamese composed in the fields of the kit, letter by letter as a keyboard sends them."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from tests.mobile.screens.scene import Stage, find, frames, tap, texts

from field178_mobile.kit.text_input import KEYBOARD, input_method


@pytest.fixture
def field(stage: Stage):
    from field178_mobile.kit import kit

    column = kit.Column()
    made = kit.Field(label="Ghi chú")
    column.add_widget(made)
    stage.mount(column)
    made.ids.entry.focus = True
    frames(2)
    yield made
    made.ids.entry.focus = False
    input_method.switch(KEYBOARD)
    frames(2)


def press(field, keys: Iterable[str]) -> str:
    for key in keys:
        field.ids.entry.insert_text(key)
    return field.ids.entry.text


@pytest.mark.parametrize(
    ("method", "keys"),
    [("telex", "Cow sowr ddax ddungs karaoke 2026"), ("vni", "Co7 so73 d9a4 d9ung1 karaoke 2026")],
)
def test_keys_become_vietnamese_while_they_are_typed(field, method, keys):
    input_method.switch(method)
    assert press(field, keys) == "Cơ sở đã đúng karaoke 2026"
    field.ids.entry.focus = False
    frames(2)
    assert field.text == "Cơ sở đã đúng karaoke 2026"


def test_the_tablets_own_keyboard_is_left_alone(field):
    assert press(field, "Cow sowr") == "Cow sowr"


def test_composing_goes_on_in_the_middle_of_a_text_and_after_a_correction(field):
    input_method.switch("telex")
    entry = field.ids.entry
    press(field, "Phong hat dong cua")
    entry.cursor = entry.get_cursor_from_index(len("Phong"))
    assert press(field, "f") == "Phòng hat dong cua"
    entry.cursor = entry.get_cursor_from_index(len("Phòng hat"))
    assert press(field, "s") == "Phòng hát dong cua"
    entry.do_backspace()
    assert press(field, "t") == "Phòng hát dong cua"


def test_pasted_numeric_and_secret_texts_are_not_composed(field):
    input_method.switch("telex")
    field.ids.entry.insert_text("Nguyeenx")
    assert field.ids.entry.text == "Nguyeenx"
    field.password = True
    field.ids.entry.text = ""
    assert press(field, "aas") == "aas"
    field.is_revealed = True
    assert press(field, "ee") == "aasee"


def test_a_password_is_shown_and_hidden_by_its_eye(field):
    field.password = True
    assert field.ids.entry.password
    eye = find("PasswordToggle")
    tap(eye)
    assert not field.ids.entry.password
    assert field.ids.entry.focus
    assert eye.hint == "Ẩn mật khẩu"
    tap(eye)
    assert field.ids.entry.password


def test_a_full_field_says_so(field):
    field.max_length, field.help = 5, "Tên"
    assert press(field, "abcde") == "abcde"
    assert "Tối đa 5 ký tự." not in texts()
    assert press(field, "f") == "abcde"
    frames(2)
    assert "Tối đa 5 ký tự." in texts()
    field.ids.entry.do_backspace()
    frames(2)
    assert "Tối đa 5 ký tự." not in texts()
    press(field, "gh")
    field.ids.entry.focus = False
    frames(2)
    assert "Tối đa 5 ký tự." not in texts()


def test_a_full_field_still_takes_its_marks(field):
    input_method.switch("telex")
    field.max_length = 5
    assert press(field, "tieengs") == "tiếng"
    assert press(field, "x") == "tiễng"


def test_invisible_characters_are_not_pasted(field):
    assert press(field, ["Hoa\u202e Phượng\u200b\x07\tGL-1\r\nTầng 2"]) == "Hoa Phượng GL-1  Tầng 2"


def test_a_long_note_keeps_its_lines(field):
    field.multiline = True
    assert press(field, ["một\u200f\r\nhai"]) == "một\nhai"
