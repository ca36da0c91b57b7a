"""Enrolment of a tablet, a forgotten PIN, a sign-in asked for again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from kivy.core.window import Window
from tests.mobile.screens.fakes import HA, HUNG, PIN, enrolment
from tests.mobile.screens.lint import lint
from tests.mobile.screens.scene import (
    Stage,
    enter,
    find,
    find_all,
    frames,
    place_of,
    tap,
    texts,
    type_text,
    until,
)

from field178_mobile.features.access.enrol import EnrolmentStep
from field178_mobile.features.access.idle import LOCK_AFTER_S
from field178_mobile.kit.widgets.overlay import BACK_KEY


def press_enter() -> None:
    entry = next(widget for widget in find_all("Entry") if widget.focus)
    entry.keyboard_on_key_down(Window, (13, "enter"), "", [])
    frames(2)


def test_pad_of_a_new_pin_keeps_its_place_with_any_message(stage: Stage, navigator, window_size):
    door = navigator(is_set_up=False)
    stage.dress(window_size, scale=1.3)
    door.meet()
    presenter = find("EnrolScreen").presenter
    presenter.start(EnrolmentStep.PIN)
    frames(4)
    before = place_of("PinPad")
    for pin in ("123456", "274905", "274906"):
        for digit in pin:
            presenter.type(digit)
        frames(3)
        assert place_of("PinPad") == pytest.approx(before, abs=2)


def test_enter_goes_on_from_every_field_of_the_enrolment(navigator, monkeypatch):
    door = navigator(is_set_up=False)
    door.meet()
    frames(4)
    find("Field", label="Đường dẫn đăng ký (từ mã QR)").focus_input()
    press_enter()
    assert "Đây không phải đường dẫn đăng ký máy." in texts()
    link = find("Field", label="Đường dẫn đăng ký (từ mã QR)")
    link.focus_input()
    link.ids.entry.insert_text("f")
    frames(2)
    assert "Đây không phải đường dẫn đăng ký máy." not in texts()
    find("Field", label="Địa chỉ máy chủ").focus_input()
    press_enter()
    assert find("Field", label="Mã đăng ký").ids.entry.focus
    press_enter()
    assert find("Field", label="Mã đăng ký").error
    presenter, signed_in = find("EnrolScreen").presenter, []
    monkeypatch.setattr(presenter, "submit_sign_in", lambda *typed: signed_in.append(typed))
    presenter.start(EnrolmentStep.SIGN_IN)
    frames(2)
    find("Field", label="Tên đăng nhập").ids.entry.text = "hung"
    find("Field", label="Tên đăng nhập").focus_input()
    press_enter()
    password = find("Field", label="Mật khẩu")
    assert password.ids.entry.focus
    password.ids.entry.insert_text("mat khau")
    press_enter()
    assert signed_in == [("hung", "mat khau", "")]


def test_forgotten_pin_is_set_anew_from_anothers_unlock(navigator, monkeypatch):
    from field178_mobile import tablet as module

    # The network alone is not there: whose password it was is the office's answer.
    monkeypatch.setattr(module, "sign_in", lambda *_asked: HUNG)
    door = navigator()
    door.meet()
    frames()
    tap(find("Chip", text="Quên mã PIN?"))
    frames(4)
    assert lint(door.get_parent_window().children[0]) == []
    tap(find("ChoiceRow", key=HA.id))
    enter(PIN)
    until(lambda: "Đăng nhập để đặt mã PIN mới" in texts())
    assert door.session_view is None
    type_text(find("Field", label="Tên đăng nhập"), "hung")
    type_text(find("Field", label="Mật khẩu"), "mat khau")
    tap(find("Btn", text="Đăng nhập"))
    until(lambda: "Chọn mã PIN" in texts())
    enter("274905")
    frames()
    enter("274905")
    until(lambda: door.session_view is not None)
    assert door.session_view.officer.id == HUNG.id
    vault = door._shared.tablet.vault
    assert vault.unlock(HUNG.id, "274905") == vault.unlock(HA.id, PIN)


def test_tablet_opened_for_a_new_pin_locks_itself_too(navigator, monkeypatch):
    from field178_mobile.shell import activity_watch as module

    door = navigator()
    door.meet()
    frames()
    tap(find("Chip", text="Quên mã PIN?"))
    tap(find("ChoiceRow", key=HA.id))
    enter(PIN)
    until(lambda: "Đăng nhập để đặt mã PIN mới" in texts())
    now = module.duration_clock()
    monkeypatch.setattr(module, "duration_clock", lambda: now + LOCK_AFTER_S + 1)
    door.activity.look()
    frames()
    assert door.runner.is_stopped
    assert "Nhập mã PIN 6 số" in texts()


def test_enrolment_left_at_the_lock_screen_returns_to_it(navigator):
    door = navigator()
    door.meet()
    frames()
    for leave in (
        lambda: tap(find("Btn", text="Bỏ qua")),
        lambda: Window.dispatch("on_keyboard", BACK_KEY, 0, "", []),
    ):
        tap(find("Chip", text="Quên mã PIN?"))
        tap(find("Btn", text="Tôi có mã đăng ký"))
        frames(4)
        assert "Xin cơ quan một mã đăng ký" in texts()
        assert find("Field", label="Địa chỉ máy chủ").ids.entry.text == "https://office.invalid"
        leave()
        frames(4)
        assert "Nhập mã PIN 6 số" in texts()
    enter(PIN)
    until(lambda: door.session_view is not None)
    door.flows.add_officer()
    frames(4)
    assert find_all("EnrolScreen") != []
    Window.dispatch("on_keyboard", BACK_KEY, 0, "", [])
    frames(4)
    assert find_all("EnrolScreen") == []
    assert find("RailItem", key="inspection").active


def test_a_tablet_whose_code_was_taken_goes_on_at_the_sign_in_and_back_key_goes_one_step_back(navigator):
    door = navigator(is_set_up=False)
    door._shared.tablet.vault.keep_pending(replace(enrolment(), login="gl01"))
    door.meet()
    frames(4)
    assert "Đăng nhập một lần" in texts()
    assert find("Field", label="Tên đăng nhập").ids.entry.text == "gl01"
    tap(find("Btn", text="Dùng mã đăng ký khác"))
    frames(4)
    assert find_all("CodeStep") != []
    find("EnrolScreen").presenter.resume("gl01")
    for _time in range(2):
        frames(2)
        Window.dispatch("on_keyboard", BACK_KEY, 0, "", [])
        frames(2)
        assert find_all("CodeStep") != []
    type_text(find("Field", label="Mã đăng ký"), "abc")
    tap(find("Btn", text="Đăng ký bằng mã"))
    assert "Mã đăng ký gồm 16 chữ và số." in texts()


def test_who_is_asked_to_sign_in_again_does_and_goes_on_where_they_were(door, monkeypatch):
    from field178_mobile import tablet

    door.session_view.shell.navigate("sync")
    monkeypatch.setattr(tablet, "sign_in", lambda *_typed: HUNG)
    woken = []
    monkeypatch.setattr(door.session_view.opened.runner, "wake", lambda *reason: woken.append(reason))
    find("SyncScreen").dispatch("on_sign_in")
    frames(4)
    assert "Đăng nhập lại để tiếp tục nhận dữ liệu" in texts()
    assert find_all("PinStep") == []
    find("Field", label="Tên đăng nhập").ids.entry.text = "hung"
    find("Field", label="Mật khẩu").ids.entry.text = "mat-khau-moi-178"
    tap(find("Btn", text="Đăng nhập"))
    until(lambda: find_all("EnrolScreen") == [])
    assert find("RailItem", key="sync").active
    assert woken == [()]
