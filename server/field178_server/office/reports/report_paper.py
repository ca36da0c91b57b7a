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
from field178_shared.documents.paper import draw

# A last paragraph of more letters may be torn from the signature: enough of it goes with it anyway.
_LONG = 600


@dataclass(frozen=True, slots=True)
class ReportSeal:
    """What ties the pages of a report to its frozen content."""

    h: str
    lines: tuple[str, ...]

    @property
    def qr_text(self) -> str:
        """The text of the QR code."""
        return f"field178:report?h={self.h}"


def report_pdf(report: PrintedReport, made_at: datetime | None) -> bytes:
    """Return the PDF of a report, the same bytes for the same report and instant."""
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
    for one in report.annexes:
        widths = column_letters(one.head, one.rows)
        yield Annex(one.label, one.name, one.note, one.head, widths, one.rows, one.is_summed)


def _ending(body: Sequence[Heading | Paragraph | Table]) -> tuple[Heading | Paragraph, ...]:
    """Return the last paragraph, unless it is a long one, with the headings above it."""
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
            rows = tuple((one.label, one.value, one.basis, one.before, one.change) for one in section.figures)
            yield Table(FIGURE_HEAD, FIGURE_WIDTHS, rows, centred=True)
    if report.ending:
        yield Paragraph(report.ending)
