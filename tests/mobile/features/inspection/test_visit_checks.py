"""Checks of a visit: problems lead to their fields, warnings and marks stop nothing."""

from __future__ import annotations

from tests.mobile.features.inspection.bench import Bench
from tests.mobile.inspection_world import (
    settle,
)

from field178_shared.codelists import load
from field178_shared.errors import message
from field178_shared.rules.quality_flags import FlagContext, quality_flags


def test_counts_that_contradict_each_other_are_marked_while_typing(bench):
    bench.visit.open_section("worker_counts")
    for item_id, number in (("workers_total", 5), ("workers_female", 4), ("workers_male", 2)):
        bench.visit.count(item_id, number)
    assert bench.item("workers_total").problem
    bench.visit.count("workers_male", 1)
    assert bench.item("workers_total").problem == ""


def test_counts_contradict_each_other_only_once_their_row_is_complete(bench):
    bench.visit.open_section("worker_counts")
    for item_id, number in (("workers_total", 5), ("workers_female", 6)):
        bench.visit.count(item_id, number)
    assert bench.item("workers_total").problem == ""
    bench.visit.check()
    assert any("workers_total" in row.path for row in bench.state.checked.problems)


def test_men_are_proposed_from_total_and_women_and_taken_by_a_tap(bench):
    bench.visit.open_section("worker_counts")
    bench.visit.count("workers_total", 5)
    assert bench.item("workers_male").suggestion == ""
    bench.visit.count("workers_female", 4)
    assert bench.item("workers_male").suggestion == "1"
    assert bench.saved("answers.workers_male") is None
    bench.visit.count("workers_female", 6)
    assert bench.item("workers_male").suggestion == ""


def test_mistakes_can_be_looked_for_from_every_part_of_the_checklist(bench):
    bench.visit.choose_tab("checklist")
    assert bench.state.foot.first.id == "check"
    bench.visit.open_section("worker_counts")
    assert bench.state.foot.first.id == "check"


def test_problem_leads_to_its_item(bench):
    bench.visit.arrive("inspected")
    bench.visit.check()
    problem = next(row for row in bench.state.checked.problems if row.path == "answers.kd_licence")
    assert (problem.where, problem.text) == (
        "Điều kiện karaoke, vũ trường",
        "6 nội dung bắt buộc chưa trả lời",
    )
    bench.visit.jump(problem.path)
    assert (bench.state.pane, bench.state.page.id, bench.state.focus) == (
        "page",
        "karaoke_discotheque",
        "answers.kd_licence",
    )
    assert bench.item("kd_licence").problem == "Cần nhập mục này."


def test_problem_goes_as_soon_as_it_is_corrected(bench):
    bench.visit.arrive("inspected")
    bench.visit.check()
    bench.visit.answer("kd_licence", "yes")
    assert "answers.kd_licence" not in [row.path for row in bench.state.checked.problems]


def test_warnings_are_asked_about_and_confirmed_knowingly(bench):
    bench.answer_all()
    bench.visit.answer("fire_exits_clear", "yes")
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.toggle_violation("fire_exits_clear", "fire_exit_obstructed")
    bench.visit.check()
    assert [row.path for row in bench.state.checked.warnings] == ["overall_result"]
    bench.visit.complete()
    assert not bench.state.feedback.filed
    (warning,) = bench.visit.filing.warnings
    assert warning.row.text == "Có vi phạm nhưng kết luận chấp hành tốt."
    bench.visit.complete(with_warnings=True)
    assert bench.state.feedback.filed


def test_one_tap_corrects_the_result_and_nothing_is_asked_any_more(bench):
    bench.answer_all()
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.complete()
    (warning,) = bench.visit.filing.warnings
    assert (warning.row.text, warning.mend) == (
        "Có nội dung chưa đạt nhưng kết luận chấp hành tốt.",
        "Đổi kết luận: Có tồn tại, nhắc nhở",
    )
    bench.visit.mend_warning(warning)
    assert (bench.saved("overall_result"), bench.visit.filing.warnings) == ("minor_shortcomings", ())
    bench.visit.complete()
    assert bench.state.feedback.filed


