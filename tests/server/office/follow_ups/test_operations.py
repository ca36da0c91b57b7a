"""What the office enters after a visit: once for each fact, with history, withdrawn with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from tests.shared import builders
from tests.world import OFFICER, TEAM, TENANT, Tablet, World

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.models import Audit, FollowUpProjection, SanctionRow
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.follow_ups.operations import (
    NewEntry,
    SeenEntry,
    correct,
    enter,
    entry_id,
    withdraw,
)
from field178_server.office.follow_ups.queries import FollowUpFilter, FollowUpTab, follow_up_counts
from field178_server.office.reviews.record import record_page
from field178_server.records.access import AccessFilter
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.time.clock import local_date

NOW = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
FINDINGS = {
    "f1": {
        "violation_id": "noise",
        "occurred_on": "2026-11-20",
        "frame": {"src": "nd_144_2021", "min": 2_000_000, "max": 20_000_000, "org_multiplier": 2},
    }
}
ASKED = {"exit": {"text": "Dọn lối thoát nạn", "due_on": "2026-11-24", "status": "open"}}


def decision(**over: Any) -> NewEntry:
    data = builders.sanction_decision(record=None, **over)
    return NewEntry("sanction_decision", data)


def payment(decision_id: str, number: str, amount: int, **over: Any) -> NewEntry:
    content = {"decision": decision_id, "document_number": number, "amount_vnd": amount}
    return NewEntry("payment", builders.payment(record=None, **content, **over))


def closure(key: str = "exit", **over: Any) -> NewEntry:
    return NewEntry("follow_up_closure", builders.follow_up_closure(record=None, follow_up_id=key, **over))


@dataclass
class Desk:
    """An officer of the office, and one visit with a violation and a correction."""

    world: World
    tablet: Tablet
    visit: str

    def __post_init__(self) -> None:
        self.world.clock._now = NOW

    def run(self, work: Callable[..., Any], *arguments: Any) -> Any:
        context = OperationContext(
            TENANT, self.world.clock, self.world.ids, load(), Actor("officer", OFFICER)
        )

        def write(session: Any) -> Any:
            batch = self.world.batch(session)
            done = work(batch, context, *arguments)
            batch.flush()
            return done

        return run_write(self.world.engine, write)

    def enter(self, entry: NewEntry, visit: str = "") -> str:
        return str(self.run(enter, visit or self.visit, entry))

    def refused(self, entry: NewEntry, visit: str = "") -> AppError:
        with pytest.raises(AppError) as refused:
            self.enter(entry, visit)
        return refused.value

    def withdraw(self, record_id: str, reason: str = "Nhập nhầm cơ sở") -> None:
        stored = self.world.stored(record_id)
        assert stored is not None
        self.run(withdraw, SeenEntry(self.visit, record_id, stored.rev), reason)

    def counts(self) -> dict[FollowUpTab, int]:
        filter_ = FollowUpFilter(TENANT, AccessFilter(None), local_date(NOW))
        with snapshot(self.world.engine) as session:
            return follow_up_counts(session, filter_)

    def lines(self) -> dict[str, tuple[date, date | None]]:
        return {row.line: (row.due_on, row.closed_on) for row in self.world.rows(FollowUpProjection)}


def visit_of(tablet: Tablet, **over: Any) -> str:
    data = builders.inspection(
        **{"findings": FINDINGS, "follow_ups": ASKED, "unit_id": "c11629_v1", "team_id": TEAM[5:], **over}
    )
    return tablet.created(data, type="inspection", scope=TEAM)


@pytest.fixture
def desk(world: World) -> Desk:
    tablet = world.tablet(TEAM, "ref")
    return Desk(world, tablet, visit_of(tablet))


DUE = (date(2026, 12, 2), None)
ASKED_LINES = {"correction.exit": (date(2026, 11, 24), None), "decision": DUE}


def test_decision_starts_its_payment_and_parts_end_it_when_they_are_the_whole(desk: Desk) -> None:
    assert desk.lines() == ASKED_LINES
    decided = desk.enter(decision())
    line = f"payment.{decided}"
    assert desk.lines()["decision"] == (date(2026, 12, 2), date(2026, 11, 23))
    assert desk.lines()[line] == (date(2026, 12, 4), None)
    desk.enter(payment(decided, "BL-1", 5_000_000))
    assert desk.lines()[line][1] is None
    desk.enter(payment(decided, "BL-2", 10_000_000, paid_on="2026-11-25"))
    assert desk.lines()[line][1] == date(2026, 11, 25)
    (row,) = desk.world.rows(SanctionRow)
    assert (row.amount_vnd, row.paid_vnd, row.is_of_field) == (15_000_000, 15_000_000, False)
    desk.withdraw(decided)
    assert desk.lines() == ASKED_LINES
    assert desk.world.rows(SanctionRow) == []


def test_two_officers_who_enter_one_decision_write_one_record(desk: Desk) -> None:
    first = desk.enter(decision())
    assert desk.enter(decision()) == first
    other = desk.refused(decision(document_number="15/qđ-xphc ", amount_vnd=14_000_000))
    assert (other.code, other.details["record_id"]) == (ErrorCode.ALREADY_ENTERED, first)
    assert len(desk.world.rows(SanctionRow)) == 1
    stored = desk.world.stored(first)
    assert stored is not None
    assert stored.rev == 1


def test_decision_is_counted_once_though_the_field_wrote_its_number_too(world: World) -> None:
    tablet = world.tablet(TEAM, "ref")
    measures = {"k1": {"measure_id": "fine_money", "document_number": "15/QĐ-XPHC", "amount_vnd": 15_000_000}}
    desk = Desk(world, tablet, visit_of(tablet, measures=measures))
    assert [row.is_of_field for row in world.rows(SanctionRow)] == [True]
    desk.enter(decision())
    assert [row.is_of_field for row in world.rows(SanctionRow)] == [False]


def test_correction_of_an_entry_is_a_new_revision_that_names_its_changes(desk: Desk) -> None:
    decided = desk.enter(decision())
    desk.run(correct, SeenEntry(desk.visit, decided, 1), decision(amount_vnd=12_000_000).data)
    with snapshot(desk.world.engine) as session:
        page = record_page(session, TENANT, AccessFilter(None), desk.visit)
    assert page is not None
    (entry,) = page.entries.every
    assert entry.history.is_complete
    (step,) = entry.history.revisions[1].differences
    assert (step.path, step.before, step.after) == ("amount_vnd", 15_000_000, 12_000_000)
    assert [decision.amount_vnd for decision in page.entries.after.decisions] == [12_000_000]
    with pytest.raises(AppError) as refused:
        desk.run(correct, SeenEntry(desk.visit, decided, 1), decision(amount_vnd=1).data)
    assert refused.value.code is ErrorCode.REVISION_CHANGED
    actions = [row.action for row in desk.world.rows(Audit) if row.object_id == desk.visit]
    assert actions == ["sanction_decision_entered", "sanction_decision_corrected"]


def test_impossible_value_is_refused_at_its_field(desk: Desk) -> None:
    wrong = decision(document_date="2026-11-19", received_on=None, violation_ids=["kd_door_latch"])
    assert desk.refused(wrong).details["problems"] == {
        "document_date": ["before_visit"],
        "violation_ids": ["required"],
    }
    assert desk.refused(decision(document_number=" ")).details["problems"] == {
        "document_number": ["required"]
    }
    assert desk.refused(payment(builders.record_id("decision"), "BL-1", 1)).code is ErrorCode.NOT_FOUND
    assert desk.refused(closure("nothing")).code is ErrorCode.NOT_FOUND
    assert desk.refused(closure(note=None)).details["problems"] == {"note": ["proof_required"]}
    assert desk.world.rows(SanctionRow) == []


def test_entry_that_was_withdrawn_counts_again_when_it_is_entered_again(desk: Desk) -> None:
    decided = desk.enter(decision())
    desk.withdraw(decided)
    assert desk.enter(decision(amount_vnd=9_000_000)) == decided
    assert [row.amount_vnd for row in desk.world.rows(SanctionRow)] == [9_000_000]


def test_void_visit_takes_nothing_and_has_no_lines(desk: Desk) -> None:
    desk.enter(decision())
    desk.world.review(desk.visit, "void")
    assert desk.lines() == {}
    assert desk.world.rows(SanctionRow) == []
    assert desk.refused(closure()).code is ErrorCode.LOCKED


def test_answer_of_another_visit_closes_a_correction_until_that_visit_is_void(desk: Desk) -> None:
    answer = {"visit_id": desk.visit, "follow_up_id": "exit", "status": "fixed"}
    times = {"started_at": "2026-11-25T02:00:00Z", "ended_at": "2026-11-25T03:00:00Z"}
    later = visit_of(desk.tablet, follow_ups=None, findings=None, follow_up_answers={"a": answer}, **times)
    key = "correction.exit"
    assert desk.lines()[key][1] == date(2026, 11, 25)
    desk.world.review(later, "void")
    assert desk.lines()[key][1] is None
    desk.world.review(later, "returned")
    assert desk.lines()[key][1] == date(2026, 11, 25)


def test_correction_required_after_its_answer_is_closed_at_once(world: World) -> None:
    tablet, visit_id = world.tablet(TEAM, "ref"), world.ids.time_ordered()
    answer = {"visit_id": visit_id, "follow_up_id": "exit", "status": "fixed"}
    visit_of(tablet, follow_ups=None, findings=None, follow_up_answers={"a": answer})
    data = builders.inspection(follow_ups=ASKED, unit_id="c11629_v1", team_id=TEAM[5:])
    tablet.push(tablet.change(visit_id, data, create=True, type="inspection", scope=TEAM))
    assert [row.closed_on for row in world.rows(FollowUpProjection)] == [date(2026, 11, 20)]


def test_tablet_of_the_team_receives_an_entry_with_its_next_exchange(desk: Desk) -> None:
    desk.tablet.pull()
    closed = desk.enter(closure())
    frames = desk.tablet.sync()
    (heard,) = [frame for frame in frames if frame["frame"] == "rec"]
    assert (heard["id"], heard["type"], heard["scope"]) == (closed, "follow_up_closure", TEAM)
    other = desk.world.tablet("ref")
    assert closed not in {frame.get("id") for frame in other.pull()}


def test_tablet_may_not_write_entries_of_the_office(desk: Desk) -> None:
    data = builders.sanction_decision(record=desk.visit)
    change = desk.tablet.create(data, type="sanction_decision", scope=TEAM)
    (receipt,) = desk.tablet.push(change)
    assert (receipt["status"], receipt["reason"]) == ("quarantined", "office_only")


def test_entries_move_with_their_visit(desk: Desk) -> None:
    decided = desk.enter(decision())
    desk.world.move(desk.visit, "unit:c11629_v1")
    stored = desk.world.stored(decided)
    assert stored is not None
    assert stored.scope == "unit:c11629_v1"
    assert {row.scope for row in desk.world.rows(FollowUpProjection)} == {"unit:c11629_v1"}


@pytest.fixture
def asked_thrice(sqlite_engine: Engine) -> Desk:
    world = World(sqlite_engine)
    tablet = world.tablet(TEAM, "ref")
    follow_ups = {**ASKED, **{key: {"text": key, "status": "open"} for key in ("file", "water")}}
    return Desk(world, tablet, visit_of(tablet, findings=None, follow_ups=follow_ups))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(closed=st.lists(st.sampled_from(["exit", "file", "water"]), max_size=5))
def test_closing_and_withdrawing_leaves_every_list_as_it_was(asked_thrice: Desk, closed: list[str]) -> None:
    desk, before, counts = asked_thrice, asked_thrice.lines(), asked_thrice.counts()
    entered = {key: desk.enter(closure(key)) for key in closed}
    assert {key for key, (_, on) in desk.lines().items() if on} == {f"correction.{key}" for key in entered}
    for record_id in entered.values():
        desk.withdraw(record_id)
    assert (desk.lines(), desk.counts()) == (before, counts)
    assert (counts[FollowUpTab.OVERDUE], counts[FollowUpTab.LATER]) == (1, 2)


def test_ids_of_entries_are_those_of_their_facts() -> None:
    visit = builders.record_id("inspection")
    assert entry_id(visit, closure("exit")) != entry_id(visit, closure("file"))
    assert entry_id(visit, payment("a", "1", 1)) != entry_id(visit, payment("b", "1", 1))
    assert entry_id(visit, decision()) == entry_id(visit, decision(amount_vnd=1))
