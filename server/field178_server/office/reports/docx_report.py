"""The DOCX of a report, filled into the product's template or the office's."""

from __future__ import annotations

import io
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docxtpl import DocxTemplate

from field178_server.office.reports.column_widths import column_letters
from field178_server.office.reports.printed import PrintedReport
from field178_server.office.reports.stable_zip import stable
from field178_server.office.reports.template_language import TemplateLanguage

_UNKNOWN_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_PROPERTIES = "/core-properties"


def report_docx(report: PrintedReport, template: bytes, made_at: datetime | None) -> bytes:
    """Return the DOCX of a report; equal reports, templates and instants give equal bytes."""
    document = DocxTemplate(io.BytesIO(template))
    document.init_docx()
    _drop_foreign_properties(document.docx.part.package)
    document.render(values_of(report), TemplateLanguage())
    _fit_annexes(document.docx, report)
    made = document.docx.core_properties
    made.title = report.subject
    made.created = made.modified = (made_at or _UNKNOWN_TIME).replace(tzinfo=None)
    made.last_modified_by, made.revision = "", 1
    out = io.BytesIO()
    document.save(out)
    return stable(out.getvalue())


def values_of(report: PrintedReport) -> dict[str, Any]:
    """Return the values that placeholders of a template may name."""
    values: dict[str, Any] = asdict(report)
    values.pop("h")
    last = len(report.recipients) - 1
    values["recipients"] = [
        f"{recipient}{'.' if number == last else ';'}" for number, recipient in enumerate(report.recipients)
    ]
    values["sections"] = [
        {**section, "is_last": number == len(report.sections)}
        for number, section in enumerate(values["sections"], 1)
    ]
    return values


def _drop_foreign_properties(package: Any) -> None:
    """Drop core properties under LibreOffice's own relation type: two such parts would break the file."""
    for key, link in list(package.rels.items()):
        if link.reltype.endswith(_PROPERTIES) and link.reltype != RELATIONSHIP_TYPE.CORE_PROPERTIES:
            del package.rels[key]


def _fit_annexes(document: Any, report: PrintedReport) -> None:
    """Set the column widths of the annex tables; the number of columns is not known to the template."""
    left = list(report.annexes)
    for table in document.tables:
        head = tuple(cell.text for cell in table.rows[0].cells) if table.rows else ()
        annex = next((annex for annex in left if annex.head == head), None)
        grid = table._tbl.tblGrid.gridCol_lst
        if annex is None or len(grid) != len(head):
            continue
        left.remove(annex)
        letters = column_letters(annex.head, annex.rows)
        share = sum(column.w for column in grid) / sum(letters)
        widths = [round(letter_count * share) for letter_count in letters]
        for column, width in zip(grid, widths, strict=True):
            column.w = width
        for row in table._tbl.tr_lst:
            if len(row.tc_lst) == len(widths):
                for cell, width in zip(row.tc_lst, widths, strict=True):
                    cell.width = width
