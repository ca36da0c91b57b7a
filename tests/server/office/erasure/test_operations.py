"""Purge: two people decide, the text goes everywhere, replays still get their receipts (protocol §5.9)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.server.replication.test_divergent_records import held, salvaged
from tests.world import ESTABLISHMENT, OFFICER, OTHER_UNIT, SESSION, Json, Tablet, World

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.declarative_base import table_of
from field178_server.database.models import (
    Audit,
    ChangeHistory,
    ConflictRow,
    DivergentRecord,
    Erasure,
    EstablishmentProjection,
    FiledRecord,
    Officer,
    Quarantine,
    Record,
    StoredReceipt,
)
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.maintenance.integrity import faults_of_store
from field178_server.office.erasure import operations as erasure
from field178_server.office.reviews import operations as reviews
from field178_server.office.reviews.operations import Pin, Remarks
from field178_server.office.tablets import operations as tablets
from field178_server.replication.policy.record_validation import declared_types
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import IdSource, conflict_id

SECRET = "Bí mật GL-178"
FIRST, SECOND = "01900000-0000-7000-8000-0000000000b1", "01900000-0000-7000-8000-0000000000b2"
RULES = declared_types()
MODELS = (
    Record,
    ChangeHistory,
    Quarantine,
    DivergentRecord,
    StoredReceipt,
    EstablishmentProjection,
    FiledRecord,
    ConflictRow,
    Audit,
)


def act(world: World, work: Callable[[Session, OperationContext], Any]) -> Any:
    context = OperationContext(world.tenant_id, world.clock, IdSource(world.clock, random.Random(7)), load())
    return run_write(world.engine, lambda session: work(session, context))


def add_privacy_officers(world: World) -> None:
    def fill(session: Session) -> None:
        for officer_id in (FIRST, SECOND):
            session.add(
                Officer(
                    tenant_id=world.tenant_id,
                    officer_id=officer_id,
                    login=officer_id,
                    name="",
                    agency="police",
                    role="privacy_officer",
                    created_at=datetime(2025, 1, 1, tzinfo=UTC),
                )
            )

    run_write(world.engine, fill)


@pytest.fixture(autouse=True)
def privacy_officers(world: World) -> None:
    add_privacy_officers(world)


def request(world: World, record_id: str, by: str = FIRST, reason: str = "establishment_request") -> None:
    act(world, lambda session, context: erasure.request(session, context, RULES, record_id, by, reason))


def confirm(world: World, record_id: str, by: str = SECOND) -> int:
    return int(act(world, lambda session, context: erasure.confirm(session, context, RULES, record_id, by)))


def purged(world: World, record_id: str) -> int:
    request(world, record_id)
    return confirm(world, record_id)


def texts(world: World) -> str:
    """All that the store holds, as text."""
    with snapshot(world.engine) as session:
        rows = [tuple(row) for model in MODELS for row in session.execute(select(table_of(model)))]
    return repr(rows)


def refusal(work: Callable[[], object]) -> ErrorCode:
    with pytest.raises(AppError) as refused:
        work()
    return refused.value.code


def session_with_a_history(world: World, tablet: Tablet, other: Tablet) -> str:
    """A filed session whose text lies in every place that may hold some."""
    data = {**SESSION, "venue": SECRET}
    filed = tablet.created(data, type="outreach_session")
    kind = {"type": "outreach_session"}
    tablet.push(tablet.change(filed, {"venue": f"{SECRET} 2"}, was={"venue": SECRET}, **kind))
    assert other.push(other.change(filed, {"venue": f"{SECRET} 3"}, **kind))[0]["status"] == "conflict"
    bad = other.change(filed, {"summary": SECRET, "notes": 7, "topic_ids": 7}, was=SESSION, **kind)
    assert other.push(bad)[0]["reason"] == "schema"
    salvaged(other, held(world, id=filed, type="outreach_session", data={**SESSION, "summary": SECRET}))
    remarks = Remarks(SECRET, (Pin("venue", SECRET),))

    def send_back(session: Session, context: OperationContext) -> None:
        batch = world.batch(session)
        reviews.return_for_fix(batch, Actor("officer", OFFICER), reviews.revisions_of(batch, filed), remarks)
        batch.flush()

    act(world, send_back)
    short, long = answer(tablet, filed), answer(tablet, filed, SECRET * 30)
    assert [receipt["reason"] for receipt in tablet.push(short, long)] == [None, "schema"]
    return filed


def answer(tablet: Tablet, record_id: str, text: str = SECRET) -> Json:
    data = {"record": record_id, "comment": "c1", "text": text, "at": "2025-03-11T02:00:00Z"}
    return tablet.create(data, type="comment_answer")


def test_nothing_of_the_text_is_left_in_the_store(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    filed = session_with_a_history(world, tablet, other)
    assert SECRET in texts(world)
    assert purged(world, filed) == 3
    assert SECRET not in texts(world)
    assert faults_of_store(world.engine, world.tenant_id) == []


def test_tablets_get_the_record_as_a_revision_without_content(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    filed = session_with_a_history(world, tablet, other)
    other.pull()
    purged(world, filed)
    other.pull()
    row = other.base[filed]
    assert (row["rev"], row["deleted"], set(row["data"])) == (3, False, {"purged"})
    about = [row for row in other.base.values() if row["id"] != filed]
    assert about
    assert all(row["deleted"] and set(row["data"]) == {"purged"} for row in about)


def test_an_answer_is_erased_alone_and_its_record_stays(world: World) -> None:
    tablet = world.tablet()
    filed = tablet.created(SESSION, type="outreach_session")
    tablet.push(given := answer(tablet, filed))
    before = world.stored(filed)
    purged(world, given["record_id"])
    assert SECRET not in texts(world)
    assert world.stored(filed) == before
    tablet.pull()
    assert set(tablet.base[given["record_id"]]["data"]) == {"purged"}
    assert faults_of_store(world.engine, world.tenant_id) == []


def test_a_new_tablet_learns_that_there_was_a_record_and_no_more(world: World) -> None:
    record_id = world.tablet().created({**ESTABLISHMENT, "name": SECRET})
    purged(world, record_id)
    fresh = world.tablet()
    fresh.pull()
    assert set(fresh.base[record_id]["data"]) == {"purged"}


def test_replays_of_its_changes_get_their_stored_receipts(world: World) -> None:
    tablet = world.tablet()
    change = tablet.create()
    first = tablet.push(change)[0]
    purged(world, change["record_id"])
    assert tablet.push(change)[0] == first
    assert tablet.digest(tablet.scope)[0] == 1


def late(tablet: Tablet, record_id: str) -> list[Json]:
    """Late edits of every kind: good, without the user, of another type, under a used id."""
    used = tablet.create()
    tablet.push(used)
    return [
        tablet.change(record_id, {"name": SECRET}),
        tablet.change(record_id, {"name": SECRET}, user="01900000-0000-7000-8000-0000000000ff"),
        tablet.change(record_id, {"name": SECRET}, type="outreach_session"),
        {**tablet.change(record_id, {"name": SECRET}), "change_id": used["change_id"]},
        tablet.change(record_id, {**ESTABLISHMENT, "name": SECRET}, create=True),
        answer(tablet, record_id),
    ]


def test_late_edit_of_an_erased_record_is_stored_as_its_hash(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    purged(world, record_id)
    changes = late(tablet, record_id)
    reasons = [receipt["reason"] for receipt in tablet.push(*changes)]
    assert reasons == ["purged", "user_unknown", "schema", "id_reuse", "purged", "purged"]
    assert SECRET not in texts(world)
    kept = {row.payload_hash: row for row in world.rows(Quarantine)}
    assert len(kept) == len(changes)
    assert {(row.payload, row.state) for row in kept.values()} == {(None, "discarded")}
    assert [receipt["reason"] for receipt in tablet.push(*changes)] == reasons


def test_waiting_change_of_an_erased_record_is_reported_as_purged(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    waits = tablet.change(record_id, {"lat": "đâu đó"})
    assert tablet.push(waits)[0]["reason"] == "schema"
    purged(world, record_id)
    tablet.pull()
    assert tablet.receipts[waits["change_id"]]["reason"] == "purged"


def test_erasure_ends_waiting_changes_without_access_to_the_record(world: World) -> None:
    tablet, elsewhere = world.tablet(), ESTABLISHMENT | {"unit_id": "c11632_v1"}
    record_id = world.tablet(OTHER_UNIT, "ref").created(elsewhere, scope=OTHER_UNIT)
    waits = tablet.change(record_id, {"name": SECRET}, scope=OTHER_UNIT)
    assert tablet.push(waits)[0]["reason"] == "scope_not_granted"
    purged(world, record_id)
    assert SECRET not in texts(world)
    (row,) = world.rows(Quarantine)
    assert (row.payload, row.state, row.reason) == (None, "discarded", "scope_not_granted")
    act(
        world,
        lambda session, context: tablets.grant_without_officer(session, context, tablet.device, OTHER_UNIT),
    )
    tablet.pull()
    assert set(tablet.base[record_id]["data"]) == {"purged"}
    assert tablet.push(waits)[0]["reason"] == "scope_not_granted"


def test_values_at_the_merge_target_go_too(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    record_id, survivor = tablet.created(), tablet.created({**ESTABLISHMENT, "name": "Còn lại"})
    world.merge(record_id, survivor)
    mine = other.change(survivor, {"name": "Khác"})
    assert other.push(mine, other.change(record_id, {"name": SECRET}))[1]["reason"] == "merged"
    purged(world, record_id)
    assert SECRET not in texts(world)
    assert "Khác" in texts(world)


def test_later_value_does_not_enter_an_erased_conflict(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    record_id, survivor = tablet.created(), tablet.created({**ESTABLISHMENT, "name": "Còn lại"})
    world.merge(record_id, survivor)
    assert other.push(other.change(record_id, {"name": SECRET}))[0]["reason"] == "merged"
    purged(world, record_id)
    assert other.push(other.change(survivor, {"name": "Khác"}, was={"name": "x"}))[0]["status"] == "conflict"
    erased, later = (
        world.stored(conflict_id(survivor, "name", owner)) for owner in (other.device, f"{other.device}|2")
    )
    assert erased is not None
    assert set(erased.data) == {"purged"}
    assert later is not None
    assert (later.data["record"], later.data["path"]) == (survivor, "name")


def test_late_changes_on_an_alias_of_an_erased_record_are_not_stored(world: World) -> None:
    tablet = world.tablet()
    record_id, survivor = tablet.created(), tablet.created()
    world.merge(record_id, survivor)
    purged(world, survivor)
    assert tablet.push(tablet.change(record_id, {"name": SECRET}))[0]["reason"] == "purged"
    assert SECRET not in texts(world)


def test_salvage_does_not_bring_it_back(world: World) -> None:
    tablet = world.tablet()
    record_id = tablet.created()
    purged(world, record_id)
    salvaged(tablet, held(world, id=record_id, rev=9, data={**ESTABLISHMENT, "name": SECRET}))
    assert world.rows(DivergentRecord) == []


@pytest.mark.parametrize("is_late", [False, True], ids=["handed-in-before", "handed-in-after"])
def test_a_conflict_about_it_that_only_a_tablet_has_goes_too(world: World, is_late: bool) -> None:
    tablet = world.tablet()
    record_id, other = tablet.created(), tablet.created()
    entries = {"c": {"mine": SECRET, "was": None, "current": None}}
    about = {"record_type": "establishment", "path": "note", "device": tablet.device, "state": "open"}
    lost = [
        held(world, type="conflict", data={"record": subject_id, **about, "entries": entries})
        for subject_id in (record_id, other)
    ]
    if is_late:
        purged(world, record_id)
        salvaged(tablet, *lost)
    else:
        salvaged(tablet, *lost)
        purged(world, record_id)
    assert [row.record_id for row in world.rows(DivergentRecord)] == [lost[1]["id"]]


def test_one_person_cannot_purge_alone(world: World) -> None:
    record_id = world.tablet().created()
    request(world, record_id)
    assert refusal(lambda: confirm(world, record_id, FIRST)) is ErrorCode.SECOND_PERSON_NEEDED
    assert refusal(lambda: confirm(world, record_id, OFFICER)) is ErrorCode.FORBIDDEN
    assert world.rows(ChangeHistory)[0].payload
    assert [row.confirmed_by for row in world.rows(Erasure)] == [None]


def test_only_the_privacy_role_may_request_an_erasure_with_a_reason(world: World) -> None:
    record_id = world.tablet().created()
    assert refusal(lambda: request(world, record_id, OFFICER)) is ErrorCode.FORBIDDEN
    for no_code in ("", "Tên của một người", "x" * 501):
        assert refusal(lambda why=no_code: request(world, record_id, reason=why)) is ErrorCode.UNKNOWN_CHOICE  # type: ignore[misc]
    assert refusal(lambda: confirm(world, record_id)) is ErrorCode.NOT_FOUND
    assert refusal(lambda: request(world, "01900000-0000-7000-8000-00000000dead")) is ErrorCode.NOT_FOUND


def test_an_officer_whose_account_is_closed_does_not_count(world: World) -> None:
    record_id = world.tablet().created()
    request(world, record_id)
    world.change_rows(Officer, disabled_at=datetime(2025, 1, 2, tzinfo=UTC))
    assert refusal(lambda: confirm(world, record_id)) is ErrorCode.FORBIDDEN


def test_erasure_is_requested_once_and_done_once(world: World) -> None:
    record_id = world.tablet().created()
    request(world, record_id)
    assert refusal(lambda: request(world, record_id, SECOND)) is ErrorCode.LOCKED
    confirm(world, record_id)
    assert refusal(lambda: confirm(world, record_id)) is ErrorCode.PURGED
    assert refusal(lambda: request(world, record_id)) is ErrorCode.PURGED
    assert {"purge_requested", "purge_confirmed"} <= {entry.action for entry in world.rows(Audit)}


def test_a_request_may_be_taken_back(world: World) -> None:
    record_id = world.tablet().created()
    request(world, record_id)
    act(world, lambda session, context: erasure.withdraw(session, context, record_id, SECOND))
    assert world.rows(Erasure) == []
    assert refusal(lambda: confirm(world, record_id)) is ErrorCode.NOT_FOUND


def test_another_person_may_refuse_it_and_then_nothing_has_happened(world: World) -> None:
    record_id = world.tablet().created()

    def refuse(by: str) -> None:
        act(world, lambda session, context: erasure.refuse(session, context, record_id, by))

    request(world, record_id)
    assert refusal(lambda: refuse(FIRST)) is ErrorCode.SECOND_PERSON_NEEDED
    refuse(SECOND)
    assert world.rows(Erasure) == []
    stored = world.stored(record_id)
    assert stored is not None
    assert stored.data == ESTABLISHMENT
    assert [entry.action for entry in world.rows(Audit)][-1] == "purge_refused"
    request(world, record_id)
    assert confirm(world, record_id) == 2


def test_reviews_and_conflicts_go_with_their_record_only(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    filed = session_with_a_history(world, tablet, other)
    about = [
        row.record_id for row in world.rows(Record) if row.record_id != filed and row.type != "comment_answer"
    ]
    assert {refusal(lambda id_=id_: request(world, id_)) for id_ in about} == {ErrorCode.FORBIDDEN}  # type: ignore[misc]


def test_a_purged_session_cannot_be_decided_on(world: World) -> None:
    filed = world.tablet().created(SESSION, type="outreach_session")
    rev = purged(world, filed)

    def approve(session: Session, context: OperationContext) -> None:
        reviews.approve(world.batch(session), context.actor, reviews.SeenRecord(filed, rev))

    assert refusal(lambda: act(world, approve)) is ErrorCode.PURGED
    assert world.rows(FiledRecord) == []
