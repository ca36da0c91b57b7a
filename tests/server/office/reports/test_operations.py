"""A report from its opening to its restatement, on the made-up district of 2024."""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from tests.server.office.reports.conftest import OFFICER, Write

from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Audit, FrozenReport, Record
from field178_server.demo.seed import DemoStore
from field178_server.office.commune.operations import CommuneEnterer
from field178_server.office.entries import operations as entries
from field178_server.office.indicators import report_facts
from field178_server.office.indicators.totals.operations import settle
from field178_server.office.reports import operations
from field178_server.office.reports.annex_workbook import annex_workbook
from field178_server.office.reports.content import digest
from field178_server.office.reports.docx_report import report_docx
from field178_server.office.reports.heading import default_heading
from field178_server.office.reports.operations import SeenReport
from field178_server.office.reports.printed import (
    HIDDEN,
    NO_BEFORE,
    NOT_COUNTED,
    NOT_SENT,
    NOT_SHOWN,
    PART_BEFORE,
    PrintedFigure,
    printed,
    printed_changes,
)
from field178_server.office.reports.queries import (
    Frozen,
    StoredReport,
    StoredSubmission,
    all_reports,
    content_of_facts,
    facts_for,
    find_report,
    frozen_report,
    later_changes,
    live_content,
    manifest,
    signed_content,
    stale_sign_offs,
    submissions_of,
)
from field178_server.office.reports.recipients import recipients_of
from field178_server.office.reports.report_paper import report_pdf
from field178_server.records.access import AccessFilter
from field178_server.records.batch import Batch
from field178_server.records.stored_record import data_of, next_revision
from field178_shared.codelists import demo
from field178_shared.errors import AppError, ErrorCode
from field178_shared.indicators.figures import FigureValue
from field178_shared.indicators.suppression import is_hidden, is_hidden_in_report, is_of_people
from field178_shared.merge import Data
from field178_shared.records.reports import Report, ReportState
from field178_shared.time.clock import from_wire, local_date

AREA = "an_lao_area_2024"
TEXTS = {"s1_situation": "Địa bàn có 127 cơ sở.\nTình hình ổn định.", "s13_proposals": "Tăng kinh phí"}
HEADING = {
    "superior_body": "Ủy ban nhân dân",
    "issuing_body": "Huyện An Lão",
    "symbol": "BC-UBND",
    "place": "An Lão",
    "opening": "Thực hiện Kế hoạch năm 2024, UBND huyện An Lão báo cáo như sau:",
    "signer": "TM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH",
    "recipients": "- Sở LĐTBXH;\n- Lưu: VT.",
}


def draft(year: int = 2024, kind: str = "annual") -> Data:
    first, last = {
        "annual": (f"{year - 1}-12-15", f"{year}-12-14"),
        "calendar_year": (f"{year}-01-01", f"{year}-12-31"),
        "half_year": (f"{year - 1}-12-15", f"{year}-06-14"),
    }[kind]
    return {
        "kind": kind,
        "year": year,
        "period_from": first,
        "period_to": last,
        "area_id": AREA,
        "profile_ids": ["an_lao_2024", "national_2021_2025"],
        **HEADING,
    }


def report_of(store: DemoStore, record_id: str) -> StoredReport:
    with Session(store.engine) as session:
        report = find_report(session, store.context.tenant_id, record_id)
    assert report is not None
    return report


def content(store: DemoStore, record_id: str) -> dict[str, Any]:
    with Session(store.engine) as session:
        return dict(
            live_content(
                session,
                store.context.tenant_id,
                store.context.lists,
                report_of(store, record_id).report,
                today(store),
            )
        )


def today(store: DemoStore) -> date:
    return local_date(store.context.now())


def opened(write: Write, year: int = 2024, kind: str = "annual") -> str:
    return write(lambda batch, context: operations.open_report(batch, context, draft(year, kind)))


def of_calendar_year(write: Write) -> str:
    """Open the report of the calendar year of the data set, which several tests look at."""
    try:
        return opened(write, kind="calendar_year")
    except AppError:
        return operations.report_id("calendar_year", "2024-01-01", AREA)


