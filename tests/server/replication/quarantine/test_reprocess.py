"""Changes in quarantine run again when the reason of their refusal is gone."""

from __future__ import annotations

from typing import Any

from tests.world import ESTABLISHMENT, OTHER_UNIT, TENANT, World

from field178_server.database.models import ChangeHistory, DeviceScope, Quarantine
from field178_server.database.unit_of_work import run_write
from field178_server.replication.policy.record_validation import declared_types
from field178_server.replication.quarantine.reprocess import run_again

OTHER = {**ESTABLISHMENT, "unit_id": "c11632_v1"}


def grant(world: World, device_id: str, scope: str) -> int:
    def work(session: Any) -> int:
        session.add(
            DeviceScope(tenant_id=TENANT, device_id=device_id, scope=scope, granted_at=world.clock.now())
        )
        session.flush()
        return run_again(world.batch(session), declared_types(), device_id)

    return run_write(world.engine, work)


def test_grant_applies_changes_sent_too_early_in_order(world: World) -> None:
    tablet = world.tablet()
    create = tablet.create(OTHER, scope=OTHER_UNIT)
    edit = tablet.change(create["record_id"], {"village": "Thôn 3"}, scope=OTHER_UNIT)
    assert {r["reason"] for r in tablet.push(create, edit)} == {"scope_not_granted"}
    assert grant(world, tablet.device, OTHER_UNIT) == 2
    tablet.pull()
    assert tablet.base[create["record_id"]]["data"] == {**OTHER, "village": "Thôn 3"}
    verdicts = [tablet.receipts[change["change_id"]] for change in (create, edit)]
    assert [(v["status"], v["rev"]) for v in verdicts] == [("applied", 1), ("applied", 2)]
    assert tablet.cursors[tablet.scope] == 4
    assert tablet.digest(tablet.scope)[0] == 2
    assert [row.state for row in world.rows(Quarantine)] == ["applied", "applied"]
    assert sorted(row.rev for row in world.rows(ChangeHistory)) == [1, 2]


def test_an_edit_that_waited_longer_than_its_create_is_applied_once(world: World) -> None:
    first, second = world.tablet(), world.tablet()
    create = first.create(OTHER, scope=OTHER_UNIT)
    first.push(create)
    orphan = second.change(create["record_id"], {"village": "Thôn 3"})
    second.push(orphan)

    def work(session: Any) -> int:
        for tablet in (first, second):
            session.add(
                DeviceScope(
                    tenant_id=TENANT, device_id=tablet.device, scope=OTHER_UNIT, granted_at=world.clock.now()
                )
            )
        session.flush()
        return run_again(world.batch(session), declared_types())

    run_write(world.engine, work)
    second.pull()
    assert second.receipts[orphan["change_id"]]["status"] == "applied"
    assert second.base[create["record_id"]]["rev"] == 2


def test_change_that_is_still_refused_keeps_its_receipt(world: World) -> None:
    tablet = world.tablet()
    bad = tablet.create({**ESTABLISHMENT, "name": 7})
    (before,) = tablet.push(bad)
    assert run_write(world.engine, lambda s: run_again(world.batch(s), declared_types())) == 0
    assert tablet.push(bad) == [before]
    tablet.pull()
    assert tablet.cursors[tablet.scope] == 1


def test_other_reason_at_the_next_attempt_makes_a_new_receipt(world: World) -> None:
    tablet = world.tablet()
    bad = tablet.create({**OTHER, "name": 7}, scope=OTHER_UNIT)
    tablet.push(bad)
    assert grant(world, tablet.device, OTHER_UNIT) == 1
    tablet.sync()
    receipt = tablet.receipts[bad["change_id"]]
    assert (receipt["status"], receipt["reason"], receipt["details"]) == (
        "quarantined",
        "schema",
        {"name": ["wrong_type"]},
    )
    assert [row.reason for row in world.rows(Quarantine)] == ["schema"]
