"""Compaction of the feed deletes rows that no tablet in use needs, and forces no resync."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from tests.server.replication.pull.test_pull import deleted, kinds
from tests.world import ESTABLISHMENT, OTHER_UNIT, UNIT, Tablet, World, proven

from field178_server.database.models import Device, Feed, Scope
from field178_server.database.unit_of_work import run_write
from field178_server.maintenance.integrity import faults_of_store
from field178_server.replication.compaction import AGE, SILENT, compact, compact_read_rows


def days_pass(world: World, days: float) -> None:
    world.clock._now += timedelta(days=days)


def compacted(world: World) -> dict[str, int]:
    now = world.clock.now()
    return run_write(world.engine, lambda session: compact_read_rows(session, world.tenant_id, now))


def gone(world: World, author: Tablet) -> str:
    """A record that was made and deleted, and one after it that stays."""
    record_id = author.created()
    author.pull()
    deleted(author, record_id)
    author.created()
    author.pull()
    return record_id


def feed_of(world: World, record_id: str) -> list[Any]:
    return world.rows(Feed, Feed.record_id == record_id)


def floor_of(world: World, scope: str = UNIT) -> int:
    (row,) = world.rows(Scope, Scope.scope == scope)
    return int(row.floor)


def test_compaction_deletes_old_rows_and_keeps_new_ones(world: World) -> None:
    author = world.tablet()
    old = gone(world, author)
    assert compacted(world) == {}
    days_pass(world, AGE.days - 1)
    young = gone(world, author)
    days_pass(world, 1.5)
    author.pull()
    assert compacted(world) == {UNIT: 1}
    assert (feed_of(world, old), len(feed_of(world, young))) == ([], 1)
    assert proven(author.sync()) == ["ref", UNIT]
    assert faults_of_store(world.engine, world.tenant_id) == []


def test_the_floor_does_not_pass_a_tablet_in_use(world: World) -> None:
    author, late = world.tablet(), world.tablet()
    late.pull()
    author.created()
    late.pull()
    # The next request contains the cursor.
    days_pass(world, 1)
    late.sync()
    record_id = gone(world, author)
    days_pass(world, AGE.days + 1)
    assert compacted(world) == {}
    assert len(feed_of(world, record_id)) == 1
    assert "resync" not in kinds(late.ask(), UNIT)
    late.pull()
    days_pass(world, 1)
    late.sync(), author.sync()
    assert compacted(world) == {UNIT: 1}
    assert proven(late.sync()) == ["ref", UNIT]


def test_a_tablet_that_was_silent_for_long_is_not_waited_for_and_recovers(world: World) -> None:
    author, late = world.tablet(), world.tablet()
    kept = author.created()
    late.pull()
    days_pass(world, 1)
    late.sync()
    record_id = gone(world, author)
    days_pass(world, SILENT.days + 1)
    author.sync()
    assert compacted(world) == {UNIT: 1}
    assert record_id not in str(late.ask())
    late.cursors.clear()
    late.base.clear()
    late.pull()
    assert kept in late.base
    assert record_id not in late.base


def test_revoked_tablet_and_tablet_without_an_exchange_delay_no_compaction(world: World) -> None:
    author, revoked, _ = world.tablet(), world.tablet(), world.tablet()
    revoked.pull()
    gone(world, author)

    def revoke(session: Any) -> None:
        row = session.scalars(select(Device).where(Device.device_id == revoked.device)).one()
        row.revoked_at = world.clock.now()

    run_write(world.engine, revoke)
    days_pass(world, AGE.days + 1)
    author.sync()
    assert compacted(world) == {UNIT: 1}


def test_tablet_without_stored_cursors_delays_compaction(world: World) -> None:
    author, unknown = world.tablet(), world.tablet()
    unknown.pull()
    gone(world, author)
    days_pass(world, AGE.days + 1)
    author.sync()

    def forget(session: Any) -> None:
        row = session.scalars(select(Device).where(Device.device_id == unknown.device)).one()
        row.cursors = None

    run_write(world.engine, forget)
    assert compacted(world) == {}


def test_a_scope_that_is_named_is_compacted_whole(world: World) -> None:
    author = world.tablet()
    ids = [author.created() for _ in range(5)]
    author.pull()
    for record_id in ids:
        deleted(author, record_id)
    done = [
        run_write(world.engine, lambda session: compact(session, world.tenant_id, UNIT)) for _ in range(2)
    ]
    assert done == [5, 0]
    assert floor_of(world) == max(row.seq for row in world.rows(Scope, Scope.scope == UNIT))


def test_a_move_leaves_nothing_behind_in_time(world: World) -> None:
    author = world.tablet(UNIT, OTHER_UNIT, "ref")
    record_id = author.created()
    world.move(record_id, OTHER_UNIT)
    author.pull()
    days_pass(world, AGE.days + 1)
    author.sync()
    assert compacted(world) == {UNIT: 1}
    assert [row.scope for row in feed_of(world, record_id)] == [OTHER_UNIT]


def test_a_conflict_is_as_young_as_the_record_it_is_about(world: World) -> None:
    first, second = world.tablet(UNIT, OTHER_UNIT, "ref"), world.tablet(UNIT, OTHER_UNIT, "ref")
    record_id = first.created()
    for tablet in (first, second):
        tablet.pull()
    first.push(first.change(record_id, {"name": "Một"}, was={"name": ESTABLISHMENT["name"]}))
    second.push(second.change(record_id, {"name": "Hai"}, was={"name": ESTABLISHMENT["name"]}))
    days_pass(world, AGE.days + 1)
    world.move(record_id, OTHER_UNIT)
    for tablet in (first, second):
        tablet.pull()
        days_pass(world, 1)
        tablet.sync()
    assert compacted(world) == {}
    days_pass(world, AGE.days + 1)
    first.sync()
    second.sync()
    assert compacted(world) == {UNIT: 2}