def frozen(store: DemoStore, write: Write, record_id: str) -> Frozen:
    rev = report_of(store, record_id).rev
    write(
        lambda batch, context: operations.write_texts(
            batch, context, SeenReport(record_id, rev), HEADING, TEXTS
        )
    )
    seen = digest(content(store, record_id))
    rev = report_of(store, record_id).rev
    write(lambda batch, context: operations.sign_off(batch, context, SeenReport(record_id, rev), seen))
    write(lambda batch, context: operations.freeze(batch, context, SeenReport(record_id, rev + 1)))
    return kept(store, record_id)


def kept(store: DemoStore, record_id: str) -> Frozen:
    with Session(store.engine) as session:
        report = frozen_report(session, store.context.tenant_id, record_id)
    assert report is not None
    return report


def files_of(stored: Frozen) -> tuple[bytes, bytes, bytes]:
    report, at = printed(stored.content, stored.sha256), from_wire(stored.content["frozen_at"])
    return report_docx(report, stored.template, at), report_pdf(report, at), annex_workbook(report, at)


def figure(report: Mapping[str, Any], indicator: str) -> dict[str, Any]:
    every = (row for section in report["sections"] for row in section["figures"])
    return next(row for row in every if row["id"] == indicator)


def test_opening_writes_each_due_submission_once(store: DemoStore, write: Write) -> None:
    opened(write, kind="half_year")
    with Session(store.engine) as session:
        owed = submissions_of(session, store.context.tenant_id, "half_year", 2024)
    assert len(owed) == 17 + 15
    assert {row.submission.due_on for row in owed} == {date(2024, 6, 17)}
    assert sum(row.submission.agency_id == "commune_people_committee" for row in owed) == 17
    with pytest.raises(AppError) as refused:
        opened(write, kind="half_year")
    assert refused.value.details["problems"] == {"kind": ["entered_twice"]}


def test_draft_shows_the_golden_figures_beside_the_year_before(store: DemoStore, write: Write) -> None:
    draft = content(store, of_calendar_year(write))
    golden = demo()["golden_indicators"]["iz_workers_reached_pct"]
    shown = figure(draft, "iz_workers_reached_pct")
    assert (shown["now"]["num"], shown["now"]["den"]) == (golden["num"] * 10, golden["den"] * 10)
    assert shown["now"]["value"] == round(golden["value"] * 10)
    assert shown["before"]["num"] == 0
    # Nobody sent it: the report prints that instead of zero.
    assert not figure(draft, "cases_tried")["now"]["is_sent"]
    shown = [line for section in printed(draft).sections for line in section.figures]
    assert [line.value for line in shown if line.id == "cases_tried"] == [NOT_SENT]
    assert [annex["id"] for annex in draft["annexes"]] == [f"annex_{number}" for number in range(1, 6)]
    first = draft["annexes"][0]
    assert (len(first["rows"]), first["total"][5]) == (17, 127)
    assert [sum(row[place] for row in first["rows"]) for place in (1, 2, 3, 4, 5)] == first["total"][1:6]
    targets = {(row[0], row[6]): row[1:6] for row in draft["annexes"][3]["rows"]}
    reached = "Tỷ lệ người lao động tại cơ sở dễ phát sinh được tuyên truyền"
    shown_targets = [row for (label, _), row in targets.items() if label == reached]
    assert [(row[0], row[4]) for row in shown_targets] == [("≥ 60%", "Đạt"), ("≥ 70%", "Chưa đạt")]


def lines_of(store: DemoStore, report: Report) -> dict[str, PrintedFigure]:
    with Session(store.engine) as session:
        live = live_content(session, store.context.tenant_id, store.context.lists, report, today(store))
    return {line.id: line for section in printed(live).sections for line in section.figures}


def days_of(first: str, last: str) -> Report:
    return Report.from_data(draft() | {"kind": "ad_hoc", "period_from": first, "period_to": last})


def test_first_year_of_an_office_is_compared_with_nothing(store: DemoStore) -> None:
    """The district's first records are of January 2024: a zero of 2023 would be a lie, and +127 another."""
    lines = lines_of(store, days_of("2023-12-15", "2024-12-14"))
    places = lines["establishments_total"]
    assert (places.value, places.before, places.change) == ("127", NO_BEFORE, "—")
    assert {(line.before, line.change) for line in lines.values()} == {(NO_BEFORE, "—")}


