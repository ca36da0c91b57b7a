"""What filing says over refused changes: all that the user changed, and as seen what the server has had."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.mobile.support import UNIT, USER, FrozenClock, base_row, draft_of, server_answers, server_commits

from field178_mobile.store import Draft, Store
from field178_mobile.store.outbox.changes import changes_of, open_changes
from field178_mobile.store.replication.sync_store import SyncStore
from field178_shared.wire.protocol import Receipt, Status

RECORD = "0197aaaa-0000-7000-8000-000000000001"
AT = "2026-11-24T15:00:00Z"
LONG = "Ghi chú dài hơn sáu mươi bốn byte, vì thế đi trên dây bằng mã băm của nó."


@pytest.fixture
def named(store: Store) -> Store:
    """A store that holds one record as the server has it."""
    server_commits(store, base_row(RECORD, 3, name="cũ", rooms_total=4, note=LONG))
    return store


def edit(store: Store, clock: FrozenClock, **data: object) -> str | None:
    return store.file(draft_of(store, RECORD, clock.now(), **data), USER)


def refuse(store: Store, change_id: str | None) -> None:
    assert change_id is not None
    refused = Receipt(change_id, Status.QUARANTINED, "rule", {}, UNIT, 0, None, AT, "")
    server_answers(store, refused)


def last_change(store: Store) -> tuple[dict, dict, list]:
    wire = store.read(lambda context: changes_of(context, RECORD))[-1].wire
    return wire["set"], wire["was"], wire["replaces"]


def test_a_refused_value_that_stays_is_said_again(named: Store, clock: FrozenClock) -> None:
    refused = edit(named, clock, name="sai")
    refuse(named, refused)
    edit(named, clock, rooms_total=5)
    assert last_change(named) == (
        {"name": "sai", "rooms_total": 5},
        {"name": "cũ", "rooms_total": 4},
        [refused],
    )


def test_a_refused_value_taken_back_is_a_word_of_its_own(named: Store, clock: FrozenClock) -> None:
    refused = edit(named, clock, name="sai", village="x")
    refuse(named, refused)
    assert edit(named, clock, name="cũ", village=None) is not None
    assert last_change(named) == ({"name": "cũ", "village": None}, {"name": "cũ"}, [refused])
    view = named.view(RECORD)
    assert view is not None
    assert (view.data, view.attention) == ({"name": "cũ", "rooms_total": 4, "note": LONG}, None)


def test_a_long_value_taken_back_is_named_by_its_hash(named: Store, clock: FrozenClock) -> None:
    refuse(named, edit(named, clock, note="sai"))
    edit(named, clock, note=LONG)
    set_, was, _ = last_change(named)
    assert set_ == {"note": LONG}
    assert set(was["note"]) == {"$h"}
    last = named.read(lambda context: changes_of(context, RECORD))[-1]
    assert last.was == {"note": LONG}


def test_a_value_that_a_later_change_says_too_is_removed_from_there(named: Store, clock: FrozenClock) -> None:
    refuse(named, edit(named, clock, village="x"))
    edit(named, clock, rooms_total=5)  # mends: it says the village again, and is on its way
    assert edit(named, clock, village=None) is not None
    assert last_change(named)[:2] == ({"village": None}, {"village": "x"})
    assert "village" not in named.view(RECORD).data


def test_a_value_that_another_one_brought_is_a_value_seen(named: Store, clock: FrozenClock) -> None:
    refused = edit(named, clock, village="x")
    refuse(named, refused)
    server_commits(named, base_row(RECORD, 4, name="cũ", rooms_total=4, note=LONG, village="x"), cursor=2)
    edit(named, clock, village="y")
    assert last_change(named) == ({"village": "y"}, {"village": "x"}, [refused])


def test_a_word_older_than_the_correction_is_not_dropped(named: Store, clock: FrozenClock) -> None:
    refuse(named, edit(named, clock, name="sai"))
    old: Draft = replace(draft_of(named, RECORD, clock.now(), name="cũ"), id="lying")
    named.drafts.save(old)
    edit(named, clock, name="đúng")
    assert named.file(old, USER) is not None
    # Two words of one user: the server has them both, and keeps the one it cannot take.
    assert last_change(named)[:2] == ({"name": "cũ"}, {"name": "cũ"})


def test_saving_corrects_though_all_that_was_refused_stands_already(named: Store, clock: FrozenClock) -> None:
    refused = edit(named, clock, village="x")
    refuse(named, refused)
    server_commits(named, base_row(RECORD, 4, name="cũ", rooms_total=4, note=LONG, village="x"), cursor=2)
    assert edit(named, clock) is not None
    assert last_change(named) == ({}, {}, [refused])
    assert edit(named, clock) is None


def test_draft_older_than_a_refused_change_does_not_correct_it(named: Store, clock: FrozenClock) -> None:
    lying = replace(draft_of(named, RECORD, clock.now(), rooms_total=5), id="lying")
    named.drafts.save(lying)
    refuse(named, edit(named, clock, name="sai"))
    named.file(lying, USER)
    assert last_change(named) == ({"rooms_total": 5}, {"rooms_total": 4}, [])
    view = named.view(RECORD)
    assert view is not None
    assert (view.data["name"], view.data["rooms_total"], view.attention) == ("sai", 5, "rule")


def test_a_corrected_create_stands_for_the_edits_its_author_saw(store: Store, clock: FrozenClock) -> None:
    refused = edit(store, clock, name="một")
    between = edit(store, clock, name="hai")
    refuse(store, refused)
    edit(store, clock, name="một")
    # Left to itself the older edit would run on the create, which has the value that it saw.
    assert last_change(store) == ({"name": "một"}, {}, [refused, between])
    assert store.view(RECORD).data == {"name": "một"}
    assert next(change.id for change in SyncStore(store).read(open_changes, 1)) == between


def test_an_edit_that_a_corrected_create_has_not_seen_stands_on_it(store: Store, clock: FrozenClock) -> None:
    refused = edit(store, clock, name="một")
    lying = replace(draft_of(store, RECORD, clock.now(), rooms_total=5), id="lying")
    store.drafts.save(lying)
    edit(store, clock, village="x")
    refuse(store, refused)
    store.file(lying, USER)
    assert last_change(store) == ({"name": "một", "rooms_total": 5}, {}, [refused])
    assert store.view(RECORD).data == {"name": "một", "rooms_total": 5, "village": "x"}
