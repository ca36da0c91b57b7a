"""The engine against a sound server: what is sent, taken, waited for, and what it costs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.bench.calls import counted_hops
from tests.mobile.replication.model_server import ModelServer
from tests.mobile.replication.tablet import Tablet, failing, honest, record
from tests.mobile.support import KEY, UNIT, CrashAt, FrozenClock, seeded_ids

from field178_mobile.replication import answer
from field178_mobile.replication.events import Failure, FailureKind, SyncMessage, WakeReason
from field178_mobile.store import StateWord, Store
from field178_mobile.store.replica.server_records import get_server_record
from field178_mobile.store.replication import apply_answer
from field178_mobile.store.replication.checkpoint import read_checkpoint
from field178_shared.wire.protocol import MAX_RECORDS


def test_a_filed_record_is_received_only_with_its_receipt(tablet: Tablet) -> None:
    tablet.file(1, name="Ánh Trăng")
    assert tablet.store.shown_state(record(1)).word is StateWord.UNSENT
    tablet.sync()
    assert tablet.store.shown_state(record(1)).word is StateWord.RECEIVED
    assert tablet.store.status().in_sync
    assert tablet.engine.state.message is SyncMessage.IN_SYNC
    assert tablet.agrees()


def test_records_of_the_office_arrive(tablet: Tablet) -> None:
    for number in range(7):
        tablet.server.office_put(record(number), UNIT, name=f"cơ sở {number}")
    tablet.sync()
    assert tablet.agrees()
    assert len(tablet.store.establishments()) == 7


def test_state_counts_sent_and_received_changes_of_a_whole_sync(tablet: Tablet) -> None:
    tablet.server.page = 3
    for number in range(7):
        tablet.server.office_put(record(number), UNIT, name=f"cơ sở {number}")
    tablet.file(8, name="tám")
    tablet.sync()
    assert len(tablet.server.requests) > 1
    assert (tablet.engine.state.pushed, tablet.engine.state.received) == (1, 8)
    tablet.sync()
    assert (tablet.engine.state.pushed, tablet.engine.state.received) == (0, 0)


def test_state_counts_stored_records_of_a_load_page_by_page(tablet: Tablet) -> None:
    tablet.server.page = 3
    for number in range(7):
        tablet.server.office_put(record(number), UNIT, name=f"cơ sở {number}")
    states = tablet.states
    tablet.sync()
    assert [(state.stored, state.total) for state in states if state.total] == [(3, 7), (6, 7)]
    assert states[-1].total == 0
    tablet.server.office_put(record(8), UNIT, name="tám")
    tablet.sync()
    assert states[-1].total == 0


def test_pages_of_a_load_are_reported_every_few_seconds_and_at_its_end(tablet: Tablet) -> None:
    tablet.server.page = 2
    for number in range(9):
        tablet.server.office_put(record(number), UNIT, name=f"cơ sở {number}")
    pages = []

    def slow_answer(server: ModelServer, request: dict) -> list[bytes]:
        pages.append(len(arrived))
        tablet.seconds += 2
        return server.answer(request)

    arrived: set[str] = set()
    reports: list[int] = []
    tablet.store.subscribe(
        lambda change: reports.append(len(change.records)) or arrived.update(change.records)
    )
    tablet.faults = [slow_answer] * 5
    tablet.sync()
    # Each page but the first is requested before the one before it is committed.
    assert pages == [0, 0, 2, 2, 2]
    assert [count for count in reports if count] == [2, 6, 1]
    assert len(arrived) == 9
    tablet.server.office_put(record(9), UNIT, name="chín")
    tablet.sync()
    assert record(9) in arrived


def test_tablet_asks_for_the_largest_pages_and_commits_them_in_parts(tablet: Tablet) -> None:
    tablet.server.page = MAX_RECORDS
    for number in range(answer.ROWS_PER_COMMIT + 40):
        tablet.server.office_put(record(number), UNIT, name=f"cơ sở {number}")
    commits: list[int] = []
    tablet.store.subscribe(lambda change: commits.append(len(change.records)) if change.records else None)
    tablet.sync()
    commits.clear()
    for number in range(answer.ROWS_PER_COMMIT + 40):
        tablet.server.office_put(record(number), UNIT, name=f"nhà nghỉ {number}")
    tablet.sync()
    assert json.loads(tablet.bodies[-1])["max_records"] == MAX_RECORDS
    assert commits == [answer.ROWS_PER_COMMIT, 40]


def test_page_inside_a_load_is_one_transaction(tmp_path: Path, clock: FrozenClock) -> None:
    passed: list[str] = []
    store = Store(tmp_path / "store", clock, seeded_ids(clock), failpoint=passed.append)
    store.unlock(KEY)
    tablet = Tablet(store, clock)
    tablet.server.page = 2
    for number in range(9):
        tablet.server.office_put(record(number), UNIT, name=f"cơ sở {number}")
    written: list[list[str]] = []

    def note(server: ModelServer, request: dict) -> list[bytes]:
        written.append([name.removesuffix(".done") for name in passed if name.endswith(".done")])
        passed.clear()
        return server.answer(request)

    tablet.faults = [note] * 5
    tablet.sync()
    # Each page but the first is requested before the one before it is committed.
    assert written[3:] == [["checkpoint"]] * 2
    assert passed[-1] == "finish.done"
    assert store.status().last_success_at == clock.now()
    store.close()


def test_own_work_is_reported_at_once_while_a_load_runs(tablet: Tablet) -> None:
    tablet.server.page = 2
    for number in range(5):
        tablet.server.office_put(record(number), UNIT, name=f"cơ sở {number}")
    filed: list[bool] = []
    tablet.store.subscribe(lambda change: filed.append(record(7) in change.records and change.is_filed))

    def file_meanwhile(server: ModelServer, request: dict) -> list[bytes]:
        tablet.file(7, name="của máy")
        assert filed[-1]
        return server.answer(request)

    tablet.faults = [honest, file_meanwhile]
    tablet.sync()
    assert filed.count(True) == 1
    assert tablet.agrees()


def test_pages_that_were_held_back_are_reported_when_the_load_breaks_off(tablet: Tablet) -> None:
    tablet.server.page = 2
    for number in range(9):
        tablet.server.office_put(record(number), UNIT, name=f"cơ sở {number}")
    arrived: set[str] = set()
    tablet.store.subscribe(lambda change: arrived.update(change.records))
    tablet.faults = [honest, honest, failing(FailureKind.NO_NETWORK)]
    tablet.sync()
    assert len(arrived) == 4


def test_a_load_that_breaks_off_shows_no_total_while_it_waits(tablet: Tablet) -> None:
    tablet.server.page = 3
    for number in range(7):
        tablet.server.office_put(record(number), UNIT, name=f"cơ sở {number}")
    tablet.faults = [honest, failing(FailureKind.NO_NETWORK)]
    tablet.sync()
    assert (tablet.states[-1].message, tablet.states[-1].total) == (SyncMessage.NO_NETWORK, 0)


def test_an_unchanged_tablet_costs_one_short_request(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    tablet.sync()
    before = len(tablet.server.requests)
    tablet.sync()
    assert len(tablet.server.requests) == before + 1
    assert "agreed" in tablet.server.frames[0]
    assert len(tablet.bodies[-1]) <= 450
    assert tablet.store.status().in_sync


def test_a_quarantined_change_keeps_its_value_and_can_be_corrected(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="một", rooms_total=1)
    tablet.sync()
    tablet.server.refuse = lambda change: "rule" if change["set"].get("rooms_total") == 999 else None
    tablet.file(1, rooms_total=999)
    tablet.sync()
    assert tablet.data(1) == {"name": "một", "rooms_total": 999}
    state = tablet.store.shown_state(record(1))
    assert state.attention == "rule"
    assert [item.kind for item in tablet.store.inbox()] == ["quarantined"]
    tablet.file(1, rooms_total=9)
    tablet.sync()
    assert tablet.server.world.records[record(1)].data == {"name": "một", "rooms_total": 9}
    assert tablet.store.shown_state(record(1)).attention is None
    assert tablet.store.inbox() == []
    assert tablet.store.status().in_sync


def test_a_conflict_shows_the_servers_value_with_a_mark(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="một", village="cũ")
    tablet.sync()
    tablet.file(1, name="của máy", village="mới")
    tablet.server.office_put(record(1), UNIT, name="của phòng", village="cũ")
    tablet.sync()
    view = tablet.store.view(record(1))
    assert view is not None
    assert view.data == {"name": "của phòng", "village": "mới"}
    assert (view.attention, view.marked) == ("changed", ("name",))
    [item] = tablet.store.inbox()
    assert (item.refused_values[0].mine, item.refused_values[0].current) == ("của máy", "của phòng")
    assert tablet.store.status().conflicts == 1


def test_a_day_on_which_nothing_happens_costs_sixteen_exchanges(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    tablet.sync()
    begun, slept = len(tablet.bodies), 0.0
    while slept + tablet.waits[-1] <= 8 * 3600:
        slept += tablet.waits[-1]
        tablet.sync(WakeReason.TIMER)
    assert len(tablet.bodies) - begun == 16


def test_touch_starts_an_exchange_unless_the_server_is_busy(tablet: Tablet) -> None:
    tablet.sync()
    tablet.server.office_put(record(1), UNIT, name="một")
    tablet.sync(WakeReason.TOUCH)
    assert tablet.data(1) == {"name": "một"}
    tablet.faults = [lambda *_: Failure(FailureKind.BUSY, retry_after_s=60)]
    tablet.sync()
    count = len(tablet.bodies)
    tablet.sync(WakeReason.TOUCH)
    assert len(tablet.bodies) == count


def test_a_lost_scope_goes_after_its_changes_were_pushed(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="một")
    tablet.sync()
    tablet.file(1, name="một sửa")
    tablet.server.granted.discard(UNIT)
    tablet.sync()
    assert tablet.store.establishments() == ()
    assert tablet.sync_store.read(get_server_record, record(1)) is None
    assert [item.reason for item in tablet.store.inbox()] == ["scope_not_granted"]
    tablet.server.granted.add(UNIT)
    tablet.sync()
    assert tablet.agrees()


def test_a_revoked_tablet_keeps_nothing_of_the_server(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="một")
    tablet.sync()
    tablet.server.revoked = True
    tablet.sync()
    assert tablet.engine.state.message is SyncMessage.REVOKED
    assert tablet.store.establishments() == ()
    assert not tablet.store.status().in_sync
    assert tablet.store.status().is_revoked


def test_without_an_officer_the_tablet_hands_in_and_reads_again_after_the_sign_in(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="một")
    tablet.sync()
    tablet.server.has_officer = False
    tablet.file(1, name="một sửa")
    tablet.sync()
    assert tablet.engine.state.message is SyncMessage.SIGN_IN
    assert tablet.store.read(read_checkpoint).needs_sign_in
    assert not tablet.store.status().in_sync
    tablet.server.has_officer = True
    tablet.sync()
    assert not tablet.store.read(read_checkpoint).needs_sign_in
    # The edit waits in quarantine still; it stands on the record that came back.
    assert tablet.data(1) == {"name": "một sửa"}


def test_an_old_leave_does_not_touch_a_record_that_moved_on(tablet: Tablet) -> None:
    other = "unit:a9_v1"
    tablet.server.granted.add(other)
    tablet.server.world.seqs[other] = 0
    tablet.server.office_put(record(9), UNIT, name="chín")
    tablet.server.office_put(record(9), other, name="neo")
    tablet.server.office_put(record(1), UNIT, name="một")
    tablet.sync()
    tablet.file(1, name="một sửa")
    tablet.server.office_move(record(1), other)
    tablet.sync()
    assert tablet.data(1) == {"name": "một sửa"}
    assert tablet.agrees()
    assert tablet.mismatches() == 0


def test_a_pending_edit_of_a_record_that_left_is_no_ghost(tablet: Tablet) -> None:
    tablet.server.office_put(record(9), UNIT, name="chín")
    tablet.server.office_put(record(1), UNIT, name="một", village="x")
    tablet.sync()
    tablet.server.world.seqs["unit:zz"] = 0
    tablet.server.office_move(record(1), "unit:zz")
    tablet.file(1, name="một sửa")
    tablet.faults = [lambda server, request: server.answer({**request, "push": []})]
    tablet.sync()
    assert tablet.data(1) is None


def test_an_own_edit_never_flickers_back(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="một")
    tablet.sync()
    tablet.file(1, name="một sửa")
    seen: list[object] = []
    tablet.store.subscribe(lambda change: seen.append((tablet.data(1) or {}).get("name")))
    tablet.sync()
    assert set(seen) == {"một sửa"}


def test_changes_go_when_a_backup_holds_them_and_their_receipts_still_count(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    tablet.file(2, name="hai")
    tablet.sync()
    tablet.file(3, name="ba")
    tablet.sync()
    tablet.server.backed_up = 2
    tablet.sync()
    kept = tablet.store.read(lambda context: context.connection.execute("SELECT n FROM outbox").fetchall())
    assert kept == [(3,)]
    assert tablet.store.status().in_sync
    tablet.sync()
    assert "agreed" in tablet.server.frames[0]


def test_a_copy_of_a_tablet_begins_a_life_of_its_own(tablet: Tablet, tmp_path, clock) -> None:
    tablet.file(1, name="một")
    tablet.sync()
    before = tablet.store.read(read_checkpoint).incarnation
    tablet.server.add_foreign_receipt(record(99), before)
    tablet.sync()
    after = tablet.store.read(read_checkpoint).incarnation
    assert after != before
    tablet.sync()
    assert tablet.store.read(read_checkpoint).incarnation == after
    tablet.file(2, name="hai")
    tablet.sync()
    assert tablet.store.status().in_sync
    tablet.sync()
    assert "agreed" in tablet.server.frames[0]


def test_notices_of_the_office_reach_the_inbox(tablet: Tablet) -> None:
    tablet.server.notices = [
        {"id": "n1", "kind": "reform", "text": {"vi": "Đổi địa bàn", "en": "Area changed"}}
    ]
    tablet.sync()
    [item] = tablet.store.inbox()
    assert (item.kind, item.reason, dict(item.text)["vi"]) == ("notice", "reform", "Đổi địa bàn")
    assert tablet.store.status().in_sync


def test_the_clock_is_measured_against_the_servers(tablet: Tablet) -> None:
    tablet.clock.tick(minutes=6)
    tablet.sync()
    query = "SELECT value FROM meta WHERE key = 'clock_offset_ms'"
    assert tablet.store.read(lambda context: context.connection.execute(query).fetchone()) == ("360000",)


@pytest.mark.parametrize(("changes", "scopes"), [(0, 2), (10, 2), (0, 20), (10, 20)])
def test_an_exchange_takes_few_turns_of_the_database_thread(
    tablet: Tablet, changes: int, scopes: int
) -> None:
    names = [f"unit:c{number}_v1" for number in range(2, scopes)]
    tablet.server.granted |= set(names)
    tablet.server.world.seqs.update(dict.fromkeys(names, 0))
    tablet.server.stubs = True
    for number in range(10):
        tablet.file(number, name="first")
    tablet.sync()
    for number in range(changes):
        tablet.file(number, name="second")
    requests = len(tablet.bodies)
    with counted_hops(tablet.store) as hops:
        tablet.sync(WakeReason.TIMER)
    assert (len(tablet.bodies) - requests, tablet.engine.state.in_sync) == (1, True)
    assert len(hops) <= 6


def counted_commits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many rows each checkpoint commits, as they are committed."""
    counts: list[int] = []
    original = apply_answer.commit_checkpoint

    def commit(context, checkpoint, page):
        counts.append(len(checkpoint.items))
        return original(context, checkpoint, page)

    monkeypatch.setattr(apply_answer, "commit_checkpoint", commit)
    return counts


