"""One picture on the whole screen: read, rubbed, named, kept; the original is nowhere."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from tests.mobile.inspection_world import words
from tests.mobile.photos import Slowly, jpeg, room_picture
from tests.mobile.replication.tablet import record
from tests.mobile.support import FrozenClock, draft_of, never

from field178_mobile.components.photos.photo_attaching import PhotoAttaching, PhotoDraft, PhotoRecord
from field178_mobile.components.photos.photo_editor import EditorState, PhotoEditor, PhotoSource
from field178_mobile.components.photos.photo_gallery import PhotoGallery
from field178_mobile.components.photos.photo_tools import PhotoTools
from field178_mobile.presentation.draft_session import DraftSession
from field178_mobile.store import Store

KINDS = ("photo_document", "photo_premises", "scan_minutes_first_page")
FACE = (1136, 480)


class Bench:
    def __init__(self, store: Store, clock: FrozenClock, kinds: tuple[str, ...] = KINDS, **of_record) -> None:
        self.store = store
        self.session = DraftSession(
            store.drafts, clock, draft_of(store, record(1), clock.now(), name="x"), never
        )
        self.background = Slowly()
        draft = PhotoDraft(lambda: self.session.data, self.session.change, self.session.forget_steps)
        attaching = PhotoAttaching(store.photos, PhotoRecord(record(1), kinds, **of_record), draft, "Ảnh")
        tools = PhotoTools(self.background, clock.now)
        self.gallery = PhotoGallery(attaching, store, words(), tools, lambda: None)
        self.states: list[EditorState] = []

    @property
    def state(self) -> EditorState:
        return self.states[-1]

    def add(self, path, is_ours: bool = False) -> PhotoEditor:
        editor = self.gallery.add(PhotoSource(path, is_ours), "", self.states.append)
        self.background.go()
        return editor

    def keep(self, path) -> str:
        editor = self.add(path)
        editor.choose_kind("photo_premises")
        editor.toggle_screened()
        editor.save()
        self.background.go()
        return next(iter(self.entries()))

    def entries(self) -> dict:
        return self.session.data.get("attachments", {})

    def seen(self) -> Image.Image:
        (entry,) = self.entries().values()
        return Image.open(io.BytesIO(self.store.photos.read(entry["sha256"])))


@pytest.fixture
def bench(store: Store, clock: FrozenClock) -> Bench:
    return Bench(store, clock)


@pytest.fixture
def context(tmp_path):
    path = tmp_path / "room.jpg"
    path.write_bytes(room_picture())
    return path


def test_reading_says_so_until_the_picture_is_there(bench: Bench, context):
    bench.gallery.add(PhotoSource(context, is_ours=False), "", bench.states.append)
    assert bench.state.busy
    assert bench.state.picture is None
    bench.background.go()
    assert not bench.state.busy
    assert (bench.state.picture.width, bench.state.picture.height) == (1600, 1200)


def test_nothing_is_kept_before_kind_and_screening_are_said(bench: Bench, context):
    editor = bench.add(context)
    assert bench.state.missing == "Chọn nội dung của ảnh."
    editor.choose_kind("photo_premises")
    assert not bench.state.can_save
    assert "xác nhận" in bench.state.missing
    editor.save()
    assert bench.background.waiting == []
    editor.toggle_screened()
    assert bench.state.can_save
    editor.save()
    assert bench.entries() == {}
    bench.background.go()
    assert bench.state.is_done
    (entry,) = bench.entries().values()
    assert (entry["evidence_kind"], entry["screened"]) == ("photo_premises", True)


def test_hidden_part_is_in_no_file_on_the_disk(bench: Bench, context):
    editor = bench.add(context)
    editor.rub(*FACE, 60)
    editor.rub(FACE[0], FACE[1] + 100, 60)
    editor.lift()
    shown = bench.state.patches
    assert shown
    editor.choose_kind("photo_premises")
    editor.toggle_screened()
    editor.save()
    bench.background.go()
    kept = bench.seen()
    for patch in shown:
        box = (patch.left + 8, patch.top + 8, patch.left + patch.width - 8, patch.top + patch.height - 8)
        assert all(high - low <= 6 for low, high in kept.crop(box).getextrema())
    assert len(bench.store.photos.files.names()) == 1


def test_a_stroke_is_taken_back_by_itself(bench: Bench, context):
    editor = bench.add(context)
    editor.rub(*FACE, 30)
    editor.lift()
    once = bench.state.patches
    editor.rub(200, 200, 30)
    editor.rub(900, 200, 30)
    editor.lift()
    assert len(bench.state.patches) > len(once) + 8
    editor.undo()
    assert bench.state.patches == once
    editor.undo()
    assert bench.state.patches == ()
    assert not bench.state.can_undo


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7 no picture", "không phải ảnh"),
        (room_picture()[:20_000], "hỏng"),
        (b"", "không phải ảnh"),
    ],
    ids=["wrong type", "cut", "empty"],
)
def test_a_file_that_is_no_good_says_why_and_keeps_nothing(bench: Bench, tmp_path, data, message):
    path = tmp_path / "bad.jpg"
    path.write_bytes(data)
    editor = bench.add(path)
    assert message in bench.state.error
    editor.rub(10, 10, 10)
    editor.save()
    assert (bench.entries(), bench.background.waiting, bench.state.can_save) == ({}, [], False)


def test_file_of_the_camera_is_always_deleted_and_a_users_file_is_kept(bench: Bench, tmp_path):
    for name, data in (("good.jpg", jpeg()), ("bad.jpg", b"x")):
        path = tmp_path / name
        path.write_bytes(data)
        bench.add(path, is_ours=True)
        assert not path.exists()
    mine = tmp_path / "mine.jpg"
    mine.write_bytes(jpeg())
    bench.add(mine)
    assert mine.exists()


def test_a_full_tablet_says_so_and_the_picture_can_be_tried_again(bench: Bench, context, monkeypatch):
    from field178_mobile.store.photos import photo_store

    editor = bench.add(context)
    editor.choose_kind("photo_premises")
    editor.toggle_screened()
    monkeypatch.setattr(photo_store, "LEAST_FREE_BYTES", 1 << 60)
    editor.save()
    bench.background.go()
    assert "sắp hết chỗ" in bench.state.error
    assert bench.entries() == {}
    monkeypatch.undo()
    editor.save()
    bench.background.go()
    assert len(bench.entries()) == 1


def test_an_answer_after_giving_up_is_dropped(bench: Bench, context):
    editor = bench.gallery.add(PhotoSource(context, is_ours=False), "", bench.states.append)
    editor.cancel()
    count = len(bench.states)
    bench.background.go()
    assert len(bench.states) == count


def test_a_kept_photo_is_rubbed_again_and_the_less_hidden_one_is_gone(bench: Bench, context):
    key = bench.keep(context)
    before = bench.entries()[key]["sha256"]
    editor = bench.gallery.open(key, bench.states.append)
    bench.background.go()
    assert not bench.state.can_save
    editor.rub(*FACE, 60)
    editor.lift()
    editor.save()
    bench.background.go()
    assert bench.entries().keys() != {key}
    assert len(bench.entries()) == 1
    assert before not in bench.store.photos.files.names()


def test_only_the_kind_of_a_filed_photo_can_change(store, clock, context):
    first = Bench(store, clock)
    key = first.keep(context)
    sha256 = first.entries()[key]["sha256"]
    store.file(first.session.draft, "u")
    later = Bench(store, clock, filed=frozenset({sha256}))
    (key,) = later.entries()
    editor = later.gallery.open(key, later.states.append)
    later.background.go()
    assert not later.state.can_rub
    editor.choose_kind("photo_document")
    editor.save()
    assert later.entries()[key]["evidence_kind"] == "photo_document"


def test_a_locked_record_only_shows(store, clock, context):
    first = Bench(store, clock)
    first.keep(context)
    store.file(first.session.draft, "u")
    locked = Bench(store, clock, is_locked=True)
    (key,) = locked.entries()
    locked.gallery.open(key, locked.states.append)
    locked.background.go()
    state = locked.state
    assert state.picture is not None
    assert (state.can_rub, state.can_save, state.can_remove, state.missing) == (False, False, False, "")


def test_the_page_of_the_minutes_is_called_restricted(bench: Bench, context):
    editor = bench.add(context)
    assert not bench.state.is_restricted
    editor.choose_kind("scan_minutes_first_page")
    assert bench.state.is_restricted
