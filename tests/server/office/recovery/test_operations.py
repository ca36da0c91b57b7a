"""The office decides on salvage: taken in with a history, or set aside (protocol §12.2)."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session
from tests.server.replication.test_divergent_records import held, salvaged
from tests.world import ESTABLISHMENT, SESSION, UNIT, Json, Tablet, World

from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Audit, ChangeHistory, DivergentRecord
from field178_server.database.unit_of_work import run_write
from field178_server.office.recovery import operations as recovery
from field178_server.office.recovery.operations import DivergentRecordKey
from field178_server.replication.policy.record_validation import declared_types
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import IdSource
from field178_shared.wire.canonical import short_hash


def act(world: World, work: Callable[[Session, OperationContext], Any]) -> Any:
    context = OperationContext(world.tenant_id, world.clock, IdSource(world.clock, random.Random(7)), load())
    return run_write(world.engine, lambda session: work(session, context))


def take(world: World, record_id: str, h: str | None = None) -> int:
    return int(
        act(
            world,
            lambda s, context: recovery.take(s, context, declared_types(), DivergentRecordKey(record_id, h)),
        )
    )


def refusal(world: World, record: Json) -> ErrorCode:
    with pytest.raises(AppError) as refused:
        take(world, record["id"])
    assert [row.state for row in world.rows(DivergentRecord)] == ["waiting"]
    return refused.value.code


def test_a_record_taken_in_goes_on_from_the_revision_the_tablet_had(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    record = held(world)
    salvaged(tablet, record)
    assert take(world, record["id"]) == 4
    other.pull()
    row = other.base[record["id"]]
    assert (row["rev"], row["scope"], row["data"]) == (4, UNIT, ESTABLISHMENT)
    assert [(row.rev, row.device_id) for row in world.rows(ChangeHistory)] == [(4, None)]
    assert [row.state for row in world.rows(DivergentRecord)] == ["taken"]
    assert "salvage_taken" in {entry.action for entry in world.rows(Audit)}


def test_restored_record_releases_the_changes_that_waited_for_it(world: World) -> None:
    tablet, record = world.tablet(), held(world)
    late = tablet.change(record["id"], {"village": "Thôn 2"})
    assert tablet.push(late)[0]["reason"] == "orphan"
    salvaged(tablet, record)
    take(world, record["id"])
    tablet.pull()
    assert tablet.receipts[late["change_id"]]["status"] == "applied"
    assert tablet.base[record["id"]]["data"]["village"] == "Thôn 2"


def test_recovered_content_follows_the_stored_revisions(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    older = held(world, id=record_id, data={**ESTABLISHMENT, "village": "Thôn 1"})
    salvaged(tablet, older)
    assert take(world, record_id) == 4
    tablet.pull()
    assert tablet.base[record_id]["data"]["village"] == "Thôn 1"


def test_one_content_from_several_tablets_is_decided_once(world: World) -> None:
    record = held(world)
    for tablet in (world.tablet(), world.tablet()):
        salvaged(tablet, record)
    take(world, record["id"])
    assert [row.state for row in world.rows(DivergentRecord)] == ["taken", "taken"]


def test_rejection_holds_for_the_same_content_of_another_tablet(world: World) -> None:
    record = held(world)
    salvaged(world.tablet(), record)
    act(world, lambda session, context: recovery.reject(session, context, DivergentRecordKey(record["id"])))
    assert salvaged(world.tablet(), record) == [record["id"]]
    assert [row.state for row in world.rows(DivergentRecord)] == ["set_aside", "set_aside"]


def test_record_changed_since_the_page_is_not_overwritten(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    salvaged(tablet, held(world, id=record_id))
    with pytest.raises(AppError) as refused:
        act(
            world,
            lambda s, context: recovery.take(
                s, context, declared_types(), DivergentRecordKey(record_id, seen_rev=0)
            ),
        )
    assert refused.value.code is ErrorCode.REVISION_CHANGED
    seen = DivergentRecordKey(record_id, seen_rev=1)
    assert act(world, lambda s, context: recovery.take(s, context, declared_types(), seen)) == 4


def test_of_several_contents_the_office_names_one(world: World) -> None:
    tablet, record = world.tablet(), held(world)
    newer = held(world, id=record["id"], rev=8)
    salvaged(tablet, record, newer)
    with pytest.raises(AppError) as refused:
        take(world, record["id"])
    assert refused.value.code is ErrorCode.REQUIRED
    assert take(world, record["id"], newer["h"]) == 9
    assert sorted(row.state for row in world.rows(DivergentRecord)) == ["taken", "waiting"]


def test_rejected_record_is_not_listed_again(world: World) -> None:
    tablet, record = world.tablet(), held(world)
    salvaged(tablet, record)
    act(world, lambda session, context: recovery.reject(session, context, DivergentRecordKey(record["id"])))
    salvaged(tablet, record)
    assert [row.state for row in world.rows(DivergentRecord)] == ["set_aside"]
    assert act(world, lambda session, context: recovery.undecided(session, context.tenant_id)) == []


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"type": "later_type"}, ErrorCode.UNKNOWN_TYPE),
        ({"data": {"name": 7}}, ErrorCode.SCHEMA),
        ({"scope": "unit:none"}, ErrorCode.NOT_FOUND),
        ({"scope": "ref"}, ErrorCode.SCOPE_MISMATCH),
        ({"type": "conflict"}, ErrorCode.FORBIDDEN),
        ({"type": "review"}, ErrorCode.FORBIDDEN),
    ],
)
def test_invalid_record_stays_undecided(world: World, more: Json, code: ErrorCode) -> None:
    record = held(world, **more)
    salvaged(world.tablet(), record)
    assert refusal(world, record) is code


def test_a_closed_record_is_not_written_over(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created(SESSION, type="outreach_session")
    world.review(record_id, "approved")
    record = held(world, id=record_id, type="outreach_session", data={**SESSION, "venue": "A"})
    salvaged(tablet, record)
    assert refusal(world, record) is ErrorCode.LOCKED


def test_a_record_merged_meanwhile_is_not_written_over(world: World) -> None:
    tablet = world.tablet()
    record_id, survivor = tablet.created(), tablet.created()
    world.merge(record_id, survivor)
    record = held(world, id=record_id)
    salvaged(tablet, record)
    assert refusal(world, record) is ErrorCode.MERGED


def test_a_deleted_record_may_be_taken_back(world: World) -> None:
    tablet: Tablet = world.tablet()
    record_id = tablet.created()
    tablet.push(tablet.delete(record_id, short_hash(tablet.base[record_id]["data"])))
    salvaged(tablet, held(world, id=record_id))
    assert take(world, record_id) == 4
    tablet.pull()
    assert not tablet.base[record_id]["deleted"]
