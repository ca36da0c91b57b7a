"""The PIN: unlocking, locking, changing it, and what an officer is told first."""

from __future__ import annotations

import gc
import weakref

import pytest
from kivy.animation import Animation
from kivy.core.window import Window
from kivy.tests.common import UnitTestTouch
from tests.mobile.screens.lint import lint
from tests.mobile.screens.scene import (
    LANDSCAPE,
    PORTRAIT,
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

from field178_mobile.features.access.idle import LOCK_AFTER_S
from field178_mobile.kit import kit
from field178_mobile.kit.widgets.overlay import BACK_KEY, FullPage


def test_first_screen_is_small_and_needs_no_vault(navigator):
    door = navigator()
    assert sum(1 for _ in door.walk()) < 32
    assert "Nguyễn Văn Hùng" not in texts()
    tap(find("PinKey", digit="1"))
    door.meet()
    frames()
    assert "Nguyễn Văn Hùng" in texts()


def test_right_pin_opens_the_notebook(navigator):
    from tests.mobile.screens.fakes import PIN

    door = navigator()
    door.meet()
    enter(PIN)
    until(lambda: door.session_view is not None)
    frames(6)
    assert find("RailItem", key="inspection").active
    assert "Nguyễn Văn Hùng" in texts()


def test_wrong_pin_says_how_many_tries_are_left_and_then_waits(navigator):
    door = navigator()
    door.meet()
    for left in (4, 3, 2, 1):
        enter("999999")
        until(lambda left=left: any(f"Còn {left} lần thử" in text for text in texts()))
    enter("999999")
    until(lambda: any("Thử lại sau 1:00" in text for text in texts()))
    door._shared.tablet.clock.tick(seconds=30)
    door.activity.look()
    frames()
    assert any("Thử lại sau 0:30" in text for text in texts())
    door._shared.tablet.clock.tick(seconds=31)
    door.activity.look()
    frames()
    assert "Nhập mã PIN 6 số" in texts()


def test_pin_is_typed_on_a_keyboard_too(navigator):
    from tests.mobile.screens.fakes import PIN

    door = navigator()
    door.meet()
    for digit in ("1", *PIN):
        Window.dispatch("on_key_down", ord(digit), 0, digit, [])
        if digit == "1" and door.children[0].digits == 1:
            Window.dispatch("on_key_down", 8, 0, None, [])
    until(lambda: door.session_view is not None)
    Window.dispatch("on_key_down", ord("1"), 0, "1", [])


def test_another_officer_is_chosen_and_remembered(navigator):
    from tests.mobile.screens.fakes import HA, PIN

    door = navigator()
    door.meet()
    frames()
    tap(find("Chip", text="Cán bộ khác"))
    tap(find("ChoiceRow", key=HA.id))
    enter(PIN)
    until(lambda: door.session_view is not None)
    assert door._preferences.values.last_officer == HA.id
    door.lock()
    frames()
    assert "Phạm Thị Hà" in texts()


def test_locking_closes_store_and_sync(navigator):
    from tests.mobile.screens.fakes import PIN

    door = navigator()
    door.meet()
    enter(PIN)
    until(lambda: door.session_view is not None)
    store = door.session_view.opened.store
    door.lock()
    frames()
    assert not store.is_unlocked
    assert door.runner.is_stopped
    assert find_all("RailItem") == []


def test_papers_lie_in_the_clear_only_while_the_tablet_is_open(navigator):
    from tests.mobile.screens.fakes import PIN

    door = navigator()
    papers = door._shared.platform.data_folder() / "papers"
    papers.mkdir()
    (papers / "left-by-a-killed-process.pdf").write_bytes(b"%PDF")
    door.meet()
    enter(PIN)
    until(lambda: door.session_view is not None)
    assert list(papers.iterdir()) == []
    door.session_view.services.papers().folder.put("bien-ban.pdf", b"%PDF")
    door.lock()
    assert list(papers.iterdir()) == []


def test_tablet_that_lies_about_locks_itself(navigator, monkeypatch):
    from tests.mobile.screens.fakes import PIN

    from field178_mobile.shell import activity_watch as module

    door = navigator()
    door.meet()
    enter(PIN)
    until(lambda: door.session_view is not None)
    door.activity.look()
    assert door.session_view is not None
    now = module.duration_clock()
    monkeypatch.setattr(module, "duration_clock", lambda: now + LOCK_AFTER_S + 1)
    door.activity.look()
    assert door.session_view is None


def test_tablet_that_comes_back_locks_first_or_looks_for_the_office(navigator, monkeypatch):
    from tests.mobile.screens.fakes import PIN

    from field178_mobile.replication.events import WakeReason
    from field178_mobile.shell import activity_watch as module

    door = navigator()
    door.meet()
    enter(PIN)
    until(lambda: door.session_view is not None)
    door.resume()
    assert door.runner.wakes == [WakeReason.NETWORK]
    now = module.duration_clock()
    monkeypatch.setattr(module, "duration_clock", lambda: now + LOCK_AFTER_S + 1)
    door.resume()
    assert door.session_view is None
    assert door.runner.wakes == [WakeReason.NETWORK]


def test_lock_takes_the_systems_window_of_a_long_note_away(navigator):
    from tests.mobile.screens.fakes import PIN

    from field178_mobile.kit.long_notes import long_notes
    from field178_mobile.platform.api import LongText

    door = navigator()
    door.meet()
    enter(PIN)
    until(lambda: door.session_view is not None)
    device = door._shared.platform
    device.has_long_text = True
    assert long_notes.open(LongText("Ghi chú", "", "Xong", "Bỏ qua"), lambda _text: None, lambda _text: None)
    assert len(device.long_texts) == 1
    door.lock()
    assert device.long_texts == []


# A keyboard on the screen is a window of the system: texts come from it, no touches and no keys. A brush that
# hides a face, or a thumb that walks a long list, moves without a new touch.


@pytest.mark.parametrize("way", ["text", "move"])
def test_tablet_that_is_worked_on_does_not_lock(navigator, monkeypatch, way):
    from tests.mobile.screens.fakes import PIN

    from field178_mobile.shell import activity_watch as module

    door = navigator()
    door.meet()
    enter(PIN)
    until(lambda: door.session_view is not None)
    finger = UnitTestTouch(640, 400)
    if way == "move":
        finger.touch_down()
    now = [module.duration_clock()]
    monkeypatch.setattr(module, "duration_clock", lambda: now[0])
    for _time in range(3):
        now[0] += LOCK_AFTER_S / 2
        if way == "text":
            Window.dispatch("on_textinput", "ă")
        else:
            finger.touch_move(640, 401)
        door.activity.look()
    assert door.session_view is not None
    if way == "move":
        finger.touch_up()


@pytest.mark.parametrize("scale", [1.0, 1.3])
def test_pin_pad_keeps_its_place_whatever_is_said(stage: Stage, navigator, window_size, scale):
    from tests.mobile.screens.fakes import HA

    door = navigator()
    stage.dress(window_size, scale=scale)
    door.meet()
    frames(4)
    before = place_of("PinPad")
    for _time in range(5):
        text = find("UnlockScreen").text
        enter("999999")
        until(lambda text=text: find("UnlockScreen").text not in (text, "Đang mở sổ…"))
        assert place_of("PinPad") == pytest.approx(before, abs=2)
    find("UnlockScreen").presenter.choose(HA.id)
    frames()
    find("UnlockScreen").presenter.help(find("UnlockScreen").presenter.state.others[0].id)
    frames(3)
    assert place_of("PinPad") == pytest.approx(before, abs=2)


@pytest.mark.parametrize("kind", [kit.Sheet, FullPage])
def test_what_lay_open_at_the_locking_takes_no_back_key_and_does_nothing_more(navigator, kind):
    from tests.mobile.screens.fakes import PIN

    door = navigator()
    door.meet()
    enter(PIN)
    until(lambda: door.session_view is not None)
    sheet, heard = kind(title="Còn mở"), []
    sheet.bind(on_dismiss=heard.append)
    sheet.open()
    frames(2)
    door.lock()
    frames(2)
    tap(find("Chip", text="Quên mã PIN?"))
    tap(find("Btn", text="Tôi có mã đăng ký"))
    frames(4)
    Window.dispatch("on_keyboard", BACK_KEY, 0, "", [])
    frames(4)
    assert "Nhập mã PIN 6 số" in texts()
    assert heard == []


def test_screens_and_store_of_a_locked_notebook_leave_the_memory(navigator, monkeypatch):
    from tests.mobile.screens.fakes import PIN

    import field178_mobile.shell.activity_watch as module
    from field178_mobile.shell.gc_scheduler import QUIET_S

    door = navigator()
    door.meet()
    enter(PIN)
    until(lambda: door.session_view is not None)
    type_text(find("SearchField"), "hoa")
    frames(10)
    gc.freeze()  # as in the quiet moment after the opening
    shell, store = weakref.ref(door.session_view.shell), weakref.ref(door.session_view.opened.store)
    door.lock()
    until(lambda: not Animation._instances)  # a scroll bar that fades holds its widget
    door.runner.listeners.clear()  # the tablet drops its runner, this test still holds it
    now = module.duration_clock()
    monkeypatch.setattr(module, "duration_clock", lambda: now + QUIET_S)
    door.activity.look()
    assert (shell(), store()) == (None, None)


def test_a_pin_is_changed_in_the_settings(stage: Stage, navigator):
    from tests.mobile.screens.fakes import HA, HUNG, PIN

    door = navigator()
    stage.dress(PORTRAIT)
    door.meet()
    enter(PIN)
    until(lambda: door.session_view is not None)
    frames(4)
    tap(find("RailItem", key="settings"))
    tap(find("Btn", text="Đổi mã PIN"))
    sheet = find("ChangePinSheet")
    enter("999999")
    until(lambda: any("Còn 4 lần thử" in text for text in texts()))
    assert lint(sheet) == []
    enter(PIN)
    until(lambda: "Chọn mã PIN" in texts())
    enter("274905")
    frames()
    enter("274905")
    until(lambda: find_all("ChangePinSheet") == [])
    vault = door._shared.tablet.vault
    assert vault.unlock(HUNG.id, "274905") == vault.unlock(HA.id, PIN) == door.session_view.opened.key


def test_a_pin_under_change_is_put_away_by_the_lock(navigator):
    from tests.mobile.screens.fakes import HUNG, PIN

    door = navigator()
    door.meet()
    enter(PIN)
    until(lambda: door.session_view is not None)
    door.flows.open_settings()
    frames()
    tap(find("Btn", text="Đổi mã PIN"))
    enter(PIN)
    until(lambda: "Chọn mã PIN" in texts())
    door.lock()
    frames()
    assert find_all("ChangePinSheet") == []
    enter(PIN)
    until(lambda: door.session_view is not None)
    assert door.session_view.officer == HUNG


def test_each_officer_is_told_what_is_recorded_before_the_first_work(stage: Stage, navigator):
    from tests.mobile.screens.fakes import HA, PIN

    door = navigator(has_read_notice=False)
    stage.dress(LANDSCAPE)
    door.meet()
    for officer_id in ("", HA.id):
        door.lock(officer_id)
        frames()
        enter(PIN)
        until(lambda: find_all("NoticePage"))
        Window.dispatch("on_keyboard", BACK_KEY, 0, None, [])
        tap(find("Btn", text="Đã hiểu"))
        assert find_all("NoticePage") == []
    door.lock(HA.id)
    frames()
    enter(PIN)
    until(lambda: door.session_view is not None)
    frames(4)
    assert find_all("NoticePage") == []
    tap(find("RailItem", key="settings"))
    tap(find("Btn", text="Máy ghi gì về tôi"))
    assert find("NoticePage").ids.head.has_back
    Window.dispatch("on_keyboard", BACK_KEY, 0, None, [])
    frames()
    assert find_all("NoticePage") == []


def test_a_notice_that_the_lock_took_away_is_told_again(navigator):
    from tests.mobile.screens.fakes import PIN

    door = navigator(has_read_notice=False)
    door.meet()
    for _time in range(2):
        enter(PIN)
        until(lambda: find_all("NoticePage"))
        door.lock()
        frames()
        assert find_all("NoticePage") == []


def close_account(door, officer) -> None:
    """Bring word of the office that it closed an account."""
    from tests.mobile.screens.fakes import HA, HUNG, PIN
    from tests.mobile.support import base_row, server_commits

    tablet = door._shared.tablet
    other = HA if officer is HUNG else HUNG
    opened = tablet.open(tablet.vault.unlock(other.id, PIN))
    server_commits(opened.store, base_row(officer.id, 2, "person", "ref", display_name="x", deleted=True))
    opened.close()
    door.runner.is_stopped = False


def test_who_lost_the_account_is_turned_away_and_told_why(navigator):
    from tests.mobile.screens.fakes import HA, HUNG, PIN

    door = navigator()
    close_account(door, HUNG)
    door.meet()
    enter(PIN)
    until(lambda: find_all("Dialog"))
    assert door.session_view is None
    assert door.runner.is_stopped
    assert lint(find("Dialog")) == []
    tap(find("Btn", text="Đã hiểu"))
    assert door._shared.tablet.vault.officers() == (HA,)
    assert "Phạm Thị Hà" in texts()
    enter(PIN)
    until(lambda: door.session_view is not None)
    assert door.session_view.officer == HA


def test_who_opens_next_hears_whose_closed_account_was_taken_off(navigator):
    from tests.mobile.screens.fakes import HA, HUNG, PIN

    door = navigator()
    close_account(door, HA)
    door.meet()
    enter(PIN)
    until(lambda: any("đã gỡ khỏi máy này: Phạm Thị Hà" in text for text in texts()))
    assert door._shared.tablet.vault.officers() == (HUNG,)
