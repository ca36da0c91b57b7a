"""The load of a scope into the tablet's store: newest records first, over pages, cuts and own work."""

from __future__ import annotations

import json

import pytest
from tests.mobile.replication.model_server import ModelServer
from tests.mobile.replication.tablet import Tablet, cut_after, honest, lost_answer, record
from tests.mobile.support import UNIT, FrozenClock

from field178_mobile.replication.events import Phase
from field178_mobile.replication.request import FIRST_RECORDS
from field178_mobile.store import Store
from field178_mobile.store.replica.server_records import get_scope
from field178_shared.wire.protocol import MAX_RECORDS

PAGE = 2


@pytest.fixture
def tablet(store: Store, clock: FrozenClock) -> Tablet:
    loading = Tablet(store, clock)
    loading.server.page = PAGE
    for number in range(7):
        loading.server.office_put(record(number), UNIT, name=f"cơ sở {number}")
    return loading


def place(tablet: Tablet) -> tuple[int, int]:
    scope = tablet.sync_store.read(get_scope, UNIT)
    return scope.below, scope.cursor


def stop_after(pages: int) -> list:
    return [*([honest] * pages), lost_answer]


def test_the_newest_records_are_here_first(tablet: Tablet) -> None:
    tablet.faults = stop_after(2)
    tablet.sync()
    assert [number for number in range(7) if tablet.data(number)] == [3, 4, 5, 6]
    assert place(tablet) == (4, 7)
    tablet.sync()
    assert tablet.agrees()
    assert place(tablet) == (0, 7)
    assert tablet.mismatches() == 0


def test_first_page_of_an_empty_tablet_is_short(tablet: Tablet) -> None:
    tablet.sync()
    sizes = [json.loads(body)["max_records"] for body in tablet.bodies]
    assert sizes == [FIRST_RECORDS, *([MAX_RECORDS] * (len(sizes) - 1))]
    assert len(sizes) > 2


def test_load_that_a_line_cuts_again_and_again_goes_on_where_it_was(tablet: Tablet) -> None:
    tablet.server.rows_per_checkpoint = 1
    sent: list[int] = []

    def cut(server: ModelServer, request: dict) -> list[bytes]:
        lines = cut_after(5)(server, request)
        assert isinstance(lines, list)
        sent.extend(json.loads(line)["rev"] for line in lines if b'"rec"' in line)
        return lines

    for _ in range(12):
        tablet.faults = [cut]
        tablet.sync()
    assert tablet.agrees()
    assert len(sent) == 7
    assert tablet.mismatches() == 0


def test_what_the_office_writes_during_a_load_comes_with_the_next_page(tablet: Tablet) -> None:
    tablet.faults = stop_after(1)
    tablet.sync()
    tablet.server.office_put(record(0), UNIT, name="tên mới")
    tablet.server.office_put(record(8), UNIT, name="cơ sở mới")
    tablet.faults = stop_after(1)
    tablet.sync()
    assert tablet.data(0) == {"name": "tên mới"}
    assert tablet.data(8) == {"name": "cơ sở mới"}
    assert tablet.data(1) is None
    tablet.sync()
    assert tablet.agrees()


def test_next_page_is_requested_before_the_last_rows_of_this_page_are_committed(tablet: Tablet) -> None:
    seen: list[int] = []

    def note(server: ModelServer, request: dict) -> list[bytes]:
        seen.append(sum(tablet.data(number) is not None for number in range(7)))
        return server.answer(request)

    tablet.faults = [note] * 4
    tablet.sync()
    assert seen == [0, 0, 2, 4]
    assert tablet.used_ahead == 3
    assert tablet.agrees()


def test_request_posted_ahead_is_dropped_when_the_officer_files_meanwhile(tablet: Tablet) -> None:
    def file_meanwhile(server: ModelServer, request: dict) -> list[bytes]:
        tablet.file(9, name="của máy")
        return server.answer(request)

    tablet.faults = [honest, file_meanwhile]
    tablet.sync()
    assert record(9) in tablet.server.world.records
    assert json.loads(tablet.bodies[1])["push"]
    assert tablet.agrees()


def test_nothing_is_requested_ahead_with_a_cursor_that_is_not_committed(tablet: Tablet) -> None:
    tablet.faults = stop_after(1)
    tablet.sync()
    used = tablet.used_ahead
    tablet.server.office_put(record(8), UNIT, name="cơ sở mới")
    tablet.faults = stop_after(1)
    tablet.sync()
    assert tablet.used_ahead == used
    committed = place(tablet)[1]
    assert all(request["cursors"].get(UNIT, 0) <= committed for request in tablet.server.requests)


def test_tablet_is_not_in_sync_before_a_load_has_ended(tablet: Tablet) -> None:
    tablet.faults = stop_after(1)
    tablet.sync()
    assert not tablet.engine.state.in_sync
    assert tablet.store.status().is_loading
    assert tablet.engine.state.phase is Phase.WAITING
    assert "state" not in json.loads(tablet.bodies[-1])
    tablet.sync()
    assert tablet.engine.state.in_sync
    assert not tablet.store.status().is_loading


def test_status_is_read_without_unsealing_a_scope(tablet: Tablet) -> None:
    """It is read with every change of the screens, and also while a damaged scope waits for its repair."""
    tablet.sync()
    damage = "UPDATE scope SET sealed = x'00'"
    tablet.store.read(lambda context: context.connection.execute(damage))
    assert not tablet.store.status().is_loading


def test_own_word_on_a_record_that_the_load_has_not_reached_is_shown_until_it_comes(tablet: Tablet) -> None:
    """Its receipt names a stamp below the cursor, but the record has not left: it was not read yet."""
    tablet.faults = stop_after(1)
    tablet.sync()
    tablet.file(0, name="cơ sở 0")
    tablet.faults = stop_after(1)
    tablet.sync()
    below, cursor = place(tablet)
    assert tablet.server.world.records[record(0)].seq < below <= cursor
    assert tablet.store.status().unsent_changes == 0
    assert tablet.data(0) == {"name": "cơ sở 0"}
    tablet.sync()
    assert tablet.agrees()


def test_withheld_deletions_do_not_hold_up_a_load(tablet: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("field178_mobile.store.replication.mass_deletion_guard.MOST_ROWS", 0)
    tablet.faults = stop_after(2)
    tablet.sync()
    for number in (4, 5, 6):
        tablet.server.office_delete(record(number))
    tablet.sync()
    assert tablet.data(0) == {"name": "cơ sở 0"}
    assert place(tablet)[0] == 0
    assert tablet.data(6) is not None
