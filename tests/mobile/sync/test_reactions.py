"""What the tablet does when the server's history is not what it was."""

from __future__ import annotations

import json

from tests.mobile.support import UNIT
from tests.mobile.sync.tablet import Tablet, record

from field178_mobile.store.outbox import get_change
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
