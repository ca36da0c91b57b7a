"""The store's facade: drafts, filing, views and words."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from tests.mobile.support import KEY, UNIT, USER, FrozenClock, base_row, draft_of, seeded_ids, server_commits

from field178_mobile.store import Draft, StateWord, Store, StoreChange
from field178_mobile.store.outbox.changes import changes_of
from field178_mobile.store.replica.server_records import Committed
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import review_id

RECORD = "0197aaaa-0000-7000-8000-000000000001"


def wires(store: Store, record_id: str = RECORD) -> list[dict[str, object]]:
    return store.read(lambda context: [change.wire for change in changes_of(context, record_id)])


def test_a_locked_store_answers_nothing(tmp_path, clock: FrozenClock) -> None:
    locked = Store(tmp_path / "store", clock, seeded_ids(clock))
    with pytest.raises(AppError) as refusal:
        locked.view(RECORD)
    assert refusal.value.code is ErrorCode.STORE_LOCKED
    locked.close()


def test_a_closed_store_refuses_instead_of_waiting(tmp_path, clock: FrozenClock) -> None:
    closed = Store(tmp_path / "other", clock, seeded_ids(clock))
    closed.close()
    with pytest.raises(AppError):
        closed.status()


def test_a_saved_draft_is_there_after_reopening(store: Store, clock: FrozenClock) -> None:
    draft = draft_of(store, RECORD, clock.now(), name="Karaoke Ánh Trăng", rooms_total=4)
    store.drafts.save(draft)
    store.lock()
    store.unlock(KEY)
    assert store.drafts.get(draft.id) == draft
    assert store.shown_state(RECORD).word is StateWord.DRAFT


def test_filing_an_unknown_record_sends_every_field_as_a_create(store: Store, clock: FrozenClock) -> None:
    draft = draft_of(
        store, RECORD, clock.now(), name="Karaoke Ánh Trăng", certificates={"antt": {"status": "valid"}}
    )
    store.drafts.save(draft)
    change_id = store.file(draft, USER)
    [wire] = wires(store)
    assert (wire["change_id"], wire["n"], wire["create"], wire["op"]) == (change_id, 1, True, "put")
    assert wire["set"] == draft.data
    assert wire["was"] == {}
    assert store.drafts.all() == []
    assert store.shown_state(RECORD).word is StateWord.UNSENT
    view = store.view(RECORD)
    assert view is not None
    assert view.pending
    assert view.data == draft.data


def test_edit_sends_only_differences_to_the_seen_record(store: Store, clock: FrozenClock) -> None:
    server_commits(
        store,
        base_row(RECORD, 3, name="Ánh Trăng", rooms_total=4, certificates={"antt": {"status": "valid"}}),
    )
    draft = draft_of(store, RECORD, clock.now(), rooms_total=5, certificates={"antt": {"status": "expired"}})
    server_commits(store, base_row(RECORD, 4, name="Ánh Sao", rooms_total=9), cursor=2)
    store.file(draft, USER)
    [wire] = wires(store)
    assert wire["set"] == {"rooms_total": 5, "certificates.antt.status": "expired"}
    assert wire["was"] == {"rooms_total": 4, "certificates.antt.status": "valid"}
    assert wire["base_rev"] == 3
    assert wire["create"] is False


def test_filing_without_differences_removes_the_draft_and_files_nothing(
    store: Store, clock: FrozenClock
) -> None:
    server_commits(store, base_row(RECORD, name="Ánh Trăng"))
    draft = draft_of(store, RECORD, clock.now())
    store.drafts.save(draft)
    assert store.file(draft, USER) is None
    assert wires(store) == []
    assert store.drafts.all() == []


def test_a_draft_and_its_companion_are_filed_together(store: Store, clock: FrozenClock) -> None:
    other = "0197aaaa-0000-7000-8000-000000000002"
    visit = draft_of(store, RECORD, clock.now(), name="một")
    talk = Draft("d2", "outreach_session", other, UNIT, {"venue": "Nhà văn hóa"}, None, 0, USER, clock.now())
    store.file(visit, USER, extra=[talk])
    assert [wire["n"] for wire in (*wires(store), *wires(store, other))] == [1, 2]


def test_text_is_filed_in_composed_form_without_nulls(store: Store, clock: FrozenClock) -> None:
    draft = draft_of(
        store,
        RECORD,
        clock.now(),
        name="A\u0301nh\x00",
        village=None,
        answers={"q1": {"v": "no", "note": None}},
    )
    store.file(draft, USER)
    assert wires(store)[0]["set"] == {"name": "Ánh", "answers": {"q1": {"v": "no"}}}


def test_the_word_follows_the_review_of_the_office(store: Store, clock: FrozenClock) -> None:
    server_commits(store, base_row(RECORD, 2, name="một"))
    assert store.shown_state(RECORD).word is StateWord.RECEIVED
    review = review_id(RECORD)
    comments = {"c1": {"path": "name", "text": "Tên chưa đúng", "user": USER, "at": "2026-11-24T10:00:00Z"}}
    returned = {
        "record": RECORD,
        "record_rev": 2,
        "state": "returned",
        "reason": "thiếu",
        "comments": comments,
    }
    server_commits(store, base_row(review, 1, "review", **returned))
    assert store.shown_state(RECORD).word is StateWord.RETURNED
    [item] = store.inbox()
    assert (item.kind, item.reason, item.comments[0].path) == ("returned", "thiếu", "name")
    server_commits(store, base_row(RECORD, 3, name="hai"))
    assert store.shown_state(RECORD).word is StateWord.RECEIVED
    assert store.inbox() == []
    server_commits(store, base_row(review, 2, "review", record=RECORD, record_rev=3, state="approved"))
    assert store.shown_state(RECORD).word is StateWord.APPROVED


def test_second_return_shows_its_own_officer_and_time_beside_earlier_comments(store: Store) -> None:
    review, now = review_id(RECORD), datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    comment = {"path": "name", "text": "Sửa tên", "user": "u1", "at": "2026-11-20T08:00:00Z", "done_rev": 2}
    returned = {"record": RECORD, "record_rev": 2, "state": "returned", "comments": {"c1": comment}}
    server_commits(store, base_row(RECORD, 2, name="hai"))
    decided = {"reason": "Vẫn thiếu", "decided_by": "u2", "decided_at": "2026-11-24T09:30:00Z"}
    server_commits(store, base_row(review, 2, "review", **returned, **decided))
    [item] = store.inbox()
    assert (item.reason, item.by, item.at) == ("Vẫn thiếu", "u2", now)
    server_commits(store, base_row(review, 3, "review", **returned, reason="Vẫn thiếu"))
    [item] = store.inbox()
    assert (item.reason, item.by, item.at) == ("Vẫn thiếu", "", None)


def test_rows_of_one_commit_have_a_stable_order_in_the_inbox(store: Store) -> None:
    numbers = [f"0197aaaa-0000-7000-8000-{number:012d}" for number in range(20)]
    returned = {"record_rev": 1, "state": "returned", "reason": "thiếu", "comments": {}}
    rows = [base_row(record_id, 1, name="một") for record_id in numbers]
    reviews = sorted((review_id(record_id), record_id) for record_id in numbers)
    rows += [base_row(name, 1, "review", record=record_id, **returned) for name, record_id in reviews]
    server_commits(store, *rows)
    # The ids of a commit are a set, which another process would go through in another order.
    store.write(lambda unlocked: frozenset(name for name, _ in reviews))
    assert [item.record_id for item in store.inbox()] == [record_id for _, record_id in reviews]


def test_establishments_are_found_by_folded_name_and_follow_every_change(
    store: Store, clock: FrozenClock
) -> None:
    server_commits(
        store, base_row(RECORD, name="Karaoke Đêm Hồng", unit_id="c1_v1", lat=205000000, lon=1060000000)
    )
    [entry] = store.establishments()
    assert (entry.folded, entry.lat) == ("karaoke dem hong", 205000000)
    store.file(draft_of(store, RECORD, clock.now(), name="Karaoke Sao Mai"), USER)
    assert [entry.folded for entry in store.establishments()] == ["karaoke sao mai"]
    server_commits(store, base_row(RECORD, 2, name="x", deleted=True))
    assert [entry.name for entry in store.establishments()] == ["Karaoke Sao Mai"]


def test_settings_are_kept_sealed(store: Store, tmp_path, clock: FrozenClock) -> None:
    store.settings.put("outing", {"team": "t1", "members": ["a"]})
    store.settings.put("outing", {"team": "t2"})
    store.lock()
    store.unlock(KEY)
    assert store.settings.get("outing") == {"team": "t2"}
    assert store.settings.get("absent", 7) == 7


def test_listeners_hear_of_each_change_until_they_stop(store: Store, clock: FrozenClock) -> None:
    heard: list[frozenset[str]] = []
    stop = store.subscribe(lambda change: heard.append(change.records))
    store.file(draft_of(store, RECORD, clock.now(), name="một"), USER)
    stop()
    store.file(draft_of(store, RECORD, clock.now(), name="hai"), USER)
    assert heard == [frozenset({RECORD})]


def commit(store: Store, record_id: str) -> None:
    store.commit(lambda _unlocked: Committed(frozenset({record_id})), lambda _unlocked: None)


def test_held_commits_are_reported_together_and_forgotten_with_the_lock(store: Store) -> None:
    reported: list[frozenset[str]] = []
    store.subscribe(lambda change: reported.append(change.records))
    other = RECORD[:-1] + "2"
    store.hold_changes()
    commit(store, RECORD)
    store.hold_changes()
    commit(store, other)
    assert reported == []
    store.report_changes()
    store.report_changes()
    assert reported == [{RECORD, other}]
    store.hold_changes()
    store.lock()
    store.unlock(KEY)
    commit(store, RECORD)
    assert reported[-1] == {RECORD}


def test_saving_a_draft_is_notified_apart_from_changes_of_a_list(store: Store, clock: FrozenClock) -> None:
    heard: list[StoreChange] = []
    store.subscribe(heard.append)
    draft = draft_of(store, RECORD, clock.now(), name="một")
    store.drafts.save(draft)
    store.drafts.discard(draft.id)
    saved, *discarded = heard
    assert saved == StoreChange(drafts=frozenset({RECORD}))
    assert set(discarded) == {StoreChange(frozenset({RECORD}))}
    assert [change.is_draft for change in (saved, discarded[0])] == [True, False]


def test_status_counts_waiting_changes(store: Store, clock: FrozenClock) -> None:
    store.file(draft_of(store, RECORD, clock.now(), name="một"), USER)
    store.file(draft_of(store, RECORD, clock.now(), name="hai"), USER)
    status = store.status()
    assert (status.unsent_records, status.unsent_changes, status.in_sync) == (1, 2, False)


def test_own_states_are_of_records_changed_or_begun_here_alone(store: Store, clock: FrozenClock) -> None:
    server_commits(store, base_row("r1", name="A"), base_row("r2", name="B"), base_row("r3", name="C"))
    store.file(draft_of(store, "r1", clock.now(), name="A1"), USER)
    store.drafts.save(draft_of(store, "r2", clock.now(), name="B1"))
    assert {key: state.word for key, state in store.own_states("establishment").items()} == {
        "r1": StateWord.UNSENT,
        "r2": StateWord.DRAFT,
    }
    assert store.own_states("inspection") == {}


def test_units_are_those_whose_scope_is_held(store: Store) -> None:
    server_commits(store, base_row("r1"), base_row("t1", 1, "team", "team:t1", name="Đội 178"))
    assert store.unit_ids() == {"c1_v1"}


def test_a_turn_tells_its_changes_when_it_is_over_on_the_thread_that_asked(store: Store, clock) -> None:
    changes: list[object] = []
    store.subscribe(lambda change: changes.append((threading.get_ident(), change.drafts)))

    def work() -> int:
        for name in ("1", "2"):
            store.drafts.save(draft_of(store, name, clock.now(), name="A"))
        return len(changes)

    assert store.turn(work) == 0
    here = threading.get_ident()
    assert changes == [(here, frozenset({"1"})), (here, frozenset({"2"}))]


def test_failed_turn_keeps_and_notifies_finished_changes(store: Store, clock) -> None:
    changes: list[object] = []
    store.subscribe(lambda change: changes.append(change.drafts))

    def work() -> None:
        store.drafts.save(draft_of(store, "1", clock.now(), name="A"))
        raise AppError(ErrorCode.MALFORMED)

    with pytest.raises(AppError):
        store.turn(work)
    assert changes == [frozenset({"1"})]
    assert store.drafts.get("draft-1") is not None
    store.drafts.save(draft_of(store, "2", clock.now(), name="A"))
    assert changes[-1] == frozenset({"2"})
