"""The shift: chosen once, good until 06:00, taken over by every visit."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.mobile.inspection_world import LEADER, OFFICERS, TEAM, TEAM_SCOPE, settle, team, uid, words
from tests.mobile.support import FrozenClock, base_row, server_commits

from field178_mobile.components.shift.roster import read_roster
from field178_mobile.components.shift.shift import ShiftPresenter, ShiftState
from field178_mobile.components.shift.shift_data import Shift, shift_from_json, shift_to_json
from field178_mobile.store import Store
from field178_shared.time.clock import local_date


class Bench:
    def __init__(self, store: Store, clock: FrozenClock) -> None:
        settle(store)
        self.store, self.clock = store, clock
        self.restart()

    def restart(self) -> None:
        self.states: list[ShiftState] = []
        self.shift = ShiftPresenter(self.store.settings, self.clock, words(), self.states.append)
        today = local_date(self.clock.now())
        self.shift.start(read_roster(self.store.views("team"), self.store.views("person"), today), LEADER)

    def enlarge(self, count: int = 20) -> None:
        """Fill the roster with officers of other agencies, none of them of the team."""
        people = [
            base_row(uid(f"more {number}"), 1, "person", "ref", **more_person(number))
            for number in range(count)
        ]
        server_commits(self.store, *people)
        self.restart()

    def rows(self):
        return [row for group in self.state.groups for row in group.rows]

    @property
    def state(self) -> ShiftState:
        return self.states[-1]

    def choose(self) -> None:
        self.shift.choose_kind("unannounced")
        self.shift.choose_trigger("tip_off")
        self.shift.write_decision_number("12/QĐ-UBND")
        self.shift.write_decision_date("2026-11-20")
        self.shift.toggle_member(OFFICERS[1])
        self.shift.toggle_escort("commune_police")


def more_person(number: int) -> dict[str, object]:
    agency = ("commune_police", "dist_market_surveillance")[number % 2]
    return {"display_name": f"Phạm Thị Hà {number:02}", "agency": agency}


@pytest.fixture
def bench(store: Store, clock: FrozenClock) -> Bench:
    return Bench(store, clock)


def test_only_team_and_signed_in_officer_are_taken_without_a_tap(bench):
    assert bench.shift.current() is None
    assert [row.id for row in bench.rows() if row.is_chosen] == [LEADER]
    assert not any(option.is_chosen for option in (*bench.state.kinds, *bench.state.triggers))


def test_members_stand_in_the_order_of_their_positions(bench):
    assert [row.id for row in bench.rows()] == list(OFFICERS)
    assert bench.rows()[0].position == "Đội trưởng"


def test_members_stand_under_their_agencies(bench):
    assert [(group.title, len(group.rows)) for group in bench.state.groups][:2] == [
        ("Phòng Văn hóa - Xã hội cấp xã", 1),
        ("Công an cấp xã", 1),
    ]
    assert not bench.state.can_search


def test_large_roster_shows_the_team_and_finds_the_others_by_name_or_agency(bench):
    bench.enlarge()
    assert [row.id for row in bench.rows()] == list(OFFICERS[:4])
    assert (bench.state.can_search, bench.state.unshown) == (True, 21)
    bench.shift.search_members("ha 07")
    (row,) = bench.rows()
    assert row.name == "Phạm Thị Hà 07"
    bench.shift.toggle_member(row.id)
    bench.shift.search_members("")
    assert {row.id for row in bench.rows()} == {*OFFICERS[:4], row.id}
    assert bench.state.unshown == 20
    bench.shift.search_members("cong an xa")
    assert len(bench.rows()) == 11
    bench.shift.search_members("không có ai")
    assert (bench.state.groups, bench.state.unshown) == ((), 0)


def test_shift_cannot_begin_while_something_lacks(bench):
    assert not bench.state.can_confirm
    assert bench.shift.confirm() is False
    assert "hình thức kiểm tra" in bench.state.lacking
    assert "ít nhất hai thành viên" in bench.state.lacking


def test_guidance_needs_no_decision(bench):
    bench.shift.choose_kind("guidance")
    bench.shift.choose_trigger("annual_plan")
    bench.shift.toggle_member(OFFICERS[1])
    assert not bench.state.needs_decision
    assert bench.state.can_confirm


def test_every_choice_survives_a_restart(bench):
    bench.choose()
    bench.restart()
    assert bench.state.decision_number == "12/QĐ-UBND"
    assert [row.id for row in bench.rows() if row.is_chosen] == list(OFFICERS[:2])
    assert bench.shift.current() is None


def test_confirmed_shift_is_one_line(bench):
    bench.choose()
    assert bench.shift.confirm() is True
    assert bench.state.line == "Đội 178 An Lão · Đột xuất · 2 người · QĐ 12/QĐ-UBND · đến 06:00"


@pytest.mark.parametrize(
    ("began", "ends"),
    [
        ("2026-11-24T16:00:00", "2026-11-24T23:00:00"),  # 23:00 local: 06:00 of the next morning
        ("2026-11-24T18:30:00", "2026-11-24T23:00:00"),  # 01:30 local: the same morning
        ("2026-11-24T23:00:00", "2026-11-25T23:00:00"),  # 06:00 sharp: a whole day
    ],
)
def test_shift_ends_at_the_next_six_in_the_morning(began, ends):
    shift = Shift(began_at=datetime.fromisoformat(began).replace(tzinfo=UTC))
    end = datetime.fromisoformat(ends).replace(tzinfo=UTC)
    assert shift.ends_at() == end
    assert not shift.holds_at(end)


def test_shift_of_last_night_is_offered_and_not_in_force(bench):
    bench.choose()
    bench.shift.confirm()
    bench.clock.tick(hours=20)
    bench.restart()
    assert bench.shift.current() is None
    assert bench.state.earlier.startswith("Đội 178 An Lão · Đột xuất")
    bench.shift.take_earlier()
    assert bench.state.can_confirm
    assert bench.shift.current() is None


def test_edit_of_a_running_shift_keeps_its_night(bench):
    bench.choose()
    bench.shift.confirm()
    began = bench.shift.current().began_at
    bench.clock.tick(hours=1)
    bench.shift.toggle_member(OFFICERS[2])
    assert bench.shift.current().began_at == began
    assert OFFICERS[2] in bench.shift.current().members


def test_running_shift_that_loses_a_needed_field_is_not_offered(bench):
    bench.choose()
    bench.shift.confirm()
    bench.shift.toggle_member(OFFICERS[1])
    assert bench.shift.current() is None


def test_unreadable_setting_is_an_shift_not_yet_chosen():
    assert shift_from_json(["nonsense"]) == Shift()


def test_shift_survives_its_json_form():
    shift = Shift(
        TEAM, "planned", "annual_plan", "1/QĐ", "2026-01-02", {LEADER: "team_leader"}, ("commune_police",)
    )
    assert shift_from_json(shift_to_json(shift)) == shift


def test_escorts_are_the_agencies_of_the_night(bench):
    offered = {option.id for option in bench.state.escorts}
    assert {"commune_police", "commune_culture_social"} <= offered
    bench.clock.instant = datetime(2025, 6, 30, 14, 0, tzinfo=UTC)
    bench.restart()
    assert {option.id for option in bench.state.escorts} & {"commune_culture_social"} == set()


def test_a_night_that_began_before_the_reform_keeps_its_agencies_after_midnight(bench):
    bench.clock.instant = datetime(2025, 6, 30, 14, 0, tzinfo=UTC)
    bench.restart()
    bench.choose()
    assert bench.shift.confirm()
    bench.clock.tick(hours=4)  # 01:00 of 01/07/2025 in Việt Nam
    bench.restart()
    assert "commune_culture_social" not in {option.id for option in bench.state.escorts}


def test_an_escort_that_is_gone_is_not_taken_from_the_shift_before(bench):
    bench.choose()
    bench.shift.toggle_escort("commune_culture_social")
    assert bench.shift.confirm()
    bench.shift.end()
    bench.clock.instant = datetime(2025, 6, 30, 14, 0, tzinfo=UTC)
    bench.shift.take_earlier()
    assert [option.id for option in bench.state.escorts if option.is_chosen] == ["commune_police"]


def test_member_whose_last_day_is_over_is_no_longer_of_the_team(bench):
    """The positions of the team are those of today; a former member can still be chosen by search."""
    record = team()
    record["members"] = dict(record["members"])
    record["members"][OFFICERS[1]] = {"position": "member", "valid_to": "2026-11-23"}
    server_commits(bench.store, base_row(TEAM, 2, "team", TEAM_SCOPE, **record))
    bench.clock.instant = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    bench.restart()
    assert OFFICERS[1] in bench.shift.roster.team(TEAM).positions
    bench.clock.instant = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)  # the next day in Việt Nam
    bench.restart()
    assert OFFICERS[1] not in bench.shift.roster.team(TEAM).positions


def test_number_that_may_name_a_person_is_marked_and_kept(bench: Bench) -> None:
    bench.shift.write_decision_number("12/QĐ-UBND")
    assert bench.state.number_warning == ""
    bench.shift.write_decision_number("031096012345")
    assert (bench.state.decision_number, bench.state.number_warning) == ("031096012345", "Có thể là số CCCD")
