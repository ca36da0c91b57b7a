"""The file of one establishment: everything that was filed about it, in a constant number of statements."""

from __future__ import annotations

from html import unescape

from tests.server.console.conftest import PLACE, TEAM, UNIT, Browser, FieldWork
from tests.server.console.reviews.test_pages import words
from tests.shared import builders
from tests.stores import Statements

from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.establishments.file import establishment_file
from field178_server.office.records import operations as records
from field178_server.records.access import AccessFilter

FINDINGS = {"f1": {"violation_id": "kd_door_latch", "occurred_on": "2026-11-20"}}
MEASURES = {
    "m1": {
        "measure_id": "fine_money",
        "document_number": "15/QĐ-XPHC",
        "document_date": "2026-11-23",
        "amount_vnd": 7_500_000,
    }
}
VIOLATED = {"findings": FINDINGS, "measures": MEASURES, "overall_result": "violation_recorded"}


def file_of(reader: Browser, record_id: str = PLACE) -> str:
    return words(unescape(reader.text(f"/establishments/{record_id}")))


def test_file_holds_visits_violations_measures_and_sessions(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    visit = in_the_field.visit(establishment_id=PLACE, **VIOLATED)
    session = in_the_field.session(establishments={PLACE: {"attendance_count": 4}}, venue="Nhà văn hoá")
    in_the_field.visit(establishment_id=builders.record_id("elsewhere"))
    page, shown = reviewer.text(f"/establishments/{PLACE}"), file_of(reviewer)
    for text in ("Các lượt kiểm tra 1", "15/QĐ-XPHC", "7.500.000", "23/11/2026", "Nhà văn hoá", "Vi phạm"):
        assert text in shown, text
    assert f"/reviews/{visit}" in page
    assert f"/reviews/{session}" in page


def test_void_visit_is_listed_without_violations(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place()
    visit = in_the_field.visit(establishment_id=PLACE, **VIOLATED)
    assert reviewer.decide(visit, "void", reason="Trùng", confirmed="void").status_code == 303
    shown = file_of(reviewer)
    assert "Các lượt kiểm tra 1" in shown
    assert "15/QĐ-XPHC" not in shown


def test_certificates_say_how_many_days_are_left(reviewer: Browser, in_the_field: FieldWork) -> None:
    in_the_field.place(
        certificates={
            "antt": {"number": "A1", "expires_on": "2026-12-04", "status": "valid"},
            "fire_safety": {"number": "A2", "expires_on": "2026-11-20", "status": "valid"},
            "karaoke_licence": {"number": "A3", "expires_on": "2027-11-24", "status": "valid"},
            "food_safety": {"status": "missing"},
        }
    )
    shown = file_of(reviewer)
    for text in ("Còn 10 ngày", "Hết hạn 4 ngày trước", "Còn 365 ngày", "Không có"):
        assert text in shown, text


def test_visits_to_a_merged_entry_stand_in_the_file_it_was_merged_into(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    in_the_field.place()
    follow_ups = {"f1": {"text": "Dọn lối thoát nạn", "due_on": "2025-03-04", "status": "open"}}
    other = in_the_field.file("establishment", UNIT, builders.establishment(name="Karaoke Mộc Diệp 2"))
    visit = in_the_field.visit(establishment_id=other, follow_ups=follow_ups)
    office = in_the_field.office
    run_write(office.engine, lambda session: records.merge(session, office.context, other, PLACE))
    page = reviewer.text(f"/establishments/{PLACE}")
    assert f"/reviews/{visit}" in page
    shown = file_of(reviewer)
    assert "Đã gộp vào cơ sở này 1" in shown
    assert "Dọn lối thoát nạn" in shown
    assert "Dọn lối thoát nạn" in words(unescape(reviewer.text(f"/reviews/{visit}")))
    run_write(office.engine, lambda session: records.unmerge(session, office.context, other))
    assert f"/reviews/{visit}" not in reviewer.text(f"/establishments/{PLACE}")
    assert f"/reviews/{visit}" in reviewer.text(f"/establishments/{other}")


def test_visits_of_scopes_that_are_not_granted_stay_out(in_the_field: FieldWork) -> None:
    in_the_field.place()
    in_the_field.visit(establishment_id=PLACE, **VIOLATED)
    office = in_the_field.office
    with snapshot(office.engine) as session:
        of_unit = establishment_file(session, office.settings.tenant, AccessFilter(frozenset({UNIT})), PLACE)
        of_team = establishment_file(session, office.settings.tenant, AccessFilter(frozenset({TEAM})), PLACE)
    assert (len(of_unit.visits), len(of_team.visits)) == (0, 1)


def test_many_visits_cost_as_many_statements_as_one(
    reviewer: Browser, in_the_field: FieldWork, statements: Statements
) -> None:
    in_the_field.place()
    in_the_field.visit(establishment_id=PLACE, **VIOLATED)

    def cost() -> int:
        with statements(in_the_field.office.engine) as queries:
            reviewer.text(f"/establishments/{PLACE}")
        return len(queries)

    cost()  # the first reading of a day is written down
    first = cost()
    for _ in range(9):
        in_the_field.visit(establishment_id=PLACE, **VIOLATED)
    assert cost() == first
