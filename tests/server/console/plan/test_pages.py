"""The plan at the office: in bulk from the register, moved, cancelled, counted, and re-inspections."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.server.console.conftest import PLACE, UNIT, Browser, FieldWork, open_session
from tests.server.console.conftest import TEAM as TEAM_SCOPE
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import PASSWORD, Office
from tests.shared import builders
from tests.stores import Statements
from werkzeug.datastructures import MultiDict

from field178_server.accounts import teams
from field178_server.accounts.operations import TeamRequest, add_team
from field178_server.attachments.secure_delete import THREAD
from field178_server.console.shell.policy import may
from field178_server.database.models import SealedVisit
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.maintenance.daily import run_maintenance
from field178_shared.codelists import load

GIVEN = {"team_id": builders.TEAM, "month": "11", "inspection_kind": "planned", "trigger": "annual_plan"}
ASKED = {"exit": {"text": "Dọn lối thoát nạn", "due_on": "2026-11-22", "status": "open"}}
ITEM = re.compile(r'href="(/plan/items/[^"]+)"')


def teams_of(session: Session) -> list[str]:
    return [team.id for team in teams.everyone(session, "main")]


def page_text(browser: Browser, path: str) -> str:
    return words(unescape(browser.text(path)))


def items(browser: Browser, path: str = "/plan/2026") -> list[str]:
    return list(dict.fromkeys(ITEM.findall(browser.text(path))))


def add(browser: Browser, *places: str, **over: Any) -> Any:
    data: MultiDict[str, Any] = MultiDict({"csrf_token": browser.token(), **GIVEN, **over})
    for place in places:
        data.add("establishment", place)
    return browser.client.post("/plan/2026/add?type=karaoke", data=data)


@pytest.fixture
def places(in_the_field: FieldWork) -> list[str]:
    other = builders.establishment(name="Karaoke Hai", record_code="AL-T01-26-0099")
    return [in_the_field.place(), in_the_field.file("establishment", UNIT, other)]


def test_all_of_a_kind_are_planned_at_once(reviewer: Browser, places: list[str]) -> None:
    assert "Chưa có lượt kiểm tra nào trong kế hoạch" in page_text(reviewer, "/plan")
    form = reviewer.text("/plan/2026/add?type=karaoke")
    assert form.count('name="establishment"') == form.count("checked") == 2
    answer = add(reviewer, *places)
    assert answer.status_code == 303
    assert answer.location == f"/plan/2026?month=11&team={builders.TEAM}"
    page = page_text(reviewer, answer.location)
    assert "Karaoke Hai" in page
    assert "Tháng 11/2026" in page
    assert len(items(reviewer)) == 2
    assert "Đã có trong kế hoạch: Tháng 11" in page_text(reviewer, "/plan/2026/add?type=karaoke")
    assert "Không tìm thấy" in page_text(reviewer, "/plan/2026/add?type=karaoke&unplanned=yes")


def test_refused_form_keeps_typed_values(reviewer: Browser, places: list[str]) -> None:
    answer = add(reviewer, places[0], team_id="", month="", reason="Xem lại cửa thoát nạn.")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "<title>Lỗi:" in page
    assert 'href="#field-team_id"' in page
    assert 'href="#field-month"' in page
    assert "Xem lại cửa thoát nạn." in page
    assert page.count('name="establishment"') == 2
    assert len(re.findall(r'name="establishment" value="[^"]+" checked', page)) == 1
    assert add(reviewer).status_code == 422


def test_a_team_is_given_places_of_its_own_communes_alone(
    reviewer: Browser, office: Office, in_the_field: FieldWork
) -> None:
    """The tablets of a team do not have the others: such a visit could not be made."""
    place = in_the_field.place()
    team = TeamRequest("Đội xã An Hưng", ("c11674_v2",), "commune", "commune_culture_social")
    other = run_write(office.engine, lambda session: add_team(session, office.context, team))
    answer = add(reviewer, place, team_id=other.id)
    assert answer.status_code == 422
    assert "Đội không phụ trách: Xã An Lão." in words(unescape(answer.get_data(as_text=True)))
    assert items(reviewer) == []
    with snapshot(office.engine) as session:
        own = next(team_id for team_id in teams_of(session) if team_id != other.id)
    assert add(reviewer, place, team_id=own).status_code == 303


def test_search_without_text_finds_all(reviewer: Browser, places: list[str]) -> None:
    assert "Bắt đầu bằng tìm kiếm" in page_text(reviewer, "/plan/2026/add")
    assert "Tìm thấy: 2" in page_text(reviewer, "/plan/2026/add?q=&type=&unit=")


def test_note_that_may_name_a_person_needs_confirmation(reviewer: Browser, places: list[str]) -> None:
    reason = "Gặp chị Nguyễn Thị Hoa số 0912345678"
    answer = add(reviewer, places[0], reason=reason)
    assert "Lời ghi này có nêu tên ai không?" in answer.get_data(as_text=True)
    assert items(reviewer) == []
    assert add(reviewer, places[0], reason=reason, confirmed="texts").status_code == 303


def test_visit_is_moved_then_cancelled(reviewer: Browser, places: list[str]) -> None:
    add(reviewer, places[0])
    (path,) = items(reviewer)
    moved = GIVEN | {"window_from": "2026-12-02", "window_to": "2026-12-05", "month": "", "seen_rev": "1"}
    assert reviewer.post(path, moved).status_code == 303
    assert "02/12/2026 – 05/12/2026" in page_text(reviewer, path)
    late = reviewer.post(path, moved | {"window_to": "2026-12-09"})
    assert late.status_code == 409
    assert "2026-12-09" in late.get_data(as_text=True)
    assert reviewer.post(f"{path}/cancel", {"seen_rev": "2", "cancel_reason": " "}).status_code >= 400
    gone = reviewer.post(f"{path}/cancel", {"seen_rev": "2", "cancel_reason": "Cơ sở tạm nghỉ."})
    assert gone.status_code == 303
    assert "Cơ sở tạm nghỉ." in page_text(reviewer, path)
    assert 'name="seen_rev"' not in reviewer.text(path)


def test_visit_makes_it_done_in_list_calendar_and_quota(
    reviewer: Browser, in_the_field: FieldWork, places: list[str]
) -> None:
    lines = MultiDict({"csrf_token": reviewer.token(), "seen_rev": "0", "number": "35/KH-UBND"})
    for kind, count in (("karaoke", "3"), ("", "")):
        for name, value in (("key", ""), ("type", kind), ("unit", ""), ("team", ""), ("quota_month", "")):
            lines.add(name, value)
        lines.add("count", count)
    lines["number"] = "0912345678"
    answer = reviewer.client.post("/plan/2026/quotas", data=lines)
    assert (answer.status_code, "Có thể là số điện thoại" in unescape(answer.get_data(as_text=True))) == (
        200,
        True,
    )
    lines["number"] = "35/KH-UBND"
    assert reviewer.client.post("/plan/2026/quotas", data=lines).status_code == 303
    add(reviewer, PLACE)
    visit = in_the_field.visit()
    page = page_text(reviewer, "/plan/2026")
    assert "35/KH-UBND" in page
    assert "1 trên 3" in page
    assert f"/reviews/{visit}" in reviewer.text("/plan/2026?state=done")
    assert "1 đã thực hiện / 1 trong kế hoạch" in page_text(reviewer, "/plan/calendar?year=2026")
    stale = reviewer.client.post("/plan/2026/quotas", data=lines)
    assert stale.status_code == 409
    lines.setlist("count", ["ba", ""])
    wrong = reviewer.client.post("/plan/2026/quotas", data=lines)
    assert 'href="#field-count-0"' in wrong.get_data(as_text=True)
    lines.setlist("count", ["3", "4"])
    lines.setlist("type", ["karaoke", "karaoke"])
    twice = reviewer.client.post("/plan/2026/quotas", data=lines)
    assert "Định mức 2: Nội dung này đã được nhập rồi." in words(unescape(twice.get_data(as_text=True)))


def test_unannounced_visit_makes_an_item_done_by_its_link_alone_and_counts_in_the_quota(
    reviewer: Browser, in_the_field: FieldWork, places: list[str]
) -> None:
    quotas(reviewer, {"type": "karaoke"})
    add(reviewer, PLACE)
    (path,) = items(reviewer)
    unannounced = {"inspection_kind": "unannounced", "trigger": "tip_off"}
    alone = in_the_field.visit(**unannounced)
    assert f"/reviews/{alone}" not in reviewer.text(path)
    assert "1 trên 9" in page_text(reviewer, "/plan/2026")
    times = {"started_at": "2026-11-21T07:00:00Z", "ended_at": "2026-11-21T08:00:00Z"}
    linked = in_the_field.visit(**unannounced, **times, plan_item_id=path.rpartition("/")[2])
    assert f"/reviews/{linked}" in reviewer.text(path)
    assert "2 trên 9" in page_text(reviewer, "/plan/2026")
    assert "Đột xuất" in page_text(reviewer, f"/reviews/{linked}")


def quotas(browser: Browser, *rows: dict[str, str]) -> None:
    lines = MultiDict({"csrf_token": browser.token(), "seen_rev": "0"})
    for row in rows:
        for name in ("key", "type", "unit", "team", "quota_month"):
            lines.add(name, row.get(name, ""))
        lines.add("count", "9")
    assert browser.client.post("/plan/2026/quotas", data=lines).status_code == 303


def test_number_of_a_quota_opens_exactly_the_visits_that_count(
    reviewer: Browser, in_the_field: FieldWork, places: list[str]
) -> None:
    made = in_the_field.visit(establishment_id=places[0])
    in_the_field.visit(establishment_id=places[1])
    closed = in_the_field.file("inspection", TEAM_SCOPE, builders.not_inspected())
    void = in_the_field.visit(establishment_id=places[0])
    assert reviewer.decide(void, "void", reason="Lập trùng", confirmed="void").status_code == 303
    kind = builders.establishment()["establishment_type_id"]
    quotas(reviewer, {"type": kind}, {"unit": "c11629_v2"}, {"team": builders.TEAM}, {"quota_month": "3"})
    page = reviewer.text("/plan/2026")
    cells = re.findall(r'<a href="(/visits[^"]+)">(\d+) trên 9', page)
    assert len(cells) == 4
    for href, count in cells:
        listed = reviewer.text(unescape(href))
        shown = set(re.findall(r'href="/reviews/([^"?]+)"', listed))
        assert len(shown) == int(count), href
        assert not shown & {closed, void}
    assert made in reviewer.text(unescape(cells[0][0]))


def test_quota_of_all_teams_is_no_link_for_one_of_them(
    reviewer: Browser, in_the_field: FieldWork, signed_in: Callable[[str], Browser]
) -> None:
    own = run_write(in_the_field.office.engine, lambda session: teams_of(session)[0])
    quotas(reviewer, {}, {"team": own})
    page = signed_in("an").text("/plan/2026")
    assert len(re.findall(r'<a href="/visits[^"]+">\d+ trên 9', page)) == 1
    assert "tính lượt của mọi đội" in words(unescape(page))


def test_every_number_of_calendar_and_first_page_opens_its_list(
    reviewer: Browser, in_the_field: FieldWork, places: list[str]
) -> None:
    add(reviewer, *places)
    add(reviewer, places[0], month="10")
    add(reviewer, places[1], month="12")
    in_the_field.visit(establishment_id=places[0])
    add(reviewer, places[1], window_from="2026-11-02", window_to="2026-11-03")
    (gone, *_) = items(reviewer, "/plan/2026?month=12")
    reviewer.post(f"{gone}/cancel", {"seen_rev": "1", "cancel_reason": "Cơ sở tạm nghỉ."})
    numbers = re.compile(r'<a [^>]*href="(/plan/2026[^"]*)"[^>]*>(?:<strong>)?(\d+)')
    calendar = numbers.findall(reviewer.text("/plan/calendar?year=2026"))
    today = re.findall(
        r'<span class="today-figure[^"]*">(\d+)</span>\s*<span><a href="(/plan/2026[^"]*)"',
        reviewer.text("/"),
    )
    assert len(calendar) >= 8
    assert len(today) == 3
    for href, count in [*calendar, *((href, count) for count, href in today)]:
        assert len(items(reviewer, unescape(href))) == int(count), href
    assert [int(count) for count, _ in today] == [1, 1, 2]


def test_unannounced_visit_is_counted_for_its_team_from_its_day_on(
    office: Office, reviewer: Browser, signed_in: Callable[[str], Browser], places: list[str]
) -> None:
    own = run_write(office.engine, lambda session: teams_of(session)[0])
    day = {"window_from": "2026-11-26", "window_to": "2026-11-26", "team_id": own}
    add(reviewer, places[0], inspection_kind="unannounced", **day)
    pages = ("/", f"/teams/{own}", "/plan/2026", "/plan/calendar?year=2026")
    secret = "Karaoke" if "Karaoke" in builders.establishment()["name"] else builders.establishment()["name"]

    def seen(browser: Browser) -> list[bool]:
        counted = r'today-figure[^"]*">[1-9]\d*</span>\s*<span><a href="/plan/'
        return [
            bool(re.search(counted, browser.text(pages[0]))),
            bool(re.search(counted, browser.text(pages[1]))),
            secret in unescape(browser.text(pages[2])),
            "state=later" in browser.text(pages[3]) or "/plan/2026?month=11" in browser.text(pages[3]),
        ]

    assert seen(reviewer) == [True] * 4
    assert seen(signed_in("an")) == [False] * 4
    office.clock.move(days=2)
    run_maintenance(office.runtime)
    assert seen(signed_in("an")) == [True] * 4


def test_one_click_plans_the_reinspection_of_a_correction(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    visit = in_the_field.visit(follow_ups=ASKED)
    assert 'action="/plan/recheck"' in reviewer.text("/follow-ups")
    fields = {"visit_id": visit, "follow_up_id": "exit", "view": "kind=correction"}
    for _ in range(2):
        answer = reviewer.post("/plan/recheck", fields)
        assert (answer.status_code, answer.location) == (303, "/follow-ups?kind=correction")
    page = reviewer.text("/follow-ups")
    assert 'action="/plan/recheck"' not in page
    (path,) = ITEM.findall(page)
    assert "Dọn lối thoát nạn" in page_text(reviewer, path)
    assert reviewer.post("/plan/recheck", fields | {"follow_up_id": "none"}).status_code == 404


AT_ONCE = "nhận khi đồng bộ lần tới"


def test_office_reads_when_tablets_receive_its_plan(reviewer: Browser, places: list[str]) -> None:
    add(reviewer, places[0])
    assert AT_ONCE in page_text(reviewer, "/plan/2026")
    add(reviewer, places[1], inspection_kind="unannounced", window_from="2026-12-10")
    page = page_text(reviewer, "/plan/2026")
    assert AT_ONCE not in page
    assert "Đội chưa được biết" in page
    assert "máy của đội nhận từ ngày đầu của thời gian kiểm tra" in page


def test_office_reads_that_a_visit_made_unannounced_leaves_the_tablets(
    reviewer: Browser, places: list[str]
) -> None:
    add(reviewer, places[0])
    (path,) = items(reviewer)
    later = GIVEN | {"inspection_kind": "unannounced", "window_from": "2026-12-10", "month": "12"}
    reviewer.post(path, later | {"seen_rev": "1"})
    page = page_text(reviewer, path)
    assert "gỡ khỏi máy của đội" in page
    assert AT_ONCE not in page
    reviewer.post(path, later | {"seen_rev": "2", "window_from": "2026-12-11"})
    page = page_text(reviewer, path)
    assert "máy của đội nhận từ ngày đầu" in page
    assert "gỡ khỏi" not in page
    reviewer.post(path, GIVEN | {"seen_rev": "3"})
    assert AT_ONCE in page_text(reviewer, path)


def test_years_and_items_that_are_not_there(reviewer: Browser) -> None:
    for path in ("/plan/1", "/plan/99999", "/plan/items/none", f"/plan/items/{PLACE}"):
        assert reviewer.get(path).status_code == 404


def test_rights() -> None:
    lists = load()
    readers = {role for role in lists.roles if may(role, "console.plan.year_page", lists)}
    writers = {role for role in lists.roles if may(role, "console.plan.add", lists)}
    assert readers == {"inspector", "team_lead", "reviewer"}
    assert writers == {"reviewer"}


def test_statements_do_not_grow_with_the_plan(
    reviewer: Browser, in_the_field: FieldWork, places: list[str], statements: Statements
) -> None:
    def counted(path: str) -> int:
        with statements(in_the_field.office.engine) as queries:
            reviewer.text(path)
        return len(queries)

    add(reviewer, places[0])
    before = [counted(path) for path in ("/plan/2026", "/plan/calendar", "/plan/2026/add?type=karaoke")]
    for month in ("1", "2", "12"):
        add(reviewer, *places, month=month)
    in_the_field.visit()
    after = [counted(path) for path in ("/plan/2026", "/plan/calendar", "/plan/2026/add?type=karaoke")]
    assert after == before


PASSPHRASE = "trâu gặm cỏ ngoài đồng"


def restarted(office: Office) -> None:
    """Forget the keys of unannounced visits, as a start of the server does."""
    office.runtime.plan_key._keys = ()


def test_unannounced_visits_are_sealed_under_a_passphrase(
    reviewer: Browser, office: Office, places: list[str], signed_in: Callable[[str], Browser]
) -> None:
    secret = {"inspection_kind": "unannounced", "window_from": "2026-12-10", "month": "12"}
    assert add(reviewer, places[0], **secret).status_code == 303
    (path,) = items(reviewer)
    assert "khóa nằm trên máy chủ" in page_text(reviewer, "/plan/passphrase")
    for given, again, status in (("ba từ thôi", "ba từ thôi", 422), (PASSPHRASE, "khác", 422)):
        fields = {"passphrase": given, "again": again, "password": PASSWORD}
        assert reviewer.post("/plan/passphrase", fields).status_code == status
    fields = {"passphrase": PASSPHRASE, "again": PASSPHRASE}
    assert reviewer.post("/plan/passphrase", fields).status_code == 403
    answer = reviewer.post("/plan/passphrase", {**fields, "password": PASSWORD})
    assert "Các lượt đột xuất được niêm phong bằng cụm từ" in page_text(reviewer, answer.location)
    assert items(reviewer) == [path]
    restarted(office)
    assert items(reviewer) == []
    assert reviewer.get(path).status_code == 404
    assert "Lượt đột xuất đang khóa" in page_text(reviewer, "/plan/2026")
    assert "Lượt đột xuất đang khóa" in page_text(reviewer, "/")
    # Who reads the plan and cannot open it does not take the list of the day for complete.
    of_team = signed_in("an")
    assert "khi văn phòng đã mở kế hoạch" in page_text(of_team, "/plan/2026")
    assert "chưa danh sách nào được chốt" in page_text(signed_in("leader_viewer"), "/plan/begun")
    assert add(reviewer, places[1], **secret).status_code == 409
    assert add(reviewer, places[1]).status_code == 303
    assert reviewer.post("/plan/passphrase/open", {"passphrase": "sai"}).status_code == 422
    opened = reviewer.post("/plan/passphrase/open", {"passphrase": PASSPHRASE})
    assert "được mở cho đến khi máy chủ dừng" in page_text(reviewer, opened.location)
    assert path in items(reviewer)
    assert "khi văn phòng đã mở kế hoạch" not in page_text(of_team, "/plan/2026")


def test_texts_under_the_former_key_leave_the_files_of_the_store(
    reviewer: Browser, office: Office, places: list[str]
) -> None:
    """A copy of the former key file would open them: on a lost disk, or in an image of it."""
    add(reviewer, places[0], inspection_kind="unannounced", window_from="2026-12-10", month="12")
    with snapshot(office.engine) as session:
        (sealed,) = session.scalars(select(SealedVisit.sealed)).all()
    assert sealed in stored_bytes(office)
    fields = {"passphrase": PASSPHRASE, "again": PASSPHRASE, "password": PASSWORD}
    assert reviewer.post("/plan/passphrase", fields).status_code == 303
    for thread in [each for each in threading.enumerate() if each.name == THREAD]:
        thread.join()
    assert sealed not in stored_bytes(office)


def stored_bytes(office: Office) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(office.settings.data_dir.glob("field178.sqlite*")))


def test_locked_visit_reaches_its_team_once_somebody_has_typed_the_passphrase(
    reviewer: Browser, office: Office, in_the_field: FieldWork, places: list[str]
) -> None:
    add(reviewer, places[0], inspection_kind="unannounced", window_from="2026-11-25", window_to="2026-11-25")
    (path,) = items(reviewer)
    item = path.rpartition("/")[2]
    office.runtime.plan_key.wrap(PASSPHRASE)
    restarted(office)
    office.clock.move(days=1)
    in_the_field.tablet.open_session()
    run_maintenance(office.runtime)
    assert item not in in_the_field.tablet.sync().get_data(as_text=True)
    again = open_session(office, "chi")
    assert again.post("/plan/passphrase/open", {"passphrase": PASSPHRASE}).status_code == 303
    assert item in in_the_field.tablet.sync().get_data(as_text=True)


def test_passphrase_is_for_those_who_plan(signed_in: Callable[[str], Browser], places: list[str]) -> None:
    for login in ("an", "admin", "privacy_officer"):
        assert signed_in(login).get("/plan/passphrase").status_code == 404
