"""Outreach on the real screen: a session is filled and filed, a reviewed one is only read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.mobile.inspection_world import CAFE, KARAOKE, LEADER, UNIT, services, settle, uid
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
from tests.mobile.support import FrozenClock, base_row, seeded_ids, server_commits
from tests.shared.places import PLACES

from field178_mobile.store import Draft, Store
from field178_shared.codelists import CodeLists
from field178_shared.ids import review_id
from field178_shared.list_packs import ListPack, lists_with

SESSION, SCOPE = uid("session"), f"unit:{UNIT}"
DATA = {
    "captured_at": "2026-11-20T02:00:00Z",
    "filed_at": "2026-11-20T02:10:00Z",
    "tz_offset": "+07:00",
    "outreach_form_id": "conference",
    "session_date": "2026-11-20",
    "unit_id": UNIT,
    "host_agency_id": "commune_people_committee",
    "audiences": {"general_public": {"attendance_count": 64, "first_time_count": 48}},
    "topic_ids": ["prostitution_law"],
}
AT_PLACES = {
    **DATA,
    "outreach_form_id": "onsite_establishment",
    "establishments": {CAFE: {"attendance_count": 4}},
}
COMMENT = {"text": "Đếm lại giúp", "user": LEADER, "at": "2026-11-21T02:00:00Z"}


@dataclass
class Table:
    """The screen on the stage, and what lies under it."""

    stage: Stage
    store: Store
    clock: FrozenClock
    screen: Any = None
    lists: CodeLists | None = None

    def lay(self, size: tuple[int, int] = LANDSCAPE, mode: str = "light", scale: float = 1.0) -> Any:
        from field178_mobile.features.outreach.outreach_pane import OutreachPaneSessions
        from field178_mobile.features.outreach.screens.outreach import OutreachScreen

        self.stage.dress(size, mode, scale)
        self.screen = OutreachScreen()
        at_work = services(self.store, self.clock, seeded_ids(self.clock))
        if self.lists is not None:
            at_work = replace(at_work, words=replace(at_work.words, lists=self.lists))
        self.screen.sessions_pane = OutreachPaneSessions(
            at_work, self.screen.show_list, self.screen.show_session
        )
        self.screen.sessions_pane.show()
        return self.stage.mount(self.screen, size, mode, scale)

    def review(self, state: str, *paths: str) -> None:
        """Put a review of the session, with comments at paths, into the store."""
        comments = {str(number): {**COMMENT, "path": path} for number, path in enumerate(paths)}
        review = {
            "record": SESSION,
            "record_rev": 1,
            "state": state,
            "reason": "Bổ sung",
            "comments": comments,
        }
        server_commits(
            self.store,
            base_row(SESSION, 1, "outreach_session", SCOPE, **DATA),
            base_row(review_id(SESSION), 1, "review", SCOPE, **review),
        )

    def open(self) -> None:
        tap(find("ListRow", key=SESSION))
        frames(4)


@pytest.fixture
def table(stage: Stage, store: Store, clock: FrozenClock) -> Table:
    settle(store)
    return Table(stage, store, clock)


def test_approved_session_is_only_read_and_gives_way_to_an_open_one(table: Table):
    table.review("approved")
    screen = table.lay()
    tap(find("Btn", text="Buổi mới"))
    screen.ids.form.scroll_y = 0
    table.open()
    assert screen.ids.form.scroll_y == 1
    card = screen.ids.form.ids.session_card
    assert screen.ids.form.top - card.to_window(card.x, card.top)[1] == pytest.approx(16, abs=1)
    assert find("Pill").text == "Đã duyệt"
    assert any(text.startswith("Đã duyệt: phiếu chỉ để xem") for text in texts())
    assert (find_all("FootBar"), find_all("CommentNote")) == ([], [])
    assert find_all("AudienceRow") != []
    tap(find("PickField"))
    tap(find("CountField"))
    tap(find("OptionChip", key="prostitution_law"))
    assert (find_all("ChoiceSheet"), find_all("NumberPad")) == ([], [])
    assert table.store.drafts.all() == []
    tap(find("Btn", text="Buổi mới"))
    tap(find("PickField"))
    assert find("ChoiceSheet")


def test_pad_says_whose_number_it_takes_and_a_check_without_mistakes_says_so(table: Table):
    table.review("returned", "topic_ids")
    table.lay()
    table.open()
    row = find("AudienceRow")
    table.screen.ids.form.scroll_to_widget(row)
    tap(row.ids.attendance)
    assert find("NumberPad").sub == "Nhân dân"
    find("NumberPad").dismiss()
    frames(2)
    tap(find("Btn", text="Kiểm tra lỗi"))
    assert "Không thấy lỗi" in texts()


@pytest.mark.parametrize(
    ("size", "missing", "error"),
    [(LANDSCAPE, "topic_ids", "topic_error"), (PORTRAIT, "audiences", "audience_error")],
)
def test_missing_fields_are_shown_in_sight(table: Table, size, missing, error):
    given = {name: value for name, value in DATA.items() if name != missing}
    draft = Draft(
        uid("draft"), "outreach_session", uid("new"), SCOPE, given, None, 0, LEADER, table.clock.now()
    )
    table.store.drafts.save(draft)
    form = table.lay(size).ids.form
    tap(find("ListRow", key=draft.record_id))
    tap(find("Btn", text="Hoàn thành"))
    frames(6)
    error_label = form.ids[error]
    assert error_label.text == "Cần nhập mục này."
    assert error_label.to_window(error_label.x, error_label.y)[1] >= form.y
    assert error_label.to_window(error_label.x, error_label.top)[1] <= form.top


def test_foot_says_how_many_are_left_and_leads_to_each(table: Table):
    screen = table.lay()
    tap(find("Btn", text="Buổi mới"))
    screen.session.choose_form("conference")
    frames(3)
    for _time in range(2):  # the second time the first gap is led to again
        screen.ids.form.scroll_y = 0
        frames(3)
        tap(find("Btn", text="Hoàn thành"))
        frames(6)
        assert is_seen(screen, screen.ids.form.ids.unit)
    assert screen.ids.status.text == "Còn 4 mục phải sửa · tới mục tiếp"
    led = []
    for _time in range(5):
        tap(screen.ids.status)
        frames(6)
        led.append(screen.ids.form.focus_path)
    assert led == ["host_agency_id", "topic_ids", "audiences", "unit_id", "host_agency_id"]
    assert is_seen(screen, screen.ids.form.ids.host)


def is_seen(screen, field) -> bool:
    form = screen.ids.form
    low, high = field.to_window(field.x, field.y)[1], field.to_window(field.x, field.top)[1]
    return form.y <= low and high <= form.top + 1


def test_draft_is_thrown_away_only_after_a_question(table: Table):
    screen = table.lay()
    tap(find("Btn", text="Buổi mới"))
    assert find_all("DiscardBtn", text="Bỏ bản nháp này") == [], "an empty form is no draft"
    screen.session.choose_form("rally")
    frames(3)
    screen.ids.form.scroll_y = 0
    frames(2)
    tap(find("DiscardBtn", text="Bỏ bản nháp này"))
    assert len(table.store.drafts.all()) == 1
    tap(find("Btn", text="Bỏ nháp"))
    assert table.store.drafts.all() == []
    assert find("EmptyState").title == "Chọn một buổi, hoặc ghi buổi mới"


def test_establishment_is_searched_added_and_counted_by_the_workers(table: Table):
    screen = table.lay(PORTRAIT)
    tap(find("Btn", text="Buổi mới"))
    screen.session.choose_form("onsite_establishment")
    screen.session.count("workers_at_risk", "attendance_count", 6)
    screen.session.check()
    frames(3)
    line = find("ProblemLine", path="establishments")
    assert line.text == "Chưa chọn cơ sở."
    screen.ids.form.scroll_to_widget(line)
    tap(line)
    frames(3)
    tap(find("Btn", text="Thêm cơ sở"))
    type_text(find("EstablishmentSheet").content.column.children[-1], "hong phuc")
    assert [row.key for row in find_all("ChoiceRow")] == [KARAOKE]
    tap(find("ChoiceRow", key=KARAOKE))
    (draft,) = table.store.drafts.all()
    assert draft.data["establishments"] == {KARAOKE: {"attendance_count": 6}}
    assert find("EstablishmentCountRow").label == "Karaoke Hồng Phúc"


def test_approved_session_shows_its_establishments_inert(table: Table):
    server_commits(table.store, base_row(SESSION, 1, "outreach_session", SCOPE, **AT_PLACES))
    review = {"record": SESSION, "record_rev": 1, "state": "approved", "reason": "", "comments": {}}
    server_commits(table.store, base_row(review_id(SESSION), 1, "review", SCOPE, **review))
    screen = table.lay()
    table.open()
    row = find("EstablishmentCountRow")
    screen.ids.form.scroll_to_widget(row)
    tap(row.ids.attendance)
    assert find_all("NumberPad") == []
    assert find_all("Btn", text="Thêm cơ sở") == []
    assert lint(screen) == []


@pytest.fixture
def talk(stage: Stage, store: Store, clock: FrozenClock) -> Table:
    """A tablet whose office has entered a school and a zone."""
    settle(store)
    return Table(stage, store, clock, lists=lists_with(ListPack().with_rows(PLACES)))


def test_talk_at_a_school_is_filed_in_few_taps(talk: Table):
    from tests.mobile.journeys import talk_at_a_school

    taps = talk_at_a_school(talk.lay(PORTRAIT))
    (filed,) = (view for view in talk.store.views("outreach_session") if view.data.get("school_id"))
    assert filed.data["unit_id"] == UNIT
    assert filed.data["venue"] == "THPT GL-1"
    counts = {"attendance_count": 480, "first_time_count": 390}
    assert filed.data["audiences"] == {"upper_secondary_students": counts}
    print(f"talk at a school: {taps} taps")
    assert taps <= 20


def test_start_is_typed_as_two_numbers_and_cleared(table: Table):
    screen = table.lay(LANDSCAPE)
    tap(find("Btn", text="Buổi mới"))
    start = screen.ids.form.ids.start

    def give(hour: str, minute: str) -> str:
        tap(start)
        body = find("TimeBody")
        for name, digits in (("hour", hour), ("minute", minute)):
            type_text(body.ids[name], digits)
        tap(find("Btn", text="Xong"))
        frames(3)
        return start.value

    assert give("7", "5") == "07:05"
    assert give("14", "") == "14:00"
    tap(start)
    type_text(find("TimeBody").ids.hour, "24")
    tap(find("Btn", text="Xong"))
    assert find("TimeBody").error == "Giờ không hợp lệ."
    tap(find("Btn", text="Xóa"))
    assert start.value == ""
    assert "start_time" not in table.store.drafts.all()[0].data


def test_several_co_hosts_are_chosen_in_one_sheet(table: Table):
    screen = table.lay(PORTRAIT)
    tap(find("Btn", text="Buổi mới"))
    tap(screen.ids.form.ids.co_hosts)
    for key in ("commune_police", "commune_health_station"):
        tap(find("ChoiceRow", key=key))
    tap(find("Btn", text="Xong"))
    frames(3)
    assert table.store.drafts.all()[0].data["co_hosts"] == ["commune_police", "commune_health_station"]
    assert screen.ids.form.ids.co_hosts.shown == "Công an cấp xã; Trạm Y tế"


def test_closed_session_shows_its_school_and_offers_nothing(talk: Table):
    at_school = {**DATA, "school_id": "thpt_gl_1"}
    review = {"record": SESSION, "record_rev": 1, "state": "approved", "reason": "", "comments": {}}
    server_commits(
        talk.store,
        base_row(SESSION, 1, "outreach_session", SCOPE, **at_school),
        base_row(review_id(SESSION), 1, "review", SCOPE, **review),
    )
    talk.lay()
    talk.open()
    assert "THPT GL-1" in texts()
    assert not any("Cơ quan phối hợp" in text for text in texts())
    assert find_all("Btn", text="Học sinh THPT") == []
