"""Later receipts come in responses of bounded size, each once, however many there are (protocol §6.2)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from tests.contract.soundness import assert_sound
from tests.world import ESTABLISHMENT, OTHER_UNIT, Json, Tablet, World

from field178_server.database.declarative_base import table_of
from field178_server.database.models import ReceiptCopy, StoredReceipt
from field178_server.database.unit_of_work import run_write
from field178_server.maintenance.integrity import faults_of_store
from field178_shared.wire.protocol import MAX_ANSWER_BYTES


def size_of(frames: list[Json]) -> int:
    return sum(len(str(frame)) for frame in frames)


def grown(world: World) -> None:
    """Give every receipt long details, as a refusal of a large change may have."""

    def work(session: Session) -> Any:
        session.execute(
            update(table_of(StoredReceipt)).values(details='{"' + "x" * 40_000 + '": ["bad_path"]}')
        )

    run_write(world.engine, work)


def test_unheard_verdicts_come_in_answers_of_bounded_size(world: World) -> None:
    tablet = world.tablet()
    bad = [tablet.create({**ESTABLISHMENT, "rooms_total": -1}) for _ in range(60)]
    tablet.push(*bad)
    grown(world)
    tablet.cursors.pop(tablet.scope)
    tablet.receipts = {}
    answers = []
    while True:
        answers.append(tablet.sync())
        if not answers[-1][-1]["more"]:
            break
    assert len(answers) > 2
    assert max(map(size_of, answers)) <= MAX_ANSWER_BYTES
    ids = [frame["change_id"] for frames in answers for frame in frames if frame["frame"] == "res"]
    assert ids == [change["change_id"] for change in bad]
    assert tablet.cursors[tablet.scope] == 60


def test_single_receipt_of_any_size_is_sent(world: World) -> None:
    tablet = world.tablet()
    bad = tablet.create({**ESTABLISHMENT, "rooms_total": -1})
    tablet.push(bad)

    def work(session: Session) -> None:
        details = '{"' + "x" * MAX_ANSWER_BYTES + '": ["bad_path"]}'
        session.execute(update(table_of(StoredReceipt)).values(details=details))

    run_write(world.engine, work)
    tablet.cursors.pop(tablet.scope)
    tablet.receipts = {}
    tablet.pull()
    assert set(tablet.receipts) == {bad["change_id"]}


def test_receipt_of_the_current_push_is_sent_once_beside_many_later_receipts(world: World) -> None:
    tablet = world.tablet()
    tablet.push(*[tablet.create({**ESTABLISHMENT, "rooms_total": -1}) for _ in range(30)])
    grown(world)
    tablet.cursors.pop(tablet.scope)
    fresh = tablet.create()
    frames = tablet.sync(push=[fresh])
    assert frames[-1]["more"]
    mine = [frame for frame in frames if frame.get("change_id") == fresh["change_id"]]
    assert len(mine) == 1
    tablet.pull()
    with Session(world.engine) as session:
        assert tablet.cursors[tablet.scope] == len(list(session.scalars(select(StoredReceipt.v))))


def orphan_of(world: World, tablet: Tablet) -> tuple[Json, Json]:
    """A change that waits for a record, and the create of that record by another tablet."""
    maker = world.tablet()
    made = maker.create()
    waits = tablet.change(made["record_id"], {"village": "Thôn 2"})
    assert tablet.push(waits)[0]["reason"] == "orphan"
    return waits, made


def results(frames: list[Json], change: Json) -> list[Json]:
    return [frame for frame in frames if frame.get("change_id") == change["change_id"]]


def test_every_tablet_that_pushed_a_change_receives_its_later_receipts(world: World) -> None:
    old, new, other = world.tablet(), world.tablet(), world.tablet()
    waits, made = orphan_of(world, old)
    old.pull()
    (receipt,) = new.push(waits)
    assert (receipt["status"], receipt["incarnation"]) == ("quarantined", old.incarnation)
    new.pull()
    other.push(made)
    assert [receipt["status"] for receipt in results(new.pull(), waits)] == ["applied"]
    assert [receipt["status"] for receipt in results(old.pull(), waits)] == ["applied"]
    assert (results(new.pull(), waits), results(old.pull(), waits)) == ([], [])
    assert_sound(world)
    assert faults_of_store(world.engine, world.tenant_id) == []


def test_repeat_by_the_successor_of_a_tablet_adds_no_receipt(world: World) -> None:
    old, new = world.tablet(), world.tablet()
    waits, _ = orphan_of(world, old)
    assert new.push(waits) == new.push(waits)
    third = world.tablet()
    third.push(waits)
    assert [row.device_id for row in world.rows(StoredReceipt)] == [old.device]
    assert {row.device_id for row in world.rows(ReceiptCopy)} == {new.device, third.device}
    assert_sound(world)


def test_receipt_of_a_scope_without_a_grant_has_the_status_alone(world: World) -> None:
    old, new = world.tablet(), world.tablet(OTHER_UNIT)
    waits, made = orphan_of(world, old)
    new.push(waits)
    world.tablet().push(made)
    (receipt,) = results(new.sync(), waits)
    assert [receipt[name] for name in ("status", "rev", "seq")] == ["applied", None, None]


def test_change_of_a_former_tablet_is_corrected_by_a_new_change(world: World) -> None:
    old, new = world.tablet(), world.tablet()
    bad = old.create({**ESTABLISHMENT, "rooms_total": -1})
    old.push(bad)
    new.push(bad)
    assert [row.device_id for row in world.rows(ReceiptCopy)] == [new.device]
    # Only its own tablet may supersede a change: the other tablet sends a new one.
    again = new.change(bad["record_id"], ESTABLISHMENT, create=True, replaces=[bad["change_id"]])
    (mended,) = new.push(again)
    assert mended["status"] == "applied"
    assert_sound(world)


def test_every_tablet_of_a_change_replaced_at_the_second_attempt_receives_that(world: World) -> None:
    old, new = world.tablet(), world.tablet()
    bad = old.create({**ESTABLISHMENT, "rooms_total": -1})
    record_id = bad["record_id"]
    worse = old.change(
        record_id, {**ESTABLISHMENT, "rooms_total": -2}, create=True, replaces=[bad["change_id"]]
    )
    old.push(bad, worse)
    new.push(bad)
    good = old.change(record_id, ESTABLISHMENT, create=True, replaces=[bad["change_id"], worse["change_id"]])
    assert old.push(good)[0]["status"] == "applied"
    assert_sound(world)
    assert [receipt["reason"] for receipt in results(new.pull(), bad)] == ["replaced"]
