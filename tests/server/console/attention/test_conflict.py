from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

from tests.server.console.conftest import PLACE, TEAM, UNIT, Browser, FieldWork
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import PASSWORD, Office
from tests.shared import builders
from werkzeug.test import TestResponse

from field178_server.accounts import operations as accounts
from field178_server.accounts.operations import AccountRequest
from field178_server.database.models import ConflictRow
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.conflicts.queries import PER_RECORD
from field178_server.records.find_record import find_record
from field178_server.security.passwords import Passwords
from field178_shared.merge import Data, read_path

SEEN = re.compile(r'name="(seen:[0-9a-f-]+|rev)" value="([0-9]+)"')
KEPT_ASIDE = re.compile(r'name="pick:([^"]+)" value="([0-9a-f-]{36})"')


def clash(in_the_field: FieldWork, **set_: Any) -> None:
    in_the_field.place()
    seen = {"opening_hours": "06:00-21:00"}
    receipt = in_the_field.send(
        PLACE, "establishment", UNIT, set_ or {"opening_hours": "07:00-22:00"}, was=seen
    )
    assert receipt["status"] == "conflict"


def settle(browser: Browser, record_id: str, picks: dict[str, str], **typed: Any) -> TestResponse:
    """Send the form as the page shows it, with these choices."""
    page = browser.text(f"/attention/conflict/{record_id}")
    return send(browser, record_id, page, picks, typed)


def send(
    browser: Browser, record_id: str, page: str, picks: dict[str, str], typed: dict[str, Any]
) -> TestResponse:
    offered = dict(KEPT_ASIDE.findall(page))
    chosen = {f"pick:{path}": offered[path] if pick == "take" else pick for path, pick in picks.items()}
    texts = {f"typed:{path}": text for path, text in typed.items()}
    return browser.post(f"/attention/conflict/{record_id}/resolve", dict(SEEN.findall(page)) | chosen | texts)


def data_of(office: Office, record_id: str) -> Data:
    with snapshot(office.engine) as session:
        record = find_record(session, office.settings.tenant, record_id)
    assert record is not None
    return record.data


def open_left(office: Office) -> int:
    with snapshot(office.engine) as session:
        return session.query(ConflictRow).filter_by(state="open").count()


