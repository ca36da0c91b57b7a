"""Attaching pictures: bytes first, name second, and nothing kept that nothing names."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from tests.mobile.support import FrozenClock, draft_of
from tests.mobile.sync.tablet import record

from field178_mobile.presenters.draft_session import DraftSession
from field178_mobile.presenters.photo_desk import PhotoDesk
from field178_mobile.store import Store


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "navy").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def session(store: Store, clock: FrozenClock) -> DraftSession:
    return DraftSession(store.drafts, clock, draft_of(store, record(1), clock.now(), name="x"))


@pytest.fixture
def desk(store: Store, session: DraftSession) -> PhotoDesk:
    return PhotoDesk(store.photos, record(1), session.change, lambda: session.data)


def attach(desk: PhotoDesk, clock: FrozenClock) -> str:
    return desk.attach(desk.prepare(picture()), "photo_premises", clock.now())


def test_a_picture_is_kept_and_named_by_the_draft(store, clock, session, desk):
    key = attach(desk, clock)
    (draft,) = store.drafts.all()
    entry = draft.data["attachments"][key]
    assert entry["content_type"] == "image/jpeg"
    assert entry["taken_at"] == "2026-11-24T15:00:00Z"
    assert len(store.photos.read(entry["sha256"])) == entry["size"]


def test_the_same_picture_twice_is_one(store, clock, session, desk):
    assert attach(desk, clock) == attach(desk, clock)
    assert len(session.data["attachments"]) == 1
    assert len(store.photos.files.names()) == 1


def test_a_picture_taken_out_leaves_nothing(store, clock, session, desk):
    desk.detach(attach(desk, clock))
    assert not session.data["attachments"]
    assert store.photos.files.names() == []


def test_a_filed_picture_taken_out_later_keeps_its_bytes(store, clock, session, desk):
    key = attach(desk, clock)
    store.file(session.draft, "u")
    desk.detach(key)
    assert len(store.photos.files.names()) == 1


def test_a_draft_that_takes_nothing_more_keeps_no_bytes(store, clock):
    desk = PhotoDesk(store.photos, record(1), lambda _changes: None, dict)
    attach(desk, clock)
    assert store.photos.files.names() == []
