"""The open visit: every tap is durable, nothing is defaulted, what follows from an answer follows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.full_disk import no_room_beyond
from tests.mobile.inspection_world import (
    KARAOKE,
    LAST_VISIT,
    LEADER,
    OFFICERS,
    TEAM_SCOPE,
    UNIT,
    counts,
    filed_visit,
    lease,
    settle,
    words,
)
from tests.mobile.support import FrozenClock, base_row, seeded_ids, server_commits

from field178_mobile.features.inspection.inspection import InspectionPresenter
from field178_mobile.features.inspection.inspection_state import InspectionState
from field178_mobile.features.inspection.visit import VisitedEstablishment, new_visit
from field178_mobile.features.inspection.visit_scene import OpenVisit
from field178_mobile.features.shift.shift_data import Shift
from field178_mobile.presentation.facts import Shortcoming
from field178_mobile.presentation.feedback import Feedback
from field178_mobile.presentation.location import Whereabouts
from field178_mobile.store import Draft, Store
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.merge import read_path

PLACE = VisitedEstablishment(KARAOKE, "Karaoke Hồng Phúc", "karaoke", UNIT)


class Bench:
    """A visit under work, the states it rendered, and the store below it."""

    def __init__(self, store: Store, clock: FrozenClock, **opened: object) -> None:
        self.store, self.clock = store, clock
        self.states: list[InspectionState] = []
        ids = seeded_ids(clock, 5)
        shift = Shift(
            team_id=TEAM_SCOPE.removeprefix("team:"),
            kind="unannounced",
            trigger="tip_off",
            decision_number="12/QĐ-UBND",
            decision_date="2026-11-20",
            members={user: "member" for user in OFFICERS[:2]},
        )
        data = new_visit(PLACE, shift, clock.now(), "2026.1")
        draft = Draft(
            "draft-1", "inspection", ids.time_ordered(), TEAM_SCOPE, data, None, 0, LEADER, clock.now(), "K"
        )
        visit = replace(OpenVisit(PLACE, draft, LEADER), **opened)
        self.visit = InspectionPresenter(store, clock, words(), visit, self.states.append)
        self.visit.show()

    @property
    def state(self) -> InspectionState:
        return self.states[-1]

    def saved(self, path: str) -> object:
        """What a restart would find at a path of the draft."""
        draft = self.store.drafts.get("draft-1")
        return None if draft is None else read_path(draft.data, path)

    def item(self, item_id: str):
        return next(item for item in self.state.page.items if item.id == item_id)

    def answer_all(self) -> None:
        """A routine visit: everything met, five workers, four of them women."""
        self.visit.arrive("inspected")
        self.visit.choose_role("owner")
        for section in [card.id for card in self.state.sections]:
            self.visit.open_section(section)
            self.visit.pass_section()
        for item_id, answer in counts(5, 4).items():
            self.visit.count(item_id, answer["v"])
        self.visit.answer("ou_done", "yes")
        self.visit.choose_result("compliant")


@pytest.fixture
def bench(store: Store, clock: FrozenClock) -> Bench:
    settle(store)
    return Bench(store, clock)


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


def test_a_filed_visit_is_told_as_filed_when_only_the_tidying_of_photos_finds_no_room(bench, monkeypatch):
    bench.answer_all()

    def refuse(work: object) -> None:
        raise AppError(ErrorCode.STORE_UNWRITABLE)

    filed = bench.store.file

    def file_then_fill(*arguments: object) -> object:
        change_id = filed(*arguments)
        monkeypatch.setattr(bench.store, "write", refuse)
        return change_id

    monkeypatch.setattr(bench.store, "file", file_then_fill)
    bench.visit.complete()
    assert bench.state.feedback.filed
    assert not bench.state.feedback.error


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
def test_what_must_be_looked_at_tonight_is_not_repeated(store, clock, item_id):
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


def test_unmet_item_offers_its_violation_with_the_frame_of_the_day(bench):
    bench.visit.open_section("fire_safety")
    bench.visit.answer("fire_exits_clear", "no")
    (offer,) = bench.item("fire_exits_clear").offers
    assert (offer.code, offer.frame.individual) == ("PC-02", "5.000.000 - 10.000.000 đồng")
    assert offer.frame.organisation == "10.000.000 - 20.000.000 đồng"


def test_unknown_frame_says_it_must_be_looked_up(bench):
    bench.visit.open_section("security_order")
    bench.visit.answer("antt_certificate", "no")
    (offer,) = bench.item("antt_certificate").offers
    assert (offer.frame.individual, offer.frame.organisation) == ("Cần tra cứu", "Cần tra cứu")
    assert not offer.frame.is_known


def test_chosen_violation_stores_the_frame_of_its_date(bench):
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.toggle_violation("fire_exits_clear", "fire_exit_obstructed")
    finding = bench.saved("findings.fire_exits_clear-fire_exit_obstructed")
    assert finding["occurred_on"] == "2026-11-24"
    assert (finding["frame"]["src"], finding["frame"]["min"]) == ("nd_106_2025", 5000000)


def test_visit_over_midnight_keeps_the_day_it_began(store, clock):
    settle(store)
    clock.tick(hours=1, minutes=50)  # 23:50 in Việt Nam
    bench = Bench(store, clock)
    bench.visit.arrive("inspected")
    clock.tick(minutes=30)
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.toggle_violation("fire_exits_clear", "fire_exit_obstructed")
    assert bench.saved("findings.fire_exits_clear-fire_exit_obstructed.occurred_on") == "2026-11-24"


def test_finding_goes_when_its_item_is_met_after_all(bench):
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.toggle_violation("fire_exits_clear", "fire_exit_obstructed")
    bench.visit.answer("fire_exits_clear", "yes")
    assert bench.saved("findings") == {}


def test_counts_that_contradict_each_other_are_marked_while_typing(bench):
    bench.visit.open_section("worker_counts")
    for item_id, number in (("workers_total", 5), ("workers_female", 4), ("workers_male", 2)):
        bench.visit.count(item_id, number)
    assert bench.item("workers_total").problem
    bench.visit.count("workers_male", 1)
    assert bench.item("workers_total").problem == ""


def test_child_worker_opens_the_protocol_and_needs_a_referral(bench):
    bench.answer_all()
    bench.visit.count("workers_under18", 1)
    (protocol,) = bench.state.protocols
    assert protocol.id == "child_protection"
    bench.visit.complete()
    assert [row.path for row in bench.state.checked.problems] == ["protocols"]
    bench.visit.refer("child_protection", "hotline_111")
    bench.visit.complete()
    assert bench.state.feedback.filed


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
    said = bench.state.conclusion
    assert (said.due_on, said.due_weekday, said.due_hint) == ("2026-12-09", "Thứ Tư", "")
    assert [option.id for option in said.fix_days if option.is_chosen] == ["fix_default"]


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
    said = bench.state.conclusion
    assert {row.key: row.due for row in said.shortcomings} == {
        "fire_exits_clear": "Hạn khắc phục: Thứ Ba, 01/12/2026",
        "fire_file": "Hạn khắc phục: Thứ Ba, 22/12/2026",
        "fire_extinguishers": "Chưa đặt thời hạn",
    }
    assert (said.due_on, [option for option in said.fix_days if option.is_chosen]) == ("", [])
    assert "khác nhau" in said.due_hint
    bench.visit.answer("fire_exits_clear", "partial")
    assert bench.saved("follow_ups.fire_exits_clear.due_on") == "2026-12-01"
    bench.visit.undo()
    bench.visit.undo()
    assert bench.saved("follow_ups.fire_extinguishers.due_on") == "2026-12-01"


def test_what_the_team_left_undone_is_no_shortcoming_of_the_establishment(bench):
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


def test_what_the_team_did_is_answered_by_yes_and_no(bench):
    bench.visit.open_section("outreach_on_site")
    item = bench.item("ou_done")
    assert [option.label for option in item.options] == ["Có", "Không", "Không thuộc diện"]
    bench.visit.open_section("fire_safety")
    assert bench.item("fire_exits_clear").options[0].label == "Đạt"


def test_mistakes_can_be_looked_for_from_every_part_of_the_checklist(bench):
    bench.visit.choose_tab("checklist")
    assert bench.state.foot.first.id == "check"
    bench.visit.open_section("worker_counts")
    assert bench.state.foot.first.id == "check"


def test_open_shortcomings_stay_in_sight_once_the_visit_is_begun(store, clock):
    settle(store)
    old = (Shortcoming("Dọn lối thoát nạn", "2025-12-01"), Shortcoming("Bổ sung hồ sơ", "2026-12-20"))
    bench = Bench(store, clock, shortcomings=old)
    assert [(row.text, row.is_overdue) for row in bench.state.to_fix] == [
        ("Dọn lối thoát nạn", True),
        ("Bổ sung hồ sơ", False),
    ]


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


def test_visit_that_is_only_looked_at_takes_no_tap_until_somebody_wants_to_mend_it(store, clock):
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


def test_completing_files_and_only_then_says_so(bench):
    bench.answer_all()
    bench.clock.tick(minutes=41)
    bench.visit.complete()
    assert bench.state.feedback.filed == "Đã lưu trên máy lúc 22:41"
    assert bench.store.drafts.all() == []
    (record,) = [view for view in bench.store.views("inspection") if view.id != LAST_VISIT]
    assert record.data["ended_at"] == "2026-11-24T15:41:00Z"
    assert bench.store.shown_state(record.id).word == "unsent"


def test_refused_filing_keeps_the_draft_and_says_why(bench, monkeypatch):
    bench.answer_all()

    def refuse(*_args: object) -> None:
        raise AppError(ErrorCode.STORE_DAMAGED)

    monkeypatch.setattr(bench.store, "file", refuse)
    bench.visit.complete()
    assert bench.state.feedback.filed == ""
    assert bench.state.feedback.error
    assert len(bench.store.drafts.all()) == 1


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


def test_problem_goes_as_soon_as_it_is_mended(bench):
    bench.visit.arrive("inspected")
    bench.visit.check()
    bench.visit.answer("kd_licence", "yes")
    assert "answers.kd_licence" not in [row.path for row in bench.state.checked.problems]


def test_warnings_do_not_keep_the_visit(bench):
    bench.answer_all()
    bench.visit.answer("fire_exits_clear", "yes")
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.toggle_violation("fire_exits_clear", "fire_exit_obstructed")
    bench.visit.check()
    assert [row.path for row in bench.state.checked.warnings] == ["overall_result"]
    bench.visit.complete()
    assert bench.state.feedback.filed


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


def test_approved_visit_does_not_change(store, clock):
    settle(store)
    bench = Bench(store, clock, word="approved")
    bench.visit.answer("fire_exits_clear", "yes")
    assert bench.store.drafts.all() == []
    assert bench.state.feedback.error


def test_next_section_goes_round_to_what_is_still_open(bench):
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


def test_hidden_item_is_not_filed(bench):
    bench.answer_all()
    bench.visit.count("ou_workers_attended", 5)
    bench.visit.answer("ou_done", "no")
    bench.visit.complete()
    (record,) = [view for view in bench.store.views("inspection") if view.id != LAST_VISIT]
    assert "ou_workers_attended" not in record.data["answers"]


def test_mended_visit_sends_only_what_changed(store, clock):
    settle(store)
    filed = filed_visit(KARAOKE, overall_result="compliant")
    server_commits(
        store, base_row("0197aaaa-0000-7000-8000-000000000001", 3, "inspection", TEAM_SCOPE, **filed)
    )
    view = store.view("0197aaaa-0000-7000-8000-000000000001")
    draft = Draft(
        "draft-1", "inspection", view.id, TEAM_SCOPE, dict(view.data), dict(view.data), 3, LEADER, clock.now()
    )
    bench = Bench(store, clock, draft=draft)
    bench.visit.choose_result("minor_shortcomings")
    assert bench.saved("overall_result") == "minor_shortcomings"
    assert store.view(view.id).data["overall_result"] == "compliant"


def test_outreach_on_the_spot_makes_its_session_in_the_same_step(bench):
    bench.answer_all()
    bench.visit.count("ou_workers_attended", 5)
    bench.visit.count("ou_workers_first_time", 2)
    bench.visit.complete()
    (session,) = bench.store.views("outreach_session")
    assert session.scope == f"unit:{UNIT}"
    assert session.data["audiences"]["workers_at_risk"] == {"attendance_count": 5, "first_time_count": 2}
    assert session.data["host_agency_id"] == "commune_culture_social"
    assert bench.store.status().unsent_changes == 2


def test_protocol_is_opened_by_hand_where_no_answer_asks_for_it(bench):
    assert [offer.id for offer in bench.state.help] == [
        "child_protection",
        "trafficking_sign",
        "violence",
        "medical",
    ]
    bench.visit.open_protocol("violence")
    (protocol,) = bench.state.protocols
    assert (protocol.id, len(protocol.steps), protocol.is_referred) == ("violence", 3, False)
    assert "violence" not in [offer.id for offer in bench.state.help]
    assert bench.saved("protocols") is None
    bench.visit.refer("violence", "hotline_113")
    assert bench.saved("protocols.violence.referred_to") == "hotline_113"


def test_referral_made_before_a_restart_is_still_shown(bench):
    bench.visit.refer("medical", "hotline_115")
    draft = bench.store.drafts.get("draft-1")
    opened = replace(bench.visit._opened, draft=draft)
    InspectionPresenter(bench.store, bench.clock, words(), opened, bench.states.append).show()
    assert [(each.id, each.is_referred) for each in bench.state.protocols] == [("medical", True)]


def test_protocol_is_at_hand_at_a_closed_door_too(bench):
    bench.visit.arrive("refused")
    bench.visit.open_protocol("violence")
    assert [each.id for each in bench.state.protocols] == ["violence"]


def test_mended_visit_keeps_to_its_one_session(bench):
    mend_after_filing(bench, lambda visit: visit.count("ou_workers_attended", 4))
    (session,) = bench.store.views("outreach_session")
    assert session.data["audiences"]["workers_at_risk"] == {"attendance_count": 4}
    assert session.data["materials"] == {"other": {"quantity": 7}}


def test_what_a_mended_visit_no_longer_says_leaves_its_session(bench):
    mend_after_filing(bench, lambda visit: visit.count("ou_materials", None))
    (session,) = bench.store.views("outreach_session")
    assert "materials" not in session.data


def test_session_goes_when_the_mended_visit_held_no_outreach_and_comes_back_with_it(bench):
    mend_after_filing(bench, lambda visit: visit.answer("ou_done", "no"))
    assert live_sessions(bench) == []
    bench.clock.tick(minutes=10)
    mend_again(bench, lambda visit: (visit.answer("ou_done", "yes"), visit.count("ou_workers_attended", 3)))
    (session,) = live_sessions(bench)
    assert session.data["audiences"]["workers_at_risk"] == {"attendance_count": 3}


def mend_after_filing(bench, change) -> None:
    bench.answer_all()
    bench.visit.count("ou_workers_attended", 5)
    bench.visit.count("ou_materials", 7)
    bench.visit.complete()
    assert len(live_sessions(bench)) == 1
    bench.clock.tick(minutes=10)
    mend_again(bench, change)


def mend_again(bench, change) -> None:
    """Open the filed visit as the inbox does, change it, and file it again."""
    (view,) = [view for view in bench.store.views("inspection") if view.id != LAST_VISIT]
    data = dict(view.data)
    draft = Draft("again", "inspection", view.id, TEAM_SCOPE, data, data, view.rev, LEADER, bench.clock.now())
    opened = OpenVisit(PLACE, draft, LEADER)
    bench.visit = InspectionPresenter(bench.store, bench.clock, words(), opened, bench.states.append)
    change(bench.visit)
    bench.visit.complete()
    assert bench.state.checked.problems == ()
    assert bench.state.feedback.filed


def live_sessions(bench) -> list:
    return [view for view in bench.store.views("outreach_session") if not view.deleted]


def test_talk_that_reached_nobody_makes_no_session(bench):
    bench.answer_all()
    bench.visit.complete()
    assert bench.store.views("outreach_session") == []


def test_mended_visit_mends_its_session_and_makes_no_second_one(store, clock):
    settle(store)
    bench = Bench(store, clock)
    bench.answer_all()
    bench.visit.count("ou_workers_attended", 5)
    bench.visit.complete()
    (record,) = [view for view in store.views("inspection") if view.id != LAST_VISIT]
    draft = Draft(
        "d2",
        "inspection",
        record.id,
        TEAM_SCOPE,
        dict(record.data),
        dict(record.data),
        0,
        LEADER,
        clock.now(),
    )
    bench = Bench(store, clock, draft=draft)
    bench.visit.count("ou_workers_attended", 4)
    bench.visit.complete()
    (session,) = store.views("outreach_session")
    assert session.data["audiences"]["workers_at_risk"]["attendance_count"] == 4


def test_visit_without_a_position_says_why_and_is_as_valid(store, clock):
    settle(store)
    bench = Bench(store, clock, places=Whereabouts(lambda answer: answer(None), clock, has_receiver=True))
    bench.visit.place.start()
    assert bench.saved("check_in") == {"no_point_reason": "no_fix"}
    assert bench.state.place.text == "Không bắt được vị trí"
    bench.answer_all()
    bench.visit.complete()
    assert bench.state.feedback.filed


def test_what_comes_after_filing_makes_no_draft(bench):
    bench.answer_all()
    bench.visit.complete()
    bench.visit.place.choose("refused")
    bench.visit.write("recommendation", "quá muộn")
    assert bench.store.drafts.all() == []


@pytest.mark.parametrize(("position", "is_offered"), [("team_leader", True), ("member", False)])
def test_violations_of_the_head_are_offered_to_the_leader_alone(store, clock, position, is_offered):
    settle(store)
    bench = Bench(store, clock)
    bench.visit.change_shift({f"members.{LEADER}": {"user": LEADER, "position": position}})
    restricted = [item for item in words().lists.items.values() if _is_restricted(item)]
    assert restricted
    bench.visit.answer(restricted[0].id, "no")
    bench.visit.open_section(restricted[0].section)
    offered = {offer.id for offer in bench.item(restricted[0].id).offers}
    assert bool(offered & _restricted_of(restricted[0])) is is_offered


def _restricted_of(item) -> set[str]:
    violations = words().lists.violations
    return {name for name in item.violations if violations[name].restricted}


def _is_restricted(item) -> bool:
    return bool(_restricted_of(item)) and item.applies.covers(words().lists.types["karaoke"])


def test_section_that_is_not_asked_any_more_gives_way_to_the_list(bench):
    bench.visit.open_section("fire_safety")
    bench.visit.arrive("refused")
    assert bench.state.pane == "sections"


def test_no_comment_is_lost_whatever_its_path(store, clock):
    settle(store)
    said = {
        "answers.fire_exits_clear.v": "một",
        "findings.fire_exits_clear-fire_exit_obstructed": "hai",
        "access_result": "ba",
        "measures.reminder": "bốn",
        "recommendation": "năm",
        "something_new": "sáu",
    }
    bench = Bench(store, clock, comments=said)
    bench.visit.answer("fire_exits_clear", "no")
    bench.visit.toggle_violation("fire_exits_clear", "fire_exit_obstructed")
    bench.visit.open_section("fire_safety")
    assert bench.item("fire_exits_clear").comment == "một\nhai"
    assert bench.state.arrival_comment == "Kết quả tiếp cận cơ sở: ba"
    bench.visit.choose_tab("conclusion")
    assert bench.state.conclusion.other_comments == "Biện pháp xử lý: bốn\nsomething_new: sáu"
    assert bench.state.conclusion.texts["recommendation"].comment == "năm"


def test_screen_is_moved_once_by_a_jump_and_not_by_the_next_tap(bench):
    bench.visit.jump("answers.kd_licence")
    assert bench.state.focus
    bench.visit.answer("kd_no_latch", "yes")
    assert bench.state.focus == ""
    assert bench.state.page.id == "karaoke_discotheque"


def minutes_number_of(bench) -> object:
    return bench.store.view(bench.visit.record_id).data.get("minutes_number")


def test_filing_numbers_the_minutes_and_a_later_edit_keeps_the_number(bench):
    lease(bench.store, 7, 9)
    bench.answer_all()
    bench.visit.complete()
    assert minutes_number_of(bench) == "07/BB-ĐKT178"
    again = Bench(bench.store, bench.clock)
    again.answer_all()
    again.visit.complete()
    assert minutes_number_of(again) == "07/BB-ĐKT178"  # the same record: its number stays
    assert bench.store.minutes_numbers.left(TEAM_SCOPE, 2026) == 2


def test_a_number_written_by_hand_and_minutes_not_made_take_none(bench):
    lease(bench.store, 7, 9)
    bench.answer_all()
    bench.visit.write("minutes_number", "12/BB-XA")
    bench.visit.complete()
    assert minutes_number_of(bench) == "12/BB-XA"
    assert bench.store.minutes_numbers.left(TEAM_SCOPE, 2026) == 3


def test_without_a_block_the_visit_is_filed_all_the_same(bench):
    bench.answer_all()
    bench.visit.complete()
    assert bench.state.feedback.filed
    assert minutes_number_of(bench) is None
