"""What retention removed on the server leaves the tablet too: earlier changes, journal, sent photos."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.mobile.store.replication.test_erasure import answered, filed, held, journalled
from tests.mobile.store.replication.test_tombstones import RECORD, arrives, resting
from tests.mobile.support import KEY, USER, FrozenClock, base_row, draft_of, server_commits

from field178_mobile.store import Store
from field178_mobile.store.photos.rows import PhotoState, all_photos, get_photo, put_state
from field178_mobile.store.replica.server_records import ServerRecord
from field178_shared.wire.protocol import REDUCED

SECRET = "một câu cũ"


def reduced(rev: int, at_rev: int | None = None, **data: Any) -> ServerRecord:
    marks = {"rev": at_rev or rev, "rows": {"free_texts": "2028-01-01"}}
    return base_row(RECORD, rev, **{"name": "một", **data, REDUCED: marks})


def filed_with_photo(store: Store, clock: FrozenClock, picture: bytes = b"\xff\xd8 anh") -> tuple[str, str]:
    entry = store.photos.add(RECORD, picture, "image/jpeg")
    draft = draft_of(store, RECORD, clock.now(), note=SECRET, attachments={"f1": entry})
    change_id = store.file(draft, USER)
    assert change_id is not None
    return change_id, str(entry["sha256"])


def sent(store: Store, sha256: str) -> None:
    def put(context: Any) -> None:
        with context.transaction("photo"):
            photo = get_photo(context, sha256, RECORD)
            assert photo is not None
            put_state(context, photo, PhotoState.SENT)

    store.read(put)


def photos(store: Store) -> list[str]:
    return [photo.sha256 for photo in store.read(all_photos)]


def test_answered_changes_of_before_go_with_their_journal(
    store: Store, clock: FrozenClock, tmp_path: Path
) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"))
    answered(store, filed(store, clock))
    arrives(store, reduced(3))
    assert held(store) == journalled(tmp_path) == set()
    view = store.view(RECORD)
    assert view is not None
    assert view.data["name"] == "một"
    assert resting(store) == []


def test_unsent_change_stays_and_is_shown(store: Store, clock: FrozenClock) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"))
    change_id = filed(store, clock)
    arrives(store, reduced(3))
    assert held(store) == {change_id}
    view = store.view(RECORD)
    assert view is not None
    assert view.data["rooms_total"] == 3


def test_change_of_before_whose_receipt_comes_later_goes_then(store: Store, clock: FrozenClock) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"))
    change_id = filed(store, clock)
    arrives(store, reduced(3))
    answered(store, change_id)
    assert held(store) == set()


def test_later_edit_stays_until_it_is_in_a_backup(store: Store, clock: FrozenClock) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"))
    change_id = filed(store, clock)
    answered(store, change_id)
    arrives(store, reduced(2, at_rev=1))
    assert held(store) == {change_id}


def test_draft_stays(store: Store, clock: FrozenClock) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"))
    store.drafts.save(draft_of(store, RECORD, clock.now(), rooms_total=3))
    arrives(store, reduced(3))
    assert [draft.record_id for draft in store.drafts.all()] == [RECORD]


def test_sent_photo_goes_with_its_bytes(store: Store, clock: FrozenClock, tmp_path: Path) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"))
    change_id, sha256 = filed_with_photo(store, clock)
    answered(store, change_id)
    sent(store, sha256)
    arrives(store, reduced(3, attachments={}))
    assert photos(store) == []
    assert [path for path in tmp_path.rglob("*") if sha256 in path.name] == []


def test_photo_that_the_record_still_names_stays(store: Store, clock: FrozenClock) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"))
    change_id, sha256 = filed_with_photo(store, clock)
    answered(store, change_id)
    sent(store, sha256)
    arrives(store, reduced(3, attachments={"f1": {"sha256": sha256}}))
    assert photos(store) == [sha256]


@pytest.mark.parametrize("is_answered", [True, False])
def test_photo_that_was_not_sent_is_never_lost(store: Store, clock: FrozenClock, is_answered: bool) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"))
    change_id, sha256 = filed_with_photo(store, clock)
    if is_answered:
        answered(store, change_id)
    arrives(store, reduced(3, attachments={}))
    assert photos(store) == [sha256]


def test_nothing_comes_back_when_the_tablet_starts_again(store: Store, clock: FrozenClock) -> None:
    server_commits(store, base_row(RECORD, 1, name="một"))
    change_id, sha256 = filed_with_photo(store, clock)
    answered(store, change_id)
    sent(store, sha256)
    arrives(store, reduced(3, attachments={}))
    store.lock()
    store.unlock(KEY)
    assert (held(store), photos(store)) == (set(), [])
