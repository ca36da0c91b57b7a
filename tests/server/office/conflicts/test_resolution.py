"""Conflict resolution by the office writes chosen values and overwrites no value unseen by the officer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests.world import ESTABLISHMENT, OFFICER, SESSION, UNIT, Tablet, World

from field178_server.audit.trail import Actor
from field178_server.database.models import Audit, ChangeHistory, ConflictRow
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.conflicts.queries import conflicts_on
from field178_server.office.conflicts.resolution import (
    ResolutionChoice,
    Settlement,
    ValueSource,
    settle_record,
)
from field178_server.records.access import AccessFilter
from field178_server.records.history import history_of
from field178_server.records.stored_record import Stored, next_revision
from field178_server.replication.policy.record_validation import declared_types
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import conflict_id, review_id
from field178_shared.wire.canonical import short_hash

KEEP = ResolutionChoice(ValueSource.KEPT)


def disputed(tablet: Tablet, value: str = "Thôn 3") -> str:
    record_id = tablet.created({**ESTABLISHMENT, "village": "Thôn 1"})
    clash(tablet, record_id, {"village": value})
    return record_id


def clash(tablet: Tablet, record_id: str, set_: Mapping[str, Any], **more: Any) -> str:
    change = tablet.change(record_id, dict(set_), was={path: "Thôn 0" for path in set_}, **more)
    assert tablet.push(change)[0]["status"] == "conflict"
    return str(change["change_id"])


def settle(world: World, record_id: str, choices: Mapping[str, ResolutionChoice], **over: Any) -> None:
    with snapshot(world.engine) as session:
        conflicts = conflicts_on(session, world.tenant_id, AccessFilter(None), record_id)
    assert conflicts is not None
    seen = {conflict.conflict_id: conflict.rev for conflict in conflicts.open}
    settlement = Settlement(record_id, conflicts.record.rev, seen, choices)
    write(
        world,
        Settlement(**{name: over.get(name, getattr(settlement, name)) for name in settlement.__slots__}),
    )


def write(world: World, settlement: Settlement) -> None:
    def work(session: Any) -> None:
        batch = world.batch(session)
        settle_record(batch, declared_types(), Actor("officer", OFFICER), settlement)
        batch.flush()

    run_write(world.engine, work)


def refusal(world: World, record_id: str, choices: Mapping[str, ResolutionChoice], **over: Any) -> AppError:
    with pytest.raises(AppError) as refused:
        settle(world, record_id, choices, **over)
    return refused.value


def stored(world: World, record_id: str) -> Stored:
    record = world.stored(record_id)
    assert record is not None
    return record


def test_chosen_value_of_a_conflict_is_written_and_sent_to_tablets(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created({**ESTABLISHMENT, "village": "Thôn 1"})
    offered = clash(tablet, record_id, {"village": "Thôn 3"})
    settle(world, record_id, {"village": ResolutionChoice(ValueSource.TAKEN, change_id=offered)})
    tablet.pull()
    assert tablet.base[record_id]["data"]["village"] == "Thôn 3"
    closed = tablet.base[conflict_id(record_id, "village", tablet.device)]
    assert (closed["deleted"], closed["data"]["state"]) == (True, "resolved")
    assert closed["data"]["entries"][offered]["current"] == "Thôn 1"
    (noted,) = world.rows(Audit, Audit.action == "conflicts_settled")
    assert (noted.actor_id, noted.object_id, noted.details) == (OFFICER, record_id, '{"taken": 1}')


def test_choice_of_the_current_value_makes_no_revision(world: World) -> None:
    tablet = world.tablet()
    record_id = disputed(tablet)
    settle(world, record_id, {"village": KEEP})
    assert stored(world, record_id).rev == 1
    assert [row.state for row in world.rows(ConflictRow)] == ["resolved"]
    assert [row.rev for row in world.rows(ChangeHistory, ChangeHistory.device_id.is_(None))] == [None]


def test_third_value_is_written_by_the_office_and_in_the_history(world: World) -> None:
    tablet = world.tablet()
    record_id = disputed(tablet)
    settle(world, record_id, {"village": ResolutionChoice(ValueSource.WRITTEN, value="Thôn 9")})
    record = stored(world, record_id)
    assert record.data["village"] == "Thôn 9"
    with snapshot(world.engine) as session:
        history = history_of(session, world.tenant_id, record_id, "establishment", record.data)
    last = history.revisions[-1]
    assert (history.is_complete, last.rev, last.device_id, last.user_id) == (True, 2, None, OFFICER)
    assert [(step.before, step.after) for step in last.differences] == [("Thôn 1", "Thôn 9")]


def test_conflicts_of_two_tablets_at_one_field_are_resolved_together(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    record_id = disputed(tablet)
    offered = clash(other, record_id, {"village": "Thôn 7"})
    settle(world, record_id, {"village": ResolutionChoice(ValueSource.TAKEN, change_id=offered)})
    assert stored(world, record_id).data["village"] == "Thôn 7"
    assert {row.state for row in world.rows(ConflictRow)} == {"resolved"}


def test_a_field_without_a_choice_stays_open(world: World) -> None:
    tablet = world.tablet()
    record_id = disputed(tablet)
    clash(tablet, record_id, {"address_line": "Thôn Đông"})
    settle(world, record_id, {"village": KEEP})
    states = {row.path: row.state for row in world.rows(ConflictRow)}
    assert states == {"village": "resolved", "address_line": "open"}


def test_later_entry_refuses_the_whole_resolution(world: World) -> None:
    tablet = world.tablet()
    record_id = disputed(tablet)
    seen = {conflict_id(record_id, "village", tablet.device): 1}
    clash(tablet, record_id, {"village": "Thôn 4"})
    assert refusal(world, record_id, {"village": KEEP}, seen=seen).code is ErrorCode.REVISION_CHANGED
    clash(world.tablet(), record_id, {"village": "Thôn 5"})
    seen = {conflict_id(record_id, "village", tablet.device): 2}
    assert refusal(world, record_id, {"village": KEEP}, seen=seen).code is ErrorCode.REVISION_CHANGED
    assert refusal(world, record_id, {"village": KEEP}, record_rev=7).code is ErrorCode.REVISION_CHANGED
    assert {row.state for row in world.rows(ConflictRow)} == {"open"}


def test_resolved_conflict_is_not_resolved_by_a_second_officer(world: World) -> None:
    tablet = world.tablet()
    record_id = disputed(tablet)
    settle(world, record_id, {"village": KEEP})
    assert refusal(world, record_id, {"village": KEEP}).code is ErrorCode.REVISION_CHANGED
    assert refusal(world, record_id, {}).code is ErrorCode.REQUIRED


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("village", "x" * 121, "too_long"),
        ("village", 7, "wrong_type"),
        ("unit_id", "c11632_v1", "scope_mismatch"),
    ],
)
def test_a_value_that_may_not_be_stored_is_refused_at_its_field(
    world: World, path: str, value: object, code: str
) -> None:
    tablet = world.tablet()
    record_id = tablet.created({**ESTABLISHMENT, "village": "Thôn 1"})
    clash(tablet, record_id, {path: "c11629_v2" if path == "unit_id" else "Thôn 3"})
    error = refusal(world, record_id, {path: ResolutionChoice(ValueSource.WRITTEN, value=value)})
    assert (error.code, error.details["problems"]) == (ErrorCode.SCHEMA, {path: [code]})
    assert (stored(world, record_id).rev, world.rows(ConflictRow)[0].state) == (1, "open")


def test_fields_that_fit_only_together_are_taken_together(world: World) -> None:
    tablet = world.tablet()
    audience = {"attendance_count": 40, "first_time_count": 30}
    record_id = tablet.created(
        {**SESSION, "audiences": {"general_public": audience}}, type="outreach_session"
    )
    total, first = (f"audiences.general_public.{name}" for name in audience)
    offered = clash(tablet, record_id, {total: 60, first: 50}, type="outreach_session")
    taken = ResolutionChoice(ValueSource.TAKEN, change_id=offered)
    error = refusal(world, record_id, {first: taken})
    assert (error.code, error.details["problems"]) == (ErrorCode.RULE, {first: ["exceeds_attendance"]})
    settle(world, record_id, {total: taken, first: taken})
    assert stored(world, record_id).data["audiences"] == {
        "general_public": {"attendance_count": 60, "first_time_count": 50}
    }


def test_a_late_value_taken_into_an_approved_record_keeps_it_approved(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created({**SESSION, "venue": "A"}, type="outreach_session")
    world.review(record_id, "approved")
    offered = clash(tablet, record_id, {"venue": "B"}, type="outreach_session")
    settle(world, record_id, {"venue": ResolutionChoice(ValueSource.TAKEN, change_id=offered)})
    record, review = stored(world, record_id), stored(world, review_id(record_id))
    assert (record.data["venue"], record.rev) == ("B", 2)
    assert (review.data["state"], review.data["record_rev"]) == ("approved", 2)


@pytest.mark.parametrize("deletes", [True, False])
def test_a_deletion_in_dispute_is_carried_out_or_not(world: World, deletes: bool) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    delete = tablet.delete(record_id, "0" * 16, base_rev=0)
    assert tablet.push(delete)[0]["status"] == "conflict"
    choice = ResolutionChoice(ValueSource.TAKEN, change_id=delete["change_id"]) if deletes else KEEP
    settle(world, record_id, {"_deleted": choice})
    record = stored(world, record_id)
    assert (record.deleted, record.rev, record.data) == (deletes, 2 if deletes else 1, ESTABLISHMENT)
    tablet.pull()
    assert tablet.base[record_id]["deleted"] is deletes


def test_an_approved_record_is_not_deleted_by_resolution(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created(SESSION, type="outreach_session")
    world.review(record_id, "approved")
    delete = tablet.delete(record_id, short_hash(SESSION), type="outreach_session")
    assert tablet.push(delete)[0]["reason"] == "locked"
    choice = ResolutionChoice(ValueSource.TAKEN, change_id=delete["change_id"])
    assert refusal(world, record_id, {"_deleted": choice}).code is ErrorCode.LOCKED
    assert not stored(world, record_id).deleted


def test_a_value_of_a_merged_record_is_resolved_like_any_other(world: World) -> None:
    tablet = world.tablet()
    record_id = disputed(tablet)

    def mark(session: Any) -> None:
        batch = world.batch(session)
        batch.load([record_id])
        (conflict,) = batch.companions(record_id)
        entries = {
            change_id: {**entry, "reason": "merged"}
            for change_id, entry in dict(conflict.data["entries"]).items()  # type: ignore[call-overload]
        }
        batch.put(next_revision(conflict, data={**conflict.data, "entries": entries}))
        batch.flush()

    run_write(world.engine, mark)
    settle(world, record_id, {"village": KEEP})
    assert [row.state for row in world.rows(ConflictRow)] == ["resolved"]


def test_value_outside_of_the_conflict_is_refused(world: World) -> None:
    tablet = world.tablet(UNIT, "ref")
    record_id = disputed(tablet)
    choice = ResolutionChoice(ValueSource.TAKEN, change_id=world.ids.random())
    assert refusal(world, record_id, {"village": choice}).code is ErrorCode.BAD_REQUEST
