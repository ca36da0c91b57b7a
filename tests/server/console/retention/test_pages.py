"""Pages of retention: dry run, request, decision by another person, report, holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from tests.server.console.conftest import Browser, FieldWork
from tests.server.console.retention.test_run import aged, approve, photographed, run_jobs
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import PASSWORD, Office
from werkzeug.test import TestResponse

from field178_server.console.shell.policy import may
from field178_shared.codelists import load

AGAIN = {"password": PASSWORD}


def page(browser: Browser, path: str) -> str:
    return words(unescape(browser.text(path)))


def text(answer: TestResponse) -> str:
    return words(unescape(answer.get_data(as_text=True)))


@pytest.fixture
def visit(office: Office, in_the_field: FieldWork, reviewer: Browser) -> str:
    in_the_field.place()
    visit = photographed(in_the_field)
    approve(reviewer, visit)
    aged(office, 1000)
    return visit


@pytest.fixture
def privacy(visit: str, signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("privacy_officer")


@pytest.fixture
def leader(visit: str, signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("leader_viewer")


def request(browser: Browser) -> str:
    answer = browser.post("/retention", AGAIN)
    assert answer.status_code == 303, text(answer)
    return str(answer.headers["Location"])


def confirm(browser: Browser, path: str) -> TestResponse:
    seen = re.findall(r'name="requested_at" value="([^"]*)"', browser.text(path))
    return browser.post(f"{path}/confirm", {"requested_at": seen[0], **AGAIN})


@pytest.mark.parametrize("role", sorted(load().roles))
def test_leader_and_privacy_officer_decide(role: str) -> None:
    is_allowed = role in ("privacy_officer", "leader_viewer")
    assert may(role, "console.retention.confirm", load()) is is_allowed


def test_dry_run_names_what_would_go_and_changes_nothing(privacy: Browser) -> None:
    shown = page(privacy, "/retention/dry-run")
    assert "1 ảnh của 1 phiếu, 1 MB" in shown
    assert "Xã An Lão: 1" in shown
    assert shown == page(privacy, "/retention/dry-run")


def test_run_takes_two_people_and_ends_with_a_report(
    office: Office, privacy: Browser, leader: Browser
) -> None:
    path = request(privacy)
    assert "Chờ người thứ hai" in page(privacy, path)
    assert "Bạn có thể rút lại" in page(privacy, path)
    assert confirm(leader, path).status_code == 303
    running = page(leader, path)
    assert "Đang chạy" in running
    # Nothing tells that nothing was removed while it is being removed.
    assert "Những gì sẽ bị xóa" in running
    assert "1 ảnh của 1 phiếu" in running
    run_jobs(office)
    shown = page(leader, path)
    assert "Kiểm chứng đã xóa" in shown
    assert "Còn sót: 0" in shown
    assert "Ảnh đã bỏ mà tệp còn trên máy chủ: 0" in shown
    assert "Máy 1" in shown[shown.index("Mỗi máy tính bảng") :]


def test_own_request_is_not_confirmed_by_its_author(office: Office, privacy: Browser) -> None:
    path = request(privacy)
    answer = confirm(privacy, path)
    assert answer.status_code == 403
    assert "người khác phải quyết định" in text(answer)
    run_jobs(office)
    assert "Chờ người thứ hai" in page(privacy, path)


def test_second_request_waits_for_the_first(privacy: Browser, leader: Browser) -> None:
    request(privacy)
    answer = leader.post("/retention", AGAIN)
    assert (answer.status_code, "Đã có rồi" in text(answer)) == (423, True)


def test_refused_run_removes_nothing(office: Office, privacy: Browser, leader: Browser) -> None:
    path = request(privacy)
    assert leader.post(f"{path}/cancel", AGAIN).status_code == 303
    assert leader.get(path).status_code == 404
    run_jobs(office)
    assert "1 ảnh của 1 phiếu" in page(privacy, "/retention/dry-run")


def test_without_the_password_nothing_is_requested(privacy: Browser) -> None:
    answer = privacy.post("/retention", {"password": "wrong"})
    assert answer.status_code != 303
    assert "Đợt ngày" not in page(privacy, "/retention")


def test_held_record_is_kept_until_another_person_releases_it(
    privacy: Browser, leader: Browser, visit: str
) -> None:
    assert privacy.post("/retention/holds", {"record": visit, "reason": "complaint"}).status_code == 303
    assert "văn phòng giữ: 1" in page(privacy, "/retention/dry-run")
    assert "/release" not in privacy.text("/retention")
    assert "người khác mới cho thôi giữ" in page(privacy, "/retention")
    shown = leader.text("/retention")
    (path,) = re.findall(r'action="(/retention/holds/[^"]+/release)"', shown)
    assert privacy.post(path).status_code == 403
    assert leader.post(path).status_code == 303
    assert "1 ảnh của 1 phiếu" in page(privacy, "/retention/dry-run")


def test_unknown_record_is_not_held(privacy: Browser) -> None:
    answer = privacy.post("/retention/holds", {"record": "không phải mã", "reason": "complaint"})
    assert answer.status_code == 400
    assert "Không có phiếu nào mang mã này" in text(answer)


def test_nothing_due_leaves_nothing_to_ask_for(signed_in: Callable[[str], Browser]) -> None:
    shown = page(signed_in("privacy_officer"), "/retention/dry-run")
    assert "Hôm nay không có gì hết hạn" in shown
    assert "Đề nghị bỏ" not in shown


def test_enter_in_the_form_that_removes_never_refuses_and_the_other_way_round(
    privacy: Browser, leader: Browser
) -> None:
    path = request(privacy)
    forms = re.findall(r'<form[^>]*action="([^"]*)".*?</form>', leader.text(path), re.DOTALL)
    decisions = [action for action in forms if action.startswith(path)]
    assert decisions == [f"{path}/confirm", f"{path}/cancel"]
    assert "formaction" not in leader.text(path)
