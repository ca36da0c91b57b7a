from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

from tests.server.console.attention.test_conflict import data_of
from tests.server.console.conftest import PLACE, TEAM, UNIT, Browser, FieldWork
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import Office
from tests.shared import builders
from werkzeug.test import TestResponse

from field178_server.accounts import officers
from field178_server.database.unit_of_work import snapshot
from field178_shared.wire.canonical import record_hash

PAGE = re.compile(r'href="(/attention/recovery/[0-9a-f-]{36}\.[0-9a-f]{32})(?:\?[^"]*)?"')
NAME = "Karaoke Mộc Diệp (GL-016)"


def leave_on_tablet(in_the_field: FieldWork, record_id: str = PLACE, **more: Any) -> str:
    """Have the tablet tell of a record that the server does not have as it does; returns its id."""
    reported = {
        "id": record_id,
        "type": "establishment",
        "scope": UNIT,
        "rev": 3,
        "deleted": False,
        "data": builders.establishment(),
        **more,
    }
    reported["h"] = record_hash(*(reported[name] for name in ("id", "type", "rev", "deleted", "data")))
    assert in_the_field.tablet.sync(salvage=[reported]).status_code == 200
    return record_id


def page_of(browser: Browser) -> str:
    (path,) = PAGE.findall(browser.text("/attention"))
    return str(path)


def own_team(office: Office) -> str:
    """Return the scope of the team that an leads."""
    with snapshot(office.engine) as session:
        lead = officers.by_login_or_id(session, office.settings.tenant, "an")
        scopes = officers.scopes_of(session, office.settings.tenant, lead.officer_id)
    return next(scope for scope in scopes if scope.startswith("team:"))


def take(browser: Browser, page: str, seen_rev: int = 0) -> TestResponse:
    return browser.post(f"{page}/take", {"seen_rev": seen_rev})


def text_of(answer: TestResponse) -> str:
    return unescape(answer.get_data(as_text=True))


def test_list_shows_record_tablet_and_state_on_the_server(reviewer: Browser, in_the_field: FieldWork) -> None:
    leave_on_tablet(in_the_field)
    page = words(unescape(reviewer.text("/attention")))
    for text in (f"{NAME} Cơ sở", "Máy 1", "24/11/2026 15:00", "Máy chủ không có"):
        assert text in page


def test_record_is_shown_in_the_words_of_its_own_page(reviewer: Browser, in_the_field: FieldWork) -> None:
    visit = in_the_field.office.runtime.ids.time_ordered()
    leave_on_tablet(in_the_field, visit, type="inspection", scope=TEAM, data=builders.inspection())
    page = words(unescape(reviewer.text(page_of(reviewer))))
    for text in ("Thông tin lượt kiểm tra", "Số biên bản", "07/BB-ĐKT178", "20/11/2026 14:00"):
        assert text in page


