"""The PDF of a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from field178_server.office.reports.column_widths import column_letters
from field178_server.office.reports.printed import FIGURE_HEAD, FIGURE_WIDTHS, PrintedReport
from field178_shared.documents.blocks import (
    Annex,
    Block,
    Heading,
    Letterhead,
    Paragraph,
    SignatureBlock,
    Table,
)
from field178_shared.documents.pdf_drawing import draw

# A longer last paragraph is not kept whole with the signature: enough of its lines share the page anyway.
_LONG = 600


@dataclass(frozen=True, slots=True)
class ReportSeal:
    """Hash and foot lines that tie the pages of a report to its frozen content."""

    h: str
    lines: tuple[str, ...]

    @property
    def qr_text(self) -> str:
        """The text of the QR code."""
        return f"field178:report?h={self.h}"


def report_pdf(report: PrintedReport, made_at: datetime | None) -> bytes:
    """Return the PDF of a report; equal reports and instants give equal bytes."""
    head = Letterhead(
        authority=(report.superior_body, report.issuing_body),
        number=report.number,
        dateline=report.dateline,
        title=report.title,
        subtitle=f"{report.subject}\n{report.period}",
    )
    return draw(head, list(_blocks(report)), ReportSeal(report.h, report.foot), made_at)


def _blocks(report: PrintedReport) -> Iterator[Block]:
    yield from (Paragraph(line) for line in report.opening)
    body = list(_body(report))
    ending = _ending(body)
    yield from body[: len(body) - len(ending)]
    yield SignatureBlock(ending, report.recipients, report.signer)
    for annex in report.annexes:
        widths = column_letters(annex.head, annex.rows)
        yield Annex(annex.label, annex.name, annex.note, annex.head, widths, annex.rows, annex.is_summed)


def _ending(body: Sequence[Heading | Paragraph | Table]) -> tuple[Heading | Paragraph, ...]:
    """Return the blocks kept with the signature: the last paragraph, if short, and the headings above it."""
    ending: list[Heading | Paragraph] = []
    for block in reversed(body):
        if isinstance(block, Heading) and ending:
            ending.insert(0, block)
        elif isinstance(block, Paragraph) and not ending and len(block.text) <= _LONG:
            ending.append(block)
        else:
            break
    return tuple(ending)


def _body(report: PrintedReport) -> Iterator[Heading | Paragraph | Table]:
    for section in report.sections:
        if section.group:
            yield Heading(section.group)
        yield Heading(section.heading)
        yield from (Paragraph(line) for line in section.lines)
        if section.figures:
            rows = tuple(
                (figure.label, figure.value, figure.basis, figure.before, figure.change)
                for figure in section.figures
            )
            yield Table(FIGURE_HEAD, FIGURE_WIDTHS, rows, centred=True)
    if report.ending:
        yield Paragraph(report.ending)
