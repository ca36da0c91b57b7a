"""The annexes of a report as a workbook (XLSX): a sheet each, and one with the figures of the sections."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from field178_server.office.reports.printed import PrintedReport
from field178_server.office.reports.report_paper import FIGURE_HEAD
from field178_server.office.reports.stable_zip import stable

_UNKNOWN_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_FIRST_WIDTH, _WIDTH = 44, 14
_HEAD_ROW = 3


def annex_workbook(report: PrintedReport, made_at: datetime | None) -> bytes:
    """Return the workbook, the same bytes for the same report and instant."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties(
            {"created": (made_at or _UNKNOWN_TIME).replace(tzinfo=None), "title": report.subject}
        )
        bold = book.add_format({"bold": True, "text_wrap": True, "border": 1, "valign": "top"})
        cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
        title = book.add_format({"bold": True, "font_size": 13})
        for name, heading, rows in _sheets(report):
            sheet = book.add_worksheet(name)
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)
            sheet.repeat_rows(_HEAD_ROW)
            sheet.freeze_panes(_HEAD_ROW + 1, 1)
            sheet.set_column(0, 0, _FIRST_WIDTH)
            sheet.set_column(1, len(rows[0]), _WIDTH)
            sheet.write_string(0, 0, heading, title)
            sheet.write_string(1, 0, f"{report.subject} {report.period}")
            for number, row in enumerate(rows):
                for column, text in enumerate(row):
                    at, form = (_HEAD_ROW + number, column), bold if number == 0 else cell
                    plain = text.replace(".", "")
                    if number and column and plain.isdecimal():
                        sheet.write_number(*at, int(plain), form)
                    else:
                        sheet.write_string(*at, text, form)
            for number, line in enumerate(report.foot):
                sheet.write_string(_HEAD_ROW + len(rows) + 1 + number, 0, line)
    return stable(out.getvalue())


def _sheets(report: PrintedReport) -> Iterator[tuple[str, str, Sequence[Sequence[str]]]]:
    figures = [
        (one.label, one.value, one.basis, one.before, one.change)
        for section in report.sections
        for one in section.figures
    ]
    yield "Số liệu", report.subject, [FIGURE_HEAD, *figures]
    for number, annex in enumerate(report.annexes, 1):
        yield f"Phụ lục {number}", annex.title, [annex.head, *annex.rows]
