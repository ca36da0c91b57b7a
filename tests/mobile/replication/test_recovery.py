"""What the tablet does when the server's history is not what it was."""

from __future__ import annotations

import json

import pytest
from tests.mobile.replication.model_server import ModelServer
from tests.mobile.replication.tablet import RECEIPTS, Tablet, honest, record
from tests.mobile.support import UNIT

from field178_mobile.replication.events import Failure, FailureKind
from field178_mobile.store.outbox.changes import get_change
from field178_mobile.store.outbox.receipt_digests import folded_receipts, receipts_digest
from field178_mobile.store.replica.server_records import get_scope
from field178_mobile.store.replication.checkpoint import read_checkpoint
from field178_mobile.store.replication.repair import repair_scope
from field178_shared.wire.protocol import Status


def held(tablet: Tablet) -> set[str]:
    query = "SELECT id FROM outbox"
    return {row[0] for row in tablet.store.read(lambda context: context.connection.execute(query).fetchall())}


def incarnation(tablet: Tablet) -> str:
    return tablet.sync_store.read(read_checkpoint).incarnation


def sent_since(tablet: Tablet, first: int) -> list[tuple[list[str], list[str]]]:
    """Return the changes and repairs of the requests from a number on, those without both left out."""
    requests = [json.loads(body) for body in tablet.bodies[first:]]
    sent = [
        ([change["change_id"] for change in request.get("push", [])], list(request.get("repair", {})))
        for request in requests
    ]
    return [parts for parts in sent if any(parts)]


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


@pytest.mark.parametrize("epoch", [None, "epoch-2"])
def test_changes_lost_by_the_server_are_pushed_before_other_scopes_are_repaired(
    tablet: Tablet, epoch: str | None
) -> None:
    tablet.server.office_put(record(1), UNIT, name="Ánh Trăng")
    tablet.sync()
    before = tablet.server.backup()
    lost = tablet.file(1, name="Ánh Sao")
    tablet.sync()
    tablet.server.restore(before, epoch)
    first = len(tablet.bodies)
    tablet.sync()
    assert sent_since(tablet, first) == [([], [RECEIPTS]), ([lost], []), ([], [UNIT])]
    assert tablet.agrees()
    assert tablet.store.status().in_sync


def test_lost_changes_are_pushed_before_newer_changes(tablet: Tablet) -> None:
    tablet.sync()
    before = tablet.server.backup()
    lost = tablet.file(1, name="một")
    tablet.sync()
    tablet.server.restore(before, None)
    tablet.sync_store.write(repair_scope, RECEIPTS)
    newer = tablet.file(1, name="hai")
    first = len(tablet.bodies)
    tablet.sync()
    assert sent_since(tablet, first)[:2] == [([], [RECEIPTS]), ([lost, newer], [])]
    assert tablet.data(1) == {"name": "hai"}
    assert tablet.store.status().in_sync


