"""Filing a visit: in one step with its outreach session and the number of its minutes."""

from __future__ import annotations

from dataclasses import replace

from tests.mobile.features.inspection.bench import PLACE, Bench
from tests.mobile.inspection_world import (
    KARAOKE,
    LAST_VISIT,
    LEADER,
    TEAM_SCOPE,
    UNIT,
    lease,
    settle,
    words,
)

from field178_mobile.features.inspection.inspection import InspectionPresenter
from field178_mobile.features.inspection.visit_scene import OpenVisit
from field178_mobile.presentation.location import Whereabouts
from field178_mobile.store import Draft, Store
from field178_mobile.store.replication.server_state import note_clock
from field178_mobile.store.replication.sync_store import SyncStore
from field178_shared.errors import AppError, ErrorCode


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


def test_completing_files_and_only_then_says_so(bench):
    bench.answer_all()
    bench.clock.tick(minutes=41)
    bench.visit.complete()
    assert bench.state.feedback.filed == "Đã lưu trên máy lúc 22:41"
    assert bench.store.drafts.all() == []
    (record,) = [view for view in bench.store.views("inspection") if view.id != LAST_VISIT]
    assert record.data["ended_at"] == "2026-11-24T15:41:00Z"
    assert bench.store.shown_state(record.id).word == "unsent"
    assert minutes_number_of(bench) is None  # the team holds no block of numbers


def test_texts_are_filed_without_blanks_around_them(bench):
    bench.answer_all()
    bench.visit.write_note("fire_exits_clear", "  đã nhắc \n")
    bench.visit.write_note("fire_extinguishers", " \u00a0")
    bench.visit.complete()
    (record,) = [view for view in bench.store.views("inspection") if view.id != LAST_VISIT]
    answers = record.data["answers"]
    assert answers["fire_exits_clear"]["note"] == "đã nhắc"
    assert "note" not in answers["fire_extinguishers"]


def test_refused_filing_keeps_the_draft_and_says_why(bench, monkeypatch):
    bench.answer_all()

    def refuse(*_args: object) -> None:
        raise AppError(ErrorCode.STORE_DAMAGED)

    monkeypatch.setattr(bench.store, "file", refuse)
    bench.visit.complete()
    assert bench.state.feedback.filed == ""
    assert bench.state.feedback.error
    assert len(bench.store.drafts.all()) == 1


def test_hidden_item_is_not_filed(bench):
    bench.answer_all()
    bench.visit.count("ou_workers_attended", 5)
    bench.visit.answer("ou_done", "no")
    bench.visit.complete()
    (record,) = [view for view in bench.store.views("inspection") if view.id != LAST_VISIT]
    assert "ou_workers_attended" not in record.data["answers"]


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


def test_corrected_visit_keeps_to_its_one_session(bench):
    mend_after_filing(bench, lambda visit: visit.count("ou_workers_attended", 4))
    (session,) = bench.store.views("outreach_session")
    assert session.data["audiences"]["workers_at_risk"] == {"attendance_count": 4}
    assert session.data["materials"] == {"other": {"quantity": 7}}


def test_value_removed_from_a_visit_leaves_its_session(bench):
    mend_after_filing(bench, lambda visit: visit.count("ou_materials", None))
    (session,) = bench.store.views("outreach_session")
    assert "materials" not in session.data


def test_session_goes_when_the_corrected_visit_held_no_outreach_and_comes_back_with_it(bench):
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


def test_visit_without_a_position_says_why_and_is_as_valid(store, clock):
    settle(store)
    bench = Bench(store, clock, places=Whereabouts(lambda answer: answer(None), clock, has_receiver=True))
    bench.visit.place.start()
    assert bench.saved("check_in") == {"no_point_reason": "no_fix"}
    assert bench.state.place.text == "Không bắt được vị trí"
    bench.answer_all()
    bench.visit.complete()
    assert bench.state.feedback.filed


def test_input_after_filing_makes_no_draft(bench):
    bench.answer_all()
    bench.visit.complete()
    bench.visit.place.choose("refused")
    bench.visit.write("recommendation", "quá muộn")
    assert bench.store.drafts.all() == []


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
    bench.visit.write("minutes_number", "12/BB-ĐKT178")
    bench.visit.complete()
    assert minutes_number_of(bench) == "12/BB-ĐKT178"
    assert bench.store.minutes_numbers.left(TEAM_SCOPE, 2026) == 3


