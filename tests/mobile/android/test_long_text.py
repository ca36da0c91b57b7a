"""A long note in the system's own window: Vietnamese keyboards work, nothing is learned or photographed."""

from __future__ import annotations

import pytest
from tests.mobile.android.fake_java import FakeJava, hear

from field178_mobile.platform.android.device import AndroidPlatform
from field178_mobile.platform.api import LongText

NOTE = LongText("Ghi chú", "Cửa thoát hiểm bị khóa", "Lưu", "Bỏ", lines=4, max_length=500)
CLICK, CANCEL = "(Landroid/content/DialogInterface;I)V", "(Landroid/content/DialogInterface;)V"
POSITIVE, NEGATIVE = -1, -2


@pytest.fixture
def answers(device: AndroidPlatform, java: FakeJava) -> list[str | None]:
    java.answers["android.widget.EditText.length"] = len(NOTE.text)
    java.answers["android.text.Editable.toString"] = "Cửa thoát hiểm bị khóa, đã mở"
    given: list[str | None] = []
    assert device.edit_long_text(NOTE, given.append)
    return given


def pressed(java: FakeJava) -> object:
    return java.named("AlertDialog$Builder.setPositiveButton")[0][1]


def test_window_shows_the_text_and_keeps_it_from_the_keyboard_and_the_screenshot(
    answers: list[str | None], java: FakeJava
) -> None:
    assert answers == []
    assert java.named("AlertDialog$Builder.setTitle") == [("Ghi chú",)]
    assert java.named("EditText.setText") == [(NOTE.text,)]
    assert java.named("InputFilter$LengthFilter.new") == [(500,)]
    assert java.named("EditText.setInputType") == [(0x24001,)]
    assert java.named("EditText.setImeOptions") == [(0x3000000,)]
    order = [call[0] for call in java.calls]
    assert java.named("Window.addFlags") == [(0x2000,)]
    assert order.index("Window.addFlags") < order.index("AlertDialog.show")


def test_kept_text_comes_back(answers: list[str | None], java: FakeJava) -> None:
    hear(pressed(java), "onClick", CLICK, None, POSITIVE)
    assert answers == ["Cửa thoát hiểm bị khóa, đã mở"]


def test_given_up_is_none(answers: list[str | None], java: FakeJava) -> None:
    hear(pressed(java), "onClick", CLICK, None, NEGATIVE)
    assert answers == [None]


def test_way_out_beside_the_buttons_is_none(answers: list[str | None], java: FakeJava) -> None:
    hear(pressed(java), "onCancel", CANCEL, None)
    assert answers == [None]
