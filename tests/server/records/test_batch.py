"""The working set of a write transaction, as the office's own services use it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine
from tests.engine_events import listen
from tests.stores import Statements
from tests.world import ESTABLISHMENT, OTHER_UNIT, SESSION, UNIT, World

from field178_server.database.models import (
    ChangeHistory,
    ConflictRow,
    EstablishmentProjection,
    Feed,
    FiledFacet,
    FiledRecord,
    Record,
)
from field178_server.database.unit_of_work import run_write
from field178_server.records.batch import Batch, SourceChange
from field178_server.records.move import move
from field178_server.records.stored_record import new_record, next_revision
from field178_shared.errors import AppError
from field178_shared.merge import Data
from field178_shared.wire.canonical import canonical, short_hash


def written(world: World, work: Any) -> dict[str, int]:
    def whole(session: Any) -> dict[str, int]:
        batch = world.batch(session)
        work(batch)
        return batch.flush()

    return run_write(world.engine, whole)


def test_facets_follow_their_record_and_are_written_where_they_change(
    world: World, statements: Statements
) -> None:
    visit, of_bar = world.ids.random(), {"violation_id": "no_licence"}

    def state(data: Data, *, deleted: bool = False) -> list[str]:
        def work(batch: Batch) -> None:
            batch.load([visit])
            stored = batch.get(visit)
            batch.put(
                new_record(visit, "inspection", UNIT, data)
                if stored is None
                else next_revision(stored, data=data, deleted=deleted)
            )

        with statements(world.engine) as statements_run:
            written(world, work)
        return [statement for statement in statements_run if "filed_facet" in statement]

    def facets() -> list[tuple[str, str]]:
        return sorted((row.kind, row.value) for row in world.rows(FiledFacet))

    assert state({"findings": {"f1": of_bar}})
    assert facets() == [("violation", "no_licence")]
    assert state({"findings": {"f1": of_bar, "f2": of_bar}, "internal_note": "x"}) == []
    assert state({"findings": {"f2": {"violation_id": "closing_hours"}}})
    assert facets() == [("violation", "closing_hours")]
    assert state({"findings": {"f2": {"violation_id": "closing_hours"}}}, deleted=True)
    assert facets() == []


def test_stamps_follow_the_order_of_first_touch_in_each_scope(world: World) -> None:
    ids = sorted((world.ids.random() for _ in range(3)), reverse=True)

    def work(batch: Batch) -> None:
        batch.load(ids)
        for record_id in ids:
            batch.put(new_record(record_id, "establishment", UNIT, ESTABLISHMENT))
        again = batch.get(ids[0])
        assert again is not None
        batch.put(next_revision(again, data={**ESTABLISHMENT, "rooms_total": 2}))

    assert written(world, work) == {ids[0]: 1, ids[1]: 2, ids[2]: 3}
    stored = world.stored(ids[0])
    assert stored is not None
    assert (stored.rev, stored.seq, stored.data["rooms_total"]) == (2, 1, 2)


def test_the_body_is_the_canonical_text_byte_for_byte(world: World) -> None:
    record_id = world.tablet().created({**ESTABLISHMENT, "z": {"b": [1, None, "Đ"], "a": True}})
    (row,) = world.rows(Record)
    assert row.record_id == record_id
    assert row.body.encode() == canonical({**ESTABLISHMENT, "z": {"b": [1, None, "Đ"], "a": True}})


def test_a_record_of_a_scope_nobody_made_is_refused(world: World) -> None:
    def work(batch: Batch) -> None:
        batch.put(new_record(world.ids.random(), "establishment", "unit:nowhere", ESTABLISHMENT))

    with pytest.raises(AppError, match="not_found"):
        written(world, work)
    assert world.rows(Record) == world.rows(Feed) == []


def test_an_act_of_the_office_is_in_the_history(world: World) -> None:
    record_id = world.tablet().created()

    def work(batch: Batch) -> None:
        batch.load([record_id])
        record = batch.get(record_id)
        assert record is not None
        act = SourceChange(world.ids.time_ordered(), "an officer", None, None, "{}")
        batch.put(next_revision(record, data={**record.data, "inspection_priority_id": "high"}), act)

    written(world, work)
    office = [row for row in world.rows(ChangeHistory) if row.device_id is None]
    assert [(row.record_id, row.rev, row.user_id) for row in office] == [(record_id, 2, "an officer")]


def test_a_move_is_in_the_history_and_needs_a_record(world: World) -> None:
    record_id = world.tablet().created()
    written(world, lambda batch: move(batch, record_id, OTHER_UNIT, "an officer"))
    (act,) = [row for row in world.rows(ChangeHistory) if row.device_id is None]
    assert (act.rev, act.user_id) == (2, "an officer")
    assert written(world, lambda batch: move(batch, record_id, OTHER_UNIT)) == {}
    with pytest.raises(AppError, match="not_found"):
        written(world, lambda batch: move(batch, world.ids.random(), OTHER_UNIT))


def test_the_register_shows_live_establishments_searchable_without_marks(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created({**ESTABLISHMENT, "lat": 208_182_100, "lon": 1_065_467_100})
    (row,) = world.rows(EstablishmentProjection)
    assert (row.record_id, row.name, row.unit_id, row.lat) == (
        record_id,
        ESTABLISHMENT["name"],
        "c11629_v1",
        208_182_100,
    )
    assert "nha nghi hoa phuong" in row.folded
    tablet.push(tablet.change(record_id, {"name": "Đồng Quê"}, was={"name": ESTABLISHMENT["name"]}))
    (row,) = world.rows(EstablishmentProjection)
    assert (row.name, row.rev) == ("Đồng Quê", 2)
    assert "dong que" in row.folded
    tablet.push(tablet.delete(record_id, short_hash(tablet.base[record_id]["data"])))
    assert world.rows(EstablishmentProjection) == []


def test_a_filed_session_waits_until_the_office_has_seen_it(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created(SESSION, type="outreach_session")
    (row,) = world.rows(FiledRecord)
    assert (row.record_id, row.type, row.kind, row.review_state) == (
        record_id,
        "outreach_session",
        "conference",
        "waiting",
    )
    assert (row.attendance_count, row.first_time_count, row.device_id) == (40, 30, tablet.device)
    assert row.occurred_on.isoformat() == "2025-03-10"
    received = row.received_at
    world.review(record_id, "returned")
    (row,) = world.rows(FiledRecord)
    assert (row.review_state, row.review_rev, row.rev) == ("returned", 1, 1)
    reviewed = row.reviewed_at
    assert reviewed is not None
    other = world.tablet()
    other.pull()
    other.push(other.change(record_id, {"venue": "Nhà văn hóa"}, type="outreach_session"))
    (row,) = world.rows(FiledRecord)
    assert (row.review_state, row.review_rev, row.rev, row.title) == ("returned", 1, 2, "Nhà văn hóa")
    assert (row.received_at, row.reviewed_at, row.device_id) == (received, reviewed, tablet.device)
    assert row.changed_at > received


def test_a_move_carries_the_projections_along(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created({**ESTABLISHMENT, "village": "Thôn 1"})
    tablet.push(tablet.change(record_id, {"village": "x"}, was={"village": "y"}))
    world.move(record_id, OTHER_UNIT)
    assert [row.scope for row in world.rows(EstablishmentProjection)] == [OTHER_UNIT]
    (conflict,) = world.rows(ConflictRow)
    assert (conflict.scope, conflict.path, conflict.state, conflict.reason) == (
        OTHER_UNIT,
        "village",
        "open",
        "changed",
    )


def test_loading_a_record_walks_no_key_of_the_whole_tenant(sqlite_engine: Engine) -> None:
    world = World(sqlite_engine)
    record_id = world.tablet().created(ESTABLISHMENT)
    plans: list[str] = []

    def explain(connection: Any, _: object, statement: str, parameters: Any, *__: object) -> None:
        if "FROM record" in statement:
            cursor = connection.connection.cursor()
            plans.extend(row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    listen(sqlite_engine, "after_cursor_execute", explain)
    assert world.stored(record_id) is not None
    assert any("subject_id=?" in plan for plan in plans)
    walks = [plan for plan in plans if plan.startswith("SCAN") or plan.endswith("(tenant_id=?)")]
    assert [plan for plan in walks if "json_each" not in plan] == []
