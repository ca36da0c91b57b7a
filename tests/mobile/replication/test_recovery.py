"""What the tablet does when the server's history is not what it was."""

from __future__ import annotations

import json

from tests.mobile.replication.tablet import Tablet, record
from tests.mobile.support import UNIT

from field178_mobile.replication.events import Failure, FailureKind
from field178_mobile.store.outbox.changes import get_change
from field178_mobile.store.replication.checkpoint import read_checkpoint
from field178_mobile.store.replication.incarnation import explain
from field178_shared.wire.protocol import Status

SECOND = "0197aaaa-0000-4000-8000-000000000002"


def test_a_verdict_judged_anew_after_a_restore_replaces_the_old_one(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="Ánh Trăng")
    tablet.sync()
    before = tablet.server.backup()
    change_id = tablet.file(1, name="Ánh Sao")
    tablet.sync()
    pushed = next(body for body in tablet.bodies if json.loads(body).get("push"))

    tablet.server.restore(before, "epoch-2")
    tablet.server.refuse = lambda change: "rule"
    tablet.server.answer(json.loads(pushed))  # a second tablet made of the same image, or a late request
    tablet.file(2, name="Hoa Ban")
    tablet.sync()

    change = tablet.store.read(lambda context: get_change(context, str(change_id)))
    assert change is not None
    assert change.status is Status.QUARANTINED


def test_changes_lost_by_the_server_are_sent_again_before_the_repair(
    tablet: Tablet,
) -> None:
    tablet.server.office_put(record(1), UNIT, name="Ánh Trăng")
    tablet.sync()
    before = tablet.server.backup()
    tablet.file(1, name="Ánh Sao")
    tablet.sync()
    tablet.server.restore(before, tablet.server.world.epoch)
    tablet.bodies.clear()
    tablet.file(2, name="Hoa Ban")
    tablet.sync()

    requests = [json.loads(body) for body in tablet.bodies]
    assert any(change["record_id"] == record(1) for request in requests for change in request.get("push", []))
    assert [list(request["repair"]) for request in requests if request.get("repair")] == [[UNIT]]
    assert tablet.agrees()
    assert tablet.store.status().in_sync


def test_a_copy_keeps_its_changes_though_a_backup_holds_their_numbers(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="Ánh Trăng")
    tablet.sync()
    tablet.file(1, name="Ánh Sao")
    tablet.sync()
    life = tablet.sync_store.read(read_checkpoint).incarnation
    twin = {**next(iter(tablet.server.world.receipts.values())), "change_id": record(99)}
    tablet.server.world.receipts[record(99)] = twin  # another copy of this tablet used the number 2 first
    tablet.server.backed_up[life] = 2
    change_id = tablet.file(1, name="Hoa Ban")
    tablet.sync()
    assert tablet.store.read(lambda context: get_change(context, str(change_id))) is not None


def test_tablet_enrolled_again_starts_an_incarnation_and_keeps_its_records(
    tablet: Tablet,
) -> None:
    tablet.sync()
    tablet.file(1, name="một")
    tablet.sync()
    before = tablet.sync_store.read(read_checkpoint)
    again = Tablet(tablet.store, tablet.clock, tablet.server, device="device-2")
    tablet.server.enrolled_again()
    again.sync()
    after = again.sync_store.read(read_checkpoint)
    assert after.incarnation != before.incarnation
    assert {life.id for life in after.lives} == {before.incarnation, after.incarnation}
    assert again.store.status().in_sync
    for number in (2, 3):
        again.file(number, name="sau")
        again.sync()
    assert again.store.status().in_sync
    assert not any(request.get("have") for request in tablet.server.requests)
    again.sync()
    assert "agreed" in tablet.server.frames[0]


def test_a_receipt_of_a_former_device_that_a_restore_took_is_missed(tablet: Tablet) -> None:
    tablet.sync()
    backup = tablet.server.backup()
    lost = tablet.file(1, name="một")
    tablet.sync()
    again = Tablet(tablet.store, tablet.clock, tablet.server, device="device-2")
    tablet.server.enrolled_again()
    again.sync()
    tablet.server.restore(backup, None)
    again.sync()
    assert lost in tablet.server.world.receipts
    assert again.store.status().in_sync


