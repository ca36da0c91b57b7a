"""The record pane: opens establishments, takes drafts up again, mends returned visits."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.mobile.inspection_world import (
    CAFE,
    KARAOKE,
    LAST_VISIT,
    LEADER,
    OFFICERS,
    TEAM_SCOPE,
    closure,
    filed_visit,
    services,
    settle,
    voided,
    words,
)
from tests.mobile.support import FrozenClock, base_row, seeded_ids, server_commits
from tests.shared import builders

from field178_mobile.components.shift.roster import read_roster
from field178_mobile.components.shift.shift import ShiftPresenter
from field178_mobile.features.inspection.inspection_state import InspectionState
from field178_mobile.features.register.establishment_pane_state import EstablishmentPaneState
from field178_mobile.features.workspace.record import RecordPresenter
from field178_mobile.store import Store
from field178_shared.ids import review_id
from field178_shared.time.clock import local_date


class Bench:
    def __init__(self, store: Store, clock: FrozenClock) -> None:
        self.store, self.clock = store, clock
        self.restart()

    def restart(self) -> None:
        self.states: list[EstablishmentPaneState | None] = []
        self.visits: list[InspectionState] = []
        self.shift = ShiftPresenter(self.store.settings, self.clock, words(), lambda _state: None)
        today = local_date(self.clock.now())
        self.shift.start(read_roster(self.store.views("team"), self.store.views("person"), today), LEADER)
        self.record = RecordPresenter(
            services(self.store, self.clock, seeded_ids(self.clock)),
            self.shift,
            self.states.append,
            self.visits.append,
        )

    def go_out(self) -> None:
        self.shift.choose_kind("unannounced")
        self.shift.choose_trigger("tip_off")
        self.shift.write_decision_number("12/QĐ-UBND")
        self.shift.write_decision_date("2026-11-20")
        self.shift.toggle_member(OFFICERS[1])
        self.shift.confirm()


@pytest.fixture
def bench(store: Store, clock: FrozenClock) -> Bench:
    settle(store)
    return Bench(store, clock)


def give_back(store: Store, state: str = "returned") -> None:
    comment = {
        "path": "answers.fire_exits_clear.v",
        "text": "Cửa nào?",
        "user": LEADER,
        "at": "2026-11-24T10:00:00Z",
    }
    review = {
        "record": LAST_VISIT,
        "record_rev": 1,
        "state": state,
        "reason": "Bổ sung",
        "comments": {"c1": comment},
    }
    server_commits(store, base_row(review_id(LAST_VISIT), 1, "review", TEAM_SCOPE, **review))


def test_establishment_shows_facts_visits_and_open_follow_ups(bench):
    bench.record.open(KARAOKE)
    state = bench.states[-1]
    assert (state.title, state.pane) == ("Karaoke Hồng Phúc", "arrival")
    assert state.subtitle == "Số 27 đường Trần Tất Văn, Xã An Lão"
    assert [(row.text, row.visited_on, row.due, row.left, row.is_overdue) for row in state.to_fix] == [
        ("Dọn lối thoát nạn", "20/11/2025", "01/12/2025", "quá 244 ngày làm việc", True)
    ]
    assert [(row.day, row.result, row.word) for row in state.history] == [
        ("20/11/2025", "Có tồn tại, nhắc nhở", "Đã nhận")
    ]


def test_visit_cannot_begin_without_an_shift(bench):
    bench.record.open(CAFE)
    assert bench.record.begin("inspected") is False
    assert bench.store.drafts.all() == []


def test_visit_takes_the_shift_over(bench):
    bench.go_out()
    bench.record.open(CAFE)
    assert bench.record.begin("inspected") is True
    (draft,) = bench.store.drafts.all()
    assert draft.scope == TEAM_SCOPE
    assert draft.data["decision_number"] == "12/QĐ-UBND"
    assert set(draft.data["members"]) == set(OFFICERS[:2])
    assert draft.data["started_at"] == "2026-11-24T15:00:00Z"


def test_draft_is_taken_up_again_after_the_process_died(bench):
    bench.go_out()
    bench.record.open(CAFE)
    bench.record.begin("inspected")
    bench.record.visit.answer("fire_exits_clear", "yes")
    bench.restart()
    bench.record.open(CAFE)
    assert bench.visits[-1].progress.answered == 1


def test_last_visit_is_offered_to_the_new_one(bench):
    bench.go_out()
    bench.record.open(KARAOKE)
    bench.record.begin("inspected")
    bench.record.visit.open_section("worker_counts")
    assert bench.visits[-1].page.repeat == "Như lần trước: 5 (4 nữ)"
    assert [line.to_fix.text for line in bench.visits[-1].to_fix] == ["Dọn lối thoát nạn"]


def test_question_about_earlier_shortcomings_is_asked_only_where_there_are_some(bench):
    bench.go_out()
    for place, is_asked in ((KARAOKE, True), (CAFE, False)):
        bench.record.open(place)
        bench.record.begin("inspected")
        bench.record.visit.open_section("prevention")
        assert ("pv_previous_fixed" in [item.id for item in bench.visits[-1].page.items]) is is_asked


def test_returned_visit_opens_at_the_comment_and_saves_nothing_by_looking(bench):
    give_back(bench.store)
    assert bench.record.open_record(LAST_VISIT, "answers.fire_exits_clear.v")
    state = bench.visits[-1]
    assert (state.pane, state.page.id) == ("page", "fire_safety")
    assert next(item for item in state.page.items if item.id == "fire_exits_clear").comment == "Cửa nào?"
    assert bench.store.drafts.all() == []


def test_corrected_visit_is_a_new_revision_of_the_same_record(bench):
    give_back(bench.store)
    bench.record.open_record(LAST_VISIT)
    bench.record.visit.answer("fire_exits_clear", "yes")
    (draft,) = bench.store.drafts.all()
    assert (draft.record_id, draft.base_rev) == (LAST_VISIT, 1)
    assert draft.seen["answers"]["fire_exits_clear"] == {"v": "no"}


@pytest.mark.parametrize("state", ["approved", "void"])
def test_locked_visit_can_be_read_and_not_changed(bench, state):
    give_back(bench.store, state)
    bench.record.open_record(LAST_VISIT)
    bench.record.visit.answer("fire_exits_clear", "yes")
    assert bench.store.drafts.all() == []
    assert bench.visits[-1].is_locked


def test_record_that_is_not_here_does_not_open(bench):
    assert bench.record.open_record("0197aaaa-0000-7000-8000-00000000dead") is False


def test_discarded_draft_is_gone_and_the_filed_visit_stays(bench):
    give_back(bench.store)
    bench.record.open_record(LAST_VISIT)
    bench.record.visit.answer("fire_exits_clear", "yes")
    bench.record.discard()
    assert bench.store.drafts.all() == []
    assert bench.store.view(LAST_VISIT).data["answers"]["fire_exits_clear"] == {"v": "no"}


def test_info_stays_in_reach_during_a_visit(bench):
    bench.go_out()
    bench.record.open(CAFE)
    bench.record.begin("inspected")
    bench.record.choose_tab("info")
    assert bench.visits[-1].pane == "info"
    bench.record.choose_tab("checklist")
    assert bench.visits[-1].pane == "sections"


def test_shift_of_an_open_visit_is_corrected_there_and_nowhere_else(bench):
    bench.go_out()
    bench.record.open(CAFE)
    bench.record.begin("inspected")
    shift = bench.record.shift_of_visit()
    shift.write_decision_number("15/QĐ-UBND")
    shift.toggle_member(OFFICERS[1])
    shift.toggle_member(OFFICERS[2])
    (draft,) = bench.store.drafts.all()
    assert draft.data["decision_number"] == "15/QĐ-UBND"
    assert set(draft.data["members"]) == {OFFICERS[0], OFFICERS[2]}
    assert bench.shift.current().decision_number == "12/QĐ-UBND"
    bench.record.refresh()
    assert "15/QĐ-UBND" in bench.states[-1].shift


def test_shift_of_a_visit_of_another_night_can_be_corrected(bench):
    give_back(bench.store)
    bench.record.open_record(LAST_VISIT)
    bench.record.shift_of_visit().choose_trigger("tip_off")
    (draft,) = bench.store.drafts.all()
    assert draft.data["trigger"] == "tip_off"
    assert draft.data["decision_number"] == "9/QĐ-UBND"


def test_reviewed_visit_has_no_shift_to_correct(bench):
    give_back(bench.store, "approved")
    bench.record.open_record(LAST_VISIT)
    assert bench.record.shift_of_visit() is None


def test_position_is_asked_once_when_a_visit_begins(store, clock):
    settle(store)
    bench = Bench(store, clock)
    answers: list[object] = []
    session_services = replace(services(store, clock, seeded_ids(clock)), ask_fix=answers.append)
    bench.record = RecordPresenter(session_services, bench.shift, bench.states.append, bench.visits.append)
    bench.go_out()
    bench.record.open(CAFE)
    bench.record.begin("inspected")
    (answer,) = answers
    answer(None)
    assert store.drafts.all()[0].data["check_in"] == {"no_point_reason": "no_fix"}


def test_earlier_visit_of_the_history_is_read_and_corrected_only_on_a_word(store, clock):
    settle(store)
    bench = Bench(store, clock)
    assert bench.record.open_to_read(LAST_VISIT)
    bench.record.visit.answer("fire_exits_clear", "yes")
    assert (bench.visits[-1].is_locked, store.drafts.all()) == (True, [])
    bench.record.visit.mend()
    bench.record.visit.answer("fire_exits_clear", "yes")
    bench.record.open_to_read(LAST_VISIT)
    assert not bench.visits[-1].is_locked


def test_visit_looked_at_stays_so_after_its_paper_was_made(store, clock):
    settle(store)
    bench = Bench(store, clock)
    bench.record.open_to_read(LAST_VISIT)
    bench.record.reopen_visit()
    assert bench.visits[-1].is_locked
    bench.record.visit.mend()
    bench.record.reopen_visit()
    assert not bench.visits[-1].is_locked


def test_returned_visit_of_the_history_opens_to_be_corrected(store, clock):
    settle(store)
    bench = Bench(store, clock)
    give_back(store)
    assert bench.record.open_to_read(LAST_VISIT)
    assert not bench.visits[-1].is_locked


def test_correction_stays_open_until_a_visit_finds_it_made(bench):
    later = filed_visit(KARAOKE, started_at="2026-03-01T14:00:00Z", follow_ups={})
    server_commits(
        bench.store, base_row("0197aaaa-0000-7000-8000-0000000000f1", 1, "inspection", TEAM_SCOPE, **later)
    )
    bench.go_out()
    bench.record.open(KARAOKE)
    assert [row.text for row in bench.states[-1].to_fix] == ["Dọn lối thoát nạn"]
    bench.record.begin("inspected")
    (line,) = bench.visits[-1].to_fix
    assert [option.label for option in line.options] == [
        "Đã khắc phục",
        "Chưa khắc phục",
        "Không còn áp dụng",
    ]
    visit = bench.record.visit
    visit.answer_follow_up(line.to_fix.key, "open")
    visit.answer_follow_up(line.to_fix.key, "fixed")
    visit.note_follow_up(line.to_fix.key, "Lối thoát đã thông")
    (answer,) = bench.store.drafts.get(visit.draft_id).data["follow_up_answers"].values()
    assert answer == {
        "visit_id": LAST_VISIT,
        "follow_up_id": "fire_exits_clear",
        "text": "Dọn lối thoát nạn",
        "due_on": "2025-12-01",
        "status": "fixed",
        "note": "Lối thoát đã thông",
    }
    assert bench.visits[-1].to_fix[0].photos == "Thêm ảnh"
    visit.answer_follow_up(line.to_fix.key, "fixed")
    assert not bench.visits[-1].to_fix[0].is_answered


def test_next_visit_does_not_ask_for_follow_ups_closed_by_the_office(bench):
    bench.go_out()
    server_commits(bench.store, closure(LAST_VISIT, "fire_exits_clear"))
    bench.record.open(KARAOKE)
    assert bench.states[-1].to_fix == ()
    bench.record.begin("inspected")
    assert bench.visits[-1].to_fix == ()
    bench.record.discard()
    server_commits(bench.store, closure(LAST_VISIT, "fire_exits_clear", 2, withdrawn_reason="Nhập nhầm"))
    bench.record.refresh()
    assert [row.text for row in bench.states[-1].to_fix] == ["Dọn lối thoát nạn"]
    server_commits(bench.store, voided(LAST_VISIT))
    bench.record.open(KARAOKE)
    assert bench.states[-1].to_fix == ()
    assert [row.state for row in bench.states[-1].history] == ["void"]
    bench.record.begin("inspected")
    assert bench.visits[-1].to_fix == ()


def offered_marks(bench) -> dict[str, str]:
    bench.record.open(KARAOKE)
    bench.record.begin("inspected")
    bench.record.visit.open_section("fire_safety")
    bench.record.visit.answer("fire_exits_clear", "no")
    item = next(item for item in bench.visits[-1].page.items if item.id == "fire_exits_clear")
    return {offer.id: offer.repeat for offer in item.offers if offer.repeat}


def test_violation_that_an_earlier_visit_found_too_is_marked(bench):
    findings = {"f": {"violation_id": "fire_exit_obstructed", "checklist_item_id": "fire_exits_clear"}}
    later = filed_visit(KARAOKE, started_at="2026-03-01T14:00:00Z", findings=findings)
    earlier = "0197aaaa-0000-7000-8000-0000000000f1"
    server_commits(bench.store, base_row(earlier, 1, "inspection", TEAM_SCOPE, **later))
    bench.go_out()
    marks = offered_marks(bench)
    assert marks == {
        "fire_exit_obstructed": "Vi phạm nhiều lần (Điều 2.6 Luật XLVPHC): đã ghi nhận ngày 01/03/2026, "
        "chưa ghi nhận quyết định xử phạt"
    }
    bench.record.discard()
    decision = builders.sanction_decision(
        record=earlier, violation_ids=["fire_exit_obstructed"], document_date="2026-03-09"
    )
    row = base_row(builders.record_id("decision"), 1, "sanction_decision", TEAM_SCOPE, **decision)
    server_commits(bench.store, row)
    assert offered_marks(bench) == {
        "fire_exit_obstructed": "Tái phạm (Điều 2.5 Luật XLVPHC): vi phạm ngày 01/03/2026 đã bị xử phạt"
    }


def test_last_visit_of_a_corrected_one_lies_before_it(store, clock):
    settle(store)
    later = filed_visit(KARAOKE, started_at="2026-03-01T14:00:00Z", follow_ups={})
    server_commits(
        store, base_row("0197aaaa-0000-7000-8000-0000000000f1", 1, "inspection", TEAM_SCOPE, **later)
    )
    bench = Bench(store, clock)
    give_back(store)
    bench.record.open_record(LAST_VISIT)
    assert bench.visits[-1].to_fix == ()
    bench.record.open_record("0197aaaa-0000-7000-8000-0000000000f1")
    assert [line.to_fix.text for line in bench.visits[-1].to_fix] == ["Dọn lối thoát nạn"]
