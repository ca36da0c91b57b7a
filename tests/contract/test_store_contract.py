"""What a store must promise under many writers at once, whatever the engine (protocol §5, §6.4, I10)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.contract.soundness import assert_sound
from tests.world import ESTABLISHMENT, UNIT, Json, Tablet, World, proven

from field178_server.database.models import (
    Audit,
    ChangeHistory,
    Feed,
    ReceiptCopy,
    Record,
    Scope,
    StoredReceipt,
)
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.devices.context import load_devices
from field178_server.replication.policy.record_validation import declared_types
from field178_server.replication.push.push import push
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import conflict_id
from field178_shared.wire.protocol import Change as ProtocolChange

WRITERS = 5


def at_once(tasks: list[Callable[[], Any]]) -> list[Any]:
    """Run the tasks in as many threads, let go at the same moment."""
    gate = threading.Barrier(len(tasks))

    def started(task: Callable[[], Any]) -> Any:
        gate.wait(30)
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [future.result(60) for future in [pool.submit(started, task) for task in tasks]]


def pushed(tablet: Tablet, rounds: int, size: int) -> list[Json]:
    receipts: list[Json] = []
    for _ in range(rounds):
        receipts += tablet.push(*[tablet.create() for _ in range(size)])
    return receipts


def test_receipts_of_five_writers_are_stored_in_order(world: World) -> None:
    tablets = [world.tablet() for _ in range(WRITERS)]
    receipts_by_tablet = at_once([lambda tablet=tablet: pushed(tablet, 6, 5) for tablet in tablets])
    receipts = [receipt for receipts_of_tablet in receipts_by_tablet for receipt in receipts_of_tablet]
    assert {receipt["status"] for receipt in receipts} == {"applied"}
    rows = {row.change_id: row for row in world.rows(StoredReceipt)}
    assert len(rows) == len(receipts) == WRITERS * 30
    assert sorted(row.seq for row in rows.values()) == list(range(1, WRITERS * 30 + 1))
    assert_sound(world)


def test_a_reader_meanwhile_never_passes_a_row_that_comes_later(world: World) -> None:
    writers, reader = [world.tablet() for _ in range(4)], world.tablet()
    running = threading.Event()

    def read() -> int:
        looks = 0
        while not running.is_set():
            reader.pull()
            looks += 1
        return looks

    def write() -> None:
        with ThreadPoolExecutor(len(writers)) as pool:
            for future in [pool.submit(pushed, tablet, 8, 3) for tablet in writers]:
                future.result(60)
        running.set()

    looks, _ = at_once([read, write])
    reader.pull()
    assert looks > 1
    assert len(reader.base) == 4 * 24
    assert proven(reader.sync()) == ["ref", UNIT]


def test_one_request_sent_five_times_at_once_is_stored_once(world: World) -> None:
    tablet = world.tablet()
    changes = [tablet.create() for _ in range(8)]
    copies = [replace(tablet, cursors={}, base={}, receipts={}) for _ in range(WRITERS)]
    answers = at_once([lambda copy=copy: copy.push(*changes) for copy in copies])
    assert all(answer == answers[0] for answer in answers)
    assert len(world.rows(StoredReceipt)) == len(world.rows(ChangeHistory)) == len(world.rows(Record)) == 8
    assert_sound(world)


def test_one_change_from_five_tablets_at_once_is_stored_once(world: World) -> None:
    tablets = [world.tablet() for _ in range(WRITERS)]
    change = tablets[0].create()
    answers = at_once([lambda tablet=tablet: tablet.push(change) for tablet in tablets])
    assert all(answer == answers[0] for answer in answers)
    assert len(world.rows(Record)) == 1
    assert_sound(world)


def test_one_record_made_by_five_tablets_at_once_loses_no_value(world: World) -> None:
    tablets = [world.tablet() for _ in range(WRITERS)]
    record_id = world.ids.time_ordered()
    changes = [
        tablet.change(record_id, {**ESTABLISHMENT, "village": f"Thôn {n}"}, create=True)
        for n, tablet in enumerate(tablets)
    ]
    at_once([lambda t=tablet, c=change: t.push(c) for tablet, change in zip(tablets, changes, strict=True)])
    tablets[0].pull()
    kept = {tablets[0].base[record_id]["data"]["village"]}
    for tablet, change in zip(tablets, changes, strict=True):
        conflict = tablets[0].base.get(conflict_id(record_id, "village", tablet.device))
        if conflict is not None:
            kept.add(conflict["data"]["entries"][change["change_id"]]["mine"])
    assert kept == {f"Thôn {n}" for n in range(WRITERS)}
    assert_sound(world)


def test_nothing_of_a_failed_transaction_stays(world: World) -> None:
    tablet = world.tablet()
    changes = [tablet.create(), tablet.create()]

    def work(session: Any) -> None:
        batch = world.batch(session)
        devices = load_devices(session, "main", [tablet.device], lock=True)
        sent = [ProtocolChange.from_wire(change) for change in changes]
        push(batch, devices[tablet.device], tablet.incarnation, sent, declared_types())
        session.flush()
        raise AppError(ErrorCode.INTERNAL)

    with pytest.raises(AppError):
        run_write(world.engine, work)
    with snapshot(world.engine) as session:
        tables = (Record, StoredReceipt, Feed, ChangeHistory, ReceiptCopy, Audit)
        counts = [session.scalar(select(func.count()).select_from(table)) for table in tables]
    assert counts == [0] * len(counts)
    assert [scope.seq for scope in world.rows(Scope)] == [0, 0, 0, 0]
    assert [receipt["status"] for receipt in tablet.push(*changes)] == ["applied", "applied"]
    assert_sound(world)