def test_visit_with_gaps_leads_to_the_first_of_them_at_the_first_try(bench):
    bench.visit.arrive("inspected")
    bench.visit.choose_tab("conclusion")
    bench.visit.complete()
    first = bench.state.checked.problems[0].path
    assert bench.state.focus == first
    bench.visit.choose_tab("conclusion")
    bench.visit.complete()
    assert bench.state.focus == first, "it is still the first"
    assert not bench.visit.is_filed


def set_clock_ahead(store: Store, offset_ms: int) -> None:
    SyncStore(store).write(note_clock, offset_ms)


def test_a_wrong_clock_is_asked_about_before_filing_and_kept_with_the_visit(bench):
    bench.answer_all()
    set_clock_ahead(bench.store, -725_000)
    for _time in range(2):  # the question stays until it is answered
        bench.visit.complete()
        assert not bench.visit.is_filed
        assert "12 phút 5 giây" in bench.visit.filing.clock_question
    bench.visit.complete(with_clock_off=True)
    assert bench.visit.is_filed
    (record,) = [view for view in bench.store.views("inspection") if view.id != LAST_VISIT]
    assert record.data["clock_offset_s"] == -725


def test_a_clock_right_within_five_minutes_is_not_asked_about(bench):
    bench.answer_all()
    set_clock_ahead(bench.store, 300_000)
    bench.visit.complete()
    assert bench.visit.is_filed
    (record,) = [view for view in bench.store.views("inspection") if view.id != LAST_VISIT]
    assert "clock_offset_s" not in record.data


def test_observations_are_written_into_the_register_with_the_visit(bench):
    bench.answer_all()
    bench.visit.answer("antt_certificate", "no")
    bench.visit.answer("kd_licence", "no")
    bench.visit.fix_within("5")
    bench.visit.choose_result("minor_shortcomings")
    bench.visit.choose_tab("conclusion")
    labels = {option.id: option.label for option in bench.state.conclusion.updates}
    assert list(labels) == ["certificates.antt.status", "certificates.karaoke_licence.status"]
    assert labels["certificates.karaoke_licence.status"].endswith("→ Không có")

    bench.visit.toggle_update("certificates.antt.status")
    assert [option.is_chosen for option in bench.state.conclusion.updates] == [False, True]
    bench.visit.complete()

    assert bench.state.feedback.filed, bench.state.checked.problems
    papers = bench.store.view(KARAOKE).data["certificates"]
    assert papers["karaoke_licence"]["status"] == "missing"
    assert papers.get("antt", {}).get("status") != "missing"
    assert bench.store.shown_state(KARAOKE).word == "unsent"


def test_visit_that_agrees_with_the_register_leaves_it_unchanged(bench):
    bench.answer_all()
    bench.visit.choose_tab("conclusion")
    assert bench.state.conclusion.updates == ()
    bench.visit.complete()
    assert bench.store.shown_state(KARAOKE).word != "unsent"


def test_text_that_is_no_number_of_minutes_is_told_at_its_field_before_filing(bench):
    bench.answer_all()
    bench.visit.write("minutes_number", "Nguyễn Văn An")
    bench.visit.complete()
    assert not bench.state.feedback.filed
    problems = {row.path: row.text for row in bench.state.checked.problems}
    assert "07/BB-ĐKT178" in problems["minutes_number"]
    bench.visit.write("minutes_number", "12/BB-ĐKT178")
    bench.visit.complete()
    assert bench.state.feedback.filed


def test_old_text_of_a_filed_visit_stands_in_the_way_of_no_other_field(bench):
    bench.answer_all()
    draft = bench.store.drafts.get("draft-1")
    data = {**draft.data, "minutes_number": "số 7"}
    again = Bench(bench.store, bench.clock, draft=replace(draft, data=data, seen=data, base_rev=1))
    again.visit.write("minutes_number", "số 8")
    again.visit.complete()
    assert [row.path for row in again.state.checked.problems] == ["minutes_number"]
    again.visit.write("minutes_number", "số 7")
    again.visit.write("recommendation", "Sửa cửa")
    again.visit.complete()
    assert not again.state.checked.problems
