"""Plan operations of the office: add in bulk, move, cancel; progress; visits sent to tablets."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from tests.shared import builders
from tests.world import OFFICER, TEAM, TENANT, UNIT, Tablet, World

from field178_server.audit.office_write import release_planned_visits
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.plan.operations import (
    Assignment,
    SeenItem,
    add_items,
    cancel_item,
    move_item,
    plan_recheck,
    set_plan,
)
from field178_server.office.plan.progress import PlanReader
from field178_server.office.plan.queries import (
    CandidateFilter,
    ItemFilter,
    YearPlan,
    candidates,
    item_page,
    planned_visit,
    year_plan,
)
from field178_server.records.access import AccessFilter
from field178_server.records.stored_record import new_record
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.records.plan import PlanState
from field178_shared.time.clock import local_date

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
TEAM_ID = TEAM.removeprefix("team:")
UNIT_ID = UNIT.removeprefix("unit:")
OTHER_TEAM = "01900000-0000-7000-8000-000000000199"
OFFICE = AccessFilter(None)
KEYS = (b"k" * 32,)


def assignment(month: int = 11, **over: Any) -> Assignment:
    given: dict[str, Any] = {
        "team_id": TEAM_ID,
        "window_from": date(2026, month, 1),
        "window_to": date(2026, month, 28),
        "kind": "planned",
        "trigger": "annual_plan",
    }
    return Assignment(**{**given, **over})


@dataclass
class Desk:
    """An officer who plans, a tablet of the team, and two establishments."""

    world: World
    tablet: Tablet
    places: list[str]
    keys: tuple[bytes, ...] = KEYS

    def plans(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """Run an operation that may seal a visit."""
        return self.run(lambda batch, context: work(batch, context, self.keys, *arguments))

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

    def on(self, moment: datetime) -> None:
        self.world.clock._now = moment

    def add(self, *places: str, **over: Any) -> list[str]:
        return list(self.plans(add_items, places or self.places, assignment(**over)))

    def open_item(self, **over: Any) -> str:
        """Plan a visit whose place the team chooses."""
        item_id = builders.record_id(f"open {over}")
        self.open_item_under(item_id, **over)
        return item_id

    def open_item_under(self, item_id: str, **over: Any) -> None:
        """Write a planned visit whose place the team chooses, under an id."""

        def work(session: Any) -> None:
            batch = self.world.batch(session)
            batch.load([item_id])
            batch.put(new_record(item_id, "plan_item", TEAM, builders.plan_item(**over)))
            batch.flush()

        run_write(self.world.engine, work)

    def reader(self, access: AccessFilter = OFFICE, is_office: bool = True) -> PlanReader:
        return PlanReader(TENANT, access, local_date(self.world.clock.now()), is_office, self.keys)

    def plan(self, reader: PlanReader | None = None) -> YearPlan:
        with snapshot(self.world.engine) as session:
            return year_plan(session, reader or self.reader(), 2026)

    def states(self) -> dict[str, PlanState]:
        return {planned.item.id: planned.progress.state for planned in self.plan().items}

    def rev(self, item: str) -> int:
        stored = self.world.stored(item)
        assert stored is not None
        return stored.rev

    def visit(self, place: str, **over: Any) -> str:
        data = builders.inspection(establishment_id=place, team_id=TEAM_ID, unit_id=UNIT_ID, **over)
        return self.tablet.created(data, type="inspection", scope=TEAM)

    def tablet_items(self) -> set[str]:
        """The planned visits that the tablet holds after an exchange."""
        self.tablet.pull()
        return {key for key, row in self.tablet.base.items() if row["type"] == "plan_item"}

    def release(self) -> int:
        return int(self.plans(lambda batch, context, keys: release_planned_visits(batch, context, keys)))


def opened_desk(engine: Engine) -> Desk:
    """Return a desk on a new store."""
    world = World(engine)
    tablet = world.tablet(TEAM, UNIT, "ref")
    places = [
        tablet.created(builders.establishment(name=name, unit_id=UNIT_ID))
        for name in ("Karaoke Một", "Karaoke Hai")
    ]
    desk = Desk(world, tablet, places)
    desk.on(NOW)
    return desk


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return opened_desk(engine)


def test_bulk_is_planned_once(desk: Desk) -> None:
    first = desk.add()
    assert len(first) == 2
    assert desk.add() == []
    assert len(desk.add(month=12)) == 2
    assert desk.tablet_items() >= set(first)


def test_id_of_a_planned_visit_is_random(desk: Desk) -> None:
    follow_ups = {"exit": {"text": "Dọn lối thoát nạn", "due_on": "2026-11-24", "status": "open"}}
    visit = desk.visit(desk.places[0], started_at="2026-11-05T02:00:00Z", follow_ups=follow_ups)
    items = [*desk.add(), desk.run(plan_recheck, visit, "exit")]
    moved = items[0]
    desk.plans(move_item, SeenItem(moved, desk.rev(moved)), assignment(month=12))
    items += desk.add()
    assert len(set(items)) == 4
    assert {uuid.UUID(item_id).version for item_id in items} == {4}


def test_visit_in_the_window_does_one(desk: Desk) -> None:
    done, due = desk.add()
    missed, later = desk.add(desk.places[0], month=10), desk.add(desk.places[0], month=12)
    place = desk.world.stored(done)
    assert place is not None
    visit = desk.visit(str(place.data["establishment_id"]), started_at="2026-11-05T02:00:00Z")
    assert desk.states() == {
        done: PlanState.DONE,
        due: PlanState.DUE,
        missed[0]: PlanState.MISSED,
        later[0]: PlanState.LATER,
    }
    desk.world.review(visit, "void")
    assert desk.states()[done] is PlanState.DUE


def test_visits_that_matter_are_all_read(desk: Desk) -> None:
    """A place merged after it was planned or visited, a visit begun from an item, a choice of the team."""
    other, here = "c11629_v1", desk.places[0]
    hotel, away, gone, kept = (
        desk.tablet.created(builders.establishment(type_id, name=name, unit_id=UNIT_ID))
        for type_id, name in (("hotel", "Sen"), ("karaoke", "Xa"), ("karaoke", "Cũ"), ("karaoke", "Mới"))
    )
    window: dict[str, Any] = {"window_from": date(2026, 11, 2), "window_to": date(2026, 11, 6)}
    in_window, early = {"started_at": "2026-11-03T02:00:00Z"}, {"started_at": "2026-02-03T02:00:00Z"}
    planned_then_merged, named, other_team, void = (
        desk.add(place, **window)[0] for place in (gone, away, here, desk.places[1])
    )
    visited_then_merged = desk.add(kept, month=9)[0]
    choices = {"establishment_id": None, "unit_id": UNIT_ID, "team_id": TEAM_ID}
    taken, wrong_type, wrong_unit = (
        desk.open_item(**{**choices, **more})
        for more in (
            {"establishment_type_id": "hotel"},
            {"establishment_type_id": "massage"},
            {"establishment_type_id": "hotel", "unit_id": other},
        )
    )
    desk.visit(kept, **in_window)
    desk.visit(gone, started_at="2026-09-05T02:00:00Z")
    desk.world.merge(gone, kept)
    desk.visit(away, plan_item_id=named, **early)
    desk.visit(hotel, **in_window)
    desk.plans(
        move_item, SeenItem(other_team, desk.rev(other_team)), assignment(**{**window, "team_id": OTHER_TEAM})
    )
    desk.visit(here, **in_window)
    desk.world.review(desk.visit(desk.places[1], **in_window), "void")
    states = desk.states()
    assert {item for item, state in states.items() if state is PlanState.DONE} == {
        planned_then_merged,
        visited_then_merged,
        named,
        taken,
    }
    assert {other_team, void, wrong_type, wrong_unit} < states.keys()


def test_moved_visit_follows_its_team(desk: Desk) -> None:
    item = desk.add(desk.places[0])[0]
    assert item in desk.tablet_items()
    other = assignment(month=12, team_id=OTHER_TEAM)
    desk.plans(move_item, SeenItem(item, desk.rev(item)), other)
    assert item not in desk.tablet_items()
    with pytest.raises(AppError) as refused:
        desk.plans(move_item, SeenItem(item, 1), other)
    assert refused.value.code is ErrorCode.REVISION_CHANGED
    # Its old month is free: another visit there is another record.
    assert desk.add(desk.places[0]) != [item]


def test_cancelled_visit_is_planned_again_by_the_same_act(desk: Desk) -> None:
    item = desk.add(desk.places[0])[0]
    desk.plans(cancel_item, SeenItem(item, desk.rev(item)), "Cơ sở tạm nghỉ.")
    assert desk.states()[item] is PlanState.CANCELLED
    assert desk.add(desk.places[0]) == [item]
    assert desk.states()[item] is PlanState.DUE


def test_window_that_ends_before_it_begins_is_refused(desk: Desk) -> None:
    with pytest.raises(AppError) as refused:
        desk.add(desk.places[0], window_to=date(2026, 10, 1))
    assert refused.value.details["problems"] == {"window_to": ["end_before_start"]}


def test_tablet_receives_an_unannounced_visit_on_its_day(desk: Desk) -> None:
    """The day begins at 17:00 UTC of the day before, midnight in Việt Nam."""
    day = date(2026, 11, 20)
    (item,) = desk.add(desk.places[0], kind="unannounced", window_from=day, window_to=day)
    team = AccessFilter(frozenset({TEAM}))
    for moment in (NOW, datetime(2026, 11, 19, 16, 59, tzinfo=UTC)):
        desk.on(moment)
        assert desk.release() == 0
        assert item not in desk.tablet_items()
        assert item not in {frame["id"] for frame in desk.tablet.ask(want=[item]) if frame["frame"] == "rec"}
        assert desk.plan(desk.reader(team, is_office=False)).items == ()
        assert [planned.is_early for planned in desk.plan(desk.reader(team)).items] == [True]
    desk.on(datetime(2026, 11, 19, 17, 0, tzinfo=UTC))
    assert desk.release() == 1
    assert item in desk.tablet_items()
    assert len(desk.plan(desk.reader(team, is_office=False)).items) == 1
    assert desk.release() == 0


def test_unannounced_visit_that_is_put_off_leaves_the_tablet(desk: Desk) -> None:
    day = local_date(NOW)
    (item,) = desk.add(desk.places[0], kind="unannounced", window_from=day, window_to=day)
    assert item in desk.tablet_items()
    later = assignment(kind="unannounced", window_from=date(2026, 12, 1), window_to=date(2026, 12, 1))
    desk.plans(move_item, SeenItem(item, desk.rev(item)), later)
    assert item not in desk.tablet_items()


def test_recheck_is_planned_once_for_the_requesting_team(desk: Desk) -> None:
    follow_ups = {"exit": {"text": "Dọn lối thoát nạn", "due_on": "2026-11-24", "status": "open"}}
    visit = desk.visit(desk.places[0], started_at="2026-11-05T02:00:00Z", follow_ups=follow_ups)
    item = desk.run(plan_recheck, visit, "exit")
    assert desk.run(plan_recheck, visit, "exit") == item
    assert item in desk.tablet_items()
    with snapshot(desk.world.engine) as session:
        result = planned_visit(session, desk.reader(), item)
    assert result is not None
    planned, rev = result
    assert (planned.item.asked_by, planned.item.kind, rev) == ((visit, "exit"), "recheck", 1)
    assert (planned.item.window_from, planned.item.window_to) == (date(2026, 11, 24), date(2026, 12, 8))
    with pytest.raises(AppError) as refused:
        desk.run(plan_recheck, visit, "other")
    assert refused.value.code is ErrorCode.NOT_FOUND


def test_quota_counts_the_visits_of_its_year(desk: Desk) -> None:
    quotas = {
        "all": {"count": 9},
        "type": {"establishment_type_id": "karaoke", "unit_id": UNIT_ID, "count": 3},
        "month": {"month": 10, "count": 1},
    }
    desk.run(set_plan, {"year": 2026, "quotas": quotas}, 0)
    desk.visit(desk.places[0], started_at="2026-11-05T02:00:00Z")
    desk.visit(desk.places[1], started_at="2026-10-05T02:00:00Z")
    plan = desk.plan()
    assert {row.quota.key: row.done for row in plan.quotas} == {"all": 2, "type": 2, "month": 1}
    # Quotas that all name a kind or a commune read the visits of these alone.
    named = {
        "type": {"establishment_type_id": "karaoke", "unit_id": UNIT_ID, "count": 3},
        "unit": {"establishment_type_id": "massage", "unit_id": UNIT_ID, "count": 3},
    }
    desk.run(set_plan, {"year": 2026, "quotas": named}, 1)
    assert {row.quota.key: row.done for row in desk.plan().quotas} == {"type": 2, "unit": 0}
    with pytest.raises(AppError) as refused:
        desk.run(set_plan, {"year": 2026, "quotas": {}}, 0)
    assert refused.value.code is ErrorCode.REVISION_CHANGED


def test_register_offers_establishments_without_a_plan(desk: Desk) -> None:
    desk.add(desk.places[0])
    with snapshot(desk.world.engine) as session:
        offered = candidates(session, desk.reader(), CandidateFilter("karaoke", "", "karaoke"), 2026)
        left = candidates(session, desk.reader(), CandidateFilter(is_unplanned=True), 2026)
    assert {row.record_id: row.months for row in offered} == {desk.places[0]: (11,), desk.places[1]: ()}
    assert [row.record_id for row in left] == [desk.places[1]]


def test_list_is_filtered_and_begins_with_missed_visits(desk: Desk) -> None:
    desk.add()
    missed = desk.add(desk.places[0], month=9)
    plan = desk.plan()
    with snapshot(desk.world.engine) as session:
        every = item_page(session, desk.reader(), plan, ItemFilter(2026), 1)
        due = item_page(session, desk.reader(), plan, ItemFilter(2026, month=11, state="due"), 1)
    assert [every.rows[0].item.id, every.page.total] == [missed[0], 3]
    assert due.page.total == 2
    assert plan.counts(11) == {PlanState.DUE: 2}
