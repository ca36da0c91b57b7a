"""Superseding quarantined changes: a later change replaces those it names (protocol §5.7)."""

from __future__ import annotations

from typing import Any

from tests.world import ESTABLISHMENT, OTHER_UNIT, TENANT, Json, Tablet, World

from field178_server.database.models import DeviceScope, Quarantine
from field178_server.database.unit_of_work import run_write
from field178_server.replication.policy.record_validation import declared_types
from field178_server.replication.quarantine.reprocess import run_again
from field178_shared.wire.canonical import canonical

OTHER = {**ESTABLISHMENT, "unit_id": "c11632_v1"}


def refused(tablet: Tablet, **more: Any) -> Json:
    change = tablet.create({**ESTABLISHMENT, "rooms_total": -1, **more})
    assert tablet.push(change)[0]["status"] == "quarantined"
    return change


def mending(tablet: Tablet, *changes: Json, **more: Any) -> Json:
    data = {**ESTABLISHMENT, **more}
    replaces = [change["change_id"] for change in changes]
    return tablet.change(changes[0]["record_id"], data, create=True, replaces=replaces)


def test_superseding_create_is_applied_and_the_first_gets_a_receipt(world: World) -> None:
    tablet = world.tablet()
    bad = refused(tablet)
    (receipt,) = tablet.push(mending(tablet, bad))
    assert (receipt["status"], receipt["rev"]) == ("applied", 1)
    first_receipt = tablet.receipts[bad["change_id"]]
    assert (
        first_receipt["status"],
        first_receipt["reason"],
        first_receipt["rev"],
        first_receipt["seq"],
    ) == (
        "unchanged",
        "replaced",
        1,
        receipt["seq"],
    )
    (kept,) = world.rows(Quarantine)
    assert (kept.state, kept.payload.encode()) == ("replaced", canonical(bad))
    assert tablet.push(bad) == [{**first_receipt, "frame": "res"}]
    assert (tablet.digest(tablet.scope)[0], tablet.cursors[tablet.scope]) == (2, 3)


def test_superseded_change_does_not_run_again(world: World) -> None:
    tablet = world.tablet()
    bad = refused(tablet)
    tablet.push(mending(tablet, bad))
    assert run_write(world.engine, lambda s: run_again(world.batch(s), declared_types())) == 0
    assert tablet.receipts[bad["change_id"]]["reason"] == "replaced"


def test_superseding_change_that_is_quarantined_replaces_nothing(world: World) -> None:
    tablet = world.tablet()
    bad = refused(tablet)
    worse = mending(tablet, bad, name=7)
    assert tablet.push(worse)[0]["status"] == "quarantined"
    assert {row.state for row in world.rows(Quarantine)} == {"open"}
    tablet.push(mending(tablet, bad, worse))
    assert {row.state for row in world.rows(Quarantine)} == {"replaced"}


def test_both_may_come_in_one_request(world: World) -> None:
    tablet = world.tablet()
    bad = tablet.create({**ESTABLISHMENT, "rooms_total": -1})
    first, second = tablet.push(bad, mending(tablet, bad))
    assert (first["status"], first["reason"], second["status"]) == ("unchanged", "replaced", "applied")
    assert [row.state for row in world.rows(Quarantine)] == ["replaced"]


def test_superseded_orphan_does_not_run_when_its_record_appears(world: World) -> None:
    tablet = world.tablet()
    bad = tablet.create({**ESTABLISHMENT, "rooms_total": -1})
    orphan = tablet.change(bad["record_id"], {"village": "Thôn sai"})
    assert [receipt["reason"] for receipt in tablet.push(bad, orphan)] == ["schema", "orphan"]
    tablet.push(mending(tablet, bad, orphan, village="Thôn 2"))
    assert tablet.base[bad["record_id"]]["data"]["village"] == "Thôn 2"
    assert tablet.base[bad["record_id"]]["rev"] == 1
    assert tablet.receipts[orphan["change_id"]]["reason"] == "replaced"


def test_only_a_waiting_change_of_the_same_record_and_tablet_is_replaced(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    bad, good = refused(tablet), tablet.create()
    tablet.push(good)
    theirs = other.change(bad["record_id"], {"name": 7})
    other.push(theirs)
    elsewhere = refused(tablet)
    mend = mending(tablet, bad, good, theirs, elsewhere)
    strange = [*mend["replaces"], world.ids.random(), 7, None]
    assert tablet.push({**mend, "replaces": strange})[0]["status"] == "applied"
    states = {row.change_id: row.state for row in world.rows(Quarantine)}
    expected = {bad["change_id"]: "replaced", theirs["change_id"]: "applied", elsewhere["change_id"]: "open"}
    assert states == expected
    assert tablet.push(good)[0]["status"] == "applied"


def test_replaces_that_is_no_list_replaces_nothing(world: World) -> None:
    tablet = world.tablet()
    bad = refused(tablet)
    mend = {**mending(tablet, bad), "replaces": {"x": 1}}
    assert tablet.push(mend)[0]["status"] == "applied"
    assert [row.state for row in world.rows(Quarantine)] == ["open"]


def test_after_a_grant_the_later_word_stands_for_both(world: World) -> None:
    tablet = world.tablet()
    first = tablet.create(OTHER, scope=OTHER_UNIT)
    second = {**mending(tablet, first, **OTHER, village="Thôn 2"), "scope": OTHER_UNIT}
    assert {receipt["reason"] for receipt in tablet.push(first, second)} == {"scope_not_granted"}

    def work(session: Any) -> int:
        session.add(
            DeviceScope(
                tenant_id=TENANT, device_id=tablet.device, scope=OTHER_UNIT, granted_at=world.clock.now()
            )
        )
        session.flush()
        return run_again(world.batch(session), declared_types(), tablet.device)

    run_write(world.engine, work)
    tablet.pull()
    assert tablet.base[first["record_id"]]["data"] == {**OTHER, "village": "Thôn 2"}
    verdicts = [tablet.receipts[change["change_id"]] for change in (first, second)]
    assert [(v["status"], v["reason"], v["rev"]) for v in verdicts] == [
        ("unchanged", "replaced", 1),
        ("applied", None, 1),
    ]


def test_superseding_change_without_new_values_ends_the_replaced_change(world: World) -> None:
    tablet = world.tablet()
    record = tablet.create(ESTABLISHMENT)
    tablet.push(record)
    bad = tablet.change(record["record_id"], {"rooms_total": -1})
    assert tablet.push(bad)[0]["status"] == "quarantined"
    nothing = tablet.change(record["record_id"], {}, replaces=[bad["change_id"]])
    (receipt,) = tablet.push(nothing)
    assert (receipt["status"], receipt["rev"]) == ("unchanged", 1)
    assert tablet.receipts[bad["change_id"]]["reason"] == "replaced"


def test_superseding_create_replaces_edits_that_wait_for_the_record(world: World) -> None:
    tablet = world.tablet()
    bad = refused(tablet, name="Ánh Trăng")
    edit = tablet.change(bad["record_id"], {"name": "Ánh Sao"}, was={"name": "Ánh Trăng"})
    mended = mending(tablet, bad, edit, name="Ánh Trăng")
    receipts = tablet.push(edit, mended)
    assert [receipt["status"] for receipt in receipts] == ["unchanged", "applied"]
    assert tablet.receipts[edit["change_id"]]["reason"] == "replaced"
    assert world.stored(bad["record_id"]).data["name"] == "Ánh Trăng"
