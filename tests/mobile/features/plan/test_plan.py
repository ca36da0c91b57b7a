"""The plan on the tablet: mine, in the window, late, nearest first; a visit is begun from it."""

from __future__ import annotations

import pytest
from tests.mobile.features.workspace.test_record import Bench
from tests.mobile.inspection_world import (
    CAFE,
    GUESTHOUSE,
    KARAOKE,
    LAST_VISIT,
    LEADER,
    OFFICERS,
    TEAM,
    TEAM_SCOPE,
    UNIT,
    filed_visit,
    settle,
    uid,
    voided,
    words,
)
from tests.mobile.support import FrozenClock, base_row, server_commits

from field178_mobile.features.plan.plan import ALL_TEAMS, NEAREST, PlanPresenter, PlanScreenState
from field178_mobile.presentation.location import GeoPoint
from field178_mobile.store import Store

DUE, LATE, LATER, OTHER = (uid(f"item {name}") for name in ("due", "late", "later", "other"))
OTHER_TEAM = uid("team other")


def item(name: str, place: str, first: str, last: str, rev: int = 1, **more: object):
    team_id = str(more.pop("team_id", TEAM))
    data = {
        "year": 2026,
        "team_id": team_id,
        "establishment_id": place,
        "establishment_type_id": "karaoke",
        "unit_id": UNIT,
        "inspection_kind": "planned",
        "trigger": "annual_plan",
        "window_from": first,
        "window_to": last,
        **more,
    }
    return base_row(name, rev, "plan_item", f"team:{team_id}", **data)


ITEMS = (
    item(DUE, KARAOKE, "2026-11-01", "2026-11-30"),
    item(LATE, GUESTHOUSE, "2026-10-01", "2026-10-31", reason="Xem lại cửa thoát nạn."),
    item(LATER, CAFE, "2026-12-01", "2026-12-31"),
    item(OTHER, CAFE, "2026-11-01", "2026-11-26", team_id=OTHER_TEAM),
)


class Screen:
    """The presenter with what it drew last."""

    def __init__(self, store: Store, clock: FrozenClock) -> None:
        self.drawn: list[PlanScreenState] = []
        self.presenter = PlanPresenter(store, clock, words(), LEADER, self.drawn.append)
        store.subscribe(self.presenter.store_changed)
        self.presenter.refresh()

    @property
    def state(self) -> PlanScreenState:
        return self.drawn[-1]

    def rows(self, chip: str = "") -> list[tuple[str, str]]:
        if chip:
            self.presenter.choose_chip(chip)
        return [(row.id, row.word) for row in self.state.rows]

    def counts(self) -> dict[str, str]:
        return {chip.id: chip.hint for chip in self.state.chips}


@pytest.fixture
def screen(store: Store, clock: FrozenClock) -> Screen:
    settle(store)
    screen = Screen(store, clock)
    assert screen.state.is_bare
    team = {"name": "Đội khác", "level": "commune", "unit_ids": [UNIT], "members": {OFFICERS[4]: {}}}
    server_commits(store, *ITEMS, base_row(OTHER_TEAM, 1, "team", f"team:{OTHER_TEAM}", **team))
    return screen


def visit(store: Store, place: str, day: str, **more: object) -> str:
    record_id = uid(f"visit {place} {day}")
    began = {"started_at": f"{day}T13:00:00Z", "ended_at": f"{day}T14:00:00Z"}
    server_commits(
        store, base_row(record_id, 1, "inspection", TEAM_SCOPE, **filed_visit(place, **began, **more))
    )
    return record_id


def test_own_visits_are_grouped_by_their_window(screen: Screen) -> None:
    assert screen.rows() == [(DUE, "còn 6 ngày")]
    assert screen.rows("missed") == [(LATE, "trễ 24 ngày")]
    assert "Xem lại cửa thoát nạn." in screen.state.rows[0].detail
    assert screen.rows("later") == [(LATER, "từ 01/12/2026")]
    assert screen.rows("done") == []
    assert screen.counts() == {
        "due": "1",
        "missed": "1",
        "later": "1",
        "done": "",
        NEAREST: "",
        ALL_TEAMS: "",
    }
    assert screen.state.summary == "đã làm 0 trên 3"