def test_tier_against_the_counts_is_asked_about_and_corrected_by_the_fitting_one(bench):
    bench.answer_all()
    bench.visit.count("workers_total", 30)
    bench.visit.count("workers_female", 30)
    bench.visit.count("workers_male", 0)
    bench.visit.answer("lb_contracts", "no")
    bench.visit.toggle_violation("lb_contracts", "lb_no_contract_1_10")
    bench.visit.choose_result("violation_recorded")
    bench.visit.complete()
    asked_by_text = {warning.row.text: warning for warning in bench.visit.filing.warnings}
    warning = asked_by_text["Mức vi phạm không khớp với số người đã ghi."]
    assert warning.mend.startswith("Đổi thành: ")
    bench.visit.mend_warning(warning)
    findings = bench.saved("findings")
    assert [finding["violation_id"] for finding in findings.values()] == ["lb_no_contract_11_50"]


def test_warnings_of_the_tablet_equal_the_quality_flags_of_the_reviewer(bench):
    bench.answer_all()
    bench.visit.toggle_violation("fire_exits_clear", "fire_exit_obstructed")
    bench.visit.complete()
    warnings = {warning.row.text for warning in bench.visit.filing.warnings}
    bench.visit.complete(with_warnings=True)
    (data,) = [view.data for view in bench.store.views("inspection") if view.id == bench.visit.record_id]
    place = {"establishment_type_id": "karaoke"}
    flags = quality_flags("inspection", data, load(), FlagContext(bench.clock.now(), establishment=place))
    assert {message(flag.code, "vi") for flag in flags} >= warnings
    assert len(flags) == len(warnings) == 1


def test_free_text_is_marked_and_never_stopped(bench):
    bench.answer_all()
    bench.visit.write("recommendation", "Liên hệ anh Nguyễn Văn Mẫu 0912345678")
    bench.visit.choose_tab("conclusion")
    assert bench.state.conclusion.texts["recommendation"].lint
    bench.visit.complete()
    assert bench.state.feedback.filed


def test_own_name_of_the_establishment_is_not_marked(bench):
    bench.visit.write("recommendation", "Karaoke Hồng Phúc cần bổ sung biển hiệu")
    bench.visit.choose_tab("conclusion")
    assert bench.state.conclusion.texts["recommendation"].lint == ""


def test_comment_of_the_office_stands_at_its_field(store, clock):
    settle(store)
    bench = Bench(
        store, clock, comments={"answers.fire_exits_clear.v": "Nêu rõ cửa nào", "overall_result": "Xem lại"}
    )
    bench.visit.open_section("fire_safety")
    assert bench.item("fire_exits_clear").comment == "Nêu rõ cửa nào"
    bench.visit.choose_tab("conclusion")
    assert bench.state.conclusion.result_comment == "Xem lại"
    assert next(card for card in bench.state.sections if card.id == "fire_safety").mark == "comment"


def test_comments_of_all_paths_are_shown(store, clock):
    settle(store)
    texts = {
        "answers.fire_exits_clear.v": "một",
        "findings.fire_exits_clear-fire_exit_obstructed": "hai",
        "access_result": "ba",
        "measures.reminder": "bốn",
        "recommendation": "năm",
        "something_new": "sáu",
    }
    bench = Bench(store, clock, comments=texts)
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.toggle_violation("fire_exits_clear", "fire_exit_obstructed")
    bench.visit.open_section("fire_safety")
    assert bench.item("fire_exits_clear").comment == "một\nhai"
    assert bench.state.arrival_comment == "Kết quả tiếp cận cơ sở: ba"
    bench.visit.choose_tab("conclusion")
    assert bench.state.conclusion.other_comments == "Biện pháp xử lý: bốn\nsomething_new: sáu"
    assert bench.state.conclusion.texts["recommendation"].comment == "năm"


def test_an_unusual_number_of_workers_is_asked_about_at_once_and_before_filing(bench):
    bench.visit.open_section("worker_counts")
    bench.visit.count("workers_total", 99_999)
    item = bench.item("workers_total")
    assert item.warning.startswith("Loại hình này thường có ")
    assert item.problem == ""
    bench.visit.check()
    assert item.warning in [row.text for row in bench.state.checked.warnings]
    bench.visit.open_section("worker_counts")
    bench.visit.count("workers_total", 5)
    assert bench.item("workers_total").warning == ""
