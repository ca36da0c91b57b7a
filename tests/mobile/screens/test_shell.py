"""The frame around the screens."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.mobile.screens.fakes import HA, HUNG, PIN, StillRunner, fake_house
from tests.mobile.screens.lint import lint
from tests.mobile.screens.scene import LANDSCAPE, PORTRAIT, Stage, find, find_all, frames, tap, texts, until

from field178_mobile.features.sync_status.status import StatusSources


@pytest.fixture
def open_tablet(stage: Stage, tmp_path: Path):
    from field178_mobile.kit.preferences import Preferences
    from field178_mobile.shell.navigator import Navigator

    doors = []

    def make(size=(1280, 800), **dress) -> Navigator:
        runner = StillRunner()
        shared_services = fake_house(tmp_path, runner)
        door = Navigator(shared_services, Preferences(tmp_path))
        door.runner = runner
        door._preferences.subscribe(door.apply_preferences)
        doors.append(door)
        stage.mount(door, size, **dress)
        door.meet()
        door.opened(HUNG, shared_services.tablet.open(shared_services.tablet.vault.unlock(HUNG.id, PIN)))
        frames(8)
        return door

    yield make
    for door in doors:
        door.shut()


def draft(door, **data):
    from field178_mobile.store import Draft

    shared_services = door._shared.tablet
    return Draft(
        id=shared_services.ids.time_ordered(),
        type="outreach_session",
        record_id=shared_services.ids.time_ordered(),
        scope="unit:x",
        data=data,
        seen=None,
        base_rev=0,
        user=door.session_view.officer.id,
        saved_at=shared_services.clock.now(),
    )


def test_rail_goes_to_every_screen(open_tablet):
    from field178_mobile.shell.registry import SCREENS

    door = open_tablet()
    for spec in SCREENS:
        tap(find("RailItem", key=spec.name))
        assert door.session_view.shell.current == spec.name
        assert find("RailItem", key=spec.name).active


def test_a_screen_is_built_when_it_is_first_gone_to(stage: Stage):
    from field178_mobile.shell.registry import ScreenSpec
    from field178_mobile.shell.shell import Shell

    built = []

    class Spec(ScreenSpec):
        def build(self, services):
            built.append(self.name)
            return stage.kit.Column()

    specs = tuple(Spec(name, name, "sync", "") for name in ("a", "b", "c"))
    shell = Shell(on_mode=print, on_settings=print, on_officer=print, screens=specs)
    stage.root.add_widget(shell)
    services = SimpleNamespace(session=SimpleNamespace(officer=SimpleNamespace(name="A")))
    shell.start(services, "b")
    assert built == ["b"]
    frames(4)
    assert built == ["b"]
    for name in ("c", "b", "c"):
        shell.navigate(name)
    assert built == ["b", "c"]
    shell.leave()


def test_portrait_has_a_bar_instead_of_the_rail_and_both_follow_smaller_letters(stage: Stage, open_tablet):
    door = open_tablet(PORTRAIT)
    bar = find("RailItem", key="sync")
    assert bar.to_window(*bar.pos)[1] < 100
    for size, holder in ((PORTRAIT, "bar_place"), (LANDSCAPE, "rail_place")):
        stage.dress(size)
        frames(4)
        place = door.session_view.shell.ids[holder]
        before = tuple(place.size)
        stage.dress(size, scale=1.3)
        assert tuple(place.size) != before
        stage.dress(size)
        assert tuple(place.size) == before
    rail = find("RailItem", key="inspection")
    assert rail.to_window(*rail.pos)[0] == 0
    assert door.session_view.shell.current == "inspection"


def test_back_key_leaves_the_detail_and_never_the_application(stage: Stage, open_tablet):
    from kivy.core.window import Window

    door = open_tablet(PORTRAIT)
    door.session_view.shell.navigate("inbox")
    screen = find("InboxScreen")
    screen.presenter.close = lambda: setattr(screen, "has_detail", False)
    screen.has_detail = True
    frames()
    assert Window.dispatch("on_keyboard", 27, 0, None, [])
    assert not screen.has_detail
    assert Window.dispatch("on_keyboard", 27, 0, None, [])
    assert door.session_view is not None


def test_filing_shows_in_the_line_and_wakes_sync(open_tablet):
    from field178_mobile.replication.events import WakeReason

    door = open_tablet()
    assert any("Không có phiếu chờ gửi · chưa gửi lần nào" in text for text in texts())
    work = draft(door, venue="Nhà văn hóa")
    door.session_view.opened.store.drafts.save(work)
    frames(3)
    assert door.runner.wakes == []
    door.session_view.opened.store.file(work, door.session_view.officer.id)
    until(lambda: any("Còn 1 phiếu chưa gửi" in text for text in texts()))
    assert door.runner.wakes == [WakeReason.SAVE]
    assert find("RailItem", key="sync").badge == 1


def test_settings_stay_open_after_each_choice_and_keep_it(stage: Stage, open_tablet, tmp_path):
    from field178_mobile.kit.preferences import Preferences
    from field178_mobile.kit.theme import theme

    door = open_tablet(LANDSCAPE)
    tap(find("RailItem", key="sync"))
    for mode in ("dark", "light"):
        tap(find("RailItem", key="mode"))
        assert (theme.mode, Preferences(tmp_path).values.mode) == (mode, mode)
    stage.dress(PORTRAIT)
    frames(4)
    tap(find("RailItem", key="settings"))
    for chosen in ("Tối", "Sáng", "Lớn", "Thường", "Telex", "Bàn phím của máy"):
        tap(find("Chip", text=chosen))
        frames(2)
        assert find("Chip", text=chosen).active
    assert not find("Chip", text="Telex").active
    tap(find("Chip", text="English"))
    frames(6)
    assert find("SettingsSheet").title == "Settings"
    assert find("Chip", text="English").active
    assert door.session_view.shell.current == "sync"
    assert "Sync now" in texts()
    tap(find("Chip", text="Tiếng Việt"))
    frames(4)
    assert find("SettingsSheet").title == "Cài đặt"
    assert len(find_all("SettingsSheet")) == 1


def test_worker_posts_run_once_a_frame_in_order(stage: Stage):
    from threading import Thread

    from field178_mobile.kit.threads import KivyThread

    ran = []
    thread = KivyThread()
    first, second = lambda: ran.append(1), lambda: ran.append(2)

    def work():
        for item in (first, second, first):
            thread.post(item)

    worker = Thread(target=work)
    worker.start()
    worker.join()
    assert ran == []
    frames(2)
    assert ran == [1, 2]


def test_frame_is_forgotten_when_the_session_ends(stage: Stage):
    from field178_mobile.shell.shell import Shell

    frame = weakref.ref(Shell(on_mode=print, on_settings=print, on_officer=print))
    frames(2)
    gc.collect()
    assert frame() is None


def test_touches_ask_the_office_for_news_once_in_five_minutes(open_tablet, monkeypatch):
    from field178_mobile.replication.events import WakeReason
    from field178_mobile.shell import session_view as module

    now = [module.duration_clock()]
    monkeypatch.setattr(module, "duration_clock", lambda: now[0])
    door = open_tablet()
    for seconds in (10, module.NEWS_EVERY_S, 1, 1, module.NEWS_EVERY_S):
        now[0] += seconds
        door.activity.touch()
    assert door.runner.wakes == [WakeReason.TOUCH] * 2


def test_lock_is_told_and_the_same_officer_comes_back_to_the_same_place(open_tablet, monkeypatch):
    from field178_mobile.features.access.idle import LOCK_AFTER_S
    from field178_mobile.shell import activity_watch as module

    door = open_tablet()
    held = draft(door, topics=[])
    door.session_view.opened.store.drafts.save(held)
    door.session_view.shell.navigate("outreach", record_id=held.record_id)
    frames(4)
    now = [module.duration_clock()]
    monkeypatch.setattr(module, "duration_clock", lambda: now[0])
    door.activity.idle.begin()
    now[0] += LOCK_AFTER_S - 10
    door.activity.look()
    frames(2)
    assert any("Máy khóa sau 10 giây" in text for text in texts())
    assert lint(door) == []
    door.activity.touch()
    frames(2)
    assert not any("Máy khóa sau" in text for text in texts())
    now[0] += LOCK_AFTER_S + 1
    door.activity.look()
    frames(2)
    assert door.session_view is None

    def unlock(officer):
        door.opened(officer, tablet.open(tablet.vault.unlock(officer.id, PIN)))
        frames(8)

    tablet = door._shared.tablet
    unlock(HA)
    assert door.session_view.shell.current == "inspection"
    door.lock()
    unlock(HUNG)
    assert door.session_view.shell.current == "outreach"
    assert door.session_view.shell.place() == {"record_id": held.record_id}


def test_name_in_the_line_hands_the_tablet_over(open_tablet):
    door = open_tablet()
    tap(find("HolderName"))
    tap(find("ChoiceRow", key=HA.id))
    frames(4)
    assert door.session_view is None
    assert HA.name in texts()
    assert "Nhập mã PIN 6 số" in texts()


def test_officer_is_taken_off_in_the_settings(stage: Stage, open_tablet):
    door = open_tablet(LANDSCAPE)
    tap(find("RailItem", key="settings"))
    tap(find("Btn", text="Cán bộ của máy này"))
    frames(4)
    assert {HUNG.name, HA.name} <= set(texts())
    assert lint(find("OfficersSheet")) == []
    tap(find("Btn", text="Gỡ khỏi máy này"))
    tap(find("Btn", text="Gỡ"))
    frames(4)
    assert [officer.id for officer in door._shared.tablet.vault.officers()] == [HUNG.id]
    assert HA.name not in texts()


def test_page_over_the_window_shows_the_status_line_and_the_demo_notice(open_tablet):
    from field178_mobile.kit import kit

    door = open_tablet()
    door.session_view._status._around = StatusSources(has_demo_clock=True)
    door.session_view._status.refresh()
    page = kit.FullPage(title="Ảnh")
    page.add_widget(kit.Column())
    page.open()
    frames(4)
    # Topmost first: those of the page, above all that lies below it.
    line, banner = find("TabletStatusLine"), find("DemoBanner")
    assert line.get_parent_window() is not None
    assert page in (line.parent.parent, banner.parent.parent)
    assert line.children[0].text.endswith("chưa gửi lần nào")
    assert "DỮ LIỆU GIẢ LẬP" in banner.children[0].text
    assert line.height > 0
    assert banner.height > 0
    page.dismiss()
    door.lock()
    frames(2)
    from field178_mobile.kit.tablet_status import tablet_status

    assert (tablet_status.text, tablet_status.is_demo) == ("", False)
