"""Audit pages of the console: visible lines by role, filters, readers of a record, hash chain."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session
from tests.server.console.conftest import PLACE, TEAM, Browser, FieldWork
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import Office
from tests.stores import Statements

from field178_server.accounts import teams
from field178_server.audit import trail, verify
from field178_server.audit.trail import Actor, AuditEntry
from field178_server.database.models import Audit, OfficerScope, StoredReceipt
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.job_kinds import JOB_KINDS
from field178_server.jobs.worker import JobWorker
from field178_server.maintenance.daily import run_maintenance
from field178_server.office.audit import queries
from field178_server.office.plan.operations import Assignment, add_items
from field178_server.records.batch import Batch

CODE = "BB-178-0042"


def lines(browser: Browser, path: str) -> list[str]:
    """Return the rows of the table as texts."""
    body = unescape(browser.text(path)).partition("<tbody>")[2].partition("</tbody>")[0]
    return [words(row) for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)]


def readings(office: Office, record_id: str) -> int:
    query = select(func.count()).where(Audit.action == "record_opened", Audit.object_id == record_id)
    with snapshot(office.engine) as session:
        return session.scalar(query) or 0


def checked(office: Office, browser: Browser) -> str:
    """Start a check, run it to its end, and return the page."""
    assert browser.post("/audit/check").status_code == 303
    assert "Đang kiểm tra chuỗi" in unescape(browser.text("/audit"))
    JobWorker(office.runtime, JOB_KINDS).run_waiting()
    return words(unescape(browser.text("/audit")))


@pytest.fixture
def privacy(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("privacy_officer")


def test_a_reading_is_written_once_an_officer_record_and_day(
    office: Office,
    in_the_field: FieldWork,
    signed_in: Callable[[str], Browser],
    reviewer: Browser,
    privacy: Browser,
) -> None:
    in_the_field.place()
    visit = in_the_field.visit()
    for _ in range(3):
        reviewer.text(f"/reviews/{visit}")
    reviewer.client.get(f"/reviews/{visit}", headers={"HX-Request": "true"})
    assert readings(office, visit) == 1
    scope = OfficerScope(tenant_id="main", officer_id=office.officer_id("an"), scope=TEAM)
    run_write(office.engine, lambda session: session.merge(scope))
    signed_in("an").text(f"/reviews/{visit}")
    assert readings(office, visit) == 2
    office.clock.move(days=1)
    signed_in("chi").text(f"/reviews/{visit}")
    assert readings(office, visit) == 3
    readings_shown = lines(signed_in("privacy_officer"), f"/audit?object={visit}&kind=reading")
    assert len(readings_shown) == 3
    assert all("Mở xem" in line for line in readings_shown)


def test_each_page_that_shows_a_record_counts_as_a_reading(
    office: Office, in_the_field: FieldWork, reviewer: Browser
) -> None:
    place = in_the_field.place()
    assert readings(office, place) == 0
    reviewer.text(f"/establishments/{place}/edit")
    assert readings(office, place) == 1
    visit = in_the_field.visit()
    reviewer.text("/reviews")
    assert readings(office, visit) == 1


def test_repeated_reading_costs_one_query(
    office: Office, in_the_field: FieldWork, reviewer: Browser, statements: Statements
) -> None:
    in_the_field.place()
    visit = in_the_field.visit()
    reviewer.text(f"/reviews/{visit}")
    with statements(office.engine) as queries:
        reviewer.text(f"/reviews/{visit}")
    assert sum("record_opened" in statement or "audit.action" in statement for statement in queries) == 1
    assert not any(statement.lstrip().startswith("INSERT INTO audit") for statement in queries)


def test_the_trail_is_narrowed_by_day_author_kind_and_code(
    office: Office, in_the_field: FieldWork, reviewer: Browser, privacy: Browser
) -> None:
    in_the_field.place()
    visit = in_the_field.visit(record_code=CODE)
    assert reviewer.decide(visit, "approve").status_code == 303
    chi, device = office.officer_id("chi"), in_the_field.tablet.device
    assert [line for line in lines(privacy, "/audit?kind=decisions") if "Duyệt phiếu" in line]
    assert len(lines(privacy, f"/audit?object={CODE.lower()}")) == 1
    assert len(lines(privacy, f"/audit?object={visit}")) == 1
    assert "Chỉ về một phiếu" in unescape(privacy.text(f"/audit?object={visit}"))
    assert all("Gửi thay đổi" in line for line in lines(privacy, "/audit?author=device&kind=sync"))
    assert lines(privacy, f"/audit?author={device}&kind=sync") == lines(privacy, "/audit?kind=sync")
    assert all("Chi" in line or "chi" in line for line in lines(privacy, f"/audit?author={chi}"))
    today = office.clock.now().date().isoformat()
    assert len(lines(privacy, f"/audit?kind=decisions&since={today}&until={today}")) == 1
    assert lines(privacy, "/audit?until=2020-01-01") == []
    assert lines(privacy, "/audit?object=khong-co") == []
    assert "Bỏ lọc" in unescape(privacy.text("/audit?object=khong-co"))


def test_audit_names_only_records_readable_to_the_role(
    in_the_field: FieldWork, reviewer: Browser, privacy: Browser, signed_in: Callable[[str], Browser]
) -> None:
    in_the_field.place()
    visit = in_the_field.visit(record_code=CODE)
    reviewer.text(f"/reviews/{visit}")
    reviewer.text(f"/establishments/{PLACE}")
    admin = signed_in("admin")
    for browser in (privacy, admin):
        page = unescape(browser.text("/audit?kind=reading"))
        assert CODE in page
        assert "Mộc Diệp" not in page
        assert f'href="/reviews/{visit}"' not in page
        assert f'href="/audit?object={visit}"' in page
    assert "/people/" in admin.text("/audit?kind=reading")
    assert f'href="/tablets/{in_the_field.tablet.device}"' in admin.text("/audit?kind=sync")
    assert "/people/" not in privacy.text("/audit?kind=reading")


def planned_secretly(office: Office, planner: str) -> str:
    """Plan an unannounced visit to the place and return its id."""
    day = date(2026, 11, 26)
    plan = Assignment(
        team_id=TEAM.removeprefix("team:"),
        window_from=day,
        window_to=day + timedelta(days=1),
        kind="unannounced",
        trigger="annual_plan",
    )

    def work(session: Session) -> str:
        batch = Batch(session, "main", office.clock, office.runtime.ids)
        context = replace(office.context, actor=Actor("officer", office.officer_id(planner)))
        (item,) = add_items(batch, context, office.runtime.plan_key.keys(), [PLACE], plan)
        batch.flush()
        return item

    return run_write(office.engine, work)


@pytest.mark.parametrize("role", ["privacy_officer", "admin"])
def test_audit_hides_a_planned_visit_from_officers_without_access(
    office: Office,
    in_the_field: FieldWork,
    reviewer: Browser,
    signed_in: Callable[[str], Browser],
    role: str,
) -> None:
    in_the_field.place()
    item, free = planned_secretly(office, "chi"), office.runtime.ids.random()
    browser = signed_in(role)
    page = unescape(browser.text("/audit?kind=plan"))
    assert lines(browser, "/audit?kind=plan") == []
    assert item not in page
    narrowed = [
        browser.text(f"/audit?object={record_id}").replace(record_id, "") for record_id in (item, free)
    ]
    assert narrowed[0] == narrowed[1]
    assert item not in browser.client.get("/audit.csv?kind=plan").get_data(as_text=True)
    with snapshot(office.engine) as session:
        noted = select(Audit.object_id).where(Audit.action == "plan_item_added")
        assert session.scalars(noted).all() == [item]
    # On its days neither: an administrator would know that a visit is about to be made.
    for days in (2, 1):
        office.clock.move(days=days)
        run_maintenance(office.runtime)
        browser = signed_in(role)
        assert lines(browser, "/audit?kind=plan") == []
        assert item not in browser.client.get("/audit.csv?kind=plan").get_data(as_text=True)
    office.clock.move(days=1)
    assert len(lines(signed_in(role), "/audit?kind=plan")) == 2


def test_pages_follow_each_other_and_the_last_one_is_near(
    office: Office, privacy: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 3)
    for number in range(7):
        office.clock.move(seconds=1)
        entry = AuditEntry("device_renamed", None, None, {"count": number + 1})
        run_write(office.engine, lambda session, audit_entry=entry: office.context.note(session, audit_entry))
    path, seen = "/audit?kind=tablets&author=operator", []
    while path:
        page = unescape(privacy.text(path))
        seen += lines(privacy, path)
        path = next(iter(re.findall(r'rel="next" href="([^"]+)"', page)), "")
    numbers = [re.findall(r"số lượng: (\d)", line) for line in seen]
    assert numbers[:7] == [[str(number)] for number in range(7, 0, -1)]
    assert lines(privacy, "/audit?kind=tablets&author=operator&end=1") == seen[-3:]


def test_a_long_trail_costs_as_many_statements_as_a_short_one(
    office: Office, in_the_field: FieldWork, privacy: Browser, statements: Statements
) -> None:
    in_the_field.place()
    counted = []
    for more in (2, 30):
        for _ in range(more):
            in_the_field.visit()
        with statements(office.engine) as queries:
            privacy.text("/audit")
        counted.append(len(queries))
    # The total of a list of one page needs no query.
    assert counted[1] - counted[0] <= 1
    assert counted[1] <= 20


def test_the_trail_as_a_file_is_itself_in_the_trail(
    office: Office, in_the_field: FieldWork, privacy: Browser
) -> None:
    in_the_field.place()
    in_the_field.visit(record_code=CODE)
    privacy.confirms()
    with privacy.get("/audit.csv?kind=sync") as answer:
        rows = answer.get_data().decode("utf-8-sig").split("\r\n")
    assert rows[0].startswith("Thời điểm,Người thực hiện,Việc đã làm")
    assert len(rows) == len(lines(privacy, "/audit?kind=sync")) + 2
    with privacy.get("/audit.xlsx") as answer:
        assert answer.status_code == 200
    taken = lines(privacy, "/audit?kind=taking_out")
    assert len(taken) == 2
    assert "Nhật ký kiểm toán" in taken[0]
    assert "XLSX" in taken[0]


def test_check_reports_an_intact_chain_and_the_number_of_lines(
    office: Office, in_the_field: FieldWork, privacy: Browser
) -> None:
    in_the_field.place()
    assert "Chưa kiểm tra" in unescape(privacy.text("/audit"))
    page = checked(office, privacy)
    assert "Không có gì bị sửa" in page
    with snapshot(office.engine) as session:
        entries = session.scalar(select(func.count()).where(Audit.chain_index.is_not(None)))
    assert f"Dòng nhật ký: {entries};" in page
    assert "Chuỗi đã đứt" not in page
    assert "không có gì bị sửa" in lines(privacy, "/audit?kind=server")[0]


@pytest.mark.parametrize("what", ["altered", "removed", "receipt"])
def test_a_broken_chain_is_unmistakable_and_its_first_row_named(
    office: Office, in_the_field: FieldWork, privacy: Browser, signed_in: Callable[[str], Browser], what: str
) -> None:
    in_the_field.place()
    checked(office, privacy)
    tampering = {
        "altered": update(Audit).where(Audit.chain_index == 2).values(actor_id=None, actor_kind="system"),
        "removed": delete(Audit).where(Audit.chain_index == 2),
        "receipt": update(StoredReceipt).values(payload_hash="0" * 64),
    }[what]
    run_write(office.engine, lambda session: session.execute(tampering))
    if what == "receipt":
        # A root has to cover them first.
        run_write(
            office.engine,
            lambda session: session.execute(update(StoredReceipt).values(payload_hash="1" * 64)),
        )
        verify.extend(office.engine, "main", office.runtime.keyring.receipt, office.clock)
        run_write(office.engine, lambda session: session.execute(tampering))
    page = checked(office, privacy)
    messages = {
        "altered": "đứt từ dòng số 2: dòng này không còn như lúc ghi. Dòng ấy ghi lúc",
        "removed": "đứt từ dòng số 2: dòng này bị mất",
        "receipt": "Biên nhận: đứt từ mốc số",
    }[what]
    assert "Chuỗi đã đứt" in page
    assert messages in page
    assert "Không có gì bị sửa" not in page
    assert 'role="alert"' in privacy.text("/audit")
    assert "Chuỗi nhật ký kiểm toán đã đứt" in unescape(signed_in("admin").text("/jobs"))


def test_one_check_at_a_time(office: Office, privacy: Browser) -> None:
    for _ in range(2):
        assert privacy.post("/audit/check").status_code == 303
    assert JobWorker(office.runtime, JOB_KINDS).run_waiting() == 1


def test_reader_without_the_right_has_no_link_to_the_trail(
    in_the_field: FieldWork, reviewer: Browser
) -> None:
    in_the_field.place()
    visit = in_the_field.visit()
    assert "/audit" not in reviewer.text(f"/reviews/{visit}")
    assert [reviewer.get(path).status_code for path in ("/audit", "/audit.csv")] == [404, 404]
    assert reviewer.post("/audit/check").status_code == 404


def test_audit_contains_no_text_of_a_record(
    office: Office, in_the_field: FieldWork, reviewer: Browser
) -> None:
    in_the_field.place()
    visit = in_the_field.visit(recommendation="Bí mật GL-178")
    reviewer.text(f"/reviews/{visit}")
    with snapshot(office.engine) as session:
        kept = session.execute(select(Audit.details, Audit.object_id)).all()
    assert not any("Bí mật" in str(row) or "Mộc Diệp" in str(row) for row in kept)


def test_author_that_is_no_officer_has_a_name(office: Office, privacy: Browser) -> None:
    stamp = trail.Stamp("main", office.runtime.ids.time_ordered(), office.clock.now())
    entry = AuditEntry("files_collected", details={"files": 3})
    run_write(office.engine, lambda session: trail.record(session, stamp, trail.Actor("system"), entry))
    (line,) = lines(privacy, "/audit?author=system&kind=server")
    assert "Máy chủ tự làm" in line
    assert "tệp: 3" in line


def test_a_team_leads_to_its_page(office: Office, signed_in: Callable[[str], Browser]) -> None:
    with snapshot(office.engine) as session:
        team, *_ = teams.everyone(session, "main")
    context = office.context
    run_write(office.engine, lambda session: context.note(session, AuditEntry("team_changed", team.id)))
    page = unescape(signed_in("admin").text("/audit"))
    assert f'href="/teams/{team.id}"><strong>{team.name}</strong>' in page
    assert f"/teams/{team.id}" not in signed_in("privacy_officer").text("/audit")