def test_differences_to_the_stored_record_are_shown_side_by_side(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    leave_on_tablet(in_the_field, data=builders.establishment(village="Thôn 3"))
    assert "Máy chủ có bản khác" in unescape(reviewer.text("/attention"))
    page = words(unescape(reviewer.text(page_of(reviewer))))
    assert "Thôn, tổ dân phố Trên máy chủ Thôn GL-2 Ở máy Thôn 3" in page


def test_record_taken_in_is_in_the_register_under_the_officers_name(
    office: Office, reviewer: Browser, in_the_field: FieldWork
) -> None:
    leave_on_tablet(in_the_field)
    page = page_of(reviewer)
    answer = take(reviewer, page)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/attention")
    listed = words(unescape(reviewer.text("/attention")))
    assert f"Đã nhận vào: {NAME}" in listed
    assert "Không có mục nào cần xử lý" in listed
    assert data_of(office, PLACE)["name"] == NAME
    assert "Cán bộ chi" in reviewer.text(f"/establishments/{PLACE}")
    assert "Đã xử lý" in unescape(reviewer.text(page))


def test_record_that_changed_meanwhile_is_shown_again_and_not_written_over(
    office: Office, reviewer: Browser, in_the_field: FieldWork
) -> None:
    leave_on_tablet(in_the_field, data=builders.establishment(village="Thôn 3"))
    in_the_field.place()
    refused = take(reviewer, page_of(reviewer))
    assert refused.status_code == 409
    assert "có thay đổi sau khi bạn mở trang này" in text_of(refused)
    assert data_of(office, PLACE)["village"] == "Thôn GL-2"
    assert take(reviewer, page_of(reviewer), seen_rev=1).status_code == 303
    assert data_of(office, PLACE)["village"] == "Thôn 3"


def test_setting_aside_requires_and_shows_a_reason(reviewer: Browser, in_the_field: FieldWork) -> None:
    leave_on_tablet(in_the_field)
    page = page_of(reviewer)
    for reason, text in ((" ", "Hãy ghi lý do"), ("x" * 501, "500 ký tự")):
        refused = reviewer.post(f"{page}/set-aside", {"reason": reason})
        assert (refused.status_code, text in text_of(refused)) == (422, True)
    assert reviewer.post(f"{page}/set-aside", {"reason": "Phiếu nhập thử"}).status_code == 303
    assert f"Đã để riêng: {NAME}" in words(unescape(reviewer.text("/attention")))
    rejection = words(unescape(reviewer.text("/attention?show=aside")))
    assert "Cán bộ chi để riêng, 24/11/2026 15:00: Phiếu nhập thử" in rejection
    again = reviewer.post(f"{page}/set-aside", {"reason": "Trùng"})
    late = words(unescape(again.get_data(as_text=True)))
    assert again.status_code == 404
    assert "Người xử lý gần nhất: Cán bộ chi, 24/11/2026 15:00." in late
    assert "Lý do để riêng : Trùng" in late


def test_damaged_and_deleted_records_explain_the_effect_of_restoring(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    gone = {"id": PLACE, "type": "establishment", "scope": UNIT, "rev": 3, "deleted": True, "h": "0" * 32}
    sent = [{**gone, "data": builders.establishment()}]
    assert in_the_field.tablet.sync(salvage=sent).status_code == 200
    page = words(unescape(reviewer.text(page_of(reviewer))))
    assert "Hãy đối chiếu với biên bản giấy" in page
    assert "máy chủ lưu phiếu ở dạng đã xóa" in page


def test_refused_record_is_shown_with_the_reason(reviewer: Browser, in_the_field: FieldWork) -> None:
    refusals: list[tuple[dict[str, Any], str]] = [
        ({"type": "boat", "data": {"hull": {"a": [1]}}}, "chưa biết loại phiếu này"),
        ({"data": {"name": 7, "certificates": 5, "lat": "x"}}, "giá trị không lưu được"),
        ({"scope": "unit:none"}, "không có phạm vi"),
        ({"scope": "ref"}, "không thuộc phạm vi"),
        ({"type": "review", "data": {}}, "chỉ do hệ thống ghi"),
        (
            {
                "type": "inspection",
                "scope": TEAM,
                "data": builders.inspection(ended_at=builders.STARTED_AT[:-1]),
            },
            "",
        ),
    ]
    for more, sentence in refusals:
        leave_on_tablet(in_the_field, in_the_field.office.runtime.ids.time_ordered(), **more)
        page = page_of(reviewer)
        refused = take(reviewer, page)
        assert refused.status_code in (403, 404, 409, 422), more
        assert sentence in text_of(refused)
        assert reviewer.post(f"{page}/set-aside", {"reason": "Đã xem"}).status_code == 303


def test_record_that_stands_beyond_the_reach_is_not_shown(
    signed_in: Callable[[str], Browser], reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    within = own_team(in_the_field.office)
    leave_on_tablet(in_the_field, scope=within, data=builders.establishment(village="Thôn 3"))
    page, lead = page_of(reviewer), signed_in("an")
    assert PAGE.findall(lead.text("/attention")) == []
    assert lead.get(page).status_code == 404


def test_team_lead_reads_the_own_area_and_decides_nothing(
    signed_in: Callable[[str], Browser], in_the_field: FieldWork
) -> None:
    visit = in_the_field.office.runtime.ids.time_ordered()
    within, data = own_team(in_the_field.office), builders.inspection()
    leave_on_tablet(in_the_field, visit, type="inspection", scope=within, data=data)
    lead, stranger = signed_in("an"), signed_in("binh")
    page = page_of(lead)
    assert "Nhận vào" not in lead.text(page)
    assert take(lead, page).status_code == 404
    assert stranger.get(page).status_code == 404
    assert PAGE.findall(stranger.text("/attention")) == []
