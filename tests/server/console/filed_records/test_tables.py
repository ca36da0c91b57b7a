"""Visits and sessions as tables: filtered by the address, page by page, and as files without formulas."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import Counter
from html import unescape

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from tests.server.console.conftest import PLACE, UNIT, Browser, FieldWork
from tests.server.console.establishments.test_file import VIOLATED
from tests.server.console.reviews.test_pages import words
from tests.shared import builders
from tests.stores import Statements

from field178_server.console.records.filed_record_columns import columns_of
from field178_server.console.text.localize import Localizer
from field178_server.database.models import Audit
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.filed_records import queries, text_search
from field178_server.office.records import operations as records
from field178_shared.record_type import RecordType
from field178_shared.text.i18n import LANGUAGES


def shown(browser: Browser, path: str) -> list[str]:
    """Return the ids of the records in a table, in its order."""
    body = browser.text(path).partition("<tbody>")[2].partition("</tbody>")[0]
    return re.findall(r'nowrap"><a href="/reviews/([0-9a-f-]+)"', body)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("record_type", [RecordType.INSPECTION, RecordType.OUTREACH_SESSION])
def test_each_column_has_a_label_of_its_own(record_type: str, language: str) -> None:
    localizer = Localizer(language)
    labels = Counter(column.label(localizer) for column in columns_of(record_type, localizer.lists))
    assert {label: count for label, count in labels.items() if count > 1} == {}


def text_of(browser: Browser, path: str) -> str:
    return words(unescape(browser.text(path)))


def test_visits_are_narrowed_by_the_address(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    bad = in_the_field.visit(**VIOLATED, started_at="2026-03-02T02:00:00.000Z")
    good = in_the_field.visit(started_at="2026-04-02T02:00:00.000Z")
    assert shown(reviewer, "/visits") == [good, bad]
    assert shown(reviewer, "/visits?order=oldest") == [bad, good]
    queries = {
        "outcome=violation_recorded": [bad],
        "since=2026-04-01": [good],
        "until=01/04/2026": [bad],
        "since=2026-03-02&until=2026-03-02": [bad],
        "violation=kd_door_latch": [bad],
        "q=moc+diep": [good, bad],
        "q=khong+co": [],
        f"unit={builders.UNIT}": [good, bad],
        "unit=elsewhere": [],
        "state=waiting": [good, bad],
        "state=approved": [],
        "since=no-day&state=none&order=none&after=none": [good, bad],
    }
    assert {query: shown(reviewer, f"/visits?{query}") for query in queries} == queries
    page = text_of(reviewer, "/visits?outcome=violation_recorded&columns=violations&columns=place")
    assert "Tìm thấy: 1" in page
    assert "Karaoke Mộc Diệp (GL-016)" in page
    assert "Bỏ lọc" in text_of(reviewer, "/visits?q=khong+co")


def test_sessions_are_narrowed_by_the_address(reviewer: Browser, in_the_field: FieldWork) -> None:
    session = in_the_field.session(session_date="2026-03-02", venue="Nhà văn hóa thôn Trung")
    other = in_the_field.session(session_date="2026-04-02")
    assert shown(reviewer, "/sessions") == [other, session]
    assert shown(reviewer, "/sessions?until=2026-03-31") == [session]
    assert shown(reviewer, "/sessions?q=thôn+trung") == [session]
    assert "Nhà văn hóa thôn Trung" in text_of(reviewer, "/sessions")


def test_pages_begin_at_rows_and_the_last_one_is_near(
    reviewer: Browser, in_the_field: FieldWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    ids = [in_the_field.visit(started_at=f"2026-03-0{day}T02:00:00.000Z") for day in (1, 1, 2, 3, 3)]
    every = [*sorted(ids[3:], reverse=True), ids[2], *sorted(ids[:2], reverse=True)]
    seen, path = [], "/visits"
    while path:
        page = unescape(reviewer.text(path))
        seen.append(shown(reviewer, path))
        path = next(iter(re.findall(r'rel="next" href="([^"]+)"', page)), "")
    assert seen == [every[:2], every[2:4], every[4:]]
    assert shown(reviewer, "/visits?end=1") == every[3:]
    page = unescape(reviewer.text("/visits?end=1"))
    back = re.findall(r'rel="prev" href="([^"]+)"', page)[0]
    assert shown(reviewer, back) == every[1:3]
    assert (
        shown(reviewer, re.findall(r'rel="prev" href="([^"]+)"', unescape(reviewer.text(back)))[0])
        == every[:2]
    )


def test_list_as_a_file_has_filtered_rows_and_no_formula(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place(name='=HYPERLINK("http://x")')
    in_the_field.visit(started_at="2026-03-02T02:00:00.000Z", decision_number="+84/QĐ-ĐKT")
    in_the_field.visit(started_at="2026-04-02T02:00:00.000Z")
    reviewer.confirms()
    with reviewer.get("/visits.csv?until=2026-03-31") as answer:
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert re.search(
            r"attachment; filename=visits-\d{8}-\d{4}.csv", answer.headers["Content-Disposition"]
        )
        data = answer.get_data()
    assert data.startswith(b"\xef\xbb\xbf")
    lines = data.decode("utf-8-sig").split("\r\n")
    assert len(lines) == 3
    assert lines[0].startswith("Ngày,")
    assert lines[1].startswith("02/03/2026,\"'=HYPERLINK(")
    assert "'+84/QĐ-ĐKT" in lines[1]
    with reviewer.get("/visits.xlsx") as answer:
        book = load_workbook(io.BytesIO(answer.get_data()))
    (sheet,) = book.worksheets
    cells = list(sheet.iter_rows(min_row=2))
    assert [row[0].value.strftime("%Y-%m-%d") for row in cells] == ["2026-04-02", "2026-03-02"]
    assert cells[0][1].value == '=HYPERLINK("http://x")'
    assert {cell.data_type for row in cells for cell in row} <= {"s", "d", "n"}
    with snapshot(in_the_field.office.engine) as session:
        taken = session.scalars(select(Audit.details).where(Audit.action == "list_exported")).all()
    details = [json.loads(text or "{}") for text in taken]
    assert [(export["format"], export["records"]) for export in details] == [("csv", 1), ("xlsx", 2)]
    assert details[0]["sha256"] == hashlib.sha256(data).hexdigest()
    assert reviewer.get("/visits.pdf").status_code == 404
    with reviewer.get("/sessions.xlsx") as answer:
        assert answer.status_code == 200


def test_fields_of_the_record_can_be_chosen_as_columns(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    in_the_field.visit(**VIOLATED, trigger="tip_off", paper_signed="refused")
    offered = re.findall(r'name="columns" value="([^"]+)"', reviewer.text("/visits"))
    assert {"trigger", "decision_date", "local_escort_agencies", "findings_count"} <= set(offered)
    # A hundred questions are columns of an export alone; free texts and where an officer stood of nothing.
    assert [name for name in offered if name.startswith(("answers", "recommendation", "check_in"))] == []
    page = text_of(reviewer, "/visits?columns=trigger&columns=findings_count")
    assert "Tin báo, phản ánh" in page
    assert "Vi phạm (số lượng)" in page
    reviewer.confirms()
    with reviewer.get("/visits.csv?columns=trigger") as answer:
        assert answer.get_data(as_text=True).splitlines()[1].endswith(',"Tin báo, phản ánh"')
    with reviewer.get("/visits.csv") as answer:
        assert set(next(csv.reader(io.StringIO(answer.get_data(as_text=True))))) >= {"Căn cứ kiểm tra"}


def test_stored_bodies_are_read_for_columns_of_fields_alone(
    reviewer: Browser, in_the_field: FieldWork, statements: Statements
) -> None:
    in_the_field.visit()
    for query, reads_bodies in (("", False), ("?columns=trigger", True)):
        with statements(in_the_field.office.engine) as queries:
            reviewer.text(f"/visits{query}")
        assert (
            any("SELECT record.record_id, record.body" in statement for statement in queries) == reads_bodies
        )


def test_visit_to_a_merged_establishment_is_listed_under_the_remaining_one(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    other = in_the_field.file("establishment", UNIT, builders.establishment(name="Hoa Ban"))
    visit = in_the_field.visit(establishment_id=other)
    office = in_the_field.office
    run_write(office.engine, lambda session: records.merge(session, office.context, other, PLACE))
    assert shown(reviewer, "/visits?q=moc+diep") == [visit]
    assert f"/establishments/{PLACE}" in reviewer.text("/visits")


@pytest.mark.parametrize("most", [2000, 2, 0])
def test_words_find_the_same_by_ids_and_row_by_row(
    reviewer: Browser, in_the_field: FieldWork, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(text_search, "MOST_FOUND", most)
    in_the_field.place()
    other = in_the_field.file("establishment", UNIT, builders.establishment(name="Karaoke Hoa Ban 7"))
    merged = in_the_field.file("establishment", UNIT, builders.establishment(name="Tên cũ"))
    days = iter(range(1, 9))
    first, second, third, fourth = (
        in_the_field.visit(
            establishment_id=place, decision_number=number, started_at=f"2026-03-0{next(days)}T02:00:00.000Z"
        )
        for place, number in ((PLACE, "0007/QĐ"), (other, "0008/QĐ"), (merged, "0009/QĐ"), (other, "0107/QĐ"))
    )
    office = in_the_field.office
    run_write(office.engine, lambda session: records.merge(session, office.context, merged, other))
    matches = {
        "karaoke": [fourth, third, second, first],
        "hoa ban": [fourth, third, second],
        "7": [fourth, third, second, first],
        "0007/qd": [first],
        "khong co": [],
    }
    assert {text: shown(reviewer, f"/visits?q={text}") for text in matches} == matches
    assert shown(reviewer, "/visits?q=hoa+ban&since=2026-03-03") == [fourth, third]
    session = in_the_field.session(venue="Nhà văn hóa Hoa Ban")
    in_the_field.session(venue="Trường học")
    assert shown(reviewer, "/sessions?q=hoa+ban") == [session]
    assert shown(reviewer, "/sessions?q=0007") == []


def test_list_states_when_there_are_more_rows_than_counted(
    reviewer: Browser, in_the_field: FieldWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_search, "MOST_FOUND", 3)
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    in_the_field.place()
    for _ in range(3):
        in_the_field.visit()
    assert "Tìm thấy: 3" in text_of(reviewer, "/visits?q=moc")
    in_the_field.visit()
    assert "Tìm thấy: hơn 3" in text_of(reviewer, "/visits?q=moc")
    # With another filter it is counted.
    assert "Tìm thấy: 4" in text_of(reviewer, f"/visits?q=moc&unit={builders.UNIT}")


def test_several_numbers_of_one_visit_hide_no_other(
    reviewer: Browser, in_the_field: FieldWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_search, "MOST_FOUND", 2)
    in_the_field.place(name="Mộc Diệp")
    every = {in_the_field.visit(minutes_number="07/BB-ĐKT178", decision_number="7/QĐ")}
    every |= {in_the_field.visit(minutes_number="08/BB-ĐKT178") for _ in range(2)}
    # Each has 0007 in its code; that of the first stands third among the numbers.
    assert set(shown(reviewer, "/visits?q=7")) == every
