"""The engine repairs a scope that differs, bucket by bucket, after its own changes are with the server."""

from __future__ import annotations

import json

import pytest
from tests.mobile.replication.model_server import ModelServer
from tests.mobile.replication.tablet import RECEIPTS, Tablet, honest, record
from tests.mobile.support import UNIT

from field178_mobile.replication.engine import SCOPES_A_REPAIR
from field178_mobile.replication.events import Failure, FailureKind, SyncMessage
from field178_mobile.store import Store
from field178_mobile.store.replication.repair import repair_scope
from field178_mobile.store.replication.tombstones import lost_records


def sent(tablet: Tablet, name: str) -> list[dict]:
    return [request for request in tablet.server.requests if request.get(name)]


def records_sent(frames: list[dict]) -> list[str]:
    return [frame["id"] for frame in frames if frame["frame"] == "rec"]


def filled(tablet: Tablet, count: int) -> None:
    for number in range(count):
        tablet.server.office_put(record(number), UNIT, name=f"cơ sở {number}")
    tablet.sync()


def lose(server: ModelServer, number: int) -> None:
    """The server's store lost a row without a word in its feed."""
    del server.world.records[record(number)]


def test_only_the_bucket_that_differs_is_sent_again(tablet: Tablet) -> None:
    filled(tablet, 9)
    lose(tablet.server, 4)
    tablet.server.office_put(record(20), UNIT, name="mới")
    answers: list[list[dict]] = []

    def overheard(server, request):
        lines = server.answer(request)
        answers.append(server.frames)
        return lines

    tablet.faults = [overheard] * 9
    tablet.sync()
    assert tablet.agrees()
    assert tablet.store.status().in_sync
    (sent_request,) = sent(tablet, "repair")
    assert len(sent_request["repair"][UNIT]) == 10
    repaired = next(frames for frames in answers if any(frame["frame"] == "repair" for frame in frames))
    assert records_sent(repaired) == []
    assert next(frame for frame in repaired if frame["frame"] == "repair")["buckets"] == ["04"]


def test_a_long_repair_goes_on_page_by_page(tablet: Tablet) -> None:
    filled(tablet, 9)
    for number in range(9):
        tablet.server.world.records[record(number)].data = {"name": "khác"}
    tablet.server.page = 2
    tablet.server.office_put(record(20), UNIT, name="mới")
    tablet.sync()
    assert len(sent(tablet, "repair")) == 5
    assert tablet.agrees()
    assert tablet.store.status().in_sync


@pytest.mark.parametrize("lines", [1, 4, 7])
def test_a_cut_repair_goes_on_where_it_was(tablet: Tablet, lines: int) -> None:
    filled(tablet, 5)
    for number in range(5):
        tablet.server.world.records[record(number)].data = {"name": "khác"}
    tablet.server.office_put(record(20), UNIT, name="mới")
    # The first answer tells that the digests differ; the second repairs.
    tablet.faults = [honest, lambda server, request: server.answer(request)[:lines]]
    tablet.sync()
    tablet.sync()
    assert tablet.agrees()
    assert tablet.store.status().in_sync


def test_own_changes_are_with_the_server_again_before_scopes_are_compared(tablet: Tablet) -> None:
    filled(tablet, 3)
    backup = tablet.server.backup()
    tablet.file(7, name="bảy")
    tablet.sync()
    tablet.server.restore(backup, "epoch-2")
    before = len(tablet.server.requests)
    tablet.sync()
    assert tablet.store.status().in_sync
    since = tablet.server.requests[before:]
    sections = [(len(request.get("push", [])), list(request.get("repair", {}))) for request in since]
    assert [section for section in sections if any(section)] == [(0, [RECEIPTS]), (1, []), (0, [UNIT])]
    assert tablet.server.divergent == {}


def test_many_scopes_are_repaired_a_few_at_a_time(tablet: Tablet) -> None:
    scopes = [f"unit:b{number}_v1" for number in range(2 * SCOPES_A_REPAIR + 1)]
    for number, scope in enumerate(scopes):
        tablet.server.granted.add(scope)
        tablet.server.world.seqs[scope] = 0
        tablet.server.office_put(record(number), scope, name="một")
    tablet.sync()
    tablet.server.world.epoch = "epoch-2"
    tablet.sync()
    assert max(len(request["repair"]) for request in sent(tablet, "repair")) == SCOPES_A_REPAIR
    assert tablet.store.status().in_sync
    assert tablet.engine.state.message is SyncMessage.IN_SYNC


