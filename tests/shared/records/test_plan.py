"""What became of the plan: computed from the visits, each of which counts once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.shared import builders

from field178_shared.records.plan import (
    InspectionPlan,
    PlanItem,
    PlanState,
    PlanVisit,
    monthly_need,
    progress_of,
)

TODAY = date(2026, 11, 20)
PLACES = ("a", "b")
TEAMS = ("t1", "t2")


def item(item_id: str = "i", first: int = 1, last: int = 30, **over: object) -> PlanItem:
    planned = PlanItem(
        id=item_id,
        year=2026,
        team_id="t1",
        establishment_id="a",
        establishment_type_id="karaoke",
        unit_id="u",
        kind="planned",
        trigger="annual_plan",
        window_from=date(2026, 11, first),
        window_to=date(2026, 11, last),
    )
    return replace(planned, **over)


def visit(visit_id: str = "v", day: int = 10, **over: object) -> PlanVisit:
    made = PlanVisit(
        id=visit_id,
        day=date(2026, 11, day),
        team_id="t1",
        establishment_id="a",
        establishment_type_id="karaoke",
        unit_id="u",
        kind="planned",
    )
    return replace(made, **over)


def states(items, visits, today=TODAY) -> dict[str, str]:
    return {key: outcome.state.value for key, outcome in progress_of(items, visits, today).items()}


def test_a_plan_is_read_from_its_record() -> None:
    plan = InspectionPlan.from_data(builders.inspection_plan())
    assert [(quota.key, quota.month, quota.count) for quota in plan.quotas] == [
        ("q1", None, 3),
        ("q2", 11, 12),
    ]
    read = PlanItem.from_data("i", builders.plan_item(cancelled={"reason": "Đã đóng cửa"}))
    assert (read.window_from, read.cancelled) == (date(2026, 11, 1), "Đã đóng cửa")
    assert not PlanItem.from_data("i", {}).is_secret(TODAY)


def test_day_decides_while_no_visit_was_made() -> None:
    states_by_item = states([item("past", last=19), item("now", last=20), item("next", first=21)], [])
    assert states_by_item == {"past": "missed", "now": "due", "next": "later"}
    assert states([item(cancelled="Đã giải thể")], [visit()]) == {"i": "cancelled"}


def test_a_visit_of_the_team_in_the_window_keeps_it() -> None:
    assert states([item()], [visit()]) == {"i": "done"}
    for other in (visit(team_id="t2"), visit(establishment_id="b"), visit(day=1)):
        assert states([item(first=2)], [other]) == {"i": "due"}


def test_visit_of_another_kind_keeps_it_only_by_naming_it() -> None:
    unannounced = visit(kind="unannounced")
    assert states([item()], [unannounced]) == {"i": "due"}
    assert states([item()], [replace(unannounced, plan_item_id="i")]) == {"i": "done"}
    assert states([item(kind="recheck")], [visit(kind="planned")]) == {"i": "due"}
    open_item = item(establishment_id="", kind="planned")
    assert states([open_item], [unannounced]) == {"i": "due"}
    closed = replace(unannounced, is_inspected=False)
    assert progress_of([item()], [closed], TODAY)["i"].tried == ()


def test_a_visit_that_names_it_keeps_it_even_late_but_not_elsewhere() -> None:
    late = visit(day=19, plan_item_id="i")
    assert states([item(last=9)], [late]) == {"i": "done"}
    assert states([item(last=9)], [replace(late, establishment_id="b")]) == {"i": "missed"}
    named = progress_of([item("other"), item("named")], [visit(plan_item_id="named")], TODAY)
    assert [key for key, outcome in named.items() if outcome.state is PlanState.DONE] == ["named"]


def test_visit_without_access_is_recorded_and_fulfils_no_item() -> None:
    closed = visit("closed", day=5, is_inspected=False)
    assert progress_of([item()], [closed], TODAY)["i"].tried == ("closed",)
    assert states([item()], [closed]) == {"i": "due"}
    both = progress_of([item()], [visit("in"), closed], TODAY)["i"]
    assert (both.visit_id, both.tried) == ("in", ("closed",))


def test_open_item_uses_a_visit_that_no_other_needs() -> None:
    wide = item("open", establishment_id="")
    assert states([wide, item("a")], [visit()]) == {"a": "done", "open": "due"}
    other = visit("w", establishment_id="b")
    assert states([wide, item("a")], [visit(), other]) == {"a": "done", "open": "done"}
    assert states([wide], [replace(other, unit_id="elsewhere")]) == {"open": "due"}


def test_two_visits_keep_two_windows_that_overlap() -> None:
    progress = progress_of([item("long"), item("short", last=12)], [visit("v1", 3), visit("v2", 11)], TODAY)
    assert {outcome.state for outcome in progress.values()} == {PlanState.DONE}


def test_an_unannounced_visit_is_secret_until_its_day() -> None:
    hidden = item(kind="unannounced", first=21)
    assert hidden.is_secret(TODAY)
    assert not hidden.is_secret(date(2026, 11, 21))
    assert not item(first=21).is_secret(TODAY)


def test_need_of_a_month_spreads_the_rest_over_the_months_left() -> None:
    assert monthly_need(12, 2, 2026, TODAY) == 5
    assert monthly_need(2, 5, 2026, TODAY) == 0
    assert monthly_need(12, 2, 2025, TODAY) is None


ITEMS = st.builds(
    lambda number, first, length, place, team, cancelled: item(
        f"i{number}",
        establishment_id=place,
        team_id=team,
        cancelled="x" if cancelled else None,
        window_from=TODAY + timedelta(days=first),
        window_to=TODAY + timedelta(days=first + length),
    ),
    st.integers(0, 9),
    st.integers(-9, 9),
    st.integers(0, 9),
    st.sampled_from((*PLACES, "")),
    st.sampled_from(TEAMS),
    st.booleans(),
)
VISITS = st.builds(
    lambda number, day, place, team, named, inspected, void: visit(
        f"v{number}",
        day=TODAY.day,
        establishment_id=place,
        team_id=team,
        plan_item_id=f"i{named}" if named is not None else "",
        is_inspected=inspected,
        is_void=void,
    ),
    st.integers(0, 9),
    st.integers(-9, 9),
    st.sampled_from(PLACES),
    st.sampled_from(TEAMS),
    st.none() | st.integers(0, 9),
    st.booleans(),
    st.booleans(),
)


@given(
    st.lists(ITEMS, max_size=6, unique_by=lambda planned: planned.id),
    st.lists(VISITS, max_size=6, unique_by=lambda made: made.id),
)
def test_each_visit_counts_once_and_a_void_one_gives_its_item_back(items, visits) -> None:
    progress = progress_of(items, visits, TODAY)
    used = Counter(outcome.visit_id for outcome in progress.values() if outcome.visit_id)
    assert set(used.values()) <= {1}
    assert set(used) <= {visit.id for visit in visits if visit.counts}
    assert {key for key, outcome in progress.items() if outcome.state is PlanState.DONE} == {
        key for key, outcome in progress.items() if outcome.visit_id
    }
    assert progress == progress_of(reversed(items), reversed(visits), TODAY)
    nothing = progress_of(items, [replace(visit, is_void=True) for visit in visits], TODAY)
    assert not any(outcome.visit_id or outcome.tried for outcome in nothing.values())
    for visit_id in used:
        without = [replace(visit, is_void=visit.is_void or visit.id == visit_id) for visit in visits]
        done = {outcome.visit_id for outcome in progress_of(items, without, TODAY).values()}
        assert visit_id not in done