def test_changes_of_a_former_device_are_pruned_after_a_backup(tablet: Tablet) -> None:
    tablet.sync()
    sent = tablet.file(1, name="một")
    tablet.sync()
    first = tablet.sync_store.read(read_checkpoint).incarnation
    again = Tablet(tablet.store, tablet.clock, tablet.server, device="device-2")
    tablet.server.enrolled_again()
    tablet.server.backed_up[first] = 1
    again.sync()
    assert again.store.read(lambda context: get_change(context, str(sent))) is None
    assert again.store.status().in_sync


def test_tablet_enrolled_again_pushes_waiting_changes_again(tablet: Tablet) -> None:
    tablet.server.refuse = lambda change: "rule"
    waits = tablet.file(1, name="một")
    tablet.sync()
    tablet.server.refuse = lambda change: None
    taken = tablet.file(2, name="hai")
    tablet.sync()
    before = len(tablet.server.requests)
    again = Tablet(tablet.store, tablet.clock, tablet.server, device="device-2")
    tablet.server.enrolled_again()
    again.sync()
    pushed = [
        change["change_id"]
        for request in tablet.server.requests[before:]
        for change in request.get("push", [])
    ]
    assert pushed == [waits]
    assert taken != waits
    change = again.store.read(lambda context: get_change(context, str(waits)))
    assert change is not None
    assert change.status is Status.QUARANTINED


def test_a_lost_answer_is_no_sign_of_a_copy(tablet: Tablet) -> None:
    tablet.sync()
    life = tablet.sync_store.read(read_checkpoint).incarnation
    for number in range(4):
        tablet.file(number, name="một")
        tablet.faults = [lambda server, request: (server.answer(request), Failure(FailureKind.NO_NETWORK))[1]]
        tablet.sync()
        # The server counts one change more than this tablet has receipts for, with every exchange.
        tablet.file(number + 10, name="hai")
        tablet.faults = [lambda server, request: server.answer(request)[:1]]
        tablet.sync()
    tablet.sync()
    assert tablet.sync_store.read(read_checkpoint).incarnation == life
    assert tablet.store.status().in_sync


def test_the_receipts_of_every_life_are_compared(tablet: Tablet) -> None:
    tablet.sync()
    tablet.file(1, name="một")
    tablet.sync()
    backup = tablet.server.backup()
    first = tablet.sync_store.read(read_checkpoint).incarnation
    lost = tablet.file(2, name="hai")
    tablet.sync()
    tablet.server.add_foreign_receipt(record(99), first)
    tablet.sync()
    assert tablet.sync_store.read(read_checkpoint).incarnation != first
    tablet.server.restore(backup, None)
    tablet.sync()
    assert lost in tablet.server.world.receipts
    assert tablet.store.status().in_sync


def test_a_difference_that_is_gone_is_not_told_any_more(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    tablet.sync()
    first = tablet.sync_store.read(read_checkpoint).incarnation
    backup = tablet.server.backup()
    tablet.server.add_foreign_receipt(record(99), first)
    tablet.sync()
    assert tablet.sync_store.read(read_checkpoint).lives[0].explained
    tablet.server.restore(backup, "epoch-2")
    tablet.sync()
    assert tablet.store.status().in_sync
    assert all(life.agreed == life.receipts for life in tablet.sync_store.read(read_checkpoint).lives)


def test_a_number_of_an_earlier_life_does_not_stand_for_one_of_the_present(tablet: Tablet) -> None:
    tablet.sync()
    tablet.file(1, name="một")
    tablet.sync()
    first = tablet.sync_store.read(read_checkpoint).incarnation
    tablet.server.add_foreign_receipt(record(99), first)
    carried = tablet.file(2, name="hai")  # number 2 of the first life, stored under the second
    tablet.faults = [lambda server, request: server.answer({**request, "push": []})[:1]]
    tablet.sync()
    tablet.sync_store.write(
        explain,
        tablet.sync_store.read(read_checkpoint).lives[0],
        tablet.server.receipts_of(first),
        next_incarnation=SECOND,
    )
    tablet.file(3, name="ba")
    tablet.sync()
    fourth = tablet.file(4, name="bốn")
    # The backup holds the numbers 1 and, of the earlier life, 2.
    tablet.server.backed_up[SECOND] = 2
    tablet.sync()
    query = "SELECT id FROM outbox"
    held = {row[0] for row in tablet.store.read(lambda context: context.connection.execute(query).fetchall())}
    assert {carried, fourth} <= held
