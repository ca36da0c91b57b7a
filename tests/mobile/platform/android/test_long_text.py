"""A long note in the system's own window: Vietnamese keyboards work, nothing is learned or photographed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.mobile.platform.android.fake_java import FakeJava, hear

from field178_mobile.platform.android.device import AndroidPlatform
from field178_mobile.platform.api import LongText

NOTE = LongText("Ghi chú", "Cửa thoát hiểm bị khóa", "Xong", "Bỏ qua", lines=4, max_length=500)
CLICK, CANCEL = "(Landroid/content/DialogInterface;I)V", "(Landroid/content/DialogInterface;)V"
POSITIVE, NEGATIVE = -1, -2


class Window:
    """The window as its user has it."""

    def __init__(self, device: AndroidPlatform, java: FakeJava) -> None:
        self.heard: list[str] = []
        self.answers: list[str | None] = []
        self._java = java
        java.answers["android.widget.EditText.length"] = len(NOTE.text)
        self.close: Callable[[], None] = device.edit_long_text(NOTE, self.heard.append, self.answers.append)
        self.listener = java.named("AlertDialog$Builder.setPositiveButton")[0][1]

    def write(self, text: str) -> None:
        self._java.answers["android.text.Editable.toString"] = text
        editable = self._java.object("android.text.Editable")
        hear(self.listener, "beforeTextChanged", "(Ljava/lang/CharSequence;III)V", text, 0, 0, 1)
        hear(self.listener, "onTextChanged", "(Ljava/lang/CharSequence;III)V", text, 0, 0, 1)
        hear(self.listener, "afterTextChanged", "(Landroid/text/Editable;)V", editable)

    def press(self, button: int) -> None:
        hear(self.listener, "onClick", CLICK, None, button)


@pytest.fixture
def window(device: AndroidPlatform, java: FakeJava) -> Window:
    return Window(device, java)


def test_window_shows_the_text_and_keeps_it_from_keyboard_and_screenshot(
    window: Window, java: FakeJava
) -> None:
    assert (window.heard, window.answers) == ([], [])
    assert java.named("AlertDialog$Builder.setTitle") == [("Ghi chú",)]
    assert java.named("EditText.setText") == [(NOTE.text,)]
    assert java.named("InputFilter$LengthFilter.new") == [(500,)]
    assert java.named("EditText.setInputType") == [(0x24001,)]
    assert java.named("EditText.setImeOptions") == [(0x3000000,)]
    order = [call[0] for call in java.calls]
    assert java.named("Window.addFlags") == [(0x2000,)]
    assert order.index("Window.addFlags") < order.index("AlertDialog.show")
    assert order.index("EditText.setText") < order.index("EditText.addTextChangedListener")


def test_every_change_is_heard_and_the_last_one_kept(window: Window) -> None:
    window.write("Cửa đã mở")
    window.write("Cửa đã mở lúc 23:10")
    window.press(POSITIVE)
    assert window.heard == ["Cửa đã mở", "Cửa đã mở lúc 23:10"]
    assert window.answers == ["Cửa đã mở lúc 23:10"]


def test_text_kept_unchanged_is_the_one_that_stood_there(window: Window) -> None:
    window.press(POSITIVE)
    assert window.answers == [NOTE.text]


def test_given_up_is_none_once(window: Window) -> None:
    window.write("x")
    window.press(NEGATIVE)
    hear(window.listener, "onCancel", CANCEL, None)
    assert window.answers == [None]


def test_way_out_beside_the_buttons_is_none(window: Window) -> None:
    hear(window.listener, "onCancel", CANCEL, None)
    assert window.answers == [None]


def test_closed_window_is_gone_and_says_nothing_more(window: Window, java: FakeJava) -> None:
    window.close()
    window.write("late")
    window.press(POSITIVE)
    assert len(java.named("AlertDialog.dismiss")) == 1
    assert (window.heard, window.answers) == ([], [])


def test_window_closed_before_it_was_drawn_never_shows(
    device: AndroidPlatform, java: FakeJava, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: list[Callable[[], object]] = []
    monkeypatch.setattr("field178_mobile.platform.android.long_text.on_java_thread", waiting.append)
    close = device.edit_long_text(NOTE, lambda _text: None, lambda _text: None)
    close()
    for work in waiting:
        work()
    assert java.named("AlertDialog.show") == []
