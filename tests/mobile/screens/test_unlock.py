"""The PIN: unlocking, locking, changing it, and what an officer is told first."""

from __future__ import annotations

import gc
import weakref

import pytest
from kivy.animation import Animation
from kivy.core.window import Window
from kivy.tests.common import UnitTestTouch
from tests.mobile.screens.fakes import HA, HUNG, PIN
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
from field178_mobile.vault.device_secret import FileKeyStore
from field178_shared.text.normalisation import fold


def test_first_screen_is_small_and_needs_no_vault(navigator):
    door = navigator()
    assert sum(1 for _ in door.walk()) < 32
    assert "Nguyễn Văn Hùng" not in texts()
    tap(find("PinKey", digit="1"))
    door.meet()
    frames()
    assert "Nguyễn Văn Hùng" in texts()


def test_another_officer_is_chosen_and_remembered(navigator):
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


def test_lock_closes_the_store_and_sync_and_leaves_nothing_in_the_clear(navigator):
    from field178_mobile.kit.long_notes import long_notes
    from field178_mobile.platform.api import LongText

    door = navigator()
    device = door._shared.platform
    papers = device.data_folder() / "papers"
    papers.mkdir()
    (papers / "left-by-a-killed-process.pdf").write_bytes(b"%PDF")
    door.meet()
    enter(PIN)
    until(lambda: door.session_view is not None)
    assert list(papers.iterdir()) == []
    door.session_view.services.papers().folder.put("bien-ban.pdf", b"%PDF")
    device.lent.append("bien-ban.pdf")
    device.has_long_text = True
    assert long_notes.open(LongText("Ghi chú", "", "Xong", "Bỏ qua"), lambda _text: None, lambda _text: None)
    assert len(device.long_texts) == 1
    store = door.session_view.opened.store
    door.lock()
    frames()
    assert not store.is_unlocked
    assert door.runner.is_stopped
    assert find_all("RailItem") == []
    assert list(papers.iterdir()) == []
    assert (device.long_texts, device.lent) == ([], [])


def test_tablet_that_comes_back_locks_first_or_looks_for_the_office(door, monkeypatch):
    from field178_mobile.replication.events import WakeReason
    from field178_mobile.shell import activity_watch as module

    door.activity.look()
    door.resume()
    assert door.runner.wakes == [WakeReason.NETWORK]
    now = module.duration_clock()
    monkeypatch.setattr(module, "duration_clock", lambda: now + LOCK_AFTER_S + 1)
    door.resume()
    assert door.session_view is None
    assert door.runner.wakes == [WakeReason.NETWORK]


# A keyboard on the screen is a window of the system: texts come from it, no touches and no keys. A brush that
# hides a face, or a thumb that walks a long list, moves without a new touch.


def test_tablet_that_is_worked_on_does_not_lock(door, monkeypatch):
    from field178_mobile.shell import activity_watch as module

    now = [module.duration_clock()]
    monkeypatch.setattr(module, "duration_clock", lambda: now[0])
    finger = UnitTestTouch(640, 400)
    finger.touch_down()
    for use in (
        *[lambda: finger.touch_move(640, 401)] * 3,
        *[lambda: Window.dispatch("on_textinput", "ă")] * 3,
    ):
        now[0] += LOCK_AFTER_S / 2
        use()
        door.activity.look()
        assert door.session_view is not None
    finger.touch_up()


def test_wrong_pins_are_counted_and_waited_for_and_move_nothing(stage: Stage, navigator, window_size):
    door = navigator()
    stage.dress(window_size, scale=1.3)
    door.meet()
    frames(4)
    before = place_of("PinPad")
    for message in (*(f"Còn {left} lần thử" for left in (4, 3, 2, 1)), "Thử lại sau 1:00"):
        enter("999999")
        until(lambda message=message: any(message in text for text in texts()))
        assert place_of("PinPad") == pytest.approx(before, abs=2)
    for seconds, message in ((30, "Thử lại sau 0:30"), (31, "Nhập mã PIN 6 số")):
        door._shared.tablet.clock.tick(seconds=seconds)
        door.activity.look()
        frames()
        assert any(message in text for text in texts())
    find("UnlockScreen").presenter.choose(HA.id)
    frames()
    find("UnlockScreen").presenter.help(find("UnlockScreen").presenter.state.others[0].id)
    frames(3)
    assert place_of("PinPad") == pytest.approx(before, abs=2)


def test_sheet_open_at_locking_gets_no_back_key_and_no_dismissal(door):
    heard = []
    for kind in (FullPage, kit.Sheet):
        sheet = kind(title="Còn mở")
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


def test_screens_and_store_of_a_locked_notebook_leave_the_memory(door, monkeypatch):
    import field178_mobile.shell.activity_watch as module
    from field178_mobile.shell.gc_scheduler import QUIET_S

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


def test_pin_of_a_tablet_without_key_store_gives_way_to_a_passphrase(navigator):
    door = navigator()
    tablet = door._shared.tablet
    tablet.key_store = lambda folder: FileKeyStore(folder / "device.key")
    tablet._vault = None
    door.meet()
    enter(PIN)
    until(lambda: find_all("PassphraseProposal"))
    assert door.session_view is None
    assert any("không có kho khóa của hệ thống" in text for text in texts())
    tap(find("Btn", text="Bỏ qua"))
    frames(4)
    assert not door._is_open
    enter(PIN)
    until(lambda: find_all("PassphraseProposal"))
    before = find("PassphraseProposal").phrase
    tap(find("Btn", text="Đổi cụm từ khác"))
    frames(2)
    phrase = find("PassphraseProposal").phrase
    assert phrase != before
    assert phrase.replace(", ", "\n") in texts()
    tap(find("Btn", text="Tôi đã ghi lại"))
    frames(4)
    type_text(find("Field", label="Cụm từ mở máy"), fold(phrase))
    tap(find("Btn", text="Đặt cụm từ mở máy"))
    until(lambda: door.session_view is not None)
    assert tablet.vault.uses_passphrase(HUNG.id)
    door.lock()
    frames(4)
    assert find_all("PinPad") == []
    field = find("Field", label="Cụm từ mở máy")
    assert field.password
    type_text(field, phrase.replace(",", ""))
    tap(find("Btn", text="Mở"))
    until(lambda: door.session_view is not None)
    door.lock(HA.id)
    frames(4)
    assert find_all("PassphraseEntry") == []
    assert find_all("PinPad")


