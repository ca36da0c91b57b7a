from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, bindparam, select
from tests.engine_events import listen
from tests.world import ESTABLISHMENT, TENANT, UNIT, World

from field178_server.database.engine import among, readonly
from field178_server.database.fast.prepared import Prepared, rows_together
from field178_server.database.models import Device, Record, Tenant
from field178_server.database.unit_of_work import snapshot, unit_of_work

BY_ID = Prepared(
    select(Record.record_id, Record.deleted)
    .where(Record.tenant_id == bindparam("tenant_id"), among(Record.record_id, bindparam("ids")))
    .order_by(Record.record_id)
)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_list_of_any_length_is_bound_as_one_value(world: World, count: int) -> None:
    tablet = world.tablet()
    ids = [tablet.created(ESTABLISHMENT) for _ in range(4)][:count]

    with snapshot(world.engine) as session:
        rows = BY_ID.rows(session, {"tenant_id": TENANT, "ids": ids})

    assert rows == [(record_id, False) for record_id in sorted(ids)]
    assert all(type(deleted) is bool for _, deleted in rows)


def test_values_are_those_of_the_model_on_either_engine(world: World) -> None:
    tablet = world.tablet()
    query = Prepared(
        select(Device.enrolled_at, Tenant.payload_key)
        .join(Tenant, Tenant.tenant_id == Device.tenant_id)
        .where(Device.device_id == bindparam("device_id"))
        .limit(1)
    )

    with snapshot(world.engine) as session:
        [(enrolled_at, payload_key)] = query.rows(session, {"device_id": tablet.device})

    [device] = world.rows(Device)
    assert (enrolled_at, enrolled_at.utcoffset()) == (device.enrolled_at, timedelta(0))
    assert enrolled_at.tzinfo is UTC
    assert type(payload_key) is bytes


def test_queries_run_together_return_the_rows_of_each_in_their_order(world: World) -> None:
    ids = [world.tablet().created(ESTABLISHMENT) for _ in range(2)]
    enrolled = Prepared(select(Device.enrolled_at).where(Device.tenant_id == bindparam("tenant_id")))

    with snapshot(world.engine) as session:
        row_sets = rows_together(
            session,
            (BY_ID, {"tenant_id": TENANT, "ids": ids}),
            (enrolled, {"tenant_id": TENANT}),
            (BY_ID, {"tenant_id": TENANT, "ids": []}),
        )

    assert row_sets[0] == [(record_id, False) for record_id in sorted(ids)]
    assert {at for (at,) in row_sets[1]} == {row.enrolled_at for row in world.rows(Device)}
    assert row_sets[2] == []


def test_postgresql_keeps_prepared_statements_of_snapshots(postgres_engine: Engine) -> None:
    for _ in range(7):
        with snapshot(postgres_engine) as session:
            BY_ID.rows(session, {"tenant_id": TENANT, "ids": []})
    with readonly(postgres_engine).connect() as connection:
        kept = connection.exec_driver_sql("SELECT statement FROM pg_prepared_statements").scalars().all()

    assert any("FROM record" in statement for statement in kept)


def test_query_returns_unflushed_rows_of_the_session(world: World) -> None:
    [tenant] = world.rows(Tenant)
    query = Prepared(select(Tenant.epoch).where(Tenant.tenant_id == bindparam("tenant_id")))

    with unit_of_work(world.engine) as session:
        session.merge(tenant).epoch = "another"
        assert query.rows(session, {"tenant_id": TENANT}) == [("another",)]


def test_no_statement_of_an_exchange_walks_a_key_of_the_whole_tenant(sqlite_engine: Engine) -> None:
    world = World(sqlite_engine)
    tablet = world.tablet()
    record_id = tablet.created(ESTABLISHMENT)
    plans: dict[str, list[str]] = {}

    def explain(connection: Any, _: object, statement: str, parameters: Any, *__: object) -> None:
        if statement.startswith("SELECT"):
            plan = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans[statement] = [row[3] for row in plan]

    listen(sqlite_engine, "after_cursor_execute", explain)
    tablet.push(tablet.change(record_id, {"village": "Thôn 2"}), tablet.create(ESTABLISHMENT))
    tablet.sync(want=[record_id], cursors={UNIT: 0})
    tablet.push(tablet.delete(record_id, "0" * 16))

    walks = [
        (statement, plan)
        for statement, steps in plans.items()
        for plan in steps
        if "VIRTUAL TABLE" not in plan and (plan.startswith("SCAN") or plan.endswith("(tenant_id=?)"))
    ]
    # The tenant's own row has no longer key.
    assert [statement for statement, plan in walks if "FROM tenant" not in statement] == []
    assert len(plans) > 12
