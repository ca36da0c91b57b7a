"""A digest that differs names the records behind the difference."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, update
from tests.world import OTHER_UNIT, SESSION, UNIT, World

from field178_server.database.models import (
    DuplicateKey,
    EstablishmentProjection,
    Feed,
    FiledCount,
    Record,
    Scope,
)
from field178_server.database.unit_of_work import run_write
from field178_server.maintenance.integrity import faults_of_store
from field178_shared.wire.canonical import record_hash


def behind_its_back(world: World, *statements: Any) -> None:
    run_write(world.engine, lambda session: [session.execute(statement) for statement in statements])


def test_an_honest_store_has_no_fault(world: World) -> None:
    tablet = world.tablet(UNIT, OTHER_UNIT, "ref")
    moved = tablet.created()
    tablet.push(tablet.change(moved, {"village": "Thôn 3"}))
    world.move(moved, OTHER_UNIT)
    gone = tablet.created()
    tablet.push(tablet.delete(gone, "0" * 16))
    assert faults_of_store(world.engine, world.tenant_id) == []


def test_a_record_rewritten_with_its_hash_is_named_by_its_receipt(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    tablet.created()
    body = '{"name":"khác"}'
    h = record_hash(record_id, "establishment", 1, False, {"name": "khác"})
    behind_its_back(world, update(Record).where(Record.record_id == record_id).values(body=body, h=h))
    assert faults_of_store(world.engine, world.tenant_id) == [
        f"scope: {UNIT} digest",
        f"record: {record_id} receipt",
    ]


def test_record_missing_from_its_table_is_reported_by_the_feed(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    behind_its_back(
        world,
        delete(EstablishmentProjection).where(EstablishmentProjection.record_id == record_id),
        delete(DuplicateKey).where(DuplicateKey.record_id == record_id),
        delete(Record).where(Record.record_id == record_id),
    )
    assert faults_of_store(world.engine, world.tenant_id) == [
        f"scope: {UNIT} digest",
        f"record: {record_id} feed",
    ]


def test_a_record_that_no_tablet_can_get_is_named(world: World) -> None:
    record_id = world.tablet().created()
    behind_its_back(
        world,
        delete(Feed).where(Feed.record_id == record_id),
        update(Scope).where(Scope.scope == UNIT).values(live_count=0),
    )
    assert faults_of_store(world.engine, world.tenant_id) == [
        f"scope: {UNIT} digest",
        f"record: {record_id} not in the feed",
    ]


@pytest.mark.parametrize("deleted", [True, False])
def test_a_counter_alone_that_is_wrong_names_no_record(world: World, deleted: bool) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    if deleted:
        tablet.push(tablet.delete(record_id, "0" * 16, base_rev=1))
    behind_its_back(world, update(Scope).where(Scope.scope == UNIT).values(live_count=7))
    assert faults_of_store(world.engine, world.tenant_id) == [f"scope: {UNIT} digest"]


@pytest.mark.parametrize("wrong", [{"record_count": 7}, {"drawer": "approved"}])
def test_a_drawer_of_the_queue_that_counts_wrong_is_named(world: World, wrong: dict[str, Any]) -> None:
    world.tablet().created(SESSION, type="outreach_session")
    assert faults_of_store(world.engine, world.tenant_id) == []
    behind_its_back(world, update(FiledCount).values(**wrong))
    drawers = ["approved", "waiting"] if "drawer" in wrong else ["waiting"]
    assert faults_of_store(world.engine, world.tenant_id) == [
        f"filed: {UNIT} outreach_session {drawer} count" for drawer in drawers
    ]


def test_an_empty_drawer_need_not_be_counted(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created(SESSION, type="outreach_session")
    world.review(record_id, "approved")
    assert faults_of_store(world.engine, world.tenant_id) == []
