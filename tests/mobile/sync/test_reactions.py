"""What the tablet does when the server's history is not what it was."""

from __future__ import annotations

import json

from tests.mobile.support import UNIT
from tests.mobile.sync.tablet import Tablet, record

from field178_mobile.store.outbox import get_change
from field178_mobile.sync.events import Failure, FailureKind
from field178_shared.protocol import Status


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

    change = tablet.store.read(lambda room: get_change(room, str(change_id)))
    assert change is not None
    assert change.status is Status.QUARANTINED


def test_a_copy_keeps_its_changes_though_a_backup_holds_their_numbers(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="Ánh Trăng")
    tablet.sync()
    tablet.file(1, name="Ánh Sao")
    tablet.sync()
    life = tablet.sync_store.position().incarnation
    twin = {**next(iter(tablet.server.world.receipts.values())), "change_id": record(99)}
    tablet.server.world.receipts[record(99)] = twin  # another copy of this tablet used the number 2 first
    tablet.server.backed_up[life] = 2
    change_id = tablet.file(1, name="Hoa Ban")
    tablet.sync()
    assert tablet.store.read(lambda room: get_change(room, str(change_id))) is not None


def test_a_tablet_enrolled_again_begins_a_life_of_its_own_and_offers_everything_once(tablet: Tablet) -> None:
    tablet.sync()
    tablet.file(1, name="một")
    tablet.sync()
    before = tablet.sync_store.position()
    again = Tablet(tablet.store, tablet.clock, tablet.server, device="device-2")
    tablet.server.enrolled_again()
    again.sync()
    after = again.sync_store.position()
    assert after.incarnation != before.incarnation
    assert {life.id for life in after.lives} == {before.incarnation, after.incarnation}
    assert again.store.status().in_sync
    for number in (2, 3):
        again.file(number, name="sau")
        again.sync()
    assert again.store.status().in_sync
    assert sum(bool(request.get("have")) for request in tablet.server.requests) == 1
    again.sync()
    assert "agreed" in tablet.server.frames[0]


def test_a_lost_answer_is_no_sign_of_a_copy(tablet: Tablet) -> None:
    tablet.sync()
    life = tablet.sync_store.position().incarnation
    for number in range(4):
        tablet.file(number, name="một")
        tablet.faults = [lambda server, request: (server.answer(request), Failure(FailureKind.NO_NETWORK))[1]]
        tablet.sync()
        # The server counts one change more than this tablet has receipts for, with every exchange.
        tablet.file(number + 10, name="hai")
        tablet.faults = [lambda server, request: server.answer(request)[:1]]
        tablet.sync()
    tablet.sync()
    assert tablet.sync_store.position().incarnation == life
    assert tablet.store.status().in_sync


def test_the_receipts_of_every_life_are_compared(tablet: Tablet) -> None:
    tablet.sync()
    tablet.file(1, name="một")
    tablet.sync()
    backup = tablet.server.backup()
    first = tablet.sync_store.position().incarnation
    lost = tablet.file(2, name="hai")
    tablet.sync()
    tablet.server.add_foreign_receipt(record(99), first)
    tablet.sync()
    assert tablet.sync_store.position().incarnation != first
    tablet.server.restore(backup, None)
    tablet.sync()
    assert lost in tablet.server.world.receipts
    assert tablet.store.status().in_sync