def test_year_that_began_in_the_middle_is_not_compared(store: DemoStore) -> None:
    lines = lines_of(store, days_of("2024-12-01", "2025-03-31"))
    assert {(line.before, line.change) for line in lines.values() if not line.id.startswith("at_risk_")} <= {
        (PART_BEFORE, "—"),
        (NOT_SENT, "—"),
    }
    assert lines["visits_total"].before == PART_BEFORE


def test_workers_whom_nobody_counted_are_no_zero_in_sections_and_annexes(store: DemoStore) -> None:
    # Of the first days of the year, when few places had been visited.
    report = days_of("2024-01-01", "2024-01-14")
    with Session(store.engine) as session:
        live = live_content(session, store.context.tenant_id, store.context.lists, report, today(store))
    first = printed(live).annexes[0]
    places = first.head.index("Tổng số cơ sở")
    column = next(place for place, head in enumerate(first.head) if head.startswith("Người lao động (đếm"))
    cells = {row[column] for row in first.rows if row[places] != "0"}
    assert "—" in cells
    assert "0" not in cells
    basis = figure(live, "workers_total")["now"]["counted"]
    assert re.fullmatch(r"đếm [1-9]\d* trên \d+ cơ sở", basis)
    assert lines_of(store, report)["workers_total"].basis == basis
    figure(live, "workers_total")["now"] |= {"value": None, "low": None, "high": None, "is_counted": False}
    lines = {line.id: line for section in printed(live).sections for line in section.figures}
    assert lines["workers_total"].value == NOT_COUNTED


def test_year_after_a_whole_one_is_compared(store: DemoStore) -> None:
    lines = lines_of(store, days_of("2024-12-15", "2025-12-14"))
    assert lines["visits_total"].before not in (NO_BEFORE, PART_BEFORE)
    assert lines["visits_total"].change.startswith("−")


def test_small_numbers_of_people_are_hidden_and_cannot_be_worked_out(store: DemoStore, write: Write) -> None:
    draft = content(store, of_calendar_year(write))
    exact, shown = draft["annexes"][0], printed(draft).annexes[0]
    for place in range(6, 10):
        cells = [row[place] for row in exact["rows"]]
        hidden = [number for number, row in enumerate(shown.rows[:-1]) if row[place] == NOT_SHOWN]
        assert {number for number, cell in enumerate(cells) if 0 < cell < 5} <= set(hidden)
        assert len(hidden) != 1, shown.head[place]


def shown_totals(report: dict[str, Any], store: DemoStore) -> Iterator[tuple[str, str, str]]:
    """Yield id, what a section prints, and what the annexes print, of each number that both of them have."""
    lists, paper = store.context.lists, printed(report)
    columns = {
        re.sub(", by=\\w+", "", lists.annex_columns[column].formula): (place, at)
        for place, annex in enumerate(lists.annex_tables.values())
        for at, column in enumerate(annex.columns, 1)
        if column in lists.annex_columns and annex.rows == "admin_unit"
    }
    for section in paper.sections:
        for line in section.figures:
            indicator = lists.indicators[line.id]
            if line.value == HIDDEN and is_of_people(lists, lists.figures[line.id].formulas):
                # Of a share either number may be the small one.
                continue
            formulas = [indicator.numerator, *([indicator.denominator] if indicator.denominator else [])]
            numbers = line.basis.partition(";")[0].split("/") if indicator.denominator else []
            numbers = numbers or [line.value.removeprefix("≥ ")]
            for number, formula in enumerate(formulas):
                if (position := columns.get(re.sub(", by=\\w+", "", formula))) is not None:
                    place, at = position
                    text = numbers[number] if number < len(numbers) else line.value
                    yield line.id, text, paper.annexes[place].rows[-1][at]


