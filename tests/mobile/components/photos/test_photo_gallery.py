"""The photos of a record: what each is, how far it has come, taken out and put back, how many fit."""

from __future__ import annotations

import pytest
from tests.mobile.inspection_world import words
from tests.mobile.photos import Slowly, jpeg
from tests.mobile.replication.tablet import record
from tests.mobile.support import FrozenClock, base_row, draft_of, never, server_commits

from field178_mobile.components.photos import photo_gallery
from field178_mobile.components.photos.photo_attaching import (
    PhotoAttaching,
    PhotoDetails,
    PhotoDraft,
    PhotoRecord,
)
from field178_mobile.components.photos.photo_gallery import PhotoGallery
from field178_mobile.components.photos.photo_tools import PhotoTools
from field178_mobile.presentation.draft_session import DraftSession
from field178_mobile.replication.events import UploadState
from field178_mobile.store import Store
from field178_mobile.store.photos.rows import PhotoState
from field178_mobile.store.photos.upload_queue import UploadQueue

KINDS = ("photo_document", "photo_premises", "scan_minutes_first_page")


class Bench:
    def __init__(self, store: Store, clock: FrozenClock, **of_record) -> None:
        self.store, self.clock = store, clock
        self.session = DraftSession(
            store.drafts, clock, draft_of(store, record(1), clock.now(), name="x"), never
        )
        self.background, self.uploads, self.changes = Slowly(), UploadState(), 0
        draft = PhotoDraft(lambda: self.session.data, self.session.change, self.session.forget_steps)
        self.attaching = PhotoAttaching(
            store.photos, PhotoRecord(record(1), KINDS, **of_record), draft, "Ảnh"
        )
        tools = PhotoTools(self.background, clock.now, uploads=lambda: self.uploads)
        self.gallery = PhotoGallery(self.attaching, store, words(), tools, self.changed)

    def changed(self) -> None:
        self.changes += 1
        self.gallery.state()

    def attach(self, colour: str, kind: str = "photo_premises", item: str = "") -> str:
        return self.attaching.attach(
            self.attaching.keep(jpeg(colour)), PhotoDetails(kind, self.clock.now(), item)
        )

    def words(self) -> list[str]:
        return [tile.word for tile in self.gallery.state().tiles]


@pytest.fixture
def bench(store: Store, clock: FrozenClock) -> Bench:
    return Bench(store, clock)


def test_without_photos_there_is_nothing_to_say(bench: Bench):
    state = bench.gallery.state()
    assert (state.tiles, state.summary, state.problem, state.can_add) == ((), "", "", True)


def test_photo_tile_shows_kind_state_and_checklist_item(bench: Bench):
    bench.attach("navy", item="fire_exits_clear")
    (tile,) = bench.gallery.state().tiles
    assert (tile.title, tile.word) == ("Mặt bằng", "Chưa gửi")
    assert tile.item == words().lists.items["fire_exits_clear"].vi
    assert bench.gallery.state().summary == "1/20 ảnh · 2 kB"


def test_pictures_come_one_after_the_other_and_a_restricted_one_never(bench: Bench):
    bench.attach("navy")
    bench.attach("red")
    bench.attach("white", "scan_minutes_first_page")
    assert [tile.picture for tile in bench.gallery.state().tiles] == [None] * 3
    assert len(bench.background.waiting) == 1
    bench.background.go()
    first, second, page = bench.gallery.state().tiles
    assert (first.picture.width, first.picture.height) == (300, 200)
    assert second.picture is not None
    assert (page.picture, page.is_restricted) == (None, True)
    assert bench.changes == 2


def test_photos_of_an_item_are_shown_at_it_and_a_restricted_one_never(bench: Bench):
    first = bench.attach("navy", item="fire_exits_clear")
    bench.attach("red")
    bench.attach("white", "scan_minutes_first_page", "fire_exits_clear")
    assert [(each.key, each.picture) for each in bench.gallery.thumbs("fire_exits_clear")] == [(first, None)]
    bench.background.go()
    (thumb,) = bench.gallery.thumbs("fire_exits_clear")
    assert (thumb.picture.width, thumb.picture.height) == (300, 200)
    assert bench.gallery.thumbs("fire_file") == ()


