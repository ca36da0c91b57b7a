"""States of an establishment, its visit and the minutes."""

from __future__ import annotations

from tests.mobile.inspection_world import (
    GUESTHOUSE,
    KARAOKE,
    TEAM_SCOPE,
    filed_visit,
    uid,
)
from tests.mobile.screens.posing import ANSWERED, PLACES, Pose
from tests.mobile.screens.scene import find, find_all, frames, tap, until
from tests.mobile.screens.states.registry import state
from tests.mobile.support import base_row, server_commits

from field178_mobile.kit.language import language as _

HOTEL, MASSAGE, NEVER = (uid(name) for name, _kind in PLACES[:3])


@state()
def info(pose: Pose) -> None:
    pose.workspace.open(HOTEL)
    pose.workspace.record.choose_tab("info")


@state()
def info_never_visited(pose: Pose) -> None:
    pose.workspace.open(NEVER)
    pose.workspace.record.choose_tab("info")


@state()
def info_of_a_draft(pose: Pose) -> None:
    pose.workspace.open(KARAOKE)
    pose.workspace.record.choose_tab("info")


@state()
def discard_question(pose: Pose) -> None:
    info_of_a_draft(pose)
    frames(2)
    find("InfoPane").ask_discard()


@state()
def arrival(pose: Pose) -> None:
    pose.workspace.open(HOTEL)


@state()
def sections(pose: Pose) -> None:
    pose.open_visit(KARAOKE)


@state(is_shared=False)
def follow_up_answered(pose: Pose) -> None:
    pose.workspace.open(MASSAGE)
    pose.workspace.record.begin("inspected")
    frames(2)
    key, visit = find("ToFixAnswerRow").key, pose.visit
    visit.answer_follow_up(key, "fixed")
    visit.note_follow_up(key, "Đã thông lối thoát, kiểm tra tại chỗ")


@state()
def section_with_violations(pose: Pose) -> None:
    pose.open_visit(KARAOKE).open_section("fire_safety")


@state(is_shared=False)
def section_with_a_repeated_violation(pose: Pose) -> None:
    findings = {"f": {"violation_id": "fire_exit_obstructed", "checklist_item_id": "fire_exits_clear"}}
    earlier = filed_visit(KARAOKE, started_at="2026-03-01T14:00:00Z", findings=findings, follow_ups={})
    server_commits(pose.store, base_row(uid("earlier"), 1, "inspection", TEAM_SCOPE, **earlier))
    pose.open_visit(KARAOKE).jump("answers.fire_exits_clear")


@state()
def section_with_long_violations(pose: Pose) -> None:
    pose.open_visit(GUESTHOUSE).open_section("lodging_register")


@state()
def section_of_counts(pose: Pose) -> None:
    pose.open_visit(KARAOKE).open_section("worker_counts")


@state(is_shared=False)
def count_proposed(pose: Pose) -> None:
    pose.open_visit(KARAOKE).count("workers_female", 4)
    pose.visit.open_section("worker_counts")


@state()
def number_pad(pose: Pose) -> None:
    section_of_counts(pose)
    frames(3)
    find_all("CountItem")[-1].open_pad()


@state()
def conclusion(pose: Pose) -> None:
    pose.open_visit(ANSWERED).choose_tab("conclusion")


@state()
def conclusion_with_problems(pose: Pose) -> None:
    pose.open_visit(KARAOKE).check()


@state(is_shared=False)
def conclusion_with_several_violations(pose: Pose) -> None:
    visit = pose.open_visit(ANSWERED)
    for item, violation in (("fire_exits_clear", "fire_exit_obstructed"), ("kd_hours", "kd_outside_hours")):
        visit.answer(item, "no")
        visit.toggle_violation(item, violation)
    for measure in ("reminder", "fine_money", "fix_by_date"):
        visit.toggle_measure(measure)
    visit.toggle_answered("fine_money", "kd_outside_hours")
    visit.choose_tab("conclusion")
    frames(2)
    pane = find("ConclusionPane")
    pane.ids.scroll.scroll_to_widget(pane.ids.answered)


@state(is_shared=False)
def warnings_before_filing(pose: Pose) -> None:
    visit = pose.open_visit(ANSWERED)
    visit.count("workers_under18", 0)
    visit.answer("lb_contracts", "no")
    visit.toggle_violation("lb_contracts", "lb_no_contract_51_100")
    visit.choose_tab("conclusion")
    visit.choose_result("compliant")
    frames(2)
    tap(next(button for button in find_all("FootButton") if button.action == "complete"))


@state()
def conclusion_of_a_changed_register(pose: Pose) -> None:
    visit = pose.open_visit(GUESTHOUSE)
    visit.answer("antt_certificate", "no")
    visit.choose_tab("conclusion")
    frames(2)
    pane = find("ConclusionPane")
    pane.ids.scroll.scroll_to_widget(pane.ids.updates_card)


@state()
def minutes_before_completing(pose: Pose) -> None:
    conclusion(pose)
    frames(2)
    pose.screen("inspection").pane.open_minutes()


@state()
def approved_visit(pose: Pose) -> None:
    pose.screen("inspection").open(record_id=uid("visit 1"))


@state(is_shared=False)
def visit_of_tonight(pose: Pose) -> None:
    visit = pose.open_visit(ANSWERED)
    visit.complete()
    frames(2)
    workspace = pose.screen("inspection").workspace
    place = workspace.record.establishment_id
    workspace.go_to_next()
    workspace.open(place)
    frames(2)


@state()
def returned_visit(pose: Pose) -> None:
    pose.screen("inspection").open(record_id=uid("visit 0"))


@state()
def commented_item(pose: Pose) -> None:
    pose.screen("inspection").open(record_id=uid("visit 0"), focus_path="answers.workers_contract.v")


@state()
def comments_sheet(pose: Pose) -> None:
    commented_item(pose)
    frames(3)
    pose.screen("inspection").pane.open_comments("answers.workers_contract")


@state(is_shared=False)
def comments_answered(pose: Pose) -> None:
    commented_item(pose)
    visit = pose.screen("inspection").workspace.record.visit
    comments = visit.open_comments("answers.workers_contract", lambda _state: None)
    comments.write("c", "Đã đếm lại cùng quản lý: bốn người có hợp đồng, số ghi là đúng.")
    comments.send("c")
    visit.store_changed()
    frames(3)
    pose.screen("inspection").pane.open_comments("answers.workers_contract")


@state(is_shared=False)
def filed(pose: Pose) -> None:
    pose.open_visit(ANSWERED).complete()
    frames(2)
    pose.door.session_view._status.refresh()


@state(is_shared=False)
def minutes_made(pose: Pose) -> None:
    pose.open_visit(ANSWERED).complete()
    frames(3)
    pose.screen("inspection").pane.open_minutes()
    tap(find("Btn", text=_("Make the minutes")))
    until(lambda: any(button.text == _("Open") for button in find_all("Btn")), limit_s=60)


@state(is_shared=False)
def minutes_pages(pose: Pose) -> None:
    minutes_made(pose)
    frames(2)
    tap(find("Btn", text=_("Look at it")))
    until(lambda: find_all("PagePicture"), limit_s=60)
