"""A report with something in each of its parts, for the check of a template."""

from __future__ import annotations

from field178_server.office.reports.printed import (
    PrintedAnnex,
    PrintedFigure,
    PrintedReport,
    PrintedSection,
)
from field178_shared.codelists import CodeLists

_FIGURE = PrintedFigure("x", "x", "1", "1/2", "1", "+1")


def sample_report(lists: CodeLists) -> PrintedReport:
    """Return the sample: a section with a figure, and an annex."""
    annex = next(iter(lists.annex_tables.values()))
    return PrintedReport(
        superior_body="x",
        issuing_body="x",
        number="x",
        dateline="x",
        title="x",
        subject="x",
        period="x",
        opening=("x",),
        sections=(PrintedSection("x", "x", "x", ("x",), (_FIGURE,)),),
        ending="x",
        signer=("x",),
        recipients=("x",),
        annexes=(PrintedAnnex(annex.id, annex.vi, "x", "x", "x", ("x", "x"), (("x", "1"),)),),
        foot=("x",),
    )