def test_tablet_without_contact_for_days_shows_nothing_until_it_reached_the_office(stage: Stage, navigator):
    from field178_mobile.replication.events import Phase, SyncState, WakeReason
    from field178_mobile.store.replication.server_state import note_agreement
    from field178_mobile.store.replication.sync_store import SyncStore

    door = navigator()
    clock = door._shared.tablet.clock
    door.meet()
    enter(PIN)
    until(lambda: door.session_view is not None)
    door.lock()
    frames()
    clock.turn(days=8)
    enter(PIN)
    until(lambda: find_all("LeaseScreen"))
    frames(4)
    assert "Đã 8 ngày máy này không liên lạc với văn phòng" in texts()
    assert door.session_view is None
    assert find_all("ListRow") == []
    store = door._lent.store
    door.lock()
    frames()
    assert not store.is_unlocked
    clock.turn(days=-400)
    enter(PIN)
    until(lambda: find_all("LeaseScreen"))
    frames(4)
    tap(find("Btn", text="Kết nối"))
    assert door.runner.wakes == [WakeReason.USER]
    door.runner.say(SyncState(phase=Phase.WAITING))
    frames(4)
    assert any("Không tới được máy chủ" in text for text in texts())
    SyncStore(door._lent.store).write(note_agreement, clock.now())
    door.runner.say(SyncState())
    until(lambda: door.session_view is not None)


def test_order_of_the_office_closes_the_session_until_it_is_lifted(stage: Stage, navigator):
    from field178_mobile.replication.events import Closed, SyncState
    from field178_mobile.store.replication.orders import accept_order
    from field178_mobile.store.replication.sync_store import SyncStore
    from field178_shared.device_orders import OrderKind, SignedOrder

    door = navigator()
    door.meet()
    enter(PIN)
    until(lambda: door.session_view is not None)
    store = door.session_view.opened.store
    SyncStore(store).write(accept_order, SignedOrder(1, OrderKind.LOCK, "Để quên", "2026-11-24T01:30:00Z"))
    door.runner.say(SyncState(closed=Closed.ORDERED))
    until(lambda: find_all("OrderScreen"))
    frames(4)
    assert door.session_view is None
    assert store.is_unlocked
    assert any("Để quên" in text for text in texts())
    assert find_all("ListRow") == []
    door.lock()
    frames()
    assert not store.is_unlocked
    # The code alone opens nothing.
    enter(PIN)
    until(lambda: find_all("OrderScreen"))
    assert door.session_view is None
    door.runner.say(SyncState(closed=Closed.NO))
    until(lambda: door.session_view is not None)


def test_wiped_tablet_shows_why_and_leads_to_an_enrolment(stage: Stage, navigator):
    from field178_mobile.replication.events import Closed, SyncState
    from field178_mobile.store.replication.orders import StoredOrder
    from field178_shared.device_orders import OrderKind, OrderOutcome, OrderReceipt

    door = navigator()
    door.meet()
    enter(PIN)
    until(lambda: door.session_view is not None)
    tablet, opened = door._shared.tablet, door.session_view.opened
    order = StoredOrder(1, OrderKind.FULL_WIPE, "Mất ở bến xe", "2026-11-24T01:30:00Z")
    receipt = OrderReceipt("device", 1, OrderOutcome.DONE, "2026-11-24T01:30:00Z")
    tablet.empty(opened.store, tablet.vault.enrolment(opened.key), order, receipt)
    tablet.wiped.note_answered()
    door.runner.say(SyncState(closed=Closed.WIPED))
    until(lambda: find_all("OrderScreen"))
    frames(4)
    assert door.session_view is None
    assert any("Mất ở bến xe" in text for text in texts())
    # Another start shows it too.
    door.meet()
    frames(4)
    tap(find("Btn", text="Đăng ký máy"))
    until(lambda: find_all("EnrolScreen"))
    assert tablet.wiped.note is None


def test_each_officer_confirms_the_notice_before_the_first_work(stage: Stage, navigator):
    door = navigator(has_read_notice=False)
    stage.dress(LANDSCAPE)
    door.meet()
    enter(PIN)
    until(lambda: find_all("NoticePage"))
    for officer_id in ("", HA.id):
        door.lock(officer_id)
        frames()
        assert find_all("NoticePage") == []
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


def close_account(door, officer) -> None:
    """Bring word of the office that it closed an account."""
    from tests.mobile.support import base_row, server_commits

    tablet = door._shared.tablet
    other = HA if officer is HUNG else HUNG
    opened = tablet.open(tablet.vault.unlock(other.id, PIN))
    server_commits(opened.store, base_row(officer.id, 2, "person", "ref", display_name="x", deleted=True))
    opened.close()
    door.runner.is_stopped = False


def test_who_lost_the_account_is_turned_away_and_told_why(navigator):
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
    door = navigator()
    close_account(door, HA)
    door.meet()
    enter(PIN)
    until(lambda: any("đã gỡ khỏi máy này: Phạm Thị Hà" in text for text in texts()))
    assert door._shared.tablet.vault.officers() == (HUNG,)
