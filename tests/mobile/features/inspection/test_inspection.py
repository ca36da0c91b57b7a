"""The open visit: every tap is durable, nothing is defaulted, what follows from an answer follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.full_disk import no_room_beyond
from tests.mobile.features.inspection.bench import Bench
from tests.mobile.inspection_world import (
    KARAOKE,
    LAST_VISIT,
    filed_visit,
    settle,
    uid,
)

from field178_mobile.presentation.feedback import Feedback
from field178_shared.errors import ErrorCode, message
from field178_shared.records.follow_ups import OpenFollowUp


def test_answer_is_durable_before_it_is_shown(store, clock):
    settle(store)
    bench = Bench(store, clock)
    seen: list[object] = []
    bench.visit._render = lambda state: seen.append(bench.saved("answers.fire_exits_clear.v"))
    bench.visit.answer("fire_exits_clear", "yes")
    assert seen == ["yes"]


def test_an_answer_the_disk_refuses_is_said_and_not_shown_as_kept(bench):
    bench.visit.answer("fire_exits_clear", "yes")
    with no_room_beyond(0):
        bench.visit.answer("fire_exit_unlocked", "no")
        assert bench.state.feedback == Feedback(error=message(ErrorCode.STORE_UNWRITABLE, "vi"))
        bench.visit.undo()
        assert bench.state.feedback.error
    assert bench.saved("answers.fire_exit_unlocked") is None
    assert bench.saved("answers.fire_exits_clear.v") == "yes"
    bench.visit.undo()
    assert bench.saved("answers.fire_exits_clear") is None


def test_opening_a_visit_saves_no_draft(bench):
    assert bench.store.drafts.all() == []


def test_nothing_is_answered_before_a_tap(bench):
    bench.visit.arrive("inspected")
    assert bench.saved("answers") is None
    assert all(card.progress.answered == 0 for card in bench.state.sections)


def test_same_answer_again_opens_the_item(bench):
    bench.visit.answer("fire_exits_clear", "yes")
    bench.visit.answer("fire_exits_clear", "yes")
    assert bench.saved("answers.fire_exits_clear") is None


def test_undo_takes_the_last_answer_back(bench):
    bench.visit.answer("fire_exits_clear", "yes")
    bench.visit.answer("fire_exit_unlocked", "no")
    bench.visit.undo()
    assert bench.saved("answers.fire_exit_unlocked") is None
    assert bench.saved("answers.fire_exits_clear.v") == "yes"
    assert bench.state.feedback.undo == "Lối thoát nạn thông thoáng, không bị cản trở"


def test_undo_leaves_text_typed_after_the_answer(bench):
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.write("recommendation", "Dọn lối thoát nạn")
    bench.visit.undo()
    assert bench.saved("recommendation") == "Dọn lối thoát nạn"


def test_whole_section_answers_required_open_items_only_and_says_how(bench):
    bench.visit.open_section("fire_safety")
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.pass_section()
    assert bench.saved("answers.fire_exits_clear") == {"v": "no"}
    assert bench.saved("answers.fire_exit_unlocked") == {"v": "yes", "src": "section"}
    assert bench.saved("answers.fire_training") is None


def test_whole_section_can_be_undone_as_one(bench):
    bench.visit.open_section("fire_safety")
    bench.visit.pass_section()
    bench.visit.undo()
    assert bench.state.page.pass_count == 6


def test_last_visit_is_shown_and_never_filled_in(store, clock):
    settle(store)
    bench = Bench(store, clock, last=filed_visit(KARAOKE))
    bench.visit.open_section("fire_safety")
    assert bench.item("fire_exits_clear").last == "Lần trước: Chưa đạt"
    assert bench.item("fire_exits_clear").value == ""


def test_counts_are_repeated_by_one_tap_and_marked(store, clock):
    settle(store)
    bench = Bench(store, clock, last=filed_visit(KARAOKE))
    bench.visit.open_section("worker_counts")
    assert bench.state.page.repeat == "Như lần trước: 5 (4 nữ)"
    bench.visit.repeat_counts()
    assert bench.saved("answers.workers_total") == {"v": 5, "src": "same_as_last"}
    assert bench.state.page.repeat == ""


@pytest.mark.parametrize("item_id", ["workers_under18", "workers_present"])
def test_items_to_check_each_night_are_not_repeated(store, clock, item_id):
    settle(store)
    bench = Bench(store, clock, last=filed_visit(KARAOKE))
    bench.visit.open_section("worker_counts")
    bench.visit.repeat_counts()
    assert bench.saved(f"answers.{item_id}") is None


def test_required_default_is_a_suggestion_and_keeps_the_visit_open(bench):
    bench.answer_all()
    bench.visit.count("workers_under18", None)
    bench.visit.open_section("worker_counts")
    assert bench.item("workers_under18").suggestion == "0"
    bench.visit.complete()
    assert [row.path for row in bench.state.checked.problems] == ["answers.workers_under18"]


def test_closed_door_ends_the_form_early_and_is_a_record_too(bench):
    bench.visit.arrive("closed_on_arrival")
    assert bench.state.is_closed_early
    assert bench.state.sections == ()
    bench.visit.complete()
    assert bench.state.feedback.filed == "Đã lưu trên máy lúc 22:00"
    (record,) = [view for view in bench.store.views("inspection") if view.id != LAST_VISIT]
    assert (record.data["overall_result"], record.data["representative_role"]) == ("not_inspected", "none")


def test_answers_given_before_the_door_closed_stay_in_the_draft_alone(bench):
    bench.visit.arrive("inspected")
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.arrive("refused")
    assert bench.saved("answers.fire_exits_clear.v") == "no"
    bench.visit.choose_role("owner")
    bench.visit.complete()
    (record,) = [view for view in bench.store.views("inspection") if view.id != LAST_VISIT]
    assert "answers" not in record.data


def test_open_shortcomings_stay_in_sight_once_the_visit_is_begun(store, clock):
    settle(store)
    follow_up = OpenFollowUp(LAST_VISIT, "exits", "Dọn lối thoát nạn", date(2025, 11, 20), date(2025, 12, 1))
    again = replace(follow_up, visit_id=uid("again"), asked_on=date(2026, 3, 1), due_on=date(2026, 11, 21))
    other = replace(follow_up, key="file", text="Bổ sung hồ sơ", due_on=date(2026, 12, 20))
    bench = Bench(store, clock, follow_ups=(follow_up, again, other))
    assert [
        (line.to_fix.text, line.to_fix.visited_on, line.to_fix.is_overdue) for line in bench.state.to_fix
    ] == [
        ("Dọn lối thoát nạn", "20/11/2025", True),
        ("Bổ sung hồ sơ", "20/11/2025", False),
    ]


def test_correction_asked_for_twice_is_answered_by_one_tap(store, clock):
    settle(store)
    follow_up = OpenFollowUp(LAST_VISIT, "exits", "Dọn lối thoát nạn", date(2025, 11, 20), None)
    bench = Bench(store, clock, follow_ups=(follow_up, replace(follow_up, visit_id=uid("again"))))
    (line,) = bench.state.to_fix
    bench.visit.answer_follow_up(line.to_fix.key, "fixed")
    given = bench.saved("follow_up_answers")
    assert {entry["visit_id"] for entry in given.values()} == {LAST_VISIT, uid("again")}
    bench.visit.undo()
    assert not bench.saved("follow_up_answers")


def test_stock_phrases_are_those_of_the_item_before_those_of_all(bench):
    bench.visit.open_section("fire_safety")
    bench.visit.answer("fire_exits_clear", "no")
    first, *others = bench.item("fire_exits_clear").phrases
    assert first == "Để hàng hóa, vật dụng trên lối thoát nạn."
    assert "Đã khắc phục ngay trong buổi kiểm tra." in others
    bench.visit.answer("fire_extinguishers", "no")
    assert first not in bench.item("fire_extinguishers").phrases


def test_second_stock_phrase_is_added_after_the_first(bench):
    bench.visit.open_section("fire_safety")
    bench.visit.answer("fire_exits_clear", "no")
    first, second, *_ = bench.item("fire_exits_clear").phrases
    bench.visit.add_to_note("fire_exits_clear", first)
    assert first not in bench.item("fire_exits_clear").phrases
    assert second in bench.item("fire_exits_clear").phrases
    bench.visit.add_to_note("fire_exits_clear", second)
    assert bench.saved("answers.fire_exits_clear.note") == f"{first} {second}"


def test_phrase_that_would_be_cut_is_not_offered(bench):
    bench.visit.open_section("fire_safety")
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.write_note("fire_exits_clear", "x" * 190)
    assert bench.item("fire_exits_clear").phrases == ()


def test_visit_that_is_only_looked_at_takes_no_tap_until_somebody_wants_to_correct_it(store, clock):
    settle(store)
    bench = Bench(store, clock, is_to_read=True)
    bench.visit.answer("fire_exits_clear", "no")
    assert store.drafts.all() == []
    assert bench.state.is_locked
    assert bench.state.notice.startswith("Đang xem lại")
    assert bench.state.foot.second.id == "mend"
    bench.visit.act("mend")
    assert not bench.state.is_locked
    bench.visit.answer("fire_exits_clear", "no")
    assert bench.saved("answers.fire_exits_clear.v") == "no"


def test_approved_visit_does_not_change(store, clock):
    settle(store)
    bench = Bench(store, clock, word="approved")
    bench.visit.answer("fire_exits_clear", "yes")
    assert bench.store.drafts.all() == []
    assert bench.state.feedback.error


def test_next_section_wraps_around_to_open_sections(bench):
    bench.visit.arrive("inspected")
    bench.visit.open_section("prevention")
    bench.visit.pass_section()
    bench.visit.go_on()
    assert bench.state.page.id == "worker_counts"
    bench.visit.open_section("outreach_on_site")
    bench.visit.go_on()
    assert bench.state.page.id == "legal_status"


def test_next_section_leads_to_the_conclusion_when_all_is_answered(bench):
    bench.answer_all()
    bench.visit.choose_tab("checklist")
    bench.visit.go_on()
    assert bench.state.pane == "conclusion"


def test_section_that_is_not_asked_any_more_gives_way_to_the_list(bench):
    bench.visit.open_section("fire_safety")
    bench.visit.arrive("refused")
    assert bench.state.pane == "sections"


def test_screen_is_moved_once_by_a_jump_and_not_by_the_next_tap(bench):
    bench.visit.jump("answers.kd_licence")
    assert bench.state.focus
    bench.visit.answer("kd_no_latch", "yes")
    assert bench.state.focus == ""
    assert bench.state.page.id == "karaoke_discotheque"
