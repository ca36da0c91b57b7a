"""Old entries of the trail are deleted up to a root: the rest is verified from its signed base."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, update
from tests.world import World

from field178_server.audit import trail, trail_chain, verify
from field178_server.audit.trail import AuditEntry, Stamp
from field178_server.database.models import Audit, TrailBase
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.security.keyring import to_base64url

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def note(world: World, count: int) -> None:
    def work(session: object) -> None:
        for _ in range(count):
            stamp = Stamp(world.tenant_id, world.ids.time_ordered(), world.clock.now())
            trail.record(session, stamp, trail.OPERATOR, AuditEntry("list_exported"))  # type: ignore[arg-type]

    run_write(world.engine, work)


def thin(world: World, before: datetime) -> int:
    with snapshot(world.engine) as session:
        upto = trail_chain.thinnable(session, world.tenant_id, before)
    if upto is None:
        return 0
    now = world.clock.now()
    return run_write(world.engine, lambda session: trail_chain.thin(session, world.tenant_id, KEY, upto, now))


def faults(world: World) -> list[str]:
    key = to_base64url(KEY.public_key().public_bytes_raw())
    with snapshot(world.engine) as session:
        return [
            *trail_chain.faults_of_trail(session, world.tenant_id, key),
            *verify.faults_of_roots(session, world.tenant_id, key),
        ]


@pytest.fixture
def old_and_new(world: World) -> datetime:
    """Two roots over old entries, then one over new entries; returns the instant between."""
    tablet = world.tablet()
    for _ in range(2):
        tablet.created()
        note(world, 3)
        verify.extend(world.engine, world.tenant_id, KEY, world.clock)
    world.clock.move(days=800)
    middle = world.clock.now()
    tablet.created()
    note(world, 3)
    verify.extend(world.engine, world.tenant_id, KEY, world.clock)
    assert faults(world) == []
    return middle


def test_thinned_trail_is_verified_from_its_base(world: World, old_and_new: datetime) -> None:
    count = len(world.rows(Audit))
    gone = thin(world, old_and_new)
    assert 0 < gone < count
    assert all(row.at >= old_and_new for row in world.rows(Audit))
    assert faults(world) == []
    note(world, 1)
    verify.extend(world.engine, world.tenant_id, KEY, world.clock)
    assert faults(world) == []


def test_only_a_root_may_be_a_base(world: World, old_and_new: datetime) -> None:
    assert thin(world, old_and_new - timedelta(days=9000)) == 0
    assert world.rows(TrailBase) == []


def test_trail_goes_on_after_all_its_entries_were_deleted(world: World, old_and_new: datetime) -> None:
    world.clock.move(days=800)
    thin(world, world.clock.now())
    assert world.rows(Audit) == []
    note(world, 2)
    verify.extend(world.engine, world.tenant_id, KEY, world.clock)
    assert faults(world) == []
    assert min(row.chain_index for row in world.rows(Audit)) > 1


def test_deleting_more_than_the_base_says_is_noticed(world: World, old_and_new: datetime) -> None:
    thin(world, old_and_new)
    first = min(row.chain_index for row in world.rows(Audit))
    run_write(world.engine, lambda session: session.execute(delete(Audit).where(Audit.chain_index == first)))
    assert faults(world)[0] == f"audit: {first} missing"


def test_forged_base_is_noticed(world: World, old_and_new: datetime) -> None:
    thin(world, old_and_new)
    run_write(world.engine, lambda session: session.execute(update(TrailBase).values(chain_hash="0" * 64)))
    assert any("signature" in fault for fault in faults(world))


def test_thinning_behind_the_servers_back_is_noticed(world: World, old_and_new: datetime) -> None:
    run_write(world.engine, lambda session: session.execute(delete(Audit).where(Audit.at < old_and_new)))
    assert "audit: 1 missing" in faults(world)