def test_conflict_shows_both_values_who_when_and_which_tablet(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    clash(in_the_field)
    page = words(unescape(reviewer.text(f"/attention/conflict/{PLACE}")))
    assert "Đang ghi trong phiếu 08:00-24:00" in page
    assert "Giữ riêng, từ máy tính bảng 07:00-22:00" in page
    assert "Giá trị người sửa đã thấy: 06:00-21:00" in page
    assert "Cán bộ an" in page
    assert "Máy 1" in page
    assert "Ghi quyết định" in page


def test_reviewer_takes_the_value_of_the_tablet(
    office: Office, reviewer: Browser, in_the_field: FieldWork
) -> None:
    clash(in_the_field)
    answer = settle(reviewer, PLACE, {"opening_hours": "take"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/attention")
    page = words(unescape(reviewer.text("/attention")))
    assert "Đã giải quyết: Karaoke Mộc Diệp (GL-016)" in page
    assert "Không có mục nào cần xử lý" in page
    assert data_of(office, PLACE)["opening_hours"] == "07:00-22:00"


def test_value_not_chosen_stays_readable(reviewer: Browser, in_the_field: FieldWork) -> None:
    clash(in_the_field)
    settle(reviewer, PLACE, {"opening_hours": "keep"})
    page = words(unescape(reviewer.text(f"/attention/conflict/{PLACE}")))
    assert "Mọi mục của phiếu đã được giải quyết" in page
    assert "Giá trị đã giữ riêng 07:00-22:00" in page


def test_invalid_value_shows_a_field_error_and_stays_typed(
    office: Office, reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    in_the_field.send(
        PLACE,
        "establishment",
        UNIT,
        {"rooms_total": 9, "opening_hours": "07:00-22:00"},
        was={"rooms_total": 1},
    )
    picks = {"rooms_total": "other", "opening_hours": "take"}
    answer = settle(reviewer, PLACE, picks, rooms_total="chín")
    page = unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "Cần số nguyên." in page
    assert 'value="chín"' in page
    assert '<a href="#field-rooms_total">Số phòng</a>: Cần số nguyên.' in page
    assert page.count(" checked") == 2
    assert open_left(office) == 2
    again = send(reviewer, PLACE, page, picks, {"rooms_total": "1.200"})
    assert again.status_code == 303
    assert data_of(office, PLACE)["rooms_total"] == 1200


def test_other_value_is_required_when_chosen(reviewer: Browser, in_the_field: FieldWork) -> None:
    clash(in_the_field)
    answer = settle(reviewer, PLACE, {"opening_hours": "other"}, opening_hours=" ")
    assert (answer.status_code, "Cần nhập mục này." in answer.get_data(as_text=True)) == (422, True)
    empty = settle(reviewer, PLACE, {})
    assert "Hãy chọn giá trị cho ít nhất một mục." in unescape(empty.get_data(as_text=True))


def test_change_since_the_page_is_shown_and_nothing_is_written(
    office: Office, reviewer: Browser, in_the_field: FieldWork
) -> None:
    clash(in_the_field)
    page = reviewer.text(f"/attention/conflict/{PLACE}")
    in_the_field.send(PLACE, "establishment", UNIT, {"opening_hours": "10:00-20:00"}, was={})
    answer = send(reviewer, PLACE, page, {"opening_hours": "take"}, {})
    text = words(unescape(answer.get_data(as_text=True)))
    assert answer.status_code == 409
    assert "Có thay đổi sau khi bạn mở trang này" in text
    assert "10:00-20:00" in text
    assert data_of(office, PLACE)["opening_hours"] == "08:00-24:00"


def test_conflict_resolved_by_another_officer_names_them_and_keeps_the_input(
    office: Office, reviewer: Browser, signed_in: Callable[[str], Browser], in_the_field: FieldWork
) -> None:
    account, stored = (
        AccountRequest("reviewer2", "Cán bộ dung", "reviewer", None, ()),
        Passwords("test").hash(PASSWORD),
    )
    run_write(office.engine, lambda session: accounts.add(session, office.context, account, (), stored))
    clash(in_the_field)
    page = reviewer.text(f"/attention/conflict/{PLACE}")
    assert send(reviewer, PLACE, page, {"opening_hours": "keep"}, {}).status_code == 303
    answer = send(
        signed_in("reviewer2"), PLACE, page, {"opening_hours": "other"}, {"opening_hours": "09:00-23:00"}
    )
    text = words(unescape(answer.get_data(as_text=True)))
    assert answer.status_code == 409
    assert "Mọi mục của phiếu đã được giải quyết" in text
    assert "Người xử lý gần nhất: Cán bộ chi, 24/11/2026 15:00." in text
    assert "chưa được ghi: Giờ hoạt động : 09:00-23:00" in text
    assert "Người xử lý gần nhất: Cán bộ chi" in words(
        unescape(reviewer.text(f"/attention/conflict/{PLACE}"))
    )


def test_late_edit_of_an_approved_record_is_taken_and_the_record_stays_approved(
    office: Office, reviewer: Browser, in_the_field: FieldWork
) -> None:
    filed = in_the_field.visit()
    reviewer.decide(filed, "approve")
    in_the_field.send(filed, "inspection", TEAM, {"minutes_number": "09/BB-ĐKT178"})
    page = words(unescape(reviewer.text(f"/attention/conflict/{filed}")))
    assert "Phiếu đã duyệt, thay đổi được giữ riêng" in page
    assert "Phiếu này đã duyệt hoặc đã hủy" in page
    assert settle(reviewer, filed, {"minutes_number": "take"}).status_code == 303
    assert data_of(office, filed)["minutes_number"] == "09/BB-ĐKT178"
    record = words(unescape(reviewer.text(f"/reviews/{filed}")))
    assert "Đã duyệt · quyết định trên bản 1" in record
    assert "quyết định áp dụng cho bản 2" in record


def test_deletion_conflict_is_described_and_can_be_confirmed(
    office: Office, reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    receipt = in_the_field.send(PLACE, "establishment", UNIT, {}, op="delete", was={"_h": "0" * 16})
    assert receipt["status"] == "conflict"
    page = words(unescape(reviewer.text(f"/attention/conflict/{PLACE}")))
    assert "Đang ghi trong phiếu được giữ lại" in page
    assert "Giữ riêng, từ máy tính bảng đã xóa" in page
    forged = settle(reviewer, PLACE, {"_deleted": "other"}, _deleted="yes")
    assert forged.status_code == 422
    assert settle(reviewer, PLACE, {"_deleted": "take"}).status_code == 303
    assert "Phiếu này đã xóa" not in reviewer.text(f"/attention/conflict/{PLACE}")
    assert reviewer.get(f"/establishments/{PLACE}").status_code == 404


def test_conflicts_of_one_record_are_one_item_and_further_ones_follow_on_its_page(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    filed = in_the_field.visit()
    reviewer.decide(filed, "approve")
    items = list(builders.answers())
    late = {f"answers.{item}.{part}": "ghi thêm" for part in ("note", "evidence") for item in items}
    in_the_field.send(filed, "inspection", TEAM, {path: late[path] for path in list(late)[: len(items)]})
    assert "Bất đồng 1" in words(unescape(reviewer.text("/attention")))
    page = words(reviewer.text(f"/attention/conflict/{filed}"))
    assert page.count("ghi thêm") == min(len(items), PER_RECORD)
    settle(reviewer, filed, dict.fromkeys(list(late)[: len(items)], "take"))
    assert "Không có mục nào cần xử lý" in reviewer.text("/attention")


def test_every_control_submits_its_shown_value(
    office: Office, reviewer: Browser, in_the_field: FieldWork
) -> None:
    filed = in_the_field.visit()
    item = next(iter(builders.answers()))
    late = {
        "decision_date": "2026-01-16",
        "started_at": "2026-11-20T07:05:00Z",
        "paper_signed": "refused",
        "local_escort_agencies": ["commune_health_station"],
        f"answers.{item}.v": "no",
        "recommendation": "Khắc phục ngay.",
    }
    in_the_field.send(filed, "inspection", TEAM, late, was=dict.fromkeys(late, "?"))
    typed = {
        "decision_date": "2026-01-20",
        "started_at": "2026-11-20T14:10",
        "paper_signed": "yes",
        "local_escort_agencies": ["commune_police", "commune_health_station"],
        f"answers.{item}.v": "na",
        "recommendation": "Khắc phục trong ngày.",
    }
    answer = settle(reviewer, filed, dict.fromkeys(typed, "other"), **typed)
    assert answer.status_code == 303, words(unescape(answer.get_data(as_text=True)))
    data = data_of(office, filed)
    stored = typed | {"started_at": "2026-11-20T07:10:00Z"}
    assert {path: read_path(data, path) for path in typed} == stored


def test_reader_without_the_right_to_resolve_sees_instructions(
    office: Office, signed_in: Callable[[str], Browser], in_the_field: FieldWork
) -> None:
    filed = in_the_field.visit()
    in_the_field.send(
        filed, "inspection", TEAM, {"minutes_number": "09/BB-ĐKT178"}, was={"minutes_number": "01/BB-ĐKT178"}
    )
    account, stored = (
        AccountRequest("lan", "Cán bộ lan", "team_lead", None, (TEAM,)),
        Passwords("test").hash(PASSWORD),
    )
    run_write(office.engine, lambda session: accounts.add(session, office.context, account, (), stored))
    lead = signed_in("lan")
    page = words(unescape(lead.text(f"/attention/conflict/{filed}")))
    assert "đội chọn giá trị đó trong Hộp thư" in page
    assert "Ghi quyết định" not in lead.text(f"/attention/conflict/{filed}")
    assert lead.post(f"/attention/conflict/{filed}/resolve", {"rev": "1"}).status_code == 404


def test_record_beyond_reach_and_no_record_are_the_same(
    signed_in: Callable[[str], Browser], in_the_field: FieldWork
) -> None:
    clash(in_the_field)
    stranger = signed_in("binh")
    for record_id in (PLACE, "01900000-0000-7000-8000-00000000dead"):
        assert stranger.get(f"/attention/conflict/{record_id}").status_code == 404
