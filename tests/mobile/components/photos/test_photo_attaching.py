"""Attaching pictures: bytes first, name second, and nothing kept that nothing names."""

from __future__ import annotations

import pytest
from tests.mobile.photos import jpeg
from tests.mobile.replication.tablet import record
from tests.mobile.support import FrozenClock, draft_of, never

from field178_mobile.components.photos.photo_attaching import (
    PhotoAttaching,
    PhotoDetails,
    PhotoDraft,
    PhotoRecord,
)
from field178_mobile.presentation.draft_session import DraftSession
from field178_mobile.store import Store

RECORD = PhotoRecord(record(1), ("photo_premises", "photo_document"))


@pytest.fixture
def session(store: Store, clock: FrozenClock) -> DraftSession:
    return DraftSession(store.drafts, clock, draft_of(store, record(1), clock.now(), name="x"), never)


@pytest.fixture
def attaching(store: Store, session: DraftSession) -> PhotoAttaching:
    draft = PhotoDraft(lambda: session.data, session.change, session.forget_steps)
    return PhotoAttaching(store.photos, RECORD, draft, "Photos")


def attach(attaching: PhotoAttaching, clock: FrozenClock, colour: str = "navy") -> str:
    return attaching.attach(
        attaching.keep(jpeg(colour)), PhotoDetails("photo_premises", clock.now(), "fire_exits_clear")
    )


def test_a_picture_is_kept_and_named_by_the_draft(store, clock, session, attaching):
    key = attach(attaching, clock)
    (draft,) = store.drafts.all()
    entry = draft.data["attachments"][key]
    assert entry["content_type"] == "image/jpeg"
    assert entry["taken_at"] == "2026-11-24T15:00:00Z"
    assert (entry["checklist_item_id"], entry["screened"]) == ("fire_exits_clear", True)
    assert len(store.photos.read(entry["sha256"])) == entry["size"]


def test_the_same_picture_twice_is_one(store, clock, session, attaching):
    assert attach(attaching, clock) == attach(attaching, clock)
    assert len(session.data["attachments"]) == 1
    assert len(store.photos.files.names()) == 1


def test_a_picture_taken_out_can_be_put_back_and_leaves_nothing_once_the_work_is_over(
    store, clock, session, attaching
):
    key = attach(attaching, clock)
    attaching.detach(key)
    assert not session.data["attachments"]
    assert session.undo() == "Photos"
    store.photos.settle(record(1))
    assert store.photos.read(session.data["attachments"][key]["sha256"])
    attaching.detach(key)
    store.photos.settle(record(1))
    assert store.photos.files.names() == []


def test_a_filed_picture_taken_out_later_keeps_its_bytes(store, clock, session, attaching):
    key = attach(attaching, clock)
    store.file(session.draft, "u")
    attaching.detach(key)
    store.photos.settle()
    assert len(store.photos.files.names()) == 1


def test_a_draft_that_takes_nothing_more_keeps_no_bytes(store, clock):
    draft = PhotoDraft(dict, lambda _changes, _label: None, lambda _path: None)
    attaching = PhotoAttaching(store.photos, RECORD, draft, "Photos")
    attach(attaching, clock)
    assert store.photos.files.names() == []


def test_a_picture_replaced_is_gone_at_once_and_no_undo_names_it(store, clock, session, attaching):
    old = attach(attaching, clock)
    sha256 = session.data["attachments"][old]["sha256"]
    attaching.describe(old, PhotoDetails("photo_document"))
    attaching.replace(old, attaching.keep(jpeg("red")), PhotoDetails("photo_document"))
    assert sha256 not in store.photos.files.names()
    while session.undo():
        pass
    (entry,) = session.data["attachments"].values()
    assert entry["sha256"] != sha256
    assert (entry["evidence_kind"], entry["taken_at"]) == ("photo_document", "2026-11-24T15:00:00Z")
    assert len(store.photos.files.names()) == 1
