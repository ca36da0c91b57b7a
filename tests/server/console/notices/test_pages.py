"""Notices in the console: made, read, seen by whom, ended; personal data is asked about."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from tests.server.console.conftest import Browser, FieldWork
from tests.server.office_scene import Office
from tests.stores import Statements

from field178_server.accounts import officers
from field178_server.database.models import Audit, Notice, NoticeDelivery, NoticeReading
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.notices import operations

WORDS = "Thứ Hai họp giao ban lúc 8 giờ."
FORM = {"text_vi": WORDS, "text_en": "", "audience": "all", "since": "", "until": "2026-11-30"}
SignIn = Callable[[str], Browser]


def rows(office: Office, model: Any) -> list[Any]:
    with snapshot(office.engine) as session:
        return list(session.scalars(select(model)))


def announce(browser: Browser, **fields: str) -> str:
    answer = browser.post("/notices/new", FORM | fields)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.headers["Location"]).rpartition("/")[2]


def own_team(office: Office) -> str:
    with snapshot(office.engine) as session:
        own = officers.scopes_of(session, office.settings.tenant, office.officer_id("an"))
    return next(scope for scope in own if scope.startswith("team:"))


def has_row(page: str, *parts: str) -> bool:
    table_rows = re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
    return any(all(part in row for part in parts) for row in table_rows)


def test_a_notice_is_shown_to_everybody_until_they_say_that_it_was_read(
    office: Office, reviewer: Browser, signed_in: SignIn
) -> None:
    notice_id, lead = announce(reviewer), signed_in("an")
    assert WORDS in lead.text("/")
    assert "Tôi đã đọc" in lead.text("/")
    for _ in range(2):
        assert lead.post(f"/notices/{notice_id}/read").status_code == 303
    assert "Tôi đã đọc" not in lead.text("/")
    assert "Đã đọc 24/11/2026 15:00" in lead.text("/")
    assert len(rows(office, NoticeReading)) == 1
    page = reviewer.text(f"/notices/{notice_id}")
    assert has_row(page, "Cán bộ an", "Đã đọc", "24/11/2026 15:00")
    assert has_row(page, "Cán bộ binh", "Chưa")
    assert "Cán bộ an</strong>" not in reviewer.text(f"/notices/{notice_id}?seen=no")
    assert has_row(reviewer.text("/notices"), WORDS, "Tất cả", "1/9")


def test_a_notice_is_for_those_it_names(office: Office, reviewer: Browser, signed_in: SignIn) -> None:
    readers_of = {
        own_team(office): {"an"},
        "role:inspector": {"binh"},
        "role:admin": {"admin"},
        "all": {"an", "binh", "admin"},
    }
    browsers = {login: signed_in(login) for login in ("an", "binh", "admin")}
    for audience, readers in readers_of.items():
        text = f"Gửi {audience}."
        notice_id = announce(reviewer, audience=audience, text_vi=text)
        for login, browser in browsers.items():
            assert (text in browser.text("/")) == (login in readers), (audience, login)
            expected = 303 if login in readers else 404
            assert browser.post(f"/notices/{notice_id}/read").status_code == expected, (audience, login)


def test_announcement_names_tablets_only_where_its_audience_has_some(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    announced, ended = "nhận ở lần đồng bộ tới", "ở lần đồng bộ tới"
    with_tablet = announce(reviewer, audience="role:team_lead")
    assert announced in reviewer.text(f"/notices/{with_tablet}")
    without = announce(reviewer, audience="role:leader_viewer")
    page = reviewer.text(f"/notices/{without}")
    assert "không có máy tính bảng" in page
    assert announced not in page
    reviewer.post(f"/notices/{without}/end")
    assert ended not in reviewer.text(f"/notices/{without}")
    assert has_row(reviewer.text("/notices?tab=ended"), "Lãnh đạo UBND", "—")
    assert announced not in reviewer.text("/notices/new")


def test_page_shows_when_a_tablet_showed_the_notice(
    office: Office, reviewer: Browser, in_the_field: FieldWork
) -> None:
    notice_id = announce(reviewer, audience="role:team_lead", text_en="Meeting on Monday.")
    (shown,) = in_the_field.tablet.frames()[0]["notices"]
    assert shown == {"id": notice_id, "kind": "info", "text": {"vi": WORDS, "en": "Meeting on Monday."}}
    assert has_row(reviewer.text("/notices"), WORDS, "0/1")

    def deliver(session: Any) -> None:
        tenant, at = office.settings.tenant, office.clock.now()
        key = {"tenant_id": tenant, "notice_id": notice_id, "device_id": in_the_field.tablet.device}
        session.add(NoticeDelivery(**key, delivered_at=at))

    run_write(office.engine, deliver)
    page = reviewer.text(f"/notices/{notice_id}")
    assert has_row(page, "Cán bộ an", "Có trên máy", "Máy 1", "từ 24/11/2026 15:00")
    assert re.search(r"24/11/2026: <b>1</b>", page)


def test_a_notice_is_ended_by_hand_and_by_its_day(
    office: Office, reviewer: Browser, signed_in: SignIn
) -> None:
    notice_id = announce(reviewer)
    assert reviewer.post(f"/notices/{notice_id}/end").status_code == 303
    assert WORDS not in reviewer.text("/")
    assert "Kết thúc ngay" not in reviewer.text(f"/notices/{notice_id}")
    announce(reviewer, text_vi="Trong ngày.", until="2026-11-24")
    assert "Trong ngày." in reviewer.text("/")
    office.clock.move(hours=9.1)  # past midnight in Việt Nam
    assert "Trong ngày." not in signed_in("chi").text("/")
    assert {entry.action for entry in rows(office, Audit)} >= {"notice_announced", "notice_withdrawn"}


def test_a_notice_of_a_later_day_waits_in_its_part_of_the_list(reviewer: Browser) -> None:
    notice_id = announce(reviewer, since="2026-11-26")
    assert "hiện từ 26/11/2026" in reviewer.text(f"/notices/{notice_id}")
    assert WORDS not in reviewer.text("/")
    assert WORDS not in reviewer.text("/notices")
    assert has_row(reviewer.text("/notices?tab=coming"), WORDS, "26/11/2026 đến 30/11/2026")


def test_text_that_may_name_a_person_is_stored_after_confirmation(office: Office, reviewer: Browser) -> None:
    form = FORM | {"text_vi": "Gọi anh Nguyễn Văn An số 0912345678."}
    page = reviewer.post("/notices/new", form).get_data(as_text=True)
    assert "0912345678" in page
    assert rows(office, Notice) == []
    sent = re.search(r'name="confirmed" value="(\w+)"', page)
    assert sent is not None
    assert reviewer.post("/notices/new", form | {"confirmed": sent[1]}).status_code == 303


def test_invalid_input_shows_a_field_error_and_keeps_the_input(office: Office, reviewer: Browser) -> None:
    for field, typed, message in (
        ("text_vi", "", "Cần nhập mục này."),
        ("text_vi", "x" * 501, "dài"),
        ("audience", "role:king", "danh mục"),
        ("until", "", "Ngày"),
        ("until", "2026-11-23", "Ngày này đã qua."),
        ("until", "2028-01-01", "nhiều nhất một năm"),
        ("since", "2026-12-02", "trước"),
    ):
        answer = reviewer.post("/notices/new", FORM | {field: typed})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422, (field, typed)
        assert message in page
        assert 'id="error-summary"' in page
        assert field == "text_vi" or WORDS in page
    assert rows(office, Notice) == []


def test_number_of_notices_is_limited(reviewer: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "MAX_SHOWN", 1)
    announce(reviewer)
    answer = reviewer.post("/notices/new", FORM)
    assert answer.status_code == 413
    assert "kết thúc bớt một thông báo" in answer.get_data(as_text=True)


def test_a_notice_about_an_officers_own_tablet_is_nobody_elses(
    office: Office, reviewer: Browser, in_the_field: FieldWork
) -> None:
    office.code("an")
    own = [notice for notice in rows(office, Notice) if notice.officer_id]
    for own_notice in own:
        assert reviewer.get(f"/notices/{own_notice.notice_id}").status_code == 404


@pytest.mark.parametrize("path", ["/notices", "/"])
def test_pages_take_the_same_statements_for_one_notice_as_for_many(
    office: Office, reviewer: Browser, statements: Statements, path: str
) -> None:
    # What is kept while nothing is written is there before both.
    reviewer.text(path)
    counts = []
    for more in (1, 5):
        for _ in range(more):
            announce(reviewer)
        with statements(office.engine) as queries:
            reviewer.text(path)
        counts.append(len(queries))
    assert counts[0] == counts[1]
