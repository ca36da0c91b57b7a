"""Photos: sealed on the disk before anything says "saved", taken back when asked, matched after a crash."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from tests.mobile.replication.tablet import record
from tests.mobile.support import (
    KEY,
    USER,
    Crash,
    CrashAt,
    FrozenClock,
    base_row,
    draft_of,
    seeded_ids,
    server_commits,
)

from field178_mobile.store import Store
from field178_mobile.store.photos import photo_store
from field178_mobile.store.photos.files import BLOCK_BYTES
from field178_mobile.store.photos.photo_store import ServerFileCount
from field178_mobile.store.photos.rows import PhotoState, all_photos
from field178_mobile.store.photos.upload_queue import UploadQueue
from field178_shared.errors import AppError, ErrorCode

PHOTO = bytes(range(256)) * 1000


def opened(folder: Path, clock: FrozenClock, failpoint=None) -> Store:
    store = Store(folder, clock, seeded_ids(clock), failpoint=failpoint or (lambda name: None))
    store.unlock(KEY)
    return store


def filed(store: Store, clock: FrozenClock, number: int, *photos: bytes) -> list[str]:
    named = [store.photos.add(record(number), data, "image/jpeg") for data in photos]
    attachments = {f"p{n}": entry for n, entry in enumerate(named)}
    store.file(draft_of(store, record(number), clock.now(), attachments=attachments), USER)
    return [str(entry["sha256"]) for entry in named]


def test_a_photo_is_named_by_its_hash_and_read_back(store):
    named = store.photos.add(record(1), PHOTO, "image/jpeg")
    assert named == {
        "sha256": hashlib.sha256(PHOTO).hexdigest(),
        "size": len(PHOTO),
        "content_type": "image/jpeg",
    }
    assert store.photos.read(named["sha256"]) == PHOTO


@pytest.mark.parametrize("size", [1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES])
def test_every_stretch_of_every_size_is_read_back(store, size):
    data = PHOTO[:size]
    sha256 = store.photos.add(record(1), data, "image/jpeg")["sha256"]
    for offset, length in ((0, size), (0, 1), (size - 1, 9), (size // 2, BLOCK_BYTES), (size, 5)):
        assert store.photos.read(sha256, offset, length) == data[offset : offset + length]


def test_nothing_of_a_photo_is_readable_on_the_disk(store, tmp_path):
    canary = b"canary of the photo " * 4000
    store.photos.add(record(1), canary, "image/jpeg")
    paths = [path for path in (tmp_path / "store").rglob("*") if path.is_file()]
    assert len(paths) > 2
    assert not any(b"canary" in path.read_bytes() for path in paths)


@pytest.mark.parametrize("position", [0, 30, 200, -1])
def test_a_spoiled_byte_is_noticed(store, tmp_path, position):
    sha256 = store.photos.add(record(1), PHOTO, "image/jpeg")["sha256"]
    path = tmp_path / "store" / "photos" / sha256
    spoiled = bytearray(path.read_bytes())
    spoiled[position] ^= 1
    path.write_bytes(spoiled)
    with pytest.raises(AppError) as error:
        store.photos.read(sha256)
    assert error.value.code is ErrorCode.STORE_DAMAGED


def test_the_bytes_of_one_photo_do_not_open_as_another(store, tmp_path):
    first, second = (
        store.photos.add(record(1), data, "image/jpeg")["sha256"] for data in (PHOTO, PHOTO[::-1])
    )
    folder = tmp_path / "store" / "photos"
    (folder / first).replace(folder / second)
    with pytest.raises(AppError):
        store.photos.read(second)


def test_a_shortened_file_is_noticed(store, tmp_path):
    sha256 = store.photos.add(record(1), PHOTO, "image/jpeg")["sha256"]
    path = tmp_path / "store" / "photos" / sha256
    path.write_bytes(path.read_bytes()[:-BLOCK_BYTES])
    with pytest.raises(AppError):
        store.photos.read(sha256)


def test_the_last_room_is_for_records(store, monkeypatch):
    monkeypatch.setattr(photo_store, "LEAST_FREE_BYTES", 1 << 60)
    with pytest.raises(AppError) as error:
        store.photos.add(record(1), PHOTO, "image/jpeg")
    assert error.value.code is ErrorCode.STORAGE_LOW
    assert store.photos.files.names() == []


def test_photos_of_filed_records_wait_and_those_of_drafts_do_not(store, clock):
    named = store.photos.add(record(1), PHOTO, "image/jpeg")
    store.drafts.save(draft_of(store, record(1), clock.now(), attachments={"p": named}))
    assert store.status().unsent_photos == 0
    filed(store, clock, 2, PHOTO)
    status = store.status()
    assert (status.unsent_photos, status.unsent_photo_bytes) == (1, len(PHOTO))


def test_the_tablet_is_not_in_agreement_while_photos_wait(store, clock):
    filed(store, clock, 1, PHOTO)
    store.set_in_sync(True)
    assert not store.status().in_sync
    photo = store.photos.unsent()[0]
    UploadQueue(store).move(photo, PhotoState.SENT)
    assert store.status().in_sync


def test_a_record_says_how_many_of_its_files_are_up(store, clock):
    first, _second = filed(store, clock, 1, PHOTO, PHOTO[::-1])
    assert store.photos.count_of(record(1)) == ServerFileCount(0, 2)
    photo = next(photo for photo in store.photos.unsent() if photo.sha256 == first)
    UploadQueue(store).move(photo, PhotoState.SENT)
    assert store.photos.count_of(record(1)) == ServerFileCount(1, 2)


def test_files_of_other_tablets_count_as_up(store):
    server_commits(store, base_row(record(1), attachments={"p": {"sha256": "ab", "size": 1}}))
    assert store.photos.count_of(record(1)) == ServerFileCount(1, 1)


def test_a_discarded_draft_takes_its_photos_along(store, clock):
    named = store.photos.add(record(1), PHOTO, "image/jpeg")
    draft = draft_of(store, record(1), clock.now(), attachments={"p": named})
    store.drafts.save(draft)
    store.drafts.discard(draft.id)
    assert store.photos.files.names() == []
    assert store.read(all_photos) == []


def test_a_discarded_edit_leaves_the_photos_filed_before(store, clock):
    (kept,) = filed(store, clock, 1, PHOTO)
    store.photos.add(record(1), PHOTO[::-1], "image/jpeg")
    draft = draft_of(store, record(1), clock.now(), name="x")
    store.drafts.save(draft)
    store.drafts.discard(draft.id)
    assert store.photos.files.names() == [kept]


def test_a_filed_photo_is_not_taken_back(store, clock):
    (sha256,) = filed(store, clock, 1, PHOTO)
    store.photos.take_back(record(1), sha256)
    assert store.photos.read(sha256) == PHOTO


def test_a_picture_of_two_records_stays_for_the_other(store, clock):
    filed(store, clock, 1, PHOTO)
    named = store.photos.add(record(2), PHOTO, "image/jpeg")
    store.photos.take_back(record(2), named["sha256"])
    assert [photo.record_id for photo in store.read(all_photos)] == [record(1)]
    assert store.photos.read(named["sha256"]) == PHOTO


def test_bytes_whose_row_a_crash_took_come_back(tmp_path, clock):
    store = opened(tmp_path, clock, CrashAt("photo.begin"))
    with pytest.raises(Crash):
        store.photos.add(record(1), PHOTO, "image/jpeg")
    store.close()
    again = opened(tmp_path, clock)
    (photo,) = again.read(all_photos)
    assert (photo.record_id, photo.size_bytes, photo.content_type) == (record(1), len(PHOTO), "image/jpeg")
    assert again.photos.read(photo.sha256) == PHOTO
    again.close()


def test_photos_outlive_a_damaged_database(tmp_path, clock):
    store = opened(tmp_path, clock)
    (sha256,) = filed(store, clock, 1, PHOTO)
    store.close()
    for path in (tmp_path / "records").iterdir():
        path.write_bytes(b"no database at all" * 300)
    again = opened(tmp_path, clock)
    assert again.was_rebuilt
    assert [photo.sha256 for photo in again.photos.unsent()] == [sha256]
    assert again.photos.read(sha256) == PHOTO
    again.close()


@pytest.mark.parametrize("spoil", ["record_id = 'spoiled'", "size_bytes = 7", "content_type = 'x'"])
def test_a_row_that_a_bad_block_spoiled_is_told_by_its_file(tmp_path, clock, spoil):
    store = opened(tmp_path, clock)
    (sha256,) = filed(store, clock, 1, PHOTO)
    store.write(lambda unlocked: unlocked.context.connection.execute(f"UPDATE photo SET {spoil}").fetchall())
    store.close()
    again = opened(tmp_path, clock)
    (photo,) = again.photos.unsent()
    assert (photo.sha256, photo.size_bytes, photo.content_type) == (sha256, len(PHOTO), "image/jpeg")
    again.close()


def test_a_lost_file_of_a_filed_record_is_said(tmp_path, clock):
    store = opened(tmp_path, clock)
    (sha256,) = filed(store, clock, 1, PHOTO)
    store.close()
    (tmp_path / "photos" / sha256).unlink()
    again = opened(tmp_path, clock)
    assert [photo.state for photo in again.photos.unsent()] == [PhotoState.DAMAGED]
    again.close()


def test_an_unfinished_file_goes(tmp_path, clock):
    store = opened(tmp_path, clock)
    store.photos.add(record(1), PHOTO, "image/jpeg")
    store.close()
    (tmp_path / "photos" / "abc.new").write_bytes(b"half")
    opened(tmp_path, clock).close()
    assert [path.suffix for path in (tmp_path / "photos").iterdir()] == [""]


def keys(store: Store) -> set[tuple[str, str]]:
    return {photo.key for photo in store.read(all_photos)}


def test_photos_that_no_draft_names_are_deleted_after_the_work(store, clock):
    kept, gone = (store.photos.add(record(1), data, "image/jpeg") for data in (PHOTO, PHOTO[1:]))
    store.drafts.save(draft_of(store, record(1), clock.now(), attachments={"a": kept}))
    store.photos.settle(record(2))
    assert len(keys(store)) == 2
    store.photos.settle(record(1))
    assert keys(store) == {(kept["sha256"], record(1))}
    assert store.photos.files.names() == [kept["sha256"]]
    assert gone["sha256"] not in store.photos.files.names()


def test_a_photo_taken_out_and_put_back_stays(store, clock):
    named = store.photos.add(record(1), PHOTO, "image/jpeg")
    store.photos.let_go(record(1), named["sha256"])
    store.drafts.save(draft_of(store, record(1), clock.now(), attachments={"a": named}))
    store.photos.settle()
    assert store.photos.read(named["sha256"]) == PHOTO
    # Taken out after all, and the draft filed without it.
    store.file(draft_of(store, record(1), clock.now(), name="x"), USER)
    store.photos.settle()
    assert keys(store) == set()


def test_a_filed_photo_taken_out_keeps_its_bytes_until_a_backup_holds_them(store, clock):
    (sha256,) = filed(store, clock, 1, PHOTO)
    store.photos.let_go(record(1), sha256)
    store.photos.settle()
    assert store.photos.read(sha256) == PHOTO


def test_photos_of_a_draft_that_does_not_open_wait_with_it(store, clock):
    named = store.photos.add(record(1), PHOTO, "image/jpeg")
    store.drafts.save(draft_of(store, record(1), clock.now(), attachments={"a": named}))

    def spoil(unlocked) -> tuple[str, ...]:
        with unlocked.context.transaction("test"):
            unlocked.context.connection.execute("UPDATE draft SET key_id = ''")
        return ()

    store.write(spoil)
    store.photos.settle()
    assert store.photos.read(named["sha256"]) == PHOTO
