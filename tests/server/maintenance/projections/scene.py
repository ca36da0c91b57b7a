"""A store with rows in every table of projections, all from changes that the history holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Table, delete, select, update
from sqlalchemy.orm import Session
from tests.shared import builders
from tests.world import ESTABLISHMENT, OFFICER, SESSION, TEAM, UNIT, World

from field178_server.audit.operation_context import OperationContext
from field178_server.database.declarative_base import Base, table_of
from field178_server.database.models import (
    Attachment,
    ConflictRow,
    DuplicateCandidate,
    DuplicateKey,
    EstablishmentProjection,
    FiledCount,
    FiledFacet,
    FiledRecord,
    FollowUpAnswerRow,
    FollowUpProjection,
    MergeProjection,
    NumberLease,
    PlanItemRow,
    SanctionRow,
)
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.maintenance.projections import run
from field178_server.maintenance.projections.run import RebuildProgress
from field178_server.office.reviews.operator_decision import OperatorDecision, decide
from field178_server.records.batch import SourceChange
from field178_server.records.stored_record import Stored, new_record, next_revision
from field178_shared.codelists import load
from field178_shared.ids import review_id
from field178_shared.records.number_block import minutes_number
from field178_shared.time.clock import to_wire

# A wrong value for a column of each table.
DAMAGE: dict[type[Base], dict[str, object]] = {
    EstablishmentProjection: {"folded": "", "unit_id": "c0", "lat": 1},
    DuplicateKey: {"key": DuplicateKey.key + " x"},
    DuplicateCandidate: {},
    MergeProjection: {"into_id": "nowhere"},
    FiledRecord: {"register_type_id": "x", "drawer": "void", "open_threads": 7, "occurred_on": None},
    FiledFacet: {"value": "x"},
    ConflictRow: {"path": "x", "entry_count": 9},
    NumberLease: {"used_to": 0},
    FollowUpProjection: {"title": "x", "closed_on": date(2020, 1, 1)},
    SanctionRow: {"amount_vnd": 1},
    FollowUpAnswerRow: {"answered_on": date(2020, 1, 1)},
    PlanItemRow: {"year": 1999},
    Attachment: {"size": 1, "scope": "ref"},
    FiledCount: {"record_count": 99},
}
_TEAM_ID = TEAM.removeprefix("team:")
_PLAN_ITEM = builders.record_id("plan item")
_PHOTO = {
    "sha256": "ab" * 32,
    "size": 9,
    "content_type": "image/jpeg",
    "evidence_kind": "scan_minutes_first_page",
}
_KARAOKE = {
    **ESTABLISHMENT,
    "establishment_type_id": "karaoke",
    "lat": 208_182_100,
    "lon": 1_065_467_100,
    "point_source": "map",
    "attachments": {"a1": _PHOTO},
}


def fill(world: World) -> None:
    """Fill every table and column of projections."""
    file_records(world)
    enter_after_visit(world)
    plan_visit(world)
    hand_over(world)


def file_records(world: World) -> None:
    """File, review and merge what there was at the first revision of the store."""
    put(world, new_record(_TEAM_ID, "team", TEAM, builders.team(unit_ids=["c11629_v1"])))
    tablet, other = world.tablet(UNIT, TEAM, "ref"), world.tablet(UNIT, TEAM, "ref")
    tablet.sync()
    alike = [tablet.created() for _ in range(3)]
    apart = [
        tablet.created({**_KARAOKE, "name": f"Karaoke {word}", "registration_number": f"GL-{word}"})
        for word in ("Ban Mai", "Sông Hồng")
    ]
    set_field(world, apart[1], "inspection_priority_id", "high")
    world.merge(apart[0], apart[1])
    tablet.push(tablet.delete(alike[2], tablet.base[alike[2]]["h"]))
    _conflict(world, tablet, other, alike[0])
    tablet.created({**SESSION, "establishments": {alike[0]: {}}}, type="outreach_session")
    follow_ups = {key: {"text": key, "due_on": "2026-11-24"} for key in ("exit", "file")}
    place = {"unit_id": "c11629_v1", "team_id": _TEAM_ID, "establishment_id": alike[0]}
    fine = {"measure_id": "fine_money", "document_number": "15/QĐ", "amount_vnd": 9_000_000}
    more = {
        "findings": {"f": {"violation_id": "noise", "occurred_on": "2026-11-20"}},
        "measures": {"k": fine},
        "minutes_number": minutes_number(3),
        "started_at": "2025-03-11T01:00:00Z",
        "ended_at": "2025-03-11T02:00:00Z",
        "plan_item_id": _PLAN_ITEM,
    }
    first = tablet.created(
        builders.inspection(**place, follow_ups=follow_ups, **more), type="inspection", scope=TEAM
    )
    for key, kind in (("exit", "approve"), ("file", "void"), ("exit", "return")):
        answer = {"visit_id": first, "follow_up_id": key, "status": "fixed"}
        answering = builders.inspection(**place, follow_up_answers={"a": answer}, minutes_number=None)
        review(world, tablet.created(answering, type="inspection", scope=TEAM), kind)
    elsewhere = builders.inspection(**place | {"establishment_id": apart[0]}, minutes_number=None)
    tablet.created(elsewhere, type="inspection", scope=TEAM)


def enter_after_visit(world: World) -> None:
    """Enter a decision of the office on the first visit, and a payment."""
    visit_id, decision_id = world.rows(FollowUpProjection)[0].visit_id, world.ids.random()
    decision = builders.sanction_decision(record=visit_id)
    put(world, new_record(decision_id, "sanction_decision", TEAM, decision, visit_id))
    payment = builders.payment(record=visit_id, decision=decision_id)
    put(world, new_record(world.ids.random(), "payment", TEAM, payment, visit_id))


def plan_visit(world: World) -> None:
    """Plan a visit that looks after a correction, and cancel it."""
    follow_up = {"visit_id": world.rows(FollowUpProjection)[0].visit_id, "follow_up_id": "file"}
    item = builders.plan_item(team_id=_TEAM_ID, asked_by=follow_up, cancelled={"reason": "Trùng."})
    put(world, new_record(_PLAN_ITEM, "plan_item", TEAM, item))


def hand_over(world: World) -> None:
    """Hand the returned visit over to another officer."""
    (returned,) = world.rows(FiledRecord, FiledRecord.drawer == "returned")
    set_field(world, review_id(returned.record_id), "handed_to", world.ids.random())


def set_field(world: World, record_id: str, name: str, value: str) -> None:
    """Change a field that the office alone writes."""
    stored = world.stored(record_id)
    assert stored is not None
    put(world, next_revision(stored, data={**stored.data, name: value}))


def put(world: World, record: Stored) -> None:
    """Store a record as the office does, with its change in the history."""

    def work(session: Any) -> None:
        batch = world.batch(session)
        if record.subject_id is not None:
            batch.load([record.subject_id])
        batch.load([record.record_id])
        at = to_wire(batch.now)
        batch.put(record, SourceChange(world.ids.time_ordered(), OFFICER, None, at, "{}"))
        batch.flush()

    run_write(world.engine, work)


def review(world: World, record_id: str, kind: str) -> None:
    """Decide on a filed record."""
    decision = OperatorDecision(record_id, kind, "Sai", "recommendation", "Ghi rõ.", None, None)
    run_write(world.engine, lambda session: decide(session, context(world), decision))


def context(world: World) -> OperationContext:
    return OperationContext(world.tenant_id, world.clock, world.ids, load())


def last(steps: Iterator[RebuildProgress]) -> RebuildProgress:
    return list(steps)[-1]


def check(world: World, *record_types: str) -> dict[str, int]:
    """Return the rows that differ from what the records give, by table."""
    return dict(last(run.check(world.engine, context(world), record_types)).differing)


def project(world: World, *record_types: str) -> RebuildProgress:
    return last(run.project(world.engine, context(world), record_types))


def contents(world: World) -> dict[str, list[dict[str, object]]]:
    """Return the rows of every table of projections, by table."""
    tables: list[Table] = [table_of(model) for model in DAMAGE]
    with snapshot(world.engine) as session:
        return {
            table.name: [
                dict(row) for row in session.execute(select(table).order_by(*table.primary_key)).mappings()
            ]
            for table in tables
        }


def damage(world: World) -> None:
    """Write something wrong into every row of each table."""
    with world.engine.begin() as connection:
        for model, values in DAMAGE.items():
            if values:
                connection.execute(update(table_of(model)).values(values))


def lose(world: World) -> None:
    """Delete the rows of every table; the leases of numbers only lose what was used."""
    with world.engine.begin() as connection:
        for model in DAMAGE:
            if model is not NumberLease:
                connection.execute(delete(table_of(model)))
        connection.execute(update(table_of(NumberLease)).values(used_to=0))


def add_surplus(world: World) -> None:
    """Add rows that no record gives; one has closed a correction of another record."""
    visits = world.rows(FiledRecord, FiledRecord.type == "inspection")
    gone = next(iter(world.rows(MergeProjection))).record_id
    is_open = FollowUpProjection.closed_on.is_(None)
    (correction, *_) = world.rows(FollowUpProjection, FollowUpProjection.kind == "correction", is_open)
    entry = world.rows(EstablishmentProjection)[0]
    with Session(world.engine) as session, session.begin():
        # A merged establishment is in the register.
        values = {column.name: getattr(entry, column.name) for column in entry.__table__.columns}
        session.add(EstablishmentProjection(**(values | {"record_id": gone})))
        # A visit has closed a correction of an earlier visit.
        key = {"tenant_id": world.tenant_id, "visit_id": visits[-1].record_id}
        follow_up = {"asked_visit_id": correction.visit_id, "follow_up_id": correction.key}
        session.add(FollowUpAnswerRow(**key, **follow_up, answered_on=date(2020, 1, 1)))
        session.merge(correction).closed_on = date(2020, 1, 1)
        session.add(DuplicateKey(tenant_id=world.tenant_id, key="number 7", record_id=entry.record_id))
        session.add(
            FiledFacet(
                tenant_id=world.tenant_id, record_id=visits[0].record_id, kind="measure", value="warning"
            )
        )


def _conflict(world: World, tablet: Any, other: Any, record_id: str) -> None:
    other.pull()
    tablet.push(tablet.change(record_id, {"name": "Nhà nghỉ Một"}))
    other.push(other.change(record_id, {"name": "Nhà nghỉ Hai"}, was={"name": ESTABLISHMENT["name"]}))
