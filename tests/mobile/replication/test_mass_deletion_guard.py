"""Mass deletion guard in a sync: it asks before many records go, and own changes go up meanwhile."""

from __future__ import annotations

import pytest
from tests.mobile.replication.model_server import ModelServer
from tests.mobile.replication.tablet import Tablet, record
from tests.mobile.support import UNIT

from field178_mobile.replication.events import Phase, SyncMessage
from field178_mobile.store.replication.mass_deletion_guard import answer_deletion_guard, read_withheld
from field178_mobile.store.replication.tombstones import bring_back, count_tombstones

COUNT = 70


@pytest.fixture
def emptied(tablet: Tablet) -> Tablet:
    """A tablet whose office has deleted nearly everything."""
    for number in range(COUNT):
        tablet.server.office_put(record(number), UNIT, name=f"cơ sở {number}")
    tablet.server.rows_per_checkpoint = 50
    tablet.sync()
    for number in range(COUNT - 5):
        tablet.server.office_delete(record(number))
    return tablet


def live(tablet: Tablet) -> int:
    return len(tablet.store.establishments())


def test_mass_deletion_waits_until_it_is_allowed(emptied: Tablet) -> None:
    emptied.sync()
    assert emptied.engine.state.message is SyncMessage.MASS_REMOVAL
    assert emptied.engine.state.phase is Phase.IDLE
    assert live(emptied) >= COUNT - 50
    assert not emptied.store.status().in_sync
    emptied.store.read(lambda context: answer_deletion_guard(context, allow=True))
    emptied.sync()
    assert live(emptied) == 5
    assert emptied.agrees()
    assert emptied.store.status().in_sync


def test_own_records_are_sent_while_deletions_are_withheld(emptied: Tablet) -> None:
    for number in range(100, 110):
        emptied.file(number, name=f"mới {number}")
    emptied.sync()
    assert {record(number) for number in range(100, 110)} <= set(emptied.server.world.records)
    assert emptied.store.status().unsent_changes == 0
    assert emptied.engine.state.message is SyncMessage.MASS_REMOVAL


def test_a_question_without_answer_is_one_request_a_time(emptied: Tablet) -> None:
    emptied.sync()
    before = len(emptied.server.requests)
    emptied.sync()
    assert len(emptied.server.requests) == before + 1


def rows_fetched(tablet: Tablet) -> list[object]:
    return [frame["id"] for frame in tablet.server.frames if frame["frame"] in ("rec", "leave")]


@pytest.mark.parametrize("answer", [None, False])
def test_nothing_comes_twice_while_the_question_is_open(emptied: Tablet, answer: bool | None) -> None:
    emptied.sync()
    shown = live(emptied)
    if answer is not None:
        emptied.store.read(lambda context: answer_deletion_guard(context, allow=answer))
    emptied.sync()
    assert rows_fetched(emptied) == []
    assert (live(emptied), emptied.engine.state.message) == (shown, SyncMessage.MASS_REMOVAL)


def test_new_records_arrive_while_deletions_are_withheld(emptied: Tablet) -> None:
    emptied.server.office_put(record(300), UNIT, name="mới, trước câu hỏi")
    emptied.sync()
    shown = live(emptied)
    emptied.server.office_put(record(301), UNIT, name="mới")
    emptied.server.office_put(record(COUNT - 1), UNIT, name="tên khác")
    emptied.server.office_delete(record(COUNT - 2))
    emptied.sync()
    assert len(rows_fetched(emptied)) == 3
    assert live(emptied) == shown + 1
    assert emptied.store.view(record(COUNT - 1)).data["name"] == "tên khác"
    assert not emptied.store.status().in_sync
    emptied.store.read(lambda context: answer_deletion_guard(context, allow=True))
    emptied.sync()
    assert live(emptied) == 6
    assert emptied.agrees()
    assert emptied.store.status().in_sync
    assert emptied.store.read(count_tombstones) == (COUNT - 4, 0)


