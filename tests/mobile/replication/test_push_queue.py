"""What a failure teaches about a batch: the bad change is set aside, nothing spins."""

from __future__ import annotations

import pytest
from tests.mobile.replication.tablet import Tablet, record

from field178_mobile.replication.events import Failure, FailureKind, SyncMessage, WakeReason
from field178_mobile.store import StateWord
from field178_shared.errors import ErrorCode

LONG = "Karaoke Ánh Trăng " * 20


def failing_on(ids: list[str], kind: FailureKind, **details):
    """A server that fails on a request which holds any of these changes."""

    def fails(server, request):
        if any(change["change_id"] in ids for change in request.get("push", [])):
            return Failure(kind, **details)
        return server.answer(request)

    return [fails] * 60


@pytest.mark.parametrize("kind", [FailureKind.SERVER_ERROR, FailureKind.TOO_LARGE, FailureKind.REFUSED])
def test_a_change_that_fails_is_set_aside_and_delays_nothing(tablet: Tablet, kind: FailureKind) -> None:
    tablet.sync()
    tablet.file(1, name="một")
    bad = tablet.file(11, name="hỏng")
    tablet.file(2, name="hai")
    tablet.faults = failing_on([str(bad)], kind)
    for _ in range(3):
        tablet.sync(WakeReason.TIMER)
    assert set(tablet.server.world.records) == {record(1), record(2)}
    shown = tablet.store.shown_state(record(11))
    assert shown.word is StateWord.UNSENT
    assert shown.attention


def test_a_named_change_is_set_aside_alone(tablet: Tablet) -> None:
    tablet.sync()
    tablet.file(1, name="một")
    bad = str(tablet.file(11, name="hỏng"))
    tablet.file(2, name="hai")
    tablet.faults = failing_on([bad], FailureKind.REFUSED, code=ErrorCode.MALFORMED, change_id=bad)
    tablet.sync()
    assert set(tablet.server.world.records) == {record(1), record(2)}
    assert tablet.store.shown_state(record(11)).attention == "malformed"


def test_change_that_fails_the_server_is_shown_and_retried_on_request(tablet: Tablet) -> None:
    tablet.sync()
    bad = tablet.file(1, name="một")
    tablet.file(2, name="hai")
    tablet.faults = failing_on([str(bad)], FailureKind.SERVER_ERROR)
    for _ in range(4):
        tablet.sync(WakeReason.TIMER)
    assert tablet.engine.state.message is SyncMessage.NEEDS_FIX
    assert [(item.record_id, item.reason) for item in tablet.store.inbox()] == [(record(1), "internal")]
    tablet.faults = []
    tablet.sync(WakeReason.TIMER)
    assert record(1) not in tablet.server.world.records
    tablet.sync(WakeReason.USER)
    assert tablet.store.status().in_sync
    assert tablet.store.inbox() == []


def test_replaced_change_is_not_retried(tablet: Tablet) -> None:
    tablet.sync()
    bad = tablet.file(1, name="một")
    tablet.file(2, name="hai")
    tablet.faults = failing_on([str(bad)], FailureKind.SERVER_ERROR)
    for _ in range(4):
        tablet.sync(WakeReason.TIMER)
    tablet.faults = []
    tablet.file(1, name="một sửa")
    tablet.sync(WakeReason.USER)
    assert str(bad) not in tablet.server.world.receipts
    assert tablet.server.world.records[record(1)].data == {"name": "một sửa"}
    assert tablet.store.status().in_sync


def test_a_slow_line_is_given_less_and_a_quick_one_more(tablet: Tablet) -> None:
    for number in range(150):
        tablet.file(number, name=LONG, village=LONG)

    def takes(bytes_a_second: float):
        def answer(server, request):
            tablet.seconds += sum(len(str(change)) for change in request.get("push", [])) / bytes_a_second
            return server.answer(request)

        return [answer] * 60

    tablet.faults = takes(1_000)
    tablet.sync()
    slow = [len(request["push"]) for request in tablet.server.requests if request.get("push")]
    assert max(slow[1:]) <= slow[0]
    assert sum(slow) == 150
    for number in range(200, 350):
        tablet.file(number, name=LONG, village=LONG)
    tablet.faults = takes(1_000_000)
    before = len(tablet.server.requests)
    tablet.sync()
    quick = [len(request["push"]) for request in tablet.server.requests[before:] if request.get("push")]
    assert quick[1] > quick[0]


def test_a_line_that_breaks_under_a_batch_gets_half_of_it(tablet: Tablet) -> None:
    tablet.sync()
    for number in range(40):
        tablet.file(number, name=LONG)
    tried: list[int] = []

    def breaks(server, request):
        tried.append(len(request.get("push", [])))
        return Failure(FailureKind.NO_NETWORK) if tried[-1] > 3 else server.answer(request)

    tablet.faults = [breaks] * 80
    for _ in range(5):
        tablet.sync(WakeReason.TIMER)
    assert tried[:5] == [40, 20, 10, 5, 2]
    assert tablet.server.world.records
