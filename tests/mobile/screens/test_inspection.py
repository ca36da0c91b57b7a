"""The inspection on the real screens: taps in, records out, and a look that passes the lint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from tests.mobile.inspection_world import (
    CAFE,
    GUESTHOUSE,
    KARAOKE,
    LAST_VISIT,
    LEADER,
    OFFICERS,
    AtOnce,
    choose_shift,
    services,
    settle,
    uid,
)
from tests.mobile.screens.lint import lint
from tests.mobile.screens.scene import (
    LANDSCAPE,
    PORTRAIT,
    Stage,
    find,
    find_all,
    frames,
    tap,
    texts,
    type_text,
)
from tests.mobile.support import FrozenClock, seeded_ids

from field178_mobile.store import Store
from field178_shared.list_packs import ListPack, lists_with

THREE = (
    ("fire_exits_clear", "fire_exit_obstructed"),
    ("kd_no_latch", "kd_door_latch"),
    ("kd_no_alarm", "kd_alarm_device"),
)


@dataclass
class Table:
    """The screen on the stage, and what lies under it."""

    stage: Stage
    store: Store
    clock: FrozenClock
    screen: Any = None

    def lay(self, size: tuple[int, int] = LANDSCAPE, mode: str = "light", scale: float = 1.0) -> Any:
        from field178_mobile.features.workspace.screens.establishments import EstablishmentsScreen
        from field178_mobile.features.workspace.workspace import Workspace

        self.stage.dress(size, mode, scale)
        workspace = Workspace(services(self.store, self.clock, seeded_ids(self.clock)), AtOnce())
        self.screen = self.stage.mount(EstablishmentsScreen(workspace), size, mode, scale)
        return self.screen

    def go_out(self) -> None:
        choose_shift(self.screen.workspace.shift)

    def begin(self, place: str) -> Any:
        self.screen.workspace.open(place)
        self.screen.workspace.record.begin("inspected")
        frames(3)
        return self.screen.workspace.record.visit

    def filed(self) -> list[Any]:
        return [view for view in self.store.views("inspection") if view.id != LAST_VISIT]


@pytest.fixture
def table(stage: Stage, store: Store, clock: FrozenClock) -> Table:
    settle(store)
    return Table(stage, store, clock)


def test_routine_visit_is_filed_in_few_taps(table: Table):
    from tests.mobile.journeys import routine_visit

    table.lay()
    table.go_out()
    taps = routine_visit(table.screen, KARAOKE)
    (record,) = table.filed()
    assert record.data["overall_result"] == "compliant"
    assert record.data["answers"]["workers_total"] == {"v": 5, "src": "same_as_last"}
    assert record.data["answers"]["fire_exits_clear"] == {"v": "yes", "src": "section"}
    assert "Đã lưu trên máy lúc 22:00" in texts()
    print(f"routine visit: {taps} taps")
    assert taps <= 30


def test_first_visit_with_three_violations_is_filed_in_few_taps(table: Table):
    from tests.mobile.journeys import first_visit_with_violations

    table.lay()
    taps = first_visit_with_violations(table.screen, KARAOKE, OFFICERS[1:4])
    (record,) = table.filed()
    assert len(record.data["findings"]) == 3
    assert len(record.data["members"]) == 4
    assert {row["due_on"] for row in record.data["follow_ups"].values()} == {"2026-12-01"}
    print(f"first visit with three violations: {taps} taps")
    assert taps <= 60


def test_three_violations_beside_a_compliant_result_are_asked_about_and_mended_by_one_tap(table: Table):
    table.lay()
    table.go_out()
    complete = compliant_with_three_violations(table)
    tap(complete)
    assert table.filed() == []
    assert find_all("FilingWarningSheet")
    assert "Có vi phạm nhưng kết luận chấp hành tốt." in texts()
    tap(find("Btn", text="Đổi kết luận: Có vi phạm, lập biên bản"))
    (record,) = table.filed()
    assert record.data["overall_result"] == "violation_recorded"
    assert "Đã lưu trên máy lúc 22:00" in texts()


def test_warning_leads_to_its_field_or_is_confirmed_knowingly(table: Table):
    table.lay()
    table.go_out()
    complete = compliant_with_three_violations(table)
    tap(complete)
    tap(find_all("ProblemLine", is_warning=True)[0])
    frames(5)
    assert find_all("FilingWarningSheet") == []
    assert table.filed() == []
    tap(complete)
    tap(find("Btn", text="Đúng như vậy, hoàn thành"))
    (record,) = table.filed()
    assert record.data["overall_result"] == "compliant"


def compliant_with_three_violations(table: Table) -> Any:
    """Answer a visit with three violations and return the button that completes it."""
    visit = table.begin(KARAOKE)
    visit.choose_role("owner")
    for section in [card.id for card in table.screen.workspace.state.sections]:
        visit.open_section(section)
        visit.pass_section()
        visit.repeat_counts()
    for item_id, violation in THREE:
        visit.answer(item_id, "no")
        visit.toggle_violation(item_id, violation)
    visit.count("workers_present", 5)
    visit.count("workers_under18", 0)
    visit.answer("ou_done", "no")
    visit.choose_tab("conclusion")
    visit.choose_result("compliant")
    frames(3)
    return next(button for button in find_all("FootButton") if button.action == "complete")


def test_question_stays_under_the_thumb_when_its_violations_unfold(table: Table):
    from scripts.tablet_player.fingers import Fingers

    table.lay()
    table.go_out()
    table.begin(KARAOKE).open_section("labour")
    frames(3)
    row = find("CheckItem", key="lb_contracts")
    before = row.to_window(row.x, row.top)[1]
    Fingers().tap(next(seg for seg in row.ids.segs.children if seg.key == "no"))
    assert find("ViolationRow", key="lb_no_contract_1_10")
    assert row.to_window(row.x, row.top)[1] == pytest.approx(before, abs=1)


def seg_words(row: Any) -> list[str]:
    return [seg.text for seg in reversed(row.ids.segs.children) if hasattr(seg, "text")]


def test_section_is_answered_noted_and_undone_by_taps(table: Table):
    table.lay()
    table.go_out()
    visit = table.begin(CAFE)
    visit.open_section("outreach_on_site")
    frames(3)
    assert seg_words(find("CheckItem", key="ou_done")) == ["Có", "Không", "Không thuộc diện"]
    visit.open_section("fire_safety")
    frames(3)
    row = find("CheckItem", key="fire_exits_clear")
    assert seg_words(row) == ["Đạt", "Chưa đạt", "Không thuộc diện"]
    met = next(seg for seg in row.ids.segs.children if seg.key == "yes")
    tap(met)
    tap(find("IconBtn", icon="undo"))
    assert row.value == ""
    tap(met)
    row.dispatch("on_details")
    frames(3)
    type_text(find("NoteField"), "Lối phía sau để thùng bia")
    (draft,) = table.store.drafts.all()
    assert draft.data["answers"]["fire_exits_clear"] == {"v": "yes", "note": "Lối phía sau để thùng bia"}


def test_phrase_of_an_office_with_many_is_found_in_a_sheet(table: Table):
    rows = {str(n): {"id": str(n), "items": [], "vi": f"Câu {n}.", "en": f"{n}."} for n in range(4)}
    table.lay()
    lists = table.screen.workspace.words.lists
    before = lists_with(ListPack())
    lists.become(lists_with(ListPack().with_rows({"phrases.items": rows})))
    try:
        table.go_out()
        visit = table.begin(KARAOKE)
        visit.open_section("fire_safety")
        visit.answer("fire_exits_clear", "no")
        frames(3)
        chips = find("ItemBelow").ids.phrases
        assert len(chips.children) == 5
        tap(find("OptionChip", text="Câu khác…"))
        tap(find("ChoiceRow", text="Câu 3."))
        frames(3)
        assert find("NoteField").text == "Câu 3."
    finally:
        lists.become(before)


def test_problem_leads_to_its_field_in_sight(table: Table):
    table.lay()
    table.go_out()
    table.begin(KARAOKE).check()
    frames(3)
    pane = find("ConclusionPane")
    next(line for line in find_all("ProblemLine") if line.path == "overall_result").dispatch("on_release")
    frames(3)
    card = pane.ids.result_card
    assert 0 <= card.to_window(*card.pos)[1] < LANDSCAPE[1]
    find("ProblemLine", where="Phòng cháy, chữa cháy").dispatch("on_release")
    frames(3)
    assert find("CheckItem", key="fire_file").error == "Cần nhập mục này."


def test_portrait_shows_one_pane_with_a_way_back_and_on_to_the_next_establishment(table: Table):
    table.lay(PORTRAIT)
    tap(find("ListRow", key=CAFE))
    assert "Đoàn có tiếp cận được cơ sở không?" in texts()
    with pytest.raises(LookupError):
        find("ListRow", key=CAFE)
    tap(find("IconBtn", icon="arrow-left"))
    assert find("ListRow", key=CAFE)
    table.go_out()
    visit = table.begin(KARAOKE)
    visit.arrive("closed_on_arrival")
    visit.complete()
    frames(3)
    tap(find("Btn", text="Cơ sở tiếp theo"))
    assert find("ListRow", key=CAFE)


@pytest.mark.parametrize(("size", "place"), [(LANDSCAPE, KARAOKE), (PORTRAIT, GUESTHOUSE)])
def test_every_section_passes_the_lint_at_the_largest_font(table: Table, size, place):
    screen = table.lay(size, scale=1.3)
    table.go_out()
    visit = table.begin(place)
    for protocol in ("trafficking_sign", "violence", "medical"):
        visit.open_protocol(protocol)
    assert lint(screen) == []
    for section in [card.id for card in screen.workspace.state.sections]:
        visit.open_section(section)
        assert lint(screen) == [], section


def test_shortcoming_gets_a_date_of_its_own_by_two_taps(table: Table):
    screen = table.lay(LANDSCAPE, scale=1.3)
    table.go_out()
    visit = table.begin(KARAOKE)
    visit.answer("fire_exits_clear", "no")
    visit.answer("fire_file", "no")
    visit.fix_within("5")
    visit.choose_tab("conclusion")
    frames(3)
    find("ConclusionPane").bring_into_sight("follow_ups")
    row = find("ShortRow", key="fire_file")
    find("ConclusionPane").ids.scroll.scroll_to_widget(row)
    tap(row)
    tap(find("Chip", text="20 ngày làm việc · T3 22/12"))
    assert row.due == "Hạn khắc phục: Thứ Ba, 22/12/2026 · còn 20 ngày làm việc"
    assert find("ShortRow", key="fire_exits_clear").due_on == "2026-12-01"
    visit.fix_item_by("fire_file", "2027-01-01")
    assert lint(screen) == []


def test_draft_is_thrown_away_only_after_a_question(table: Table):
    table.lay()
    table.go_out()
    table.begin(CAFE)
    table.screen.workspace.record.choose_tab("info")
    frames(3)
    discard = find("DiscardBtn", text="Bỏ bản nháp này")
    find("InfoPane").ids.scroll.scroll_to_widget(discard)
    tap(discard)
    assert len(table.store.drafts.all()) == 1
    tap(find("Btn", text="Bỏ nháp"))
    assert table.store.drafts.all() == []
    assert "Đoàn có tiếp cận được cơ sở không?" in texts()


def test_drafts_of_the_tablet_are_one_tap_away(table: Table):
    from tests.mobile.features.workspace.test_drafts import session_draft, visit_draft

    screen = table.lay(PORTRAIT, scale=1.3)
    gone_to = []
    screen.navigate = lambda name, **place: gone_to.append((name, place))
    talk = session_draft("talk", LEADER, table.clock)
    table.store.drafts.save(talk)
    table.store.drafts.save(visit_draft("theirs", CAFE, OFFICERS[2], table.clock))
    screen.workspace.list.refresh()
    chip = find("OptionChip", key="drafts")
    assert chip.text == "Nháp · 2"
    screen.choose_chip("drafts")
    frames(3)
    assert any("Do Cán bộ GL-03 bắt đầu" in text for text in texts())
    assert lint(find("DraftsSheet")) == []
    tap(find("DraftLine", title="Cà phê Ánh Dương").children[1])
    assert any("do Cán bộ GL-03 bắt đầu" in text for text in texts())
    tap(find("Btn", text="Bỏ nháp"))
    assert [draft.id for draft in table.store.drafts.all()] == [talk.id]
    tap(find("DraftLine"))
    assert gone_to == [("outreach", {"record_id": talk.record_id})]


def test_draft_whose_establishment_has_left_the_tablet_says_so(table: Table):
    from tests.mobile.features.workspace.test_drafts import visit_draft

    screen = table.lay()
    table.store.drafts.save(visit_draft("left", uid("no such place"), LEADER, table.clock, title="Quán Cũ"))
    screen.workspace.list.refresh()
    screen.choose_chip("drafts")
    frames(3)
    tap(find("DraftLine", title="Quán Cũ"))
    assert "Không mở được bản nháp này: cơ sở của nó không còn trên máy." in texts()


def test_word_of_the_record_follows_the_open_visit(table: Table):
    table.lay()
    table.go_out()
    assert find("ListRow", key=KARAOKE).word == "Đã nhận"
    table.begin(KARAOKE)
    table.screen.workspace.open(CAFE)
    table.screen.workspace.open(KARAOKE)
    assert find("RecordPane").word == "Nháp"
    frames(3)
    assert find("ListRow", key=KARAOKE).word == "Nháp"
    visit = table.screen.workspace.record.visit
    visit.arrive("closed_on_arrival")
    visit.complete()
    frames(3)
    assert find("RecordPane").word == "Chưa gửi"
    assert find("ListRow", key=KARAOKE).word == "Chưa gửi"


def test_foot_says_how_many_are_left_and_leads_to_each(table: Table):
    table.lay()
    table.go_out()
    visit = table.begin(KARAOKE)
    visit.choose_tab("conclusion")
    frames(3)
    tap(find("FootButton", action="complete"))
    led = [visit.sight.focus]
    foot = find("VisitFoot")
    visit.choose_tab("conclusion")
    frames(3)
    problems = [line.path for line in reversed(find("ConclusionPane").ids.scroll.ids.problems.children)]
    assert led == problems[:1], "the first try leads to the first gap"
    assert foot.ids.feedback.text == f"Còn {len(problems)} mục phải sửa · tới mục tiếp"
    for _problem in problems[1:]:
        tap(foot.ids.feedback)
        led.append(visit.sight.focus)
    assert led == problems


def approve(table: Table) -> None:
    from tests.mobile.inspection_world import TEAM_SCOPE
    from tests.mobile.support import base_row, server_commits

    from field178_shared.ids import review_id

    review = {"record": LAST_VISIT, "record_rev": 1, "state": "approved", "reason": "", "comments": {}}
    server_commits(table.store, base_row(review_id(LAST_VISIT), 1, "review", TEAM_SCOPE, **review))


def test_approved_visit_says_it_is_locked_and_its_answers_are_inert(table: Table):
    approve(table)
    screen = table.lay(LANDSCAPE)
    screen.open(record_id=LAST_VISIT)
    frames(3)
    assert any(text.startswith("Đã duyệt: phiếu chỉ để xem") for text in texts())
    assert lint(screen) == []
    tap(find("SectionLine", key="fire_safety"))
    row = find("CheckItem", key="fire_exits_clear")
    tap(next(seg for seg in row.ids.segs.children if seg.key == "yes"))
    assert (row.value, table.store.drafts.all()) == ("no", [])
    assert lint(screen) == []
    tap(find("IconBtn", icon="arrow-left"))
    assert find("SectionLine", key="fire_safety")
    screen.workspace.record.choose_tab("conclusion")
    frames(3)
    assert lint(screen) == []


def test_draft_of_a_visit_approved_meanwhile_says_it_goes_as_a_late_edit(table: Table):
    screen = table.lay()
    screen.open(record_id=LAST_VISIT)
    screen.workspace.record.visit.write("recommendation", "Dọn lối thoát nạn")
    approve(table)
    screen.open(record_id=LAST_VISIT)
    frames(3)
    assert "sửa muộn" in find("RecordPane").notice
    assert lint(screen) == []
    assert find("FootButton")
