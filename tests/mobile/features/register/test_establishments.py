"""The list: found without accents, ordered by nearness or by name, chips that count honestly."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.mobile.inspection_world import (
    CAFE,
    GUESTHOUSE,
    KARAOKE,
    LAST_VISIT,
    LEADER,
    TEAM_SCOPE,
    UNIT,
    closure,
    establishment,
    filed_visit,
    settle,
    uid,
    voided,
    words,
)
from tests.mobile.support import FrozenClock, base_row, server_commits

from field178_mobile.features.register.establishments import (
    PAGE,
    EstablishmentsPresenter,
    EstablishmentsState,
)
from field178_mobile.presentation.location import GeoPoint, metres_between
from field178_mobile.store import Draft, Store
from field178_shared.ids import review_id


class Bench:
    def __init__(self, store: Store, clock: FrozenClock) -> None:
        self.store, self.clock = store, clock
        self.states: list[EstablishmentsState] = []
        self.list = EstablishmentsPresenter(store, clock, words(), self.states.append)
        self.list.refresh()

    @property
    def state(self) -> EstablishmentsState:
        return self.states[-1]

    def ids(self) -> list[str]:
        return [row.id for row in self.state.rows]

    def chips(self) -> dict[str, str]:
        return {chip.id: chip.label for chip in self.state.chips}

    def row(self, establishment_id: str):
        return next(row for row in self.state.rows if row.id == establishment_id)


@pytest.fixture
def bench(store: Store, clock: FrozenClock) -> Bench:
    settle(store)
    return Bench(store, clock)


def draft(place: str, clock: FrozenClock) -> Draft:
    return Draft(
        "d1",
        "inspection",
        uid("new visit"),
        TEAM_SCOPE,
        {"establishment_id": place},
        None,
        0,
        LEADER,
        clock.now(),
    )


@pytest.mark.parametrize("query", ["anh duong", "Ánh Dương", "ANH  DUONG", "dương cà", "tran tat van anh"])
def test_search_ignores_accents_case_and_order(bench, query):
    bench.list.search(query)
    assert bench.ids() == [CAFE]


def test_without_position_the_list_is_in_vietnamese_order_of_names(bench):
    assert bench.ids() == [CAFE, KARAOKE, GUESTHOUSE]


def test_with_a_position_the_nearest_comes_first(bench):
    bench.list.set_position(GeoPoint(208300000, 1065600000))
    assert bench.ids()[0] == GUESTHOUSE
    assert bench.row(GUESTHOUSE).distance == "0 m"
    assert bench.row(KARAOKE).distance == "1,5 km"


def test_establishment_without_a_point_comes_last_not_first(store, clock):
    settle(store)
    data = establishment("Quán Không Tọa Độ", "cafe", 0, 0)
    del data["lat"], data["lon"]
    server_commits(store, base_row(uid("no point"), 1, "establishment", f"unit:{UNIT}", **data))
    bench = Bench(store, clock)
    bench.list.set_position(GeoPoint(208300000, 1065600000))
    assert bench.ids()[-1] == uid("no point")
    assert bench.row(uid("no point")).distance == ""


def test_distance_is_right_to_a_metre_in_a_kilometre():
    point = GeoPoint(208200000, 1065500000)
    assert metres_between(point, GeoPoint(208200000 + 89928, 1065500000)) == pytest.approx(1000, abs=2)
    assert metres_between(point, GeoPoint(208200000, 1065500000 + 96207)) == pytest.approx(1001, abs=2)


def test_a_place_that_a_chip_hides_is_not_offered_as_new(bench):
    bench.list.search("ánh dương")
    bench.list.choose_chip("to_fix")
    assert (bench.ids(), bench.state.empty_action) == ([], "")


def test_chips_show_only_groups_that_hold_something(bench):
    assert bench.chips() == {
        "all": "Tất cả · 3",
        "to_fix": "Cần khắc phục · 1",
        "not_this_year": "Chưa kiểm tra năm 2026 · 3",
    }


def test_chip_keeps_its_group_and_the_same_chip_shows_all_again(bench):
    bench.list.choose_chip("to_fix")
    assert bench.ids() == [KARAOKE]
    bench.list.choose_chip("to_fix")
    assert len(bench.ids()) == 3


def test_list_is_narrowed_to_a_commune_and_a_kind_until_the_chip_is_tapped(store, clock):
    settle(store)
    other = "c11632_v1"
    far = establishment("Karaoke Xa", "karaoke", 208300000, 1065600000, unit_id=other)
    server_commits(store, base_row(uid("far"), 1, "establishment", f"unit:{other}", **far))
    bench = Bench(store, clock)
    shown = bench.list.filters()
    assert [(each.id, each.label[-1]) for each in shown.units] == [(UNIT, "3"), (other, "1")]
    bench.list.narrow("kind", "karaoke")
    assert sorted(bench.ids()) == sorted([KARAOKE, uid("far")])
    assert [each.id for each in bench.list.filters().units] == [UNIT, other]
    bench.list.narrow("unit", other)
    assert bench.ids() == [uid("far")]
    assert list(bench.chips())[:3] == ["unit", "kind", "all"]
    assert bench.chips()["all"] == "Tất cả · 1"
    bench.list.search("hong phuc")
    assert (bench.ids(), bench.state.empty_action) == ([], ""), "it is in the register"
    bench.list.search("")
    bench.list.choose_chip("unit")
    assert sorted(bench.ids()) == sorted([KARAOKE, uid("far")])
    bench.list.choose_chip("all")
    assert len(bench.ids()) == 4


def test_visit_that_did_not_get_in_does_not_count_as_inspected(store, clock):
    settle(store)
    closed = filed_visit(CAFE, access_result="closed_on_arrival", started_at="2026-11-01T14:00:00Z")
    got_in = filed_visit(GUESTHOUSE, started_at="2026-11-02T14:00:00Z", follow_ups={})
    server_commits(store, base_row(uid("closed"), 1, "inspection", TEAM_SCOPE, **closed))
    server_commits(store, base_row(uid("got in"), 1, "inspection", TEAM_SCOPE, **got_in))
    bench = Bench(store, clock)
    bench.list.choose_chip("not_this_year")
    assert sorted(bench.ids()) == sorted([CAFE, KARAOKE])


def test_only_a_later_visit_that_found_it_made_ends_the_shortcoming(store, clock):
    settle(store)
    silent = filed_visit(KARAOKE, started_at="2026-02-02T14:00:00Z", follow_ups={})
    server_commits(store, base_row(uid("silent"), 1, "inspection", TEAM_SCOPE, **silent))
    assert Bench(store, clock).chips()["to_fix"] == "Cần khắc phục · 1"
    answer = {"visit_id": LAST_VISIT, "follow_up_id": "fire_exits_clear", "status": "fixed"}
    fixed = {**silent, "started_at": "2026-03-02T14:00:00Z", "follow_up_answers": {"a": answer}}
    server_commits(store, base_row(uid("fixed"), 1, "inspection", TEAM_SCOPE, **fixed))
    assert "to_fix" not in Bench(store, clock).chips()


def test_visit_at_a_closed_door_leaves_the_shortcoming_open(store, clock):
    settle(store)
    closed = filed_visit(KARAOKE, started_at="2026-02-02T14:00:00Z", access_result="refused", follow_ups={})
    server_commits(store, base_row(uid("closed"), 1, "inspection", TEAM_SCOPE, **closed))
    assert Bench(store, clock).chips()["to_fix"] == "Cần khắc phục · 1"


def test_shortcoming_ends_when_the_office_closes_it_and_comes_back_when_that_is_withdrawn(store, clock):
    settle(store)
    server_commits(store, closure(LAST_VISIT, "fire_exits_clear"))
    assert "to_fix" not in Bench(store, clock).chips()
    server_commits(store, closure(LAST_VISIT, "fire_exits_clear", 2, withdrawn_reason="Nhập nhầm"))
    assert Bench(store, clock).chips()["to_fix"] == "Cần khắc phục · 1"


def test_void_visit_counts_for_nothing(store, clock):
    settle(store)
    got_in = filed_visit(GUESTHOUSE, started_at="2026-11-02T14:00:00Z", follow_ups={})
    server_commits(store, base_row(uid("got in"), 1, "inspection", TEAM_SCOPE, **got_in))
    server_commits(store, voided(uid("got in")), voided(LAST_VISIT))
    bench = Bench(store, clock)
    assert "to_fix" not in bench.chips()
    bench.list.choose_chip("not_this_year")
    assert sorted(bench.ids()) == sorted([CAFE, KARAOKE, GUESTHOUSE])


def test_row_shows_the_word_of_its_newest_visit(bench):
    row = bench.row(KARAOKE)
    assert (row.state, row.state_word, row.visited) == ("received", "Đã nhận", "11/2025")
    assert (bench.row(CAFE).state, bench.row(CAFE).visited) == ("", "")


def test_row_shows_risk_of_the_place_apart_from_state_of_its_record(bench, store):
    assert (bench.row(KARAOKE).risk, bench.row(KARAOKE).state) == ("to_fix", "received")
    assert bench.row(KARAOKE).subtitle.startswith("Cần khắc phục · ")
    assert (bench.row(CAFE).risk, bench.row(CAFE).state) == ("not_this_year", "")
    now = {"started_at": "2026-11-20T14:00:00Z", "ended_at": "2026-11-20T14:40:00Z"}
    fixed = {"visit_id": LAST_VISIT, "follow_up_id": "fire_exits_clear", "status": "fixed"}
    visit = filed_visit(KARAOKE, follow_ups={}, follow_up_answers={"a": fixed}, **now)
    server_commits(store, base_row(uid("new"), 1, "inspection", TEAM_SCOPE, **visit))
    bench.list.refresh()
    assert bench.row(KARAOKE).risk == "done"
    assert "Cần khắc phục" not in bench.row(KARAOKE).subtitle


def test_draft_is_the_word_while_work_is_open(bench):
    bench.store.drafts.save(draft(KARAOKE, bench.clock))
    bench.list.refresh()
    assert bench.row(KARAOKE).state_word == "Nháp"
    assert bench.chips()["drafts"] == "Nháp · 1"


def test_returned_visit_is_found_by_its_chip(bench):
    review = {
        "record": LAST_VISIT,
        "record_rev": 1,
        "state": "returned",
        "reason": "Bổ sung",
        "comments": {
            "c1": {"path": "overall_result", "text": "Xem lại", "user": LEADER, "at": "2026-11-24T10:00:00Z"}
        },
    }
    server_commits(bench.store, base_row(review_id(LAST_VISIT), 1, "review", TEAM_SCOPE, **review))
    bench.list.refresh()
    bench.list.choose_chip("returned")
    assert bench.ids() == [KARAOKE]
    assert bench.row(KARAOKE).state_word == "Trả lại"


def test_a_revoked_tablet_promises_no_establishments(store, clock, monkeypatch):
    status = replace(store.status(), is_revoked=True)
    monkeypatch.setattr(store, "status", lambda: status)
    assert Bench(store, clock).state.empty_title == "Máy này đã bị thu hồi quyền"


def test_empty_states_explain_the_next_step(store, clock):
    bench = Bench(store, clock)
    assert bench.state.empty_title == "Máy này chưa có cơ sở nào"
    assert bench.state.empty_text.endswith("bấm Đồng bộ ngay.")
    assert bench.state.empty_action == ""
    settle(store)
    bench.list.refresh()
    assert bench.state.empty_title == ""
    bench.list.search("không có ở đây")
    assert bench.state.empty_title == "Không thấy “không có ở đây”"
    assert bench.state.empty_action == "Thêm cơ sở mới"


def test_list_says_while_not_all_of_it_is_loaded(bench, monkeypatch):
    """Whoever reads that a place is missing would add it a second time."""
    status = replace(bench.store.status(), is_loading=True, last_success_at=bench.clock.now())
    monkeypatch.setattr(bench.store, "status", lambda: status)
    bench.list.refresh()
    assert bench.state.count == "3 cơ sở, chưa tải hết"
    bench.list.search("không có ở đây")
    assert bench.state.empty_title == "Chưa thấy “không có ở đây” trên máy này"
    assert bench.state.empty_text == "Danh sách chưa tải hết. Đợi tải xong rồi hãy thêm cơ sở mới."


def test_search_reads_no_status_of_the_store(bench, monkeypatch):
    """The list is drawn again with every key."""
    monkeypatch.setattr(bench.store, "status", None)
    bench.list.search("karaoke")
    assert bench.ids() == [KARAOKE]


def test_area_is_not_called_empty_before_it_is_loaded(store, clock, monkeypatch):
    status = replace(store.status(), last_success_at=clock.now(), is_loading=True)
    monkeypatch.setattr(store, "status", lambda: status)
    assert Bench(store, clock).state.empty_title == "Máy này chưa có cơ sở nào"


def test_register_that_is_empty_after_an_exchange_asks_for_no_other_exchange(store, clock, monkeypatch):
    status = replace(store.status(), last_success_at=clock.now())
    monkeypatch.setattr(store, "status", lambda: status)
    state = Bench(store, clock).state
    assert state.empty_title == "Địa bàn của máy này chưa có cơ sở nào"
    assert "đồng bộ" not in state.empty_text.lower()
    assert state.empty_action == "Thêm cơ sở mới"


def test_long_list_is_shown_from_its_beginning_and_grows(store, clock):
    rows = [
        base_row(
            uid(f"shop {n}"),
            1,
            "establishment",
            f"unit:{UNIT}",
            **establishment(f"Quán {n:03d}", "cafe", 0, 0),
        )
        for n in range(PAGE + 30)
    ]
    server_commits(store, *rows)
    bench = Bench(store, clock)
    assert (len(bench.state.rows), bench.state.has_more, bench.state.count) == (
        PAGE,
        True,
        f"{PAGE + 30} cơ sở",
    )
    bench.list.show_more()
    assert (len(bench.state.rows), bench.state.has_more) == (PAGE + 30, False)
    bench.list.search("quan 001")
    assert [row.title for row in bench.state.rows] == ["Quán 001"]