def test_a_repair_nobody_asked_for_takes_nothing_away(tablet: Tablet) -> None:
    filled(tablet, 3)
    tablet.server.office_put(record(9), UNIT, name="mới")

    def forged(server, request):
        hello, *rest = server.answer(request)
        frame = {"frame": "repair", "scope": UNIT, "buckets": ["00", "01", "02"], "ids": [], "seq": 9}
        return [hello, json.dumps(frame).encode(), *rest]

    tablet.faults = [forged]
    tablet.sync()
    assert tablet.data(1) == {"name": "cơ sở 1"}


@pytest.mark.parametrize(
    "forged",
    [
        {"buckets": ["zz"], "ids": []},
        {"buckets": ["00"], "ids": [record(1)]},
        {"buckets": ["01"], "ids": [], "scope": "unit:another"},
    ],
)
def test_a_repair_that_contradicts_itself_is_a_fault(tablet: Tablet, forged: dict) -> None:
    filled(tablet, 3)
    tablet.sync_store.write(repair_scope, UNIT)

    def wrong(server, request):
        lines = [json.loads(line) for line in server.answer(request)]
        frames = [{**frame, **forged} if frame["frame"] == "repair" else frame for frame in lines]
        return [json.dumps(frame).encode() for frame in frames]

    tablet.faults = [wrong]
    tablet.sync()
    assert tablet.data(1) == {"name": "cơ sở 1"}
    assert not tablet.store.status().in_sync
    tablet.sync()
    assert tablet.store.status().in_sync


def test_record_that_the_server_lacks_is_offered_and_deleted_when_answered(tablet: Tablet) -> None:
    filled(tablet, 3)
    lose(tablet.server, 1)
    tablet.server.world.epoch = "epoch-2"
    tablet.sync()
    assert tablet.data(1) is None
    ((record_id, _),) = tablet.server.divergent
    assert record_id == record(1)
    (entry,) = tablet.server.divergent.values()
    assert (entry["data"], entry["scope"], entry["deleted"]) == ({"name": "cơ sở 1"}, UNIT, False)
    assert tablet.sync_store.read(lost_records, 9, frozenset()) == []
    assert tablet.store.status().in_sync


def test_a_server_that_takes_no_divergent_records_is_asked_once_and_agreed_with(
    tablet: Tablet, store: Store
) -> None:
    tablet.server.takes_salvage = False
    filled(tablet, 3)
    lose(tablet.server, 1)
    tablet.server.world.epoch = "epoch-2"
    tablet.sync()
    tablet.sync()
    assert len(sent(tablet, "salvage")) == 1
    assert "agreed" in tablet.server.frames[0]
    assert [lost_record.row.id for lost_record in tablet.sync_store.read(lost_records, 9, frozenset())] == [
        record(1)
    ]
    tablet.server.takes_salvage = True
    Tablet(store, tablet.clock, tablet.server).sync()
    assert tablet.sync_store.read(lost_records, 9, frozenset()) == []


def test_many_lost_records_go_in_batches_that_the_line_takes(tablet: Tablet) -> None:
    filled(tablet, 130)
    tablet.server.world.records.clear()
    tablet.server.world.epoch = "epoch-2"
    tablet.server.notices = [{"id": "n1", "kind": "removal", "text": {}}]
    tablet.sync()
    counts = [len(request["salvage"]) for request in sent(tablet, "salvage")]
    assert sum(counts) == 130
    assert max(counts) <= 100
    assert len(tablet.server.divergent) == 130
    assert tablet.store.status().in_sync


def test_a_record_that_fails_the_server_delays_nothing(tablet: Tablet) -> None:
    filled(tablet, 3)
    lose(tablet.server, 1)
    tablet.server.world.epoch = "epoch-2"

    def fails(server, request):
        if request.get("salvage"):
            return Failure(FailureKind.REFUSED)
        return server.answer(request)

    tablet.faults = [fails] * 9
    tablet.sync()
    assert tablet.store.status().in_sync
    assert [lost_record.row.id for lost_record in tablet.sync_store.read(lost_records, 9, frozenset())] == [
        record(1)
    ]