def test_a_report_concludes_nothing_from_the_places_that_were_counted_alone(
    store: DemoStore, write: Write
) -> None:
    first = draft() | {"kind": "ad_hoc", "period_from": "2024-01-01", "period_to": "2024-03-31"}
    paper = printed(content(store, write(lambda *of: operations.open_report(*of, first))))
    figures = {line.id: line for section in paper.sections for line in section.figures}
    share, total = figures["workers_reached_pct"], figures["workers_total"]
    # Of those who were counted 64.9 % were reached.
    assert (share.value, share.basis) == ("3,4–32,6%", "48/74; đếm 19 trên 127 cơ sở")
    assert (total.value, total.basis, total.change) == ("≥ 74", "đếm 19 trên 127 cơ sở", "—")
    rows = {(row[0], row[-1]): row for annex in paper.annexes for row in annex.rows}
    row = rows[share.label, "Kế hoạch huyện An Lão 2024"]
    assert row[1:6] == ("≥ 60%", "3,4–32,6%", "48", "74", "Chưa đạt (đếm 19 trên 127 cơ sở)")
    heads = [head for annex in paper.annexes for head in annex.head]
    assert any(head.endswith("(đếm 19 trên 127 cơ sở)") for head in heads)


def test_sections_print_the_totals_that_the_annexes_print(store: DemoStore, write: Write) -> None:
    """Of ten days with few visits as well: numbers of places stand in both, of few people in neither."""
    few = draft() | {"kind": "ad_hoc", "period_from": "2024-03-01", "period_to": "2024-03-10"}
    for record_id in (write(lambda *of: operations.open_report(*of, few)), of_calendar_year(write)):
        totals = list(shown_totals(content(store, record_id), store))
        assert {name for name, _, _ in totals} >= {
            "inspected_once_pct",
            "violation_rate_pct",
            "workers_total",
        }
        assert [row for row in totals if row[1] != row[2]] == []


@pytest.mark.parametrize(
    "typed", ["Ủy ban nhân dân huyện An Lão", "UBND huyện An Lão", "ỦY BAN NHÂN DÂN HUYỆN AN LÃO"]
)
def test_heading_prints_the_committee_once(store: DemoStore, write: Write, typed: str) -> None:
    report = report_of(store, of_calendar_year(write)).report
    heading = {**report.heading, "issuing_body": typed}
    with Session(store.engine) as session:
        paper = printed(
            live_content(
                session,
                store.context.tenant_id,
                store.context.lists,
                replace(report, heading=heading),
                today(store),
            )
        )
    assert (paper.superior_body, paper.issuing_body) == ("ỦY BAN NHÂN DÂN", "HUYỆN AN LÃO")
    assert "của Ủy ban nhân dân huyện An Lão)" in paper.annexes[0].note


@pytest.mark.parametrize(
    ("opening", "recipients", "printed_lines"),
    [
        ("Thực hiện Kế hoạch", "- Sở LĐTBXH;\n- UBND huyện An Lão;\n- Lưu: VT.", ("Sở LĐTBXH", "Lưu: VT")),
        ("Thực hiện", "Ủy ban nhân dân huyện\nSở LĐTBXH\nLưu: VT", ("Sở LĐTBXH", "Lưu: VT")),
        (
            "Kính gửi: Sở LĐTBXH; Công an thành phố.\nThực hiện Kế hoạch",
            "Sở LĐTBXH\nThường trực Huyện ủy\nLưu: VT",
            ("Như trên", "Thường trực Huyện ủy", "Lưu: VT"),
        ),
        ("Kính gửi: Sở LĐTBXH", "Như trên\nLưu: VT", ("Như trên", "Lưu: VT")),
        ("Thực hiện", "UBND huyện Kiến Thụy\nLưu: VT", ("UBND huyện Kiến Thụy", "Lưu: VT")),
    ],
)
def test_no_copy_goes_to_the_addressee_or_the_issuer(
    opening: str, recipients: str, printed_lines: tuple[str, ...]
) -> None:
    lines = recipients_of({**HEADING, "opening": opening, "recipients": recipients}).splitlines()
    assert tuple(line.strip("- ;.") for line in lines) == printed_lines


@pytest.mark.parametrize(("year", "area"), [(2024, AREA), (2026, "an_lao_area_2025"), (2026, "c11629_v2")])
def test_new_report_names_no_recipient_of_its_own_level(store: DemoStore, year: int, area: str) -> None:
    heading = default_heading(store.context.lists, "annual", year, area)
    committee = {"an_lao_area_2024": "Ủy ban nhân dân huyện", "c11629_v2": "Ủy ban nhân dân cấp xã"}
    lines = heading["recipients"].splitlines()
    assert committee.get(area, "Ủy ban nhân dân thành phố (tỉnh)") not in lines
    assert lines[-1] == "Lưu: VT"


