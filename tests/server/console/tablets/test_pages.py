from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import delete, insert
from tests.server.console.conftest import Browser, FieldWork
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import PASSWORD, Office, Tablet

from field178_server.audit import verify
from field178_server.audit.history_check import history_of
from field178_server.database.models import Audit, Device, DeviceScope, Notice, OfficerScope
from field178_server.database.unit_of_work import snapshot

CODE = re.compile(r'id="code">([0-9A-Z-]+)<')


@pytest.fixture
def admin(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("admin")


def figures(browser: Browser) -> str:
    """Return the words of the list and of the page of its first tablet."""
    listed = browser.text("/tablets")
    (path,) = set(re.findall(r'href="(/tablets/[0-9a-f-]{36})"', listed))
    return words(unescape(listed + browser.text(path)))


def test_tablets_with_the_same_label_are_distinguishable(
    office: Office, admin: Browser, in_the_field: FieldWork
) -> None:
    office.clock.move(minutes=5)
    Tablet(office).ready("unit:c11629_v2")
    labels = re.findall(
        r'<a href="/tablets/[^"]+"><strong>([^<]+)</strong>', unescape(admin.text("/tablets"))
    )
    assert len(set(labels)) == len(labels) == 2


def test_tablet_without_a_status_is_stated(admin: Browser, in_the_field: FieldWork) -> None:
    page = figures(admin)
    assert "Máy 1" in page
    assert "Cán bộ an" in page
    assert "Đã đăng ký, chưa đồng bộ" in page
    assert "Chưa gửi chưa báo" in page


@pytest.mark.parametrize(
    ("key_store", "text", "is_problem"),
    [
        ("system", "của hệ thống", False),
        ("passphrase", "không có, mở bằng cụm từ", False),
        ("pin", "không có, chỉ có PIN", True),
        ("other", "chưa báo", False),
    ],
)
def test_key_store_of_a_tablet_is_shown(
    admin: Browser, in_the_field: FieldWork, key_store: str, text: str, is_problem: bool
) -> None:
    in_the_field.tablet.sync(about={"key_store": key_store})
    assert f"Kho khóa {text}" in figures(admin)
    page = admin.text(f"/tablets/{in_the_field.tablet.device}")
    assert (re.search(rf'class="text-bad">[^\n]*{text}', unescape(page)) is not None) == is_problem


def test_status_of_a_tablet_is_shown(admin: Browser, in_the_field: FieldWork) -> None:
    record = "01900000-0000-7000-8000-00000000dead"
    status = {"unsent": 3, "unsent_files": 5, "free_mb": 300, "mismatches": {"count": 1, "records": [record]}}
    in_the_field.tablet.sync(app="1.2.0", now="2026-11-24T08:12:00Z", about=status)
    page = figures(admin)
    for text in (
        "Đang dùng",
        "Đồng bộ gần nhất 24/11/2026 15:00",
        "Chưa gửi 3 thay đổi · 5 ảnh",
        "Lệch dữ liệu 1",
        "nhanh 12 phút",
        "Bộ nhớ trống 300 MB",
        "Bản ứng dụng 1.2.0",
        f"phiếu từng lệch: {record}",
    ):
        assert text in page


@pytest.mark.parametrize(
    ("root", "message"),
    [
        ({"index": 4, "hash": "ab" * 32}, "Máy này nhớ lịch sử của máy chủ dài hơn lịch sử máy chủ đang có."),
        ({"index": 1, "hash": "ab" * 32}, "Máy này nhớ một lịch sử khác với lịch sử của máy chủ."),
        ({"index": 0, "alarm": "signature"}, "Máy này không nhận ra chữ ký dưới lịch sử của máy chủ."),
    ],
)
def test_tablet_that_remembers_another_history_is_marked(
    office: Office, admin: Browser, in_the_field: FieldWork, root: object, message: str
) -> None:
    runtime = office.runtime
    verify.extend(runtime.engine, runtime.tenant_id, runtime.keyring.receipt, runtime.clock)
    with snapshot(office.engine) as session:
        epoch = history_of(session, runtime.tenant_id).epoch
    assert "lịch sử của máy chủ" not in figures(admin)
    in_the_field.tablet.sync(epoch=epoch, root=root)
    assert f"{message} · 24/11/2026 15:00" in figures(admin)


def test_tablet_silent_for_two_days_is_marked(
    office: Office, admin: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.tablet.sync(about={"unsent": 0})
    office.clock.move(hours=47)
    assert "Im lặng" not in figures(_again(office, admin))
    office.clock.move(hours=1)
    page = _again(office, admin).text("/tablets")
    assert "Im lặng 2 ngày" in words(unescape(page))
    assert '<span class="rail-count">1</span>' in page


def test_administrator_revokes_after_looking_twice(
    office: Office, admin: Browser, in_the_field: FieldWork
) -> None:
    path = f"/tablets/{in_the_field.tablet.device}/revoke"
    assert f'href="{path}"' in admin.text(path.removesuffix("/revoke"))
    assert "Thu hồi: Máy 1" in admin.text(path)
    wrong = admin.post(path, {"password": "sai"})
    assert (wrong.status_code, "Mật khẩu không đúng" in unescape(wrong.get_data(as_text=True))) == (403, True)
    assert _device(office, in_the_field.tablet).revoked_at is None
    assert admin.post(path, {"password": PASSWORD}).status_code == 303
    page = figures(admin)
    assert "Đã thu hồi: Máy 1" in page
    assert "Đã thu hồi 24/11/2026 15:00" in page
    assert in_the_field.tablet.sync().get_data(as_text=True).count('"revoked":true') == 1


def test_code_is_made_for_an_officer_of_the_field_and_shown_once(office: Office, admin: Browser) -> None:
    form = admin.text("/tablets/enrol")
    assert "(an)" in form
    assert "(chi)" not in form
    (chosen,) = re.findall(r'<option value="([0-9a-f-]+)">Cán bộ an', form)
    assert re.search(r"Cán bộ an \(an\) · [^<]*Đội", unescape(form))
    made = admin.post("/tablets/enrol", {"officer": chosen, "password": PASSWORD})
    assert (made.status_code, made.headers["Location"]) == (303, "/tablets/enrol")
    answer = admin.get("/tablets/enrol")
    page = answer.get_data(as_text=True)
    assert 'class="qr"' in page
    assert answer.headers["Cache-Control"] == "no-store"
    code = CODE.search(page)
    assert code is not None
    # Loading the page again neither shows the code nor makes another one.
    assert CODE.search(admin.text("/tablets/enrol")) is None
    tablet = Tablet(office)
    assert tablet.enrol(code[1]).status_code == 201
    with snapshot(office.engine) as session:
        (noted,) = session.query(Audit).filter_by(action="enrolment_code_issued").all()
    assert (noted.actor_kind, noted.object_id) == ("officer", chosen)


def test_code_for_nobody_of_the_field_is_refused(admin: Browser) -> None:
    for officer in ("", "chi", "01900000-0000-7000-8000-00000000dead"):
        answer = admin.post("/tablets/enrol", {"officer": officer, "password": PASSWORD})
        page = unescape(answer.get_data(as_text=True))
        shown = (answer.status_code, "Hãy chọn cán bộ dùng máy." in page, CODE.search(page))
        assert shown == (422, True, None)


def test_reviewer_reads_the_list_and_manages_nothing(reviewer: Browser, in_the_field: FieldWork) -> None:
    page = reviewer.text("/tablets")
    assert "Máy 1" in page
    assert "/revoke" not in page
    path = f"/tablets/{in_the_field.tablet.device}/revoke"
    assert reviewer.get(path).status_code == 404
    assert reviewer.post(path, {"password": PASSWORD}).status_code == 404
    assert reviewer.get("/tablets/enrol").status_code == 404


def test_tablet_that_is_none_has_no_page(admin: Browser) -> None:
    assert admin.get("/tablets/nowhere").status_code == 404
    assert admin.get("/tablets/nowhere/revoke").status_code == 404


def test_administrator_renames_a_tablet_and_changes_its_area(
    office: Office, admin: Browser, reviewer: Browser, in_the_field: FieldWork
) -> None:
    path = f"/tablets/{in_the_field.tablet.device}"
    empty = admin.post(f"{path}/rename", {"label": "  ", "password": PASSWORD})
    assert (empty.status_code, "từ 1 đến 64 ký tự" in unescape(empty.get_data(as_text=True))) == (422, True)
    assert admin.post(f"{path}/rename", {"label": " Máy  An Lão ", "password": PASSWORD}).status_code == 303
    assert "Đã đổi tên: Máy An Lão." in figures(admin)
    # The tablet was enrolled with scopes that its officer does not have, and lacks the three that he has.
    own = set(re.findall(r'<option value="((?:team|unit):[^"]+)"', admin.text(path)))
    own -= _scopes(office, in_the_field.tablet)
    assert len(own) == 3
    for scope in sorted(own):
        assert admin.post(f"{path}/grant", {"scope": scope}).status_code == 303
    assert own <= _scopes(office, in_the_field.tablet)
    assert "Không còn gì để giao" in unescape(admin.text(path))
    assert admin.post(f"{path}/take", {"scope": scope}).status_code == 303
    assert scope not in _scopes(office, in_the_field.tablet)
    assert [admin.post(f"{path}/{action}").status_code for action in ("grant", "take")] == [422, 422]
    assert reviewer.get(path).status_code == 200
    assert reviewer.post(f"{path}/rename", {"label": "Khác", "password": PASSWORD}).status_code == 404


def test_administrator_alone_gives_a_tablet_nothing_that_its_officers_may_not_read(
    office: Office, admin: Browser, in_the_field: FieldWork
) -> None:
    """A tablet of an officer without a team gets the team's records when the officer has a place in it."""
    record = in_the_field.visit()
    tablet = Tablet(office)
    assert tablet.enrol(office.code("binh")).status_code == 201
    tablet.open_session()
    tablet.sign_in("binh")
    admin.confirms()
    path = f"/tablets/{tablet.device}/grant"
    (team,) = (scope for scope in _scopes(office, in_the_field.tablet) if scope.startswith("team:"))
    for scope in (team, "unit:c11647_v2", "office"):
        assert admin.post(path, {"scope": scope}).status_code == 403
    assert _scopes(office, tablet) == {"ref"}
    assert record not in json.dumps(tablet.frames())
    with office.engine.begin() as connection:
        own = {"tenant_id": office.settings.tenant, "officer_id": office.officer_id("binh"), "scope": team}
        connection.execute(insert(OfficerScope).values(own))
    assert admin.post(path, {"scope": team}).status_code == 303
    assert record in json.dumps(tablet.frames())
    with office.engine.begin() as connection:
        connection.execute(delete(OfficerScope).where(OfficerScope.officer_id == own["officer_id"]))
    assert team not in tablet.frames()[0]["scopes"]


def _scopes(office: Office, tablet: Tablet) -> set[str]:
    with snapshot(office.engine) as session:
        return {row.scope for row in session.query(DeviceScope).filter_by(device_id=tablet.device)}


def _again(office: Office, browser: Browser) -> Browser:
    """Sign in again: a browser left alone for hours is signed out."""
    answer = browser.client.post("/sign-in", data={"login": "admin", "password": PASSWORD})
    assert answer.status_code == 303
    return browser


def _device(office: Office, tablet: Tablet) -> Device:
    with snapshot(office.engine) as session:
        return session.get_one(Device, (office.settings.tenant, tablet.device))


def given(browser: Browser, device: str, kind: str, reason: str = "Mất ở bến xe") -> str:
    """Give an order by the form and return the words of the tablet's page."""
    answer = browser.post(f"/tablets/{device}/order", {"kind": kind, "reason": reason, "password": PASSWORD})
    assert answer.status_code == 303, words(unescape(answer.get_data(as_text=True)))
    return words(unescape(browser.text(f"/tablets/{device}")))


def test_order_is_shown_from_its_giving_to_its_delivery(admin: Browser, in_the_field: FieldWork) -> None:
    device = in_the_field.tablet.device
    page = given(admin, device, "lock")
    assert "Khóa máy Ra lệnh 24/11/2026 15:00, chưa chuyển Mất ở bến xe" in page
    assert "Rút lại" in page
    in_the_field.tablet.sync()
    page = words(unescape(admin.text(f"/tablets/{device}")))
    assert "Đã chuyển 24/11/2026 15:00, chưa trả lời" in page
    assert "Rút lại" not in page


def test_order_is_withdrawn_before_its_delivery(admin: Browser, in_the_field: FieldWork) -> None:
    device = in_the_field.tablet.device
    given(admin, device, "full_wipe")
    assert admin.post(f"/tablets/{device}/order/withdraw", {"password": PASSWORD}).status_code == 303
    page = words(unescape(admin.text(f"/tablets/{device}")))
    assert "Đã rút lệnh" in page
    assert "do Cán bộ admin (admin) rút" in page
    in_the_field.tablet.sync()
    assert "Đã rút 24/11/2026" in words(unescape(admin.text(f"/tablets/{device}")))
    in_the_field.tablet.sync()
    given(admin, device, "lock")
    in_the_field.tablet.sync()
    admin.post(f"/tablets/{device}/order/withdraw")
    assert "Không rút được nữa" in words(unescape(admin.text(f"/tablets/{device}")))


def test_order_is_withdrawn_by_the_password_and_its_people_are_told(
    office: Office, signed_in: Callable[[str], Browser], in_the_field: FieldWork
) -> None:
    device, reviewer = in_the_field.tablet.device, signed_in("chi")
    given(reviewer, device, "lock")
    office.clock.move(hours=2)
    admin = signed_in("admin")
    assert admin.post(f"/tablets/{device}/order/withdraw").status_code == 403
    assert "chưa chuyển" in admin.text(f"/tablets/{device}")
    assert admin.post(f"/tablets/{device}/order/withdraw", {"password": PASSWORD}).status_code == 303
    with snapshot(office.engine) as session:
        notices = session.query(Notice).filter(Notice.text_vi.contains("đã rút lệnh khóa")).all()
    told_ids = {notice.officer_id for notice in notices}
    assert told_ids == {office.officer_id(login) for login in ("an", "chi")}
    assert notices[0].text_vi.startswith("Cán bộ admin (admin) đã rút")


def test_form_of_an_order_warns_of_unsent_work(admin: Browser, in_the_field: FieldWork) -> None:
    tablet = in_the_field.tablet
    tablet.sync(about={"unsent": 3, "unsent_files": 5})
    page = words(unescape(admin.text(f"/tablets/{tablet.device}/order")))
    assert "Máy còn phần chưa gửi: 3 thay đổi · 5 ảnh." in page
    order = {"reason": "Tìm thấy", "password": PASSWORD}
    refused = admin.post(f"/tablets/{tablet.device}/order", {**order, "kind": "lock", "reason": " "})
    assert "Hãy ghi lý do" in refused.get_data(as_text=True)
    refused = admin.post(f"/tablets/{tablet.device}/order", {**order, "kind": "open"})
    assert "Hãy chọn việc máy phải làm" in refused.get_data(as_text=True)


def test_who_reviews_locks_a_tablet_and_wipes_none(
    signed_in: Callable[[str], Browser], in_the_field: FieldWork
) -> None:
    device, reviewer = in_the_field.tablet.device, signed_in("chi")
    form = reviewer.text(f"/tablets/{device}/order")
    assert re.findall(r'name="kind" value="(\w+)"', form) == ["lock"]
    refused = reviewer.post(
        f"/tablets/{device}/order", {"kind": "full_wipe", "reason": "x", "password": PASSWORD}
    )
    assert refused.status_code == 422
    assert "Khóa máy" in given(reviewer, device, "lock")
    in_the_field.tablet.sync()
    assert "Mở lại" in given(reviewer, device, "open", "Đã tìm thấy")


def test_order_that_waits_is_named_before_another_takes_its_place(
    admin: Browser, in_the_field: FieldWork
) -> None:
    device = in_the_field.tablet.device
    given(admin, device, "full_wipe")
    form = words(unescape(admin.text(f"/tablets/{device}/order")))
    assert "Lệnh “Xóa toàn bộ” chưa chuyển đến máy. Ra lệnh mới là rút lệnh đó." in form


def test_reviewer_does_not_replace_a_wipe_that_waits(
    admin: Browser, signed_in: Callable[[str], Browser], in_the_field: FieldWork
) -> None:
    device, reviewer = in_the_field.tablet.device, signed_in("chi")
    given(admin, device, "full_wipe")
    lock = {"kind": "lock", "reason": "x", "password": PASSWORD}
    assert reviewer.post(f"/tablets/{device}/order", lock).status_code == 422
    assert "chưa chuyển" in admin.text(f"/tablets/{device}")
    assert "Đã rút" not in admin.text(f"/tablets/{device}")
