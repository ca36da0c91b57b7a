"""The annexes of a report as a workbook (XLSX): a sheet each, and one with the figures of the sections."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from field178_server.office.reports.column_widths import column_letters
from field178_server.office.reports.printed import FIGURE_HEAD, PrintedReport
from field178_server.office.reports.stable_zip import stable

_UNKNOWN_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_FONT, _A4 = "Times New Roman", 9
_HEAD_ROW = 3
# Margins of ND 30/2020 in inches: left, right, top, bottom.
_MARGINS = (1.18, 0.59, 0.79, 0.87)
_FIRST_WIDTH, _LEAST_WIDTH = 30, 9
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{3})*")
_SHARE = re.compile(r"\d+,\d%")
# Number formats with the Vietnamese locale code: 136.957 and 60,5%.
_NUMBER_FORMAT, _SHARE_FORMAT = "[$-42A]#,##0", "[$-42A]0.0%"


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A table with its sheet name, heading and column heads."""

    name: str
    heading: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    is_summed: bool = False


def annex_workbook(report: PrintedReport, made_at: datetime | None) -> bytes:
    """Return the workbook; equal reports and instants give equal bytes."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.formats[0].set_font_name(_FONT)
        book.set_properties(
            {"created": (made_at or _UNKNOWN_TIME).replace(tzinfo=None), "title": report.subject}
        )
        for table in _sheets(report):
            _SheetWriter(book, book.add_worksheet(table.name), table).draw(report)
    return stable(out.getvalue())


class _SheetWriter:
    """Writer of one table into a worksheet."""

    def __init__(self, book: Any, sheet: Any, what: _Sheet) -> None:
        self._book, self._sheet, self._what = book, sheet, what

    def draw(self, report: PrintedReport) -> None:
        """Write the report's subject, the table and the foot lines, and set up the printed pages."""
        what, sheet = self._what, self._sheet
        letters = column_letters(what.head, what.rows)
        widths = [max(letter_count, _LEAST_WIDTH) for letter_count in letters]
        sheet.set_column(0, 0, max(widths[0], _FIRST_WIDTH))
        for column, width in enumerate(widths[1:], 1):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, what.heading, self._format(bold=True, font_size=13))
        sheet.write_string(1, 0, f"{report.subject} {report.period}", self._format(italic=True))
        self._write(0, what.head, bold=True, text_wrap=True, valign="vcenter", bg_color="#EDEDED")
        for number, row in enumerate(what.rows, 1):
            self._write(number, row, bold=what.is_summed and number == len(what.rows), text_wrap=True)
        foot = (*report.left_out, *report.foot)
        for number, line in enumerate(foot):
            sheet.write_string(_HEAD_ROW + len(what.rows) + 2 + number, 0, line, self._format(font_size=9))
        self._set_pages(len(foot))

    def _write(self, number: int, row: Sequence[str], **style: Any) -> None:
        for column, text in enumerate(row):
            at, is_figure = (_HEAD_ROW + number, column), number > 0 and column > 0
            place = {"border": 1, "align": "center" if column else "left", "valign": "vcenter", **style}
            if is_figure and _NUMBER.fullmatch(text):
                self._sheet.write_number(
                    *at, int(text.replace(".", "")), self._format(**place, num_format=_NUMBER_FORMAT)
                )
            elif is_figure and _SHARE.fullmatch(text):
                share = int(text[:-1].replace(",", "")) / 1000
                self._sheet.write_number(*at, share, self._format(**place, num_format=_SHARE_FORMAT))
            else:
                self._sheet.write_string(*at, text, self._format(**place))

    def _set_pages(self, foot: int) -> None:
        sheet, last = self._sheet, _HEAD_ROW + len(self._what.rows) + 1 + foot
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.set_margins(*_MARGINS)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_HEAD_ROW)
        sheet.print_area(0, 0, last, len(self._what.head) - 1)
        sheet.freeze_panes(_HEAD_ROW + 1, 1)
        sheet.set_footer('&L&"Times New Roman"&9&A&R&"Times New Roman"&9&P/&N')

    def _format(self, **style: Any) -> Any:
        return self._book.add_format({"font_name": _FONT, "font_size": 11, **style})


def _sheets(report: PrintedReport) -> Iterator[_Sheet]:
    figures = [
        (figure.label, figure.value, figure.basis, figure.before, figure.change, section.heading)
        for section in report.sections
        for figure in section.figures
    ]
    yield _Sheet("Số liệu", report.subject, (*FIGURE_HEAD, "Mục của báo cáo"), figures)
    for annex in report.annexes:
        yield _Sheet(annex.label, annex.title, annex.head, annex.rows, annex.is_summed)
