"""Targets on the tablet: the server's figures with their hour, and the own unsent records beside them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.mobile.area_figures import FIGURES, PARTIAL, receive_figures
from tests.mobile.features.census.test_census import Desk
from tests.mobile.inspection_world import CAFE, KARAOKE, UNIT, services, settle
from tests.mobile.support import FrozenClock, base_row, seeded_ids, server_commits

from field178_mobile.features.indicators.indicators import IndicatorsPresenter
from field178_mobile.store import Store
from field178_shared.rules.commune import commune_entry_id


class Screen:
    """The screen of the figures over a store."""

    def __init__(self, store: Store, clock: FrozenClock) -> None:
        words = services(store, clock, seeded_ids(clock)).words
        self.presenter = IndicatorsPresenter(store, clock, words, self.draw)

    def draw(self, state: Any) -> None:
        self.state = state

    def rows(self) -> dict[str, Any]:
        """Every figure of the one area, as it is shown now."""
        self.presenter.show()
        (area,) = self.state.areas
        return {row.id: row for row in (*area.targets, *area.others)}


@pytest.fixture
def screen(store: Store, clock: FrozenClock) -> Screen:
    settle(store)
    return Screen(store, clock)


def test_nothing_known_yet_is_said(screen: Screen):
    screen.presenter.show()
    assert (screen.state.areas, screen.state.missing) == ((), True)


def test_figures_of_the_server_stand_with_hour_target_and_state(screen: Screen, store: Store):
    receive_figures(store)
    rows = screen.rows()
    assert not screen.state.missing
    assert set(rows) == set(FIGURES)
    (area,) = screen.state.areas
    assert area.as_of == "Tính đến 18:10, 24/11/2026; phiếu đã duyệt năm 2026"
    reached = rows["workers_reached_pct"]
    assert (reached.value, reached.detail, reached.word) == ("68,0%", "253/372 · chỉ tiêu 70,0%", "Chưa đạt")
    assert area.plan == "Theo chỉ tiêu của: Mẫu cho đơn vị mới"
    assert rows["students_reached_pct"].word == "", "that plan asks nothing of it"
    assert (rows["commune_plan_pct"].value, rows["commune_plan_pct"].word) == ("—", "Chưa có mẫu số")
    assert rows["workers_total"].detail == "+4 chờ duyệt"
    assert all(row.unsent == "" for row in rows.values())
    assert [row.id for row in area.targets] == ["workers_reached_pct", "commune_plan_pct"]


def test_a_share_of_the_counted_places_is_neither_a_value_nor_a_verdict(screen: Screen, store: Store):
    receive_figures(store, figures=PARTIAL)
    rows = screen.rows()
    share = rows["workers_reached_pct"]
    assert (share.value, share.word) == ("8,2–52,0%", "Chưa đạt")
    assert share.detail == "254/302 · đếm 32 trên 127 cơ sở · chỉ tiêu 70,0%"
    total = rows["workers_total"]
    assert (total.value, total.detail, total.word) == ("≥ 302", "đếm 32 trên 127 cơ sở", "")
    zones = rows["iz_workers_reached_pct"]
    assert (zones.value, zones.detail) == ("—", "80/100 · đếm 1 trên 2 khu công nghiệp")
    assert rows["tipoffs_processed_pct"].detail == "4/4 · đã gửi 3/10 tháng"
    planned = rows["plan_completion_pct"]
    assert (planned.value, planned.word) == ("88,9%", "")
    assert planned.detail.endswith("8/9 · đột xuất chỉ tính khi đã làm hoặc đã hết thời gian")


def test_unassigned_places_are_named_as_in_the_console(screen: Screen, store: Store):
    receive_figures(store)
    screen.presenter.show()
    assert screen.state.areas[0].left_out == ""
    receive_figures(store, rev=2, left_out={"unit_ids": ["c11662_v1"], "establishments": 6, "schools": 1})
    screen.presenter.show()
    assert screen.state.areas[0].left_out == (
        "Chưa gán: 6 cơ sở, 1 trường học của xã, thị trấn đã chia (Xã Thái Sơn)."
        " Các nơi này không có trong số liệu ở đây."
    )


def test_bounds_on_both_sides_of_the_target_conclude_nothing(screen: Screen, store: Store):
    share = {**PARTIAL["workers_reached_pct"], "high_tenths": 720}
    receive_figures(store, figures={"workers_reached_pct": share})
    assert screen.rows()["workers_reached_pct"].word == "Chưa đủ số liệu"


def test_old_figures_tell_their_age_and_stay_without_a_network(screen: Screen, store: Store):
    receive_figures(store, as_of="2026-11-20T18:00:00Z")
    screen.rows()
    assert screen.state.areas[0].as_of.endswith("21/11/2026; phiếu đã duyệt năm 2026 · 3 ngày trước")


def test_unsent_count_stands_beside_and_is_not_added(screen: Screen, store: Store, clock: FrozenClock):
    receive_figures(store)
    Desk(store, clock).file(KARAOKE, workers_total=9)
    workers = screen.rows()["workers_total"]
    assert (workers.value, workers.unsent) == ("372", "+9 chưa gửi")
    assert screen.rows()["visits_total"].unsent == ""


def test_unsent_correction_counts_its_difference_alone(screen: Screen, store: Store, clock: FrozenClock):
    receive_figures(store)
    data = {"establishment_id": CAFE, "counted_on": "2026-10-01", "unit_id": UNIT, "workers_total": 5}
    record = commune_entry_id("worker_census", data)
    server_commits(store, base_row(record, 1, "worker_census", f"unit:{UNIT}", **data))
    assert screen.rows()["workers_total"].unsent == ""
    desk = Desk(store, clock)
    assert desk.workspace.open_census(record)
    desk.form.write("workers_total", 3)
    assert screen.rows()["workers_total"].unsent == "", "a draft is not filed"
    desk.form.complete()
    assert screen.rows()["workers_total"].unsent == "-2 chưa gửi"
    assert desk.workspace.open_census(record)
    desk.form.withdraw()
    assert screen.rows()["workers_total"].unsent == "-5 chưa gửi"


def test_unsent_record_of_another_commune_counts_nothing_here(
    screen: Screen, store: Store, clock: FrozenClock
):
    receive_figures(store)
    moved = store.view(CAFE)
    far = {**moved.data, "unit_id": "c11635_v2"}
    server_commits(store, base_row(CAFE, 2, "establishment", "unit:c11635_v2", **far))
    Desk(store, clock).file(CAFE, workers_total=9)
    assert screen.rows()["workers_total"].unsent == ""
