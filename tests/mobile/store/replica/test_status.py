"""The revision that is printed is the one the server will hold."""

from __future__ import annotations

from tests.mobile.support import FrozenClock, base_row, draft_of, server_commits

from field178_mobile.store import Store
from field178_mobile.store.outbox.changes import State, set_state
from field178_mobile.store.session import Unlocked
from field178_shared.wire.canonical import record_hash

RECORD = "0197aaaa-0000-7000-8000-000000000001"
USER = "0197aaaa-0000-7000-8000-0000000000aa"


def test_received_row_is_the_revision(store: Store) -> None:
    row = base_row(RECORD, 4, name="Hoa Phượng")
    server_commits(store, row)
    assert store.revision(RECORD) == row


def test_each_filed_change_makes_the_next_revision(store: Store, clock: FrozenClock) -> None:
    store.file(draft_of(store, RECORD, clock.now(), name="Hoa Phượng"), USER)
    store.file(draft_of(store, RECORD, clock.now(), name="Hoa Phượng 2"), USER)
    row = store.revision(RECORD)
    assert row is not None
    assert (row.rev, row.data) == (2, {"name": "Hoa Phượng 2"})
    assert row.h == record_hash(RECORD, "establishment", 2, False, {"name": "Hoa Phượng 2"})


def test_draft_is_no_revision(store: Store, clock: FrozenClock) -> None:
    server_commits(store, base_row(RECORD, 1, name="Hoa Phượng"))
    store.drafts.save(draft_of(store, RECORD, clock.now(), name="Hoa Phượng 2"))
    row = store.revision(RECORD)
    assert row is not None
    assert row.data == {"name": "Hoa Phượng"}


def test_of_a_refused_change_nobody_can_say(store: Store, clock: FrozenClock) -> None:
    change_id = store.file(draft_of(store, RECORD, clock.now(), name="Hoa Phượng"), USER)

    def isolate(unlocked: Unlocked) -> list[str]:
        with unlocked.context.transaction("test"):
            set_state(unlocked.context, [str(change_id)], State.ISOLATED, "too_large")
        return [RECORD]

    store.write(isolate)
    assert store.revision(RECORD) is None


def test_a_deleted_or_unknown_record_has_none(store: Store) -> None:
    server_commits(store, base_row(RECORD, 2, name="Hoa Phượng", deleted=True))
    assert store.revision(RECORD) is None
    assert store.revision(USER) is None