def test_labels_distinguish_shares_of_inspected_establishments(store: DemoStore, write: Write) -> None:
    """Annex 1 counts workers of the latest visit or census, section II.6 those of visits alone."""
    paper = printed(content(store, of_calendar_year(write)))
    labels = {line.id: line.label for section in paper.sections for line in section.figures}
    assert labels["health_check_pct"].endswith("tại cơ sở đã kiểm tra")
    assert "theo lần kiểm tra hoặc thống kê gần nhất" in paper.annexes[0].title


def test_report_prints_few_cases_exactly_and_hides_few_people(store: DemoStore) -> None:
    lists = store.context.lists
    people = {
        column for column in lists.annex_columns if is_of_people(lists, [lists.figures.columns[column]])
    }
    assert {"workers_total", "attendances", "students"} <= people
    # The plan owes the numbers of agencies to the authority that the report goes to.
    assert not {table.id for table in lists.annex_tables.values() if table.rows == "agency"} & people
    assert not set(lists.annex_tables["annex_5"].columns) & people
    assert not {"establishments_total", "visits_planned", "reminders", "fines_amount", "materials"} & people
    few = FigureValue(2, None, 2, 2, 2, {})
    exact = ("cases_broken", "cases_prosecuted", "cases_tried", "complex_spots", "commendations_total")
    assert not [name for name in exact if is_hidden_in_report(lists, lists.indicators[name], few)]
    for name in ("workers_total", "at_risk_workers_in_scope", "harm_reduction_contacts"):
        assert is_hidden_in_report(lists, lists.indicators[name], few)
    # An external reader of the pages, exports and data feeds sees none of them.
    assert all(is_hidden(lists, lists.indicators[name], few) for name in exact)


def test_people_whom_an_agency_examined_are_hidden_in_reports(store: DemoStore) -> None:
    lists = store.context.lists
    formula = lists.figures.columns["cases_uncovered"]
    key = "total(agency_return, workers_examined)"
    examined = replace(formula, aggregates=(replace(formula.aggregates[0], key=key),))
    assert is_of_people(lists, [examined])


def test_sign_off_and_freeze_apply_to_the_seen_revision(store: DemoStore, write: Write) -> None:
    record_id = opened(write, year=2023)
    with pytest.raises(AppError) as refused:
        write(lambda batch, context: operations.freeze(batch, context, SeenReport(record_id, 1)))
    assert refused.value.code is ErrorCode.NOT_SIGNED_OFF
    with pytest.raises(AppError) as refused:
        write(lambda batch, context: operations.sign_off(batch, context, SeenReport(record_id, 1), "0" * 64))
    assert refused.value.code is ErrorCode.FIGURES_CHANGED
    seen = digest(content(store, record_id))
    write(lambda batch, context: operations.sign_off(batch, context, SeenReport(record_id, 1), seen))
    assert report_of(store, record_id).state is ReportState.SIGNED_OFF
    write(lambda batch, context: operations.write_texts(batch, context, SeenReport(record_id, 2), {}, TEXTS))
    assert report_of(store, record_id).state is ReportState.DRAFT
    with pytest.raises(AppError) as refused:
        write(lambda batch, context: operations.write_texts(batch, context, SeenReport(record_id, 2), {}, {}))
    assert refused.value.code is ErrorCode.REVISION_CHANGED
    # Its heading is empty since: nobody signs a document that does not say whose it is.
    seen = digest(content(store, record_id))
    with pytest.raises(AppError) as refused:
        write(lambda batch, context: operations.sign_off(batch, context, SeenReport(record_id, 3), seen))
    lacking = ("issuing_body", "symbol", "place", "signer", "recipients")
    assert refused.value.details["problems"] == {name: ["required"] for name in lacking}


