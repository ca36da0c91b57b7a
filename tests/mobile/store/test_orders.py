"""An order to delete what may be read: nothing of it is left in any byte, and unsent work is."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import pytest
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
from field178_mobile.store.outbox.changes import all_changes
from field178_mobile.store.photos.rows import PhotoState, all_photos, put_state
from field178_mobile.store.replica.server_records import scope_rows
from field178_mobile.store.replication.orders import accept_order, delete_readable, stored_order
from field178_shared.device_orders import OrderKind, SignedOrder

READ, OWN, DRAFTED = (f"0197aaaa-0000-7000-8000-00000000000{number}" for number in (1, 2, 3))
SENT_PHOTO, WAITING_PHOTO = b"sent" * 4000, b"waiting" * 4000
ORDER = SignedOrder(1764000000000, OrderKind.READ_WIPE, "Mất ở bến xe", "2026-11-24T15:00:00Z")
POINTS = ("order.commit", "order.done", "read_wipe.begin", "read_wipe.commit", "read_wipe.done")
LATER = ("photo.commit", "journal.begin", "journal.commit", "journal.done")


def opened(folder: Path, clock: FrozenClock, failpoint: CrashAt | None = None) -> Store:
    store = Store(folder, clock, seeded_ids(clock), failpoint=failpoint or CrashAt())
    store.unlock(KEY)
    return store


def work_on(store: Store, clock: FrozenClock) -> None:
    """Read a record, file another with a photo that waits, keep a draft and a photo that was sent."""
    server_commits(store, base_row(READ, 1, name="đọc được"))
    store.settings.put("outing", {"team": "đọc được"})
    store.file(draft_of(store, OWN, clock.now(), name="chưa gửi"), USER)
    store.drafts.save(draft_of(store, DRAFTED, clock.now(), name="nháp"))
    store.photos.add(READ, SENT_PHOTO, "image/jpeg")
    (photo,) = store.read(all_photos)

    def note_sent(unlocked):
        with unlocked.context.transaction("photo"):
            put_state(unlocked.context, photo, PhotoState.SENT)
        return ()

    store.write(note_sent)
    store.photos.add(OWN, WAITING_PHOTO, "image/jpeg")


def obey(store: Store) -> None:
    def accept(unlocked):
        if stored_order(unlocked.context) is None:
            accept_order(unlocked.context, ORDER)
        return ()

    store.write(accept)
    store.write(lambda unlocked: delete_readable(unlocked, store.folder))


def is_emptied(store: Store) -> bool:
    assert [change.wire["record_id"] for change in store.read(all_changes)] == [OWN]
    assert [draft.record_id for draft in store.drafts.all()] == [DRAFTED]
    assert [photo.record_id for photo in store.read(all_photos)] == [OWN]
    assert store.settings.get("outing") is None
    order = store.read(stored_order)
    assert order is not None
    assert (order.records, order.reason) == (1, ORDER.reason)
    # Scopes with records are read from their start.
    cursors = {
        name: row.cursor for name, row in store.read(scope_rows).items() if not name.startswith("device:")
    }
    assert set(cursors.values()) <= {0}
    return store.view(READ) is None


def test_what_may_be_read_is_deleted_and_unsent_work_stays(tmp_path: Path, clock: FrozenClock) -> None:
    store = opened(tmp_path, clock)
    work_on(store, clock)
    sealed = store.read(
        lambda context: context.connection.execute(
            "SELECT sealed FROM base WHERE id = ?", (READ,)
        ).fetchone()[0]
    )
    photo = (tmp_path / "photos" / hashlib.sha256(SENT_PHOTO).hexdigest()).read_bytes()
    obey(store)
    assert is_emptied(store)
    assert [row.id for row in store.establishments()] == [OWN]
    store.close()
    contents = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert all(sealed not in content and photo[-200:] not in content for content in contents)
    again = opened(tmp_path, clock)
    assert is_emptied(again)
    again.close()


@pytest.mark.parametrize("point", [*POINTS, *LATER])
def test_deletion_goes_on_after_a_crash(tmp_path: Path, clock: FrozenClock, point: str) -> None:
    before = opened(tmp_path, clock)
    work_on(before, clock)
    before.close()
    crash = CrashAt(point)
    store = opened(tmp_path, clock, crash)
    with suppress(Crash):
        obey(store)
    assert crash.times == 0
    store.close()
    again = opened(tmp_path, clock)
    obey(again)
    assert is_emptied(again)
    again.close()


def test_damaged_copies_of_the_database_are_deleted(tmp_path: Path, clock: FrozenClock) -> None:
    store = opened(tmp_path, clock)
    work_on(store, clock)
    store.close()
    damaged = tmp_path / "damaged-20261124-150000-1"
    damaged.mkdir()
    (damaged / "store.db").write_bytes((tmp_path / "records/store.db").read_bytes())
    (damaged / "salvaged").touch()
    store = opened(tmp_path, clock)
    obey(store)
    assert not damaged.exists()
    store.close()