def test_photo_of_an_item_that_is_not_on_this_tablet_is_looked_for_once(bench: Bench, monkeypatch):
    entry = {"sha256": "ab" * 32, "size": 5, "content_type": "image/jpeg", "checklist_item_id": "fire_file"}
    bench.session.change({"attachments": {"k": entry}})
    assert [thumb.picture for thumb in bench.gallery.thumbs("fire_file")] == [None]
    monkeypatch.setattr(bench.gallery, "_tiles", None)
    assert [thumb.key for thumb in bench.gallery.thumbs("fire_file")] == ["k"]


def test_a_photo_that_does_not_open_is_asked_for_once(bench: Bench, tmp_path):
    bench.attach("navy")
    for path in (tmp_path / "store" / "photos").iterdir():
        path.write_bytes(b"spoiled")
    bench.gallery.state()
    bench.background.go()
    assert bench.gallery.state().tiles[0].picture is None
    assert bench.background.waiting == []


def test_each_photo_says_how_far_it_has_come(bench: Bench):
    for colour in ("navy", "red", "white"):
        bench.attach(colour)
    photos = bench.store.photos.of(record(1))
    queue = UploadQueue(bench.store)
    queue.keep_progress(photos[0], "/u/1", photos[0].size_bytes // 2)
    queue.move(photos[1], PhotoState.SENT)
    queue.move(photos[2], PhotoState.REFUSED, "file_refused:metadata")
    assert bench.words() == ["Đang gửi 50%", "Đã nhận", "Bị từ chối"]
    refused = bench.gallery.state().tiles[2]
    assert "dữ liệu ẩn" in refused.problem
    assert refused.tone == "bad"


def test_the_photo_under_way_is_called_so_before_its_first_byte_is_confirmed(bench: Bench):
    bench.attach("navy")
    bench.uploads = UploadState(sending=bench.store.photos.of(record(1))[0].sha256)
    assert bench.words() == ["Đang gửi 0%"]


def test_a_photo_of_another_tablet_is_not_called_received(store, clock):
    entry = {"sha256": "ab" * 32, "size": 1000, "content_type": "image/jpeg"}
    server_commits(store, base_row(record(1), 1, name="x", attachments={"a": entry}))
    assert Bench(store, clock, filed=frozenset({"ab" * 32})).words() == ["Không ở máy này"]


def test_a_photo_taken_out_is_put_back_by_one_tap(bench: Bench):
    key = bench.attach("navy", item="fire_exits_clear")
    before = bench.session.data["attachments"][key]
    bench.gallery.remove(key)
    state = bench.gallery.state()
    assert (state.tiles, state.undo) == ((), "Đã bỏ ảnh")
    bench.gallery.undo()
    assert bench.session.data["attachments"] == {key: before}
    assert bench.gallery.state().undo == ""
    assert bench.store.photos.read(before["sha256"])


def test_a_full_record_says_how_many_fit(bench: Bench, monkeypatch):
    monkeypatch.setattr(photo_gallery, "MOST_PHOTOS", 2)
    bench.attach("navy")
    assert bench.gallery.state().can_add
    bench.attach("red")
    state = bench.gallery.state()
    assert not state.can_add
    assert state.problem == "Một phiếu có nhiều nhất 2 ảnh: bỏ bớt một ảnh để thêm ảnh khác."


def test_a_full_tablet_says_that_records_can_still_be_written(bench: Bench, monkeypatch):
    from field178_mobile.store.photos import photo_store

    monkeypatch.setattr(photo_store, "LEAST_FREE_BYTES", 1 << 60)
    state = bench.gallery.state()
    assert not state.can_add
    assert "phiếu vẫn ghi được" in state.problem


def test_where_a_picture_comes_from_follows_the_device(bench: Bench, store, clock, tmp_path):
    assert [source.id for source in bench.gallery.sources()] == ["file"]
    taken, started = tmp_path / "a.jpg", []
    tools = PhotoTools(Slowly(), clock.now, True, lambda answer: answer(taken), lambda answer: answer(None))
    gallery = PhotoGallery(bench.attaching, store, words(), tools, lambda: None)
    assert [source.id for source in gallery.sources()] == ["camera", "file"]
    gallery.ask("camera", started.append)
    gallery.ask("file", started.append)
    (source,) = started
    assert (source.path, source.is_ours, source.taken_at) == (taken, True, clock.now())