def test_all_of_it_is_counted_though_it_comes_in_parts(emptied: Tablet) -> None:
    emptied.sync()
    before = emptied.store.read(read_withheld).count
    emptied.server.office_delete(record(COUNT - 2))
    emptied.sync()
    emptied.sync()
    assert emptied.store.read(read_withheld).count == before + 1


def test_a_notice_that_comes_later_lets_it_go_in_the_same_sync(emptied: Tablet) -> None:
    emptied.sync()
    emptied.server.notices = [{"id": "n1", "kind": "removal", "text": {}}]
    emptied.sync()
    assert live(emptied) == 5
    assert emptied.store.status().in_sync


def test_an_own_edit_of_a_record_that_is_held_back_ends_in_agreement(emptied: Tablet) -> None:
    emptied.server.stubs = True
    emptied.sync()
    emptied.file(COUNT - 8, name="của tôi")
    emptied.file(COUNT - 1, name="của tôi")
    emptied.sync()
    emptied.store.read(lambda context: answer_deletion_guard(context, allow=True))
    emptied.sync()
    assert emptied.agrees()
    assert emptied.store.status().in_sync


def sync_while_the_user_lets_go(tablet: Tablet) -> None:
    """Let the user allow the deletion during an exchange whose request names the held cursor."""

    def overtaken(server: ModelServer, request: dict) -> list[bytes]:
        lines = server.answer(request)
        tablet.store.read(lambda context: answer_deletion_guard(context, allow=True))
        return lines

    tablet.faults.append(overtaken)
    tablet.sync()


def test_release_during_an_answer_does_not_skip_withheld_deletions(emptied: Tablet) -> None:
    emptied.sync()
    sync_while_the_user_lets_go(emptied)
    assert live(emptied) == 5
    assert (emptied.agrees(), emptied.mismatches()) == (True, 0)
    assert emptied.store.status().in_sync
    assert emptied.server.divergent == {}


def test_notice_at_the_head_of_a_long_answer_does_not_skip_withheld_deletions(emptied: Tablet) -> None:
    emptied.sync()
    emptied.server.notices = [{"id": "n1", "kind": "removal", "text": {}}]
    for number in range(300, 360):
        emptied.server.office_put(record(number), UNIT, name="mới")
    emptied.sync()
    assert live(emptied) == 65
    assert (emptied.agrees(), emptied.mismatches()) == (True, 0)
    assert emptied.server.divergent == {}


def test_a_lost_scope_goes_without_a_question(emptied: Tablet) -> None:
    emptied.sync()
    emptied.server.granted.discard(UNIT)
    emptied.sync()
    assert live(emptied) == 0
    assert emptied.store.read(count_tombstones) == (0, 0)


def test_a_restored_server_gets_its_lost_changes_though_a_question_is_open(tablet: Tablet) -> None:
    empty = tablet.server.backup()
    for number in range(COUNT):
        tablet.server.office_put(record(number), UNIT, name=f"cơ sở {number}")
    tablet.file(200, name="của máy")
    tablet.sync()
    tablet.server.restore(empty, "epoch-2")
    tablet.sync()
    assert tablet.engine.state.message is SyncMessage.MASS_REMOVAL
    assert set(tablet.server.world.records) == {record(200)}
    assert live(tablet) == COUNT + 1
    tablet.store.read(lambda context: answer_deletion_guard(context, allow=True))
    tablet.sync()
    assert tablet.store.status().in_sync
    assert len(tablet.server.divergent) == COUNT


def test_deleted_records_can_be_offered_to_the_office(emptied: Tablet) -> None:
    emptied.server.notices = [{"id": "n1", "kind": "removal", "text": {}}]
    emptied.sync()
    assert emptied.store.read(count_tombstones) == (COUNT - 5, 0)
    emptied.store.read(bring_back)
    emptied.sync()
    assert len(emptied.server.divergent) == COUNT - 5
    assert emptied.store.read(count_tombstones) == (0, 0)
