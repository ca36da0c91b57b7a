"""Hash chain of the audit trail: the entries covered, detected changes, and its end in roots."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, update
from tests.server.audit.test_verify import KEY, PUBLIC, behind_its_back, extend, rooted
from tests.world import World

from field178_server.audit import trail, trail_chain
from field178_server.audit.trail import AuditEntry, Stamp
from field178_server.audit.trail_chain import BrokenEntry, first_broken_entry
from field178_server.audit.verify import BrokenLink, first_broken_link
from field178_server.database.models import Audit, Root
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.maintenance.integrity import faults_of_store
from field178_shared.ids import IdSource


def written(world: World, count: int) -> None:
    """Write entries of the operator, each a second after the other."""
    ids = IdSource(world.clock)
    for _ in range(count):
        stamp = Stamp(world.tenant_id, ids.time_ordered(), world.clock.now())
        entry = AuditEntry("device_renamed", "d1", None, {"count": 1})
        run_write(world.engine, lambda at, s=stamp, e=entry: trail.record(at, s, trail.OPERATOR, e))


def chained(world: World) -> list[Audit]:
    return sorted(world.rows(Audit, Audit.chain_index.is_not(None)), key=lambda row: row.chain_index or 0)


def broken(world: World, key: str | None = PUBLIC) -> BrokenEntry | None:
    with snapshot(world.engine) as session:
        return first_broken_entry(session, world.tenant_id, key)


def broken_link(world: World) -> BrokenLink | None:
    with snapshot(world.engine) as session:
        return first_broken_link(session, world.tenant_id, PUBLIC)


def test_every_entry_is_chained_once_in_runs_whose_ends_are_signed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail_chain, "RUN_SIZE", 4)
    written(world, 6)
    assert trail_chain.extend(world.engine, world.tenant_id, KEY) == 6
    assert trail_chain.extend(world.engine, world.tenant_id, KEY) == 0
    written(world, 1)
    assert trail_chain.extend(world.engine, world.tenant_id, KEY) == 1
    rows = chained(world)
    assert [row.chain_index for row in rows] == [1, 2, 3, 4, 5, 6, 7]
    assert [bool(row.chain_sig) for row in rows] == [False, False, False, True, False, True, True]
    assert broken(world) is None


def test_an_entry_whose_transaction_ended_late_joins_the_next_run(world: World) -> None:
    ids = IdSource(world.clock)
    early = Stamp(world.tenant_id, ids.time_ordered(), world.clock.now())
    written(world, 2)
    trail_chain.extend(world.engine, world.tenant_id, KEY)
    run_write(
        world.engine,
        lambda session: trail.record(session, early, trail.OPERATOR, AuditEntry("device_renamed", "d1")),
    )
    assert trail_chain.extend(world.engine, world.tenant_id, KEY) == 1
    assert chained(world)[-1].audit_id == early.audit_id
    assert broken(world) is None


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        (update(Audit).where(Audit.chain_index == 3).values(actor_id="somebody"), "hash"),
        (update(Audit).where(Audit.chain_index == 3).values(action="device_revoked"), "hash"),
        (update(Audit).where(Audit.chain_index == 3).values(object_id="d2"), "hash"),
        (update(Audit).where(Audit.chain_index == 3).values(details=None), "hash"),
        (update(Audit).where(Audit.chain_index == 3).values(chain_hash="0" * 64), "hash"),
        (update(Audit).where(Audit.chain_index == 3).values(chain_index=None), "missing"),
        (delete(Audit).where(Audit.chain_index == 3), "missing"),
    ],
)
def test_the_first_altered_entry_is_named(world: World, tampering: Any, fault: str) -> None:
    written(world, 5)
    trail_chain.extend(world.engine, world.tenant_id, KEY)
    third = chained(world)[2]
    behind_its_back(world, tampering)
    broken_entry = broken(world)
    assert broken_entry is not None
    assert (broken_entry.index, broken_entry.fault) == (3, fault)
    assert broken_entry.audit_id == (None if fault == "missing" else third.audit_id)
    assert f"audit: 3 {fault}" in faults_of_store(world.engine, world.tenant_id, PUBLIC)


def test_recomputed_hashes_lack_the_signature(world: World) -> None:
    written(world, 3)
    trail_chain.extend(world.engine, world.tenant_id, KEY)
    behind_its_back(world, update(Audit).where(Audit.chain_index == 2).values(action="device_revoked"))
    rows, previous = chained(world), ""
    for row in rows:
        previous = trail_chain._hash(row.chain_index or 0, previous, None, row)
        behind_its_back(
            world, update(Audit).where(Audit.audit_id == row.audit_id).values(chain_hash=previous)
        )
    assert broken(world, key=None) is None
    broken_entry = broken(world)
    assert broken_entry is not None
    assert (broken_entry.index, broken_entry.fault) == (3, "signature")


@pytest.mark.parametrize("is_made_anew", [False, True])
def test_a_root_names_how_far_the_trail_went(world: World, is_made_anew: bool) -> None:
    rooted(world, 2)
    assert [root.trail_index for root in world.rows(Root)] == [
        len(world.rows(Audit)) - 1,
        len(world.rows(Audit)),
    ]
    assert broken_link(world) is None
    last = chained(world)[-1]
    if is_made_anew:
        # With the key of the server itself: the roots that tablets remember contradict it all the same.
        behind_its_back(world, update(Audit).values(chain_index=None, chain_hash=None, chain_sig=None))
        behind_its_back(world, delete(Audit).where(Audit.audit_id == chained_first(world)))
        trail_chain.extend(world.engine, world.tenant_id, KEY)
    else:
        behind_its_back(world, delete(Audit).where(Audit.audit_id == last.audit_id))
    assert broken(world) is None
    link = broken_link(world)
    assert link is not None
    assert link.faults == ("audit trail",)
    assert link.index == (1 if is_made_anew else 2)


def chained_first(world: World) -> str:
    return min(row.audit_id for row in world.rows(Audit))


def test_links_from_before_the_chain_stay_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tablet = world.tablet()
    tablet.push(tablet.create())
    with monkeypatch.context() as before:
        before.setattr(trail_chain, "head", lambda *_: None)
        before.setattr(trail_chain, "extend", lambda *_: 0)
        assert extend(world)
    tablet.push(tablet.create())
    assert extend(world)
    assert [root.trail_index is None for root in world.rows(Root)] == [True, False]
    assert broken_link(world) is None
