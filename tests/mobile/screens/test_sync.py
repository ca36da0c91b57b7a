"""The sync screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.mobile.screens.fakes import DirectBackground
from tests.mobile.screens.lint import lint, picture
from tests.mobile.screens.scene import PORTRAIT, Stage, find, frames, tap, texts
from tests.mobile.support import FrozenClock

from field178_mobile.components.photos.photo_words import PhotoFact
from field178_mobile.features.sync_status.offline_export import OfflineExportPresenter, OfflineExportState
from field178_mobile.features.sync_status.sync import SyncPresenter
from field178_mobile.features.sync_status.sync_facts import ScopeFact, SyncFacts, UnsentRecord
from field178_mobile.presentation.wording import Wording
from field178_mobile.replication.events import Phase, SyncMessage, SyncState, UploadMessage, UploadState
from field178_mobile.replication.offline_export import WrittenExport
from field178_mobile.store.model import StoreStatus
from field178_mobile.store.photos.rows import Photo, PhotoState
from field178_mobile.store.replication.mass_deletion_guard import WithheldDeletions
from field178_shared.codelists import load

CLOCK = FrozenClock()
WAITING = (
    UnsentRecord("1", "inspection", "Nhà hàng Sông Văn Úc Thương mại và Dịch vụ Tổng hợp", "", True),
    UnsentRecord("2", "outreach_session", "", "", False),
)
TEAM = "Đội kiểm tra liên ngành 178 xã An Lão, thành phố Hải Phòng"
FACTS = SyncFacts(WAITING, (ScopeFact("team:t", TEAM, 183), ScopeFact("ref", "", 32)))
PHOTO = Photo("ab", "1", 640_000, "image/jpeg", PhotoState.UNSENT, "/u/1", 262_144, 0, None)
PHOTOS = (
    PhotoFact(PHOTO, "Nhà hàng Sông Văn Úc Thương mại và Dịch vụ Tổng hợp"),
    PhotoFact(replace(PHOTO, sha256="cd", state=PhotoState.REFUSED, last_error="file_refused"), ""),
)
SENDING = SyncState(Phase.IDLE, SyncMessage.IN_SYNC, uploads=UploadState(UploadMessage.SENDING, "ab"))
STATUS = StoreStatus(2, 3, CLOCK.now(), None, 1, 0, 0, False, clock_offset_ms=135_000)
QUIET = replace(STATUS, unsent_records=0, unsent_changes=0, quarantined=0, in_sync=True)
NO_NETWORK = SyncState(Phase.WAITING, SyncMessage.NO_NETWORK, retry_in_s=300)


class Runner:
    """A sync runner that shows one state and counts its wakes."""

    def __init__(self, state: SyncState) -> None:
        self.shown = state
        self.wakes = 0

    def wake(self):
        self.wakes += 1

    def state(self):
        return self.shown


class Shelf:
    """Remembers what the user answered."""

    def __init__(self) -> None:
        self.calls: list[object] = []

    def answer(self, *, allow):
        self.calls.append(allow)

    def bring_back(self):
        self.calls.append("back")

    def dismiss(self, photo):
        self.calls.append(("aside", photo))

    def send_again(self, photo):
        self.calls.append(("again", photo))

    def keep_wifi_only(self, wifi_only):
        self.calls.append(f"wifi only: {wifi_only}")


def written():
    return WrittenExport(Path("/media/usb/cuu-ho-c0ffee-20261125-083015.f178"), 7, 8_000_000)


@pytest.fixture
def sync_screen(stage: Stage):
    def make(status: StoreStatus, facts: SyncFacts, state: SyncState, **dress):
        from field178_mobile.features.sync_status.screens.sync import SyncScreen
        from field178_mobile.kit.language import language

        screen = SyncScreen()
        screen.runner = Runner(state)
        words = Wording(load(), "vi", language)
        screen.shelf = Shelf()
        presenter = SyncPresenter(
            lambda: (status, facts), screen.runner, CLOCK, words, screen.show, screen.shelf
        )
        screen.presenter = presenter
        presenter.refresh()
        card = screen.ids.offline_export
        card.presenter = OfflineExportPresenter(lambda: status, written, DirectBackground(), words, card.show)
        card.presenter.refresh()
        stage.mount(screen, **dress)
        return screen

    return make


def test_cards_that_move_below_cover_nothing_of_the_head(sync_screen):
    screen = sync_screen(STATUS, replace(FACTS, scopes=FACTS.scopes * 8), SENDING)
    screen.ids.scroll.scroll_y = 0
    frames(3)

    def head():
        top = int(screen.ids.scroll.top) + 2
        return picture().crop((0, top, int(screen.width), int(screen.top))).tobytes()

    head()
    before = head()
    screen.runner.shown = NO_NETWORK
    screen.presenter.refresh()
    frames(3)
    assert head() == before


def test_button_is_never_disabled_and_always_answers(sync_screen):
    screen = sync_screen(STATUS, FACTS, NO_NETWORK)
    button = find("Btn", icon="sync")
    tap(button)
    assert screen.runner.wakes == 1
    assert "Đang trao đổi với văn phòng…" in texts()
    assert not button.disabled
    tap(button)
    assert screen.runner.wakes == 2


def test_signing_out_is_blocked_while_something_waits(sync_screen):
    screen = sync_screen(STATUS, FACTS, NO_NETWORK)
    events = []
    screen.bind(on_leaving=lambda _screen: events.append(1))
    tap(find("Btn", text="Đăng xuất"))
    assert "Đăng xuất khỏi máy này?" not in texts()
    assert any("còn 2 phiếu chưa gửi" in text for text in texts())
    assert events == []


def test_signing_out_asks_first(sync_screen):
    facts = replace(FACTS, unsent=())
    screen = sync_screen(QUIET, facts, SyncState(Phase.IDLE, SyncMessage.IN_SYNC, True))
    events = []
    screen.bind(on_leaving=lambda _screen: events.append(1))
    tap(find("Btn", text="Đăng xuất"))
    assert events == []
    tap(find("Btn", text="Đăng xuất", kind="primary"))
    assert events == [1]


def test_a_refused_photo_has_three_ways_on(sync_screen):
    screen = sync_screen(STATUS, replace(FACTS, unsent=(), photos=PHOTOS), SENDING, size=PORTRAIT)
    looked = []
    screen.bind(on_open=lambda _screen, record_id: looked.append(record_id))
    tap(find("Btn", text="Mở phiếu"))
    tap(find("Btn", text="Gửi lại"))
    tap(find("Btn", text="Để riêng"))
    assert (looked, screen.shelf.calls) == (["1"], [("again", ("cd", "1"))])
    tap(find("Btn", text="Để riêng", kind="primary"))
    assert screen.shelf.calls[1:] == [("aside", ("cd", "1"))]


def test_a_photo_put_aside_can_only_come_back(sync_screen):
    dismissed = replace(PHOTOS[1], is_dismissed=True)
    sync_screen(QUIET, replace(FACTS, unsent=(), photos=(dismissed,)), SyncState(), size=PORTRAIT)
    assert {"Đã để riêng", "Gửi lại"} <= set(texts())
    assert "Để riêng" not in texts()


def test_no_photo_leaves_no_hole_in_its_card(sync_screen):
    screen = sync_screen(QUIET, replace(FACTS, unsent=()), SyncState())
    photos, unsent = screen.ids.photos_card.children, screen.ids.unsent_card.children
    assert all(child.height for child in (*photos, *unsent))
    assert (len(photos), len(unsent)) == (4, 2)


def test_photos_are_kept_for_wifi_by_one_tap(sync_screen):
    screen = sync_screen(STATUS, FACTS, NO_NETWORK, size=PORTRAIT)
    tap(find("Chip", text="Chỉ Wi-Fi"))
    assert screen.shelf.calls == ["wifi only: True"]
    assert screen.runner.wakes == 1


def test_a_rescue_file_is_written_by_one_tap_and_named(sync_screen):
    sync_screen(STATUS, FACTS, NO_NETWORK, size=PORTRAIT)
    tap(find("Btn", text="Xuất tệp cứu hộ"))
    assert "Đã ghi: cuu-ho-c0ffee-20261125-083015.f178" in texts()
    assert "Ảnh không nằm trong tệp: ảnh ở lại trên máy này cho đến khi được tải lên." in texts()
    assert any("7 thay đổi, 8 MB" in text for text in texts())
    assert "Chưa gửi" in texts()


def test_the_rescue_card_passes_the_lint_while_writing_and_after_a_failure(sync_screen):
    screen = sync_screen(replace(STATUS, drafts=2), FACTS, NO_NETWORK, size=PORTRAIT)
    card = screen.ids.offline_export
    for state in (
        OfflineExportState("x", "y", is_writing=True),
        OfflineExportState("x", error="e", advice="a"),
    ):
        card.show(state)
        frames(4)
        assert lint(screen) == [], state
        assert all(child.height for child in card.children)


def test_withheld_deletions_have_a_button_for_each_answer(sync_screen):
    facts = replace(FACTS, unsent=(), withheld=WithheldDeletions(64, is_kept=False), tombstones=64)
    screen = sync_screen(QUIET, facts, SyncState(Phase.IDLE, SyncMessage.MASS_REMOVAL), size=PORTRAIT)
    tap(find("Btn", text="Tạm giữ lại"))
    assert screen.shelf.calls == [False]
    tap(find("Btn", text="Cho rời máy"))
    assert screen.shelf.calls == [False]
    tap(find("Btn", text="Cho rời máy", kind="primary"))
    assert screen.shelf.calls == [False, True]
    frames(4)
    button = find("Btn", text="Gửi lại văn phòng")
    screen.ids.scroll.scroll_to_widget(button)
    frames(3)
    tap(button)
    assert screen.shelf.calls == [False, True, "back"]