def test_changed_figures_are_compared_with_the_sign_off_until_it_is_renewed(
    store: DemoStore, write: Write
) -> None:
    record_id = opened(write, year=2018)
    seen = digest(content(store, record_id))
    write(lambda batch, context: operations.sign_off(batch, context, SeenReport(record_id, 1), seen))
    assert stale(store) == set()
    plan: Data = {
        "unit_id": "c11629_v1",
        "year": 2018,
        "document_number": "9/KH-UBND",
        "issued_on": "2018-01-05",
    }
    plan_id = write(
        lambda batch, context: entries.enter(
            batch, context, CommuneEnterer(AccessFilter(None)), "commune_plan", plan
        )
    )
    assert stale(store) == {record_id}
    with Session(store.engine) as session:
        signed = signed_content(session, store.context.tenant_id, report_of(store, record_id))
    assert signed is not None
    changes = printed_changes(printed(signed), printed(content(store, record_id)))
    assert ("0,0% (0/17)", "5,9% (1/17)") in {(change.was, change.now) for change in changes}
    with Session(store.engine) as session:
        tenant_id, lists = store.context.tenant_id, store.context.lists
        facts = facts_for(session, tenant_id, lists, report_of(store, record_id).report, today(store))
        revisions, _ = manifest(session, tenant_id, lists, facts)
    assert [
        (change.record_id, change.was_rev, change.rev) for change in later_changes(signed, revisions)
    ] == [(plan_id, 0, 1)]
    with pytest.raises(AppError) as refused:
        write(lambda batch, context: operations.freeze(batch, context, SeenReport(record_id, 2)))
    assert refused.value.code is ErrorCode.FIGURES_CHANGED
    seen = digest(content(store, record_id))
    write(lambda batch, context: operations.sign_off(batch, context, SeenReport(record_id, 2), seen))
    assert stale(store) == set()
    write(lambda batch, context: operations.freeze(batch, context, SeenReport(record_id, 3)))
    held = kept(store, record_id).content["signed_off"]
    assert (held["rev"], held["figures"]) == (3, seen)


def stale(store: DemoStore) -> frozenset[str]:
    with Session(store.engine) as session:
        tenant_id = store.context.tenant_id
        return stale_sign_offs(
            session, tenant_id, store.context.lists, all_reports(session, tenant_id), today(store)
        )