def test_other_teams_are_shown_on_demand_and_nearest_first(screen: Screen) -> None:
    screen.presenter.stand_at(GeoPoint(208_200_000, 1_065_500_000))
    assert [key for key, _ in screen.rows(ALL_TEAMS)] == [OTHER, DUE]
    assert [key for key, _ in screen.rows(NEAREST)] == [DUE, OTHER]
    assert screen.state.rows[0].distance == "0 m"


def test_visit_makes_it_done_until_it_is_void(screen: Screen, store: Store) -> None:
    made = visit(store, KARAOKE, "2026-11-20")
    assert (screen.rows(), screen.counts()["done"]) == ([], "1")
    server_commits(store, voided(made))
    assert screen.rows() == [(DUE, "còn 6 ngày")]


def test_closed_door_makes_nothing_done(screen: Screen, store: Store) -> None:
    visit(store, KARAOKE, "2026-11-20", access_result="closed_on_arrival", overall_result="not_inspected")
    assert screen.rows() == [(DUE, "chưa vào được")]


def test_late_visit_that_names_its_item_makes_it_done(screen: Screen, store: Store) -> None:
    visit(store, GUESTHOUSE, "2026-11-23", plan_item_id=LATE)
    assert screen.rows("missed") == []


def test_cancelled_and_moved_visits_follow_the_office(screen: Screen, store: Store) -> None:
    moved = item(DUE, KARAOKE, "2026-12-01", "2026-12-31", rev=2)
    gone = item(LATER, CAFE, "2026-12-01", "2026-12-31", rev=2, cancelled={"reason": "Cơ sở tạm nghỉ."})
    server_commits(store, moved, gone)
    assert (screen.rows(), screen.rows("later")) == ([], [(DUE, "từ 01/12/2026")])


def test_row_leads_to_its_establishment(screen: Screen, store: Store) -> None:
    assert screen.presenter.establishment_of(DUE) == KARAOKE
    server_commits(store, item(DUE, uid("nowhere"), "2026-11-01", "2026-11-30", rev=2))
    assert screen.presenter.establishment_of(DUE) == ""


@pytest.fixture
def bench(store: Store, clock: FrozenClock) -> Bench:
    settle(store)
    bench = Bench(store, clock)
    bench.go_out()
    return bench


def begun(bench: Bench, place: str) -> dict[str, object]:
    bench.record.open(place)
    assert bench.record.begin("inspected")
    return dict(bench.record.visit.data)


def offered(bench: Bench) -> list[tuple[str, bool]]:
    return [(option.id, option.is_chosen) for option in bench.visits[-1].planned]


def test_visit_keeps_the_kind_of_its_shift_and_is_linked_by_choice_alone(bench: Bench) -> None:
    server_commits(bench.store, *ITEMS)
    for place, planned in ((KARAOKE, [(DUE, False)]), (GUESTHOUSE, [(LATE, False)]), (CAFE, [])):
        data = begun(bench, place)
        assert (data["inspection_kind"], data["trigger"]) == ("unannounced", "tip_off")
        assert "plan_item_id" not in data
        assert offered(bench) == planned, "of its team, and not before its window"
        bench.record.discard()
    begun(bench, KARAOKE)
    bench.record.visit.toggle_plan_item(DUE)
    assert offered(bench) == [(DUE, True)]
    assert bench.record.visit.data["plan_item_id"] == DUE
    assert bench.record.visit.data["inspection_kind"] == "unannounced"
    bench.record.visit.toggle_plan_item(DUE)
    assert (offered(bench), bench.record.visit.data.get("plan_item_id")) == ([(DUE, False)], None)


def test_visit_of_a_planned_shift_without_an_item_is_planned(bench: Bench) -> None:
    bench.shift.choose_kind("planned")
    bench.shift.choose_trigger("annual_plan")
    bench.shift.confirm()
    data = begun(bench, CAFE)
    assert (data["inspection_kind"], data.get("plan_item_id"), offered(bench)) == ("planned", None, [])