def test_checkpoints_of_one_answer_are_one_commit(tablet: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(9):
        tablet.server.office_put(record(number), UNIT, name=f"cơ sở {number}")
    counts = counted_commits(monkeypatch)
    tablet.sync()
    assert [count for count in counts if count] == [9]
    assert tablet.agrees()
    assert tablet.store.status().in_sync


def test_a_long_answer_is_committed_in_parts(tablet: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "ROWS_PER_COMMIT", 4)
    for number in range(9):
        tablet.server.office_put(record(number), UNIT, name=f"cơ sở {number}")
    counts = counted_commits(monkeypatch)
    tablet.sync()
    assert [count for count in counts if count] == [4, 4, 1]
    assert tablet.agrees()


def test_an_exchange_that_pushes_costs_one_transaction_for_its_answer(
    tmp_path: Path, clock: FrozenClock
) -> None:
    log = CrashAt()
    store = Store(tmp_path, clock, seeded_ids(clock), failpoint=log)
    store.unlock(KEY)
    tablet = Tablet(store, clock)
    tablet.server.stubs = True
    tablet.file(1, name="một")
    tablet.sync()
    tablet.file(1, name="hai")
    tablet.server.add_foreign_receipt(record(99), "another")
    log.seen.clear()
    tablet.sync()
    commits = [name for name in log.seen if name.endswith(".commit")]
    assert commits == ["sent.commit", "checkpoint.commit", "finish.commit"]
    assert store.status().in_sync
    store.close()


def test_own_result_that_differs_from_the_server_is_repaired(
    tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    tablet.server.stubs = True
    tablet.file(1, name="một")
    tablet.sync()
    monkeypatch.setattr(answer, "own_result", lambda *_: None)
    tablet.file(1, name="hai")
    tablet.sync()
    assert [list(request["repair"]) for request in tablet.server.requests if request.get("repair")] == [
        [UNIT]
    ]
    assert tablet.agrees()
    assert tablet.store.status().in_sync


def test_checkpoints_that_delete_are_committed_one_by_one(
    tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        tablet.server.office_put(record(number), UNIT, name=f"cơ sở {number}")
    tablet.sync()
    for number in range(6):
        tablet.server.office_delete(record(number))
    counts = counted_commits(monkeypatch)
    tablet.sync()
    assert [count for count in counts if count] == [2, 2, 2]
    assert tablet.agrees()