def test_files_of_a_frozen_report_are_the_same_bytes_after_later_edits(
    store: DemoStore, write: Write
) -> None:
    report = frozen(store, write, opened(write))
    before = files_of(report)
    assert report.content["audit"] is None or report.content["audit"]["hash"]
    assert sum(edit_establishments(store, write, rooms) for rooms in range(8)) > 1_000
    record_id = report.content["report"]["id"]
    again = kept(store, record_id)
    assert again.sha256 == report.sha256
    assert files_of(again) == before
    for container in (before[0], before[2]):
        with zipfile.ZipFile(BytesIO(container)) as read:
            assert {part.date_time for part in read.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    with Session(store.engine) as session:
        row = session.scalars(select(FrozenReport).where(FrozenReport.report_id == record_id)).one()
        assert json.loads(zlib.decompress(row.body)) == report.content
        at_least = session.scalar(
            select(func.count()).select_from(Audit).where(Audit.action == "report_frozen")
        )
    assert at_least
    later = changes(store, record_id)
    assert len(later) == 127
    assert {(change.type, change.rev - change.was_rev) for change in later} == {("establishment", 8)}
    rev = report_of(store, record_id).rev
    with pytest.raises(AppError) as refused:
        write(
            lambda batch, context: operations.write_texts(batch, context, SeenReport(record_id, rev), {}, {})
        )
    assert refused.value.code is ErrorCode.REPORT_FROZEN


def test_figure_leads_to_the_exact_revisions_that_it_counts(store: DemoStore, write: Write) -> None:
    report = frozen(store, write, opened(write, year=2025, kind="calendar_year"))
    records, trace = report.content["records"], report.content["trace"]
    counted = figure(report.content, "establishments_total")["now"]["num"] // 10
    assert counted == 127
    behind = [records[place] for place in trace["establishments_total"]]
    assert sum(type_ == "establishment" for _, type_, _, _ in behind) == 127
    with Session(store.engine) as session:
        stored = dict(
            (key, (rev, h)) for key, rev, h in session.execute(select(Record.record_id, Record.rev, Record.h))
        )
    assert all(stored[key] == (rev, h) for key, _, rev, h in records)
    assert trace["visits_total"] == []


def test_late_arrival_is_listed_and_a_restatement_names_its_report(store: DemoStore, write: Write) -> None:
    report = frozen(store, write, opened(write, year=2026, kind="annual"))
    record_id, unit = report.content["report"]["id"], "c11629_v2"
    entry: Data = {
        "unit_id": unit,
        "year": 2026,
        "document_number": "9/KH-UBND",
        "issued_on": "2026-01-05",
    }
    plan_id = write(
        lambda batch, context: entries.enter(
            batch, context, CommuneEnterer(AccessFilter(None)), "commune_plan", entry
        )
    )
    assert [(change.record_id, change.was_rev, change.rev) for change in changes(store, record_id)] == [
        (plan_id, 0, 1)
    ]
    seen = SeenReport(record_id, report_of(store, record_id).rev)
    with pytest.raises(AppError) as refused:
        write(lambda batch, context: operations.restate(batch, context, seen, " "))
    assert refused.value.details["problems"] == {"restatement_reason": ["required"]}
    new_id = write(
        lambda batch, context: operations.restate(batch, context, seen, "Thiếu kế hoạch của một xã")
    )
    assert report_of(store, record_id).state is ReportState.RESTATED
    assert report_of(store, new_id).report.sections == TEXTS
    with pytest.raises(AppError):
        write(lambda batch, context: operations.restate(batch, context, seen, "Lần nữa"))
    second = frozen(store, write, new_id)
    assert second.content["restates"]["sha256"] == report.sha256
    assert second.content["restates"]["id"] == record_id
    assert kept(store, record_id).sha256 == report.sha256
    assert any(report.sha256[:16] in line for line in printed(second.content, second.sha256).opening)


def test_draft_is_read_from_totals_equal_to_a_full_count(
    store: DemoStore, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_id = of_calendar_year(write)
    tenant_id, lists, report = (
        store.context.tenant_id,
        store.context.lists,
        report_of(store, record_id).report,
    )
    settle(store.engine, tenant_id, lists, today(store), 5000)
    with Session(store.engine) as session:
        facts = facts_for(session, tenant_id, lists, report, today(store))
        counted = content_of_facts(lists, report, facts)
    monkeypatch.setattr(report_facts, "ReportFacts", None)
    assert content(store, record_id) == counted


def test_submission_is_recorded_once_and_never_before_its_day(store: DemoStore, write: Write) -> None:
    of_calendar_year(write)
    with Session(store.engine) as session:
        owed = submissions_of(session, store.context.tenant_id, "calendar_year", 2024)[0]
    seen = SeenReport(owed.record_id, owed.rev)
    tomorrow = today(store) + timedelta(days=1)
    with pytest.raises(AppError) as refused:
        write(lambda batch, context: operations.record_submission(batch, context, seen, tomorrow, ""))
    assert refused.value.details["problems"] == {"submitted_on": ["date_in_future"]}
    write(
        lambda batch, context: operations.record_submission(
            batch, context, seen, date(2025, 1, 2), "12/BC-UBND"
        )
    )
    with pytest.raises(AppError):
        write(lambda batch, context: operations.record_submission(batch, context, seen, None, ""))


def owed_for(store: DemoStore, kind: str, year: int) -> list[StoredSubmission]:
    with Session(store.engine) as session:
        return submissions_of(session, store.context.tenant_id, kind, year)


def test_withdrawn_draft_is_deleted_with_its_submissions_and_opened_again(
    store: DemoStore, write: Write
) -> None:
    record_id = opened(write, year=2019)
    sent = owed_for(store, "annual", 2019)[0]
    seen = SeenReport(sent.record_id, sent.rev)
    day = date(2019, 12, 15)
    write(lambda batch, context: operations.record_submission(batch, context, seen, day, "7/BC-UBND"))
    stale = SeenReport(record_id, 2)
    with pytest.raises(AppError) as refused:
        write(lambda batch, context: operations.withdraw_report(batch, context, stale))
    assert refused.value.code is ErrorCode.REVISION_CHANGED
    before = owed_for(store, "annual", 2019)
    write(lambda batch, context: operations.withdraw_report(batch, context, SeenReport(record_id, 1)))
    with Session(store.engine) as session:
        assert find_report(session, store.context.tenant_id, record_id) is None
    assert owed_for(store, "annual", 2019) == []
    assert opened(write, year=2019) == record_id
    assert report_of(store, record_id).rev == 3
    again = owed_for(store, "annual", 2019)
    assert [row.submission for row in again] == [row.submission for row in before]
    with Session(store.engine) as session:
        action = select(Audit.action).where(Audit.object_id == record_id).order_by(Audit.audit_id.desc())
        assert session.scalars(action).all()[:2] == ["report_opened", "report_withdrawn"]


def test_withdrawal_is_undone_with_texts_and_submissions(store: DemoStore, write: Write) -> None:
    record_id = opened(write, year=2021)
    write(
        lambda batch, context: operations.write_texts(
            batch, context, SeenReport(record_id, 1), HEADING, TEXTS
        )
    )
    before = report_of(store, record_id).report, len(owed_for(store, "annual", 2021))
    write(lambda batch, context: operations.withdraw_report(batch, context, SeenReport(record_id, 2)))
    write(lambda batch, context: operations.undo_withdrawal(batch, context, record_id))
    assert (report_of(store, record_id).report, len(owed_for(store, "annual", 2021))) == before
    with pytest.raises(AppError) as twice:
        write(lambda batch, context: operations.undo_withdrawal(batch, context, record_id))
    assert twice.value.code is ErrorCode.REVISION_CHANGED


def test_signed_or_frozen_report_is_not_withdrawn(store: DemoStore, write: Write) -> None:
    record_id = opened(write, year=2020)
    figures = digest(content(store, record_id))
    write(lambda batch, context: operations.sign_off(batch, context, SeenReport(record_id, 1), figures))
    with pytest.raises(AppError) as signed:
        write(lambda batch, context: operations.withdraw_report(batch, context, SeenReport(record_id, 2)))
    assert signed.value.code is ErrorCode.SIGNED_OFF
    write(lambda batch, context: operations.freeze(batch, context, SeenReport(record_id, 2)))
    with pytest.raises(AppError) as done:
        write(lambda batch, context: operations.withdraw_report(batch, context, SeenReport(record_id, 3)))
    assert done.value.code is ErrorCode.REPORT_FROZEN
    # A restatement is withdrawn alone: what was owed is of the frozen report, which can be restated anew.
    seen = SeenReport(record_id, 3)
    made = write(lambda batch, context: operations.restate(batch, context, seen, "Sai số liệu"))
    owed = owed_for(store, "annual", 2020)
    write(lambda batch, context: operations.withdraw_report(batch, context, SeenReport(made, 1)))
    assert owed_for(store, "annual", 2020) == owed
    assert report_of(store, record_id).state is ReportState.FROZEN
    again = write(lambda batch, context: operations.restate(batch, context, seen, "Sai số liệu"))
    with pytest.raises(AppError) as taken:
        write(lambda batch, context: operations.undo_withdrawal(batch, context, made))
    assert taken.value.code is ErrorCode.REVISION_CHANGED
    assert report_of(store, record_id).restated_by == again


def changes(store: DemoStore, record_id: str) -> list[Any]:
    with Session(store.engine) as session:
        tenant_id, report = store.context.tenant_id, report_of(store, record_id).report
        lists = store.context.lists
        revisions, _ = manifest(
            session, tenant_id, lists, facts_for(session, tenant_id, lists, report, today(store))
        )
    return later_changes(kept(store, record_id).content, revisions)


def edit_establishments(store: DemoStore, write: Write, rooms: int) -> int:
    """Write one more revision of every establishment; return how many there are."""

    def edit(batch: Batch, context: OperationContext) -> int:
        rows = batch.session.execute(
            select(Record.record_id, Record.body).where(Record.type == "establishment")
        ).all()
        batch.load([record_id for record_id, _ in rows])
        for record_id, body in rows:
            stored = batch.get(record_id)
            assert stored is not None
            made = next_revision(stored, data={**data_of(body), "rooms_total": rooms})
            operations.put_record(batch, context, made)
        return len(rows)

    return write(edit)


def test_every_operation_is_audited(store: DemoStore, write: Write) -> None:
    frozen(store, write, opened(write, year=2022))
    with Session(store.engine) as session:
        rows = session.execute(
            select(Audit.action, Audit.actor_id).where(Audit.action.like("report_%"))
        ).all()
    assert {"report_opened", "report_edited", "report_signed_off", "report_frozen"} <= {
        action for action, _ in rows
    }
    assert {actor for _, actor in rows} == {OFFICER}