def test_several_open_items_are_offered_by_their_end_and_one_is_linked(bench: Bench) -> None:
    second = item(LATER, KARAOKE, "2026-11-10", "2026-12-10", inspection_kind="recheck")
    missed = item(LATE, KARAOKE, "2026-10-01", "2026-10-31")
    server_commits(bench.store, ITEMS[0], second, missed)
    begun(bench, KARAOKE)
    assert [key for key, _ in offered(bench)] == [DUE, LATER, LATE]
    assert [option.label for option in bench.visits[-1].planned] == [
        "Theo kế hoạch · 01/11/2026 – 30/11/2026",
        "Tái kiểm tra · 10/11/2026 – 10/12/2026",
        "Theo kế hoạch · 01/10/2026 – 31/10/2026",
    ]
    bench.record.visit.toggle_plan_item(DUE)
    bench.record.visit.toggle_plan_item(LATER)
    assert offered(bench) == [(DUE, False), (LATER, True), (LATE, False)]


def test_visit_resumed_after_midnight_is_offered_the_item_of_its_day(bench: Bench) -> None:
    server_commits(bench.store, item(DUE, KARAOKE, "2026-11-01", "2026-11-24"), ITEMS[1])
    begun(bench, KARAOKE)
    bench.record.visit.toggle_plan_item(DUE)
    bench.clock.tick(days=1)
    bench.restart()
    bench.record.open(KARAOKE)
    assert offered(bench) == [(DUE, True)]


def test_unannounced_visit_leaves_the_item_open_unless_it_is_linked(screen: Screen, store: Store) -> None:
    visit(store, KARAOKE, "2026-11-20", inspection_kind="unannounced")
    assert screen.rows() == [(DUE, "còn 6 ngày")]
    visit(store, KARAOKE, "2026-11-21", inspection_kind="unannounced", plan_item_id=DUE)
    assert (screen.rows(), screen.counts()["done"]) == ([], "1")


def test_reinspection_opens_with_its_correction_on_top(bench: Bench) -> None:
    data = {
        "answers": {},
        "follow_ups": {
            "later": {"text": "Bổ sung nội quy", "due_on": "2026-11-20", "status": "open"},
            "exit": {"text": "Lắp đèn lối thoát", "due_on": "2026-12-20", "status": "open"},
        },
    }
    earlier = visit(bench.store, KARAOKE, "2026-11-10", **data)
    bench.record.open(KARAOKE)
    assert bench.states[-1].to_fix[0].text == "Dọn lối thoát nạn"
    recheck = {"inspection_kind": "recheck", "trigger": "follow_up_due"}
    asked_by = {"visit_id": earlier, "follow_up_id": "exit"}
    server_commits(bench.store, item(DUE, KARAOKE, "2026-11-20", "2026-12-04", asked_by=asked_by, **recheck))
    bench.record.open(KARAOKE)
    assert bench.states[-1].to_fix[0].text == "Lắp đèn lối thoát"
    assert LAST_VISIT in {row.follow_ups[0].visit_id for row in bench.states[-1].to_fix}
    assert bench.record.begin("inspected")
    assert bench.record.visit.data["inspection_kind"] == "unannounced"
    assert bench.visits[-1].to_fix[0].to_fix.text == "Lắp đèn lối thoát"


def test_open_item_is_offered_where_the_team_may_choose_and_is_done_by_the_linked_visit(bench: Bench) -> None:
    chosen_by_team = item(DUE, KARAOKE, "2026-11-01", "2026-11-30", establishment_id=None)
    server_commits(bench.store, chosen_by_team)
    begun(bench, GUESTHOUSE)
    assert offered(bench) == []
    begun(bench, KARAOKE)
    assert offered(bench) == [(DUE, False)]
    screen = Screen(bench.store, bench.clock)
    assert screen.rows() == [(DUE, "còn 6 ngày")]
    visit(bench.store, KARAOKE, "2026-11-20", inspection_kind="unannounced", plan_item_id=DUE)
    assert screen.rows() == []