def test_receipt_lost_without_a_trace_is_missed(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    lost = tablet.file(2, name="hai")
    tablet.sync()
    tablet.server.lose_receipt(str(lost))
    tablet.sync()
    assert lost in tablet.server.world.receipts
    assert tablet.store.status().in_sync


def test_long_repair_of_receipts_goes_on_page_by_page(tablet: Tablet) -> None:
    before = tablet.server.backup()
    change_ids = [tablet.file(number, name="một") for number in range(5)]
    tablet.sync()
    tablet.server.restore(before, "epoch-2")
    tablet.server.page = 1
    first = len(tablet.bodies)
    tablet.sync()
    repairs = [repair for _, repair in sent_since(tablet, first) if repair == [RECEIPTS]]
    assert len(repairs) == len({str(change_id)[-2:] for change_id in change_ids})
    assert tablet.store.status().in_sync


@pytest.mark.parametrize("lines", [1, 2, 3])
def test_cut_repair_of_receipts_goes_on_where_it_was(tablet: Tablet, lines: int) -> None:
    tablet.file(1, name="một")
    tablet.sync()
    tablet.server.add_foreign_receipt(record(99), "another")
    tablet.server.world.epoch = "epoch-2"
    tablet.faults = [honest, lambda server, request: server.answer(request)[:lines]]
    tablet.sync()
    tablet.sync()
    assert tablet.store.status().in_sync
    assert tablet.agrees()


def never_repairs(server: ModelServer, request: dict) -> list[bytes]:
    return server.answer({**request, "repair": {}})


@pytest.mark.parametrize("fault", [never_repairs, lambda *_: Failure(FailureKind.SERVER_ERROR)])
def test_repair_of_receipts_that_fails_delays_no_change(tablet: Tablet, fault) -> None:
    tablet.file(1, name="một")
    tablet.sync()
    tablet.sync_store.write(repair_scope, RECEIPTS)
    pushed = tablet.file(2, name="hai")
    tablet.faults = [
        lambda server, request: (fault if request.get("repair") else honest)(server, request)
    ] * 9
    tablet.sync()
    tablet.sync()
    assert pushed in tablet.server.world.receipts
    assert not tablet.store.status().in_sync
    tablet.faults = []
    tablet.sync()
    assert tablet.store.status().in_sync


def test_digest_of_receipts_that_is_always_wrong_delays_nothing(tablet: Tablet) -> None:
    tablet.server.office_put(record(5), UNIT, name="năm")
    tablet.file(1, name="một")
    tablet.sync()
    tablet.server.breaks_receipts = True
    tablet.sync_store.write(repair_scope, RECEIPTS)
    tablet.sync_store.write(repair_scope, UNIT)
    pushed = tablet.file(2, name="hai")
    tablet.sync()
    assert pushed in tablet.server.world.receipts
    assert tablet.agrees()
    assert not tablet.sync_store.read(read_checkpoint).scopes[UNIT].refresh
    assert not tablet.store.status().in_sync


def test_tablet_enrolled_again_pushes_everything_under_the_same_ids(tablet: Tablet) -> None:
    tablet.server.refuse = lambda change: "rule" if change["record_id"] == record(1) else None
    change_ids = [tablet.file(number, name="một") for number in (1, 2)]
    tablet.sync()
    tablet.server.add_foreign_receipt(record(99), "another")
    tablet.sync()
    again = Tablet(tablet.store, tablet.clock, tablet.server, device="device-2")
    again.sync()
    assert sent_since(again, 0) == [(change_ids, [])]
    scopes = again.sync_store.read(read_checkpoint).scopes
    assert RECEIPTS not in scopes
    assert again.store.read(folded_receipts) == {}
    assert again.store.status().in_sync
    tablet.server.decide(str(change_ids[0]), "unchanged", "replaced")
    again.sync()
    change = again.store.read(lambda context: get_change(context, str(change_ids[0])))
    assert change is not None
    assert change.status is Status.UNCHANGED
    again.sync()
    assert "agreed" in tablet.server.frames[0]


def test_receipt_that_a_restore_took_is_missed_after_a_new_enrolment(tablet: Tablet) -> None:
    tablet.sync()
    backup = tablet.server.backup()
    lost = tablet.file(1, name="một")
    tablet.sync()
    again = Tablet(tablet.store, tablet.clock, tablet.server, device="device-2")
    again.sync()
    tablet.server.restore(backup, "epoch-2")
    again.sync()
    assert lost in tablet.server.world.receipts
    assert again.store.status().in_sync


def test_a_lost_answer_is_no_sign_of_a_copy(tablet: Tablet) -> None:
    tablet.sync()
    before = incarnation(tablet)
    for number in range(4):
        tablet.file(number, name="một")
        tablet.faults = [lambda server, request: (server.answer(request), Failure(FailureKind.NO_NETWORK))[1]]
        tablet.sync()
        # The server has one receipt more than this tablet, with every exchange.
        tablet.file(number + 10, name="hai")
        tablet.faults = [lambda server, request: server.answer(request)[:1]]
        tablet.sync()
    tablet.sync()
    assert incarnation(tablet) == before
    assert tablet.store.status().in_sync
    assert tablet.mismatches() == 0


def test_cut_answer_about_an_erased_record_is_no_sign_of_a_copy(tablet: Tablet) -> None:
    tablet.server.office_put(record(1), UNIT, name="một")
    tablet.sync()
    before = incarnation(tablet)
    change_id = tablet.file(1, name="hai")
    tablet.server.office_put(record(1), UNIT, purged="2026-11-24T15:00:00Z")
    tablet.server.refuse = lambda change: "purged"
    tablet.faults = [
        lambda server, request: server.answer({**request, "push": []}),
        lambda server, request: server.answer(request)[:2],
    ]
    tablet.sync()
    assert tablet.faults == []
    tablet.sync()
    assert change_id not in held(tablet)
    assert incarnation(tablet) == before
    assert tablet.store.status().in_sync
    assert tablet.mismatches() == 0


def test_receipt_of_another_incarnation_is_folded(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    tablet.sync()
    before = incarnation(tablet)
    tablet.server.add_foreign_receipt(record(99), "another")
    tablet.sync()
    assert incarnation(tablet) == before
    assert list(tablet.store.read(folded_receipts)) == ["99"]
    assert tablet.store.status().in_sync
    assert tablet.mismatches() == 0


def test_copy_is_noticed_by_a_repair_too(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    tablet.sync()
    before = incarnation(tablet)
    tablet.server.add_foreign_receipt(record(99), before)
    tablet.server.world.epoch = "epoch-2"
    tablet.sync()
    assert incarnation(tablet) != before
    assert tablet.store.status().in_sync


def test_pruned_receipts_are_no_sign_of_a_copy(tablet: Tablet) -> None:
    pruned = tablet.file(1, name="một")
    tablet.sync()
    before = incarnation(tablet)
    tablet.server.backed_up = 1
    tablet.sync()
    assert pruned not in held(tablet)
    tablet.server.world.epoch = "epoch-2"
    tablet.server.add_foreign_receipt(record(99), "another")
    tablet.sync()
    assert incarnation(tablet) == before
    assert tablet.store.status().in_sync


def test_folded_receipts_that_a_restore_took_are_forgotten(tablet: Tablet) -> None:
    empty = tablet.server.backup()
    tablet.file(1, name="một")
    tablet.sync()
    tablet.server.backed_up = 1
    tablet.sync()
    tablet.server.backed_up = 0
    tablet.server.restore(empty, "epoch-2")
    tablet.sync()
    assert tablet.store.read(folded_receipts) == {}
    assert tablet.store.status().in_sync


def test_folded_receipt_that_changes_is_repaired(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    tablet.sync()
    tablet.server.add_foreign_receipt(record(99), "another")
    tablet.sync()
    tablet.server.decide(record(99), "unchanged", "replaced")
    tablet.sync()
    assert tablet.store.status().in_sync
    assert tablet.store.read(receipts_digest).count == 2


def test_later_verdict_on_a_held_change_arrives(tablet: Tablet) -> None:
    tablet.server.refuse = lambda change: "scope_not_granted"
    change_id = str(tablet.file(1, name="một"))
    tablet.sync()
    tablet.server.decide(change_id, "unchanged", "replaced")
    tablet.sync()
    change = tablet.store.read(lambda context: get_change(context, change_id))
    assert change is not None
    assert (change.status, change.reason) == (Status.UNCHANGED, "replaced")
    assert tablet.store.status().in_sync
    assert tablet.mismatches() == 0


def test_nothing_is_pruned_while_the_digest_of_receipts_is_wrong(tablet: Tablet) -> None:
    change_id = tablet.file(1, name="một")
    tablet.sync()
    tablet.server.add_foreign_receipt(record(98), "another")
    tablet.server.lose_receipt(record(98))
    tablet.server.world.stamped["device"] = 0  # the cursor is above it: another history
    tablet.server.breaks_receipts = True
    tablet.server.backed_up = 9
    tablet.sync()
    assert change_id in held(tablet)
    tablet.server.breaks_receipts = False
    tablet.sync()
    assert change_id not in held(tablet)


def test_stamps_of_another_history_prune_nothing(tablet: Tablet) -> None:
    tablet.sync()
    empty = tablet.server.backup()
    first = tablet.file(1, name="một")
    tablet.sync()
    tablet.server.restore(empty, "epoch-2")
    for number in range(5):
        tablet.server.world.receipts[record(90 + number)] = {
            **_receipt_of(record(90 + number)),
        }
        tablet.server.world.stamp("device", record(90 + number))
    tablet.sync()
    # In this history the change is stamped 6; its stamp of the former one was 1.
    tablet.server.backed_up = 5
    tablet.sync()
    assert first in held(tablet)
    tablet.server.backed_up = 6
    tablet.sync()
    assert first not in held(tablet)
    assert tablet.store.status().in_sync


def _receipt_of(change_id: str) -> dict[str, object]:
    return {
        "change_id": change_id,
        "status": "applied",
        "reason": None,
        "details": {},
        "scope": UNIT,
        "rev": 1,
        "seq": 1,
        "h": "0" * 32,
        "at": "2026-11-24T15:00:00Z",
        "incarnation": "another",
    }


def test_database_of_an_earlier_version_compares_its_receipts(tablet: Tablet) -> None:
    tablet.file(1, name="một")
    tablet.sync()
    tablet.server.backed_up = 1
    tablet.sync()
    lost, kept = (tablet.file(number, name="hai") for number in (2, 3))
    tablet.sync()
    before = incarnation(tablet)

    def as_it_was(context) -> None:
        context.connection.execute("DELETE FROM scope WHERE id = ?", (RECEIPTS,))
        context.connection.execute("DELETE FROM folded_receipt")
        context.connection.execute("UPDATE outbox SET stamp = NULL")

    tablet.store.read(as_it_was)
    tablet.server.lose_receipt(str(lost))
    first = len(tablet.bodies)
    tablet.sync()
    assert [parts for parts in sent_since(tablet, first) if parts[1] != [UNIT]] == [
        ([], [RECEIPTS]),
        ([lost], []),
    ]
    assert incarnation(tablet) == before
    assert tablet.store.status().in_sync
    assert held(tablet) == {lost, kept}
    tablet.server.backed_up = tablet.server.world.stamped["device"]
    tablet.sync()
    assert held(tablet) == set()


def test_revoked_tablet_still_hears_of_its_receipts(tablet: Tablet) -> None:
    tablet.sync()
    tablet.server.revoked = True
    change_id = str(tablet.file(1, name="một"))
    tablet.sync()
    tablet.server.decide(change_id, "applied", None)
    tablet.sync()
    change = tablet.store.read(lambda context: get_change(context, change_id))
    assert change is not None
    assert change.status is Status.APPLIED
    assert set(tablet.sync_store.read(read_checkpoint).scopes) == {RECEIPTS}


def test_stored_digest_is_that_of_all_receipts(tablet: Tablet) -> None:
    tablet.server.refuse = lambda change: "rule" if change["record_id"] == record(1) else None
    for number in range(6):
        tablet.file(number, name="một")
    tablet.sync()
    tablet.server.refuse = lambda change: None
    tablet.file(1, name="hai")
    tablet.server.backed_up = 4
    tablet.server.add_foreign_receipt(record(99), "another")
    tablet.sync()
    stored = tablet.store.read(lambda context: get_scope(context, RECEIPTS).digest)
    assert stored == tablet.store.read(receipts_digest)
    assert stored.count == 8
    assert tablet.mismatches() == 0
