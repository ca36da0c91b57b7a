"""The conclusion: every shortcoming gets a date, from offers in working days."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.mobile.inspection_world import (
    words,
)

from field178_mobile.features.inspection.inspection import InspectionPresenter
from field178_mobile.features.inspection.visit_scene import OpenVisit
from field178_shared.codelists import put_in_force
from field178_shared.list_packs import ListPack, lists_with


def test_deadline_asks_every_shortcoming_to_be_fixed(bench):
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.fix_within("5")
    bench.visit.answer("fire_file", "partial")
    assert bench.saved("follow_ups.fire_exits_clear.due_on") == "2026-12-01"
    assert bench.saved("follow_ups.fire_file.due_on") == "2026-12-01"
    bench.visit.answer("fire_file", "yes")
    assert bench.saved("follow_ups.fire_file") is None


def test_dates_are_offered_in_working_days_and_as_the_default_limit(bench):
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.choose_tab("conclusion")
    assert [option.label for option in bench.state.conclusion.fix_days] == [
        "3 ngày làm việc · T6 27/11",
        "5 ngày làm việc · T3 01/12",
        "10 ngày làm việc · T3 08/12",
        "20 ngày làm việc · T3 22/12",
        "15 ngày · T4 09/12",
    ]
    bench.visit.fix_within("fix_default")
    conclusion = bench.state.conclusion
    assert (conclusion.due_on, conclusion.due_weekday, conclusion.due_hint) == ("2026-12-09", "Thứ Tư", "")
    assert [option.id for option in conclusion.fix_days if option.is_chosen] == ["fix_default"]


@pytest.mark.parametrize(
    ("due", "hint"),
    [
        ("2026-12-06", "Chủ nhật là ngày nghỉ. Ngày làm việc tiếp theo: Thứ Hai, 07/12/2026."),
        ("2026-11-20", "Ngày này trước ngày kiểm tra."),
        (
            "2027-01-01",
            "Tết Dương lịch là ngày nghỉ. Ngày làm việc tiếp theo: Thứ Hai, 04/01/2027. "
            "Chưa có lịch nghỉ năm 2027: chỉ trừ thứ Bảy, Chủ nhật và ngày lễ cố định.",
        ),
        ("2026-12-07", ""),
    ],
)
def test_day_off_gets_a_hint_and_is_kept(bench, due, hint):
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.fix_by(due)
    bench.visit.choose_tab("conclusion")
    assert bench.state.conclusion.due_hint == hint
    assert bench.state.conclusion.shortcomings[0].hint == hint
    assert bench.saved("follow_ups.fire_exits_clear.due_on") == due


def test_offers_that_reach_a_year_without_a_list_say_so(bench):
    bench.clock.tick(days=20)
    bench.visit = InspectionPresenter(
        bench.store, bench.clock, words(), replace_day(bench), bench.states.append
    )
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.choose_tab("conclusion")
    assert bench.state.conclusion.fix_days[3].label == "20 ngày làm việc · T3 12/01/2027"
    assert "2027" in bench.state.conclusion.due_hint


def test_days_off_that_the_office_published_count_from_then_on(bench):
    bench.clock.tick(days=20)
    bench.visit = InspectionPresenter(
        bench.store, bench.clock, words(), replace_day(bench), bench.states.append
    )
    tet = {"id": "tet_2027", "vi": "Tết", "en": "Tet", "source": "công bố", "confidence": "high"}
    days = {"first": "2027-01-04", "last": "2027-01-08"}
    year = {"id": "2027", "vi": "Năm 2027", "en": "2027"}
    rows = {"holidays.declared": {"tet_2027": tet | days}, "holidays.years": {"2027": year}}

    put_in_force(lists_with(ListPack().with_rows(rows)))

    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.choose_tab("conclusion")
    assert bench.state.conclusion.fix_days[3].label == "20 ngày làm việc · T3 19/01/2027"
    assert "2027" not in bench.state.conclusion.due_hint


def replace_day(bench) -> OpenVisit:
    opened = bench.visit._opened
    data = {**opened.draft.data, "started_at": "2026-12-14T15:00:00Z"}
    return replace(opened, draft=replace(opened.draft, data=data))


def test_each_shortcoming_can_have_a_date_of_its_own(bench):
    for item in ("fire_exits_clear", "fire_file", "fire_extinguishers"):
        bench.visit.answer(item, "no")
    bench.visit.fix_within("5")
    bench.visit.fix_item_by("fire_file", "2026-12-22")
    bench.visit.fix_item_by("fire_extinguishers", "")
    bench.visit.choose_tab("conclusion")
    conclusion = bench.state.conclusion
    assert {row.key: row.due for row in conclusion.shortcomings} == {
        "fire_exits_clear": "Hạn khắc phục: Thứ Ba, 01/12/2026 · còn 5 ngày làm việc",
        "fire_file": "Hạn khắc phục: Thứ Ba, 22/12/2026 · còn 20 ngày làm việc",
        "fire_extinguishers": "Chưa đặt thời hạn",
    }
    assert (conclusion.due_on, [option for option in conclusion.fix_days if option.is_chosen]) == ("", [])
    assert "khác nhau" in conclusion.due_hint
    bench.visit.answer("fire_exits_clear", "partial")
    assert bench.saved("follow_ups.fire_exits_clear.due_on") == "2026-12-01"
    bench.visit.undo()
    bench.visit.undo()
    assert bench.saved("follow_ups.fire_extinguishers.due_on") == "2026-12-01"


def test_a_violation_shows_the_limits_of_the_law_with_the_working_days_left(bench):
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.choose_tab("conclusion")
    assert bench.state.conclusion.limits == ()
    bench.visit.toggle_violation("fire_exits_clear", "fire_exit_obstructed")
    assert bench.state.conclusion.limits == (
        "Lập biên bản VPHC: Thứ Năm, 26/11/2026 · còn 2 ngày làm việc",
        "Lập biên bản (phức tạp, phạm vi rộng): Thứ Ba, 01/12/2026 · còn 5 ngày làm việc",
        "Thời hiệu xử phạt: Thứ Năm, 25/11/2027 · còn khoảng 256 ngày làm việc",
    )
    bench.clock.tick(days=7)
    bench.visit.show()
    assert bench.state.conclusion.limits[0] == (
        "Lập biên bản VPHC: Thứ Năm, 26/11/2026 · quá 3 ngày làm việc"
    )


def test_undone_item_of_the_team_is_no_shortcoming(bench):
    bench.visit.answer("ou_done", "no")
    bench.visit.choose_tab("conclusion")
    assert (bench.state.conclusion.summary, bench.state.conclusion.shortcomings) == (
        "Không ghi nhận tồn tại",
        (),
    )
    bench.visit.answer("fire_file", "no")
    bench.visit.fix_within("5")
    bench.visit.answer("ou_done", "na")
    bench.visit.answer("ou_done", "no")
    assert list(bench.saved("follow_ups")) == ["fire_file"]
    card = next(card for card in bench.state.sections if card.id == "outreach_on_site")
    assert (card.failed, card.mark) == ("", "done")


def test_items_about_the_team_are_answered_by_yes_and_no(bench):
    bench.visit.open_section("outreach_on_site")
    item = bench.item("ou_done")
    assert [option.label for option in item.options] == ["Có", "Không", "Không thuộc diện"]
    bench.visit.open_section("fire_safety")
    assert bench.item("fire_exits_clear").options[0].label == "Đạt"


FIRST, SECOND = ("fire_exits_clear", "fire_exit_obstructed"), ("kd_hours", "kd_outside_hours")


def test_measure_asks_which_of_several_violations_it_answers(bench):
    bench.visit.choose_tab("conclusion")
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.answer("kd_hours", "no")
    bench.visit.toggle_violation(*FIRST)
    bench.visit.toggle_measure("reminder")
    bench.visit.choose_tab("conclusion")
    # Of a single violation nothing is asked.
    assert bench.state.conclusion.answered == ()
    bench.visit.toggle_violation(*SECOND)
    bench.visit.toggle_measure("admin_minutes")
    bench.visit.choose_tab("conclusion")
    (measure,) = bench.state.conclusion.answered
    assert measure.title == "Nhắc nhở, hướng dẫn"
    assert {violation.id: violation.is_chosen for violation in measure.violations} == {
        FIRST[1]: False,
        SECOND[1]: False,
    }
    assert measure.hint == (
        "Chọn những vi phạm mà biện pháp này xử lý; không chọn thì chỉ tiêu không tính là đã xử lý hết."
    )
    bench.visit.toggle_answered("reminder", SECOND[1])
    bench.visit.toggle_answered("reminder", FIRST[1])
    assert bench.saved("measures.reminder.violation_ids") == sorted((FIRST[1], SECOND[1]))
    (measure,) = bench.state.conclusion.answered
    assert [violation.is_chosen for violation in measure.violations] == [True, True]
    assert measure.hint == ""
    bench.visit.toggle_answered("reminder", SECOND[1])
    assert bench.saved("measures.reminder.violation_ids") == [FIRST[1]]
    bench.visit.toggle_answered("reminder", FIRST[1])
    assert bench.saved("measures.reminder") == {"measure_id": "reminder"}


def test_violation_that_was_taken_back_is_filed_in_no_measure(bench):
    bench.answer_all()
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.answer("kd_hours", "no")
    bench.visit.toggle_violation(*FIRST)
    bench.visit.toggle_violation(*SECOND)
    bench.visit.toggle_measure("reminder")
    bench.visit.toggle_answered("reminder", FIRST[1])
    bench.visit.answer("fire_exits_clear", "yes")
    bench.visit.choose_result("minor_shortcomings")
    bench.visit.complete()
    filed = bench.store.view(bench.visit.record_id)
    assert filed.data["measures"] == {"reminder": {"measure_id": "reminder"}}
