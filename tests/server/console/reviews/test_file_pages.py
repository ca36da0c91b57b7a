"""Photos at the office: previews within reach only, what is missing is said, restricted views are noted."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from tests.server.console.conftest import Browser, FieldWork
from tests.server.office_scene import Office
from tests.server.pictures import jpeg, pdf, sha256
from tests.server.tus_sender import Sender

from field178_server.database.models import Audit
from field178_server.database.unit_of_work import snapshot

SIGN, MINUTES = jpeg(seed=1), jpeg(seed=2)
SCAN = pdf()


def named(data: bytes, kind: str | None = None, content_type: str = "image/jpeg") -> dict[str, Any]:
    entry = {"sha256": sha256(data), "size": len(data), "content_type": content_type}
    return entry | ({"evidence_kind": kind} if kind else {})


@pytest.fixture
def visit(in_the_field: FieldWork) -> str:
    in_the_field.place()
    files = {
        "a1": named(SIGN, "photo_premises"),
        "a2": named(MINUTES, "scan_minutes_first_page"),
        "a3": named(SCAN, None, "application/pdf"),
    }
    return in_the_field.visit(attachments=files)


def send(in_the_field: FieldWork, record_id: str, data: bytes, content_type: str = "image/jpeg") -> None:
    Sender(in_the_field.tablet, record_id).sent(data, content_type)


def views(office: Office) -> list[Audit]:
    with snapshot(office.engine) as session:
        return list(session.scalars(select(Audit).where(Audit.action == "file_viewed")))


def test_queue_and_page_say_how_many_have_come(
    reviewer: Browser, in_the_field: FieldWork, visit: str
) -> None:
    send(in_the_field, visit, SIGN)
    page = unescape(reviewer.text(f"/reviews/{visit}"))
    assert page.count("ảnh 1/3") == 4
    assert page.count("Chưa nhận được") == 2
    send(in_the_field, visit, MINUTES)
    send(in_the_field, visit, SCAN, "application/pdf")
    assert "Chưa nhận được" not in unescape(reviewer.text(f"/reviews/{visit}"))


def test_page_shows_the_subject_of_a_photo_and_its_screening(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    about = {"checklist_item_id": "fire_exits_clear", "screened": True}
    visit = in_the_field.visit(attachments={"a1": named(SIGN) | about, "a2": named(MINUTES)})
    page = unescape(reviewer.text(f"/reviews/{visit}"))
    assert "Lối thoát nạn thông thoáng, không bị cản trở · " in page
    assert page.count("máy bảng chưa xác nhận đã che") == 1


def test_the_browser_gets_a_preview_and_never_the_photo(
    office: Office, reviewer: Browser, in_the_field: FieldWork, visit: str
) -> None:
    send(in_the_field, visit, SIGN)
    path = f"/records/{visit}/files/a1"
    assert path in reviewer.text(f"/reviews/{visit}")
    answer = reviewer.get(path)
    assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
    assert answer.get_data().startswith(b"\xff\xd8\xff")
    assert answer.get_data() != SIGN
    assert answer.headers["Cache-Control"] == "no-store"
    answer.close()
    assert views(office) == []


def test_missing_file_is_not_found(reviewer: Browser, visit: str) -> None:
    for key in ("a1", "a3", "nothing", "..%2fa1"):
        assert reviewer.get(f"/records/{visit}/files/{key}").status_code == 404


def test_document_is_given_as_it_came_to_be_opened_elsewhere(
    reviewer: Browser, in_the_field: FieldWork, visit: str
) -> None:
    send(in_the_field, visit, SCAN, "application/pdf")
    with reviewer.get(f"/records/{visit}/files/a3") as answer:
        assert answer.data == SCAN
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_outside_the_reach_there_is_no_photo(
    signed_in: Callable[[str], Browser], stranger: Browser, in_the_field: FieldWork, visit: str
) -> None:
    send(in_the_field, visit, SIGN)
    path = f"/records/{visit}/files/a1"
    for login in ("binh", "admin", "leader_viewer", "commune_reporter"):
        assert signed_in(login).get(path).status_code == 404
    assert stranger.get(path).status_code == 302


def test_each_view_of_a_signed_page_is_written_down(
    office: Office, reviewer: Browser, in_the_field: FieldWork, visit: str
) -> None:
    send(in_the_field, visit, MINUTES)
    page = unescape(reviewer.text(f"/reviews/{visit}"))
    path = f"/records/{visit}/files/a2"
    assert f'href="{path}"' in page
    assert f'src="{path}"' not in page
    assert views(office) == []
    for _ in range(2):
        reviewer.get(path).close()
    assert [(entry.object_id, entry.actor_kind) for entry in views(office)] == [(visit, "officer")] * 2


def test_a_photo_that_is_missing_for_a_week_is_an_alarm(
    office: Office, signed_in: Callable[[str], Browser], reviewer: Browser, visit: str
) -> None:
    assert "thiếu ảnh quá 7 ngày" not in unescape(reviewer.text("/reviews"))
    office.clock.move(days=7, seconds=1)
    page = unescape(signed_in("chi").text("/reviews"))
    assert "Phiếu thiếu ảnh quá 7 ngày: 1" in page
    assert page.count("Thiếu quá 7 ngày") == 3
