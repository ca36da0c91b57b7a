"""Pages that compare a report with its records: changes since, and revisions behind a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request, url_for
from sqlalchemy.orm import Session

from field178_server.console.reports.board_view import title_of
from field178_server.console.reports.counting import comparison_of, counting_page, request_comparison
from field178_server.console.reports.reader import seen_report
from field178_server.console.shell.links import page_links, requested_page
from field178_server.console.shell.page import Page, current_page, or_404
from field178_server.office.reports.printed import printed, printed_changes
from field178_server.office.reports.queries import StoredReport, frozen_report, signed_content
from field178_server.records.paging import PageOfRows
from field178_shared.text.i18n import N_

PAGE_SIZE = 50


def later(record_id: str) -> Response:
    """Show which records and figures changed since a report was frozen, or signed off."""
    page, is_failed = current_page(), False
    with page.reading() as session:
        stored = seen_report(session, page, record_id)
        before = _stored_content(session, page, stored)
        comparison = comparison_of(session, page, stored)
        if comparison is None:
            is_failed = not request_comparison(session, page, stored)
    is_frozen, title = bool(stored.report.frozen_hash), title_of(stored.report, page.localizer)
    if comparison is None:
        back = (url_for("console.reports.detail", record_id=record_id), title)
        return counting_page(page, page.say(_HEADINGS[is_frozen]), back, is_failed=is_failed)
    changes = comparison.changes
    rows = PageOfRows.within(requested_page(request.args.get("page", "")), PAGE_SIZE, len(changes))
    return page.render(
        "reports/later.html",
        record_id=record_id,
        title=title,
        figures=printed_changes(printed(before), printed(comparison.content)),
        count=len(changes),
        changes=changes[rows.offset : rows.offset + rows.size],
        pages=page_links(
            rows, lambda number: url_for("console.reports.later", record_id=record_id, page=number)
        ),
        is_frozen=is_frozen,
        counted_at=comparison.counted_at,
        at=before["frozen_at"] if is_frozen else stored.report.signed_off_at,
    )


def trace(record_id: str, key: str) -> Response:
    """Show the exact revisions that a number of a frozen report counts."""
    page = current_page()
    with page.reading() as session:
        stored = seen_report(session, page, record_id)
        frozen = or_404(frozen_report(session, page.tenant_id, record_id))
    places = or_404(frozen.content["trace"].get(key))
    rows = PageOfRows.within(requested_page(request.args.get("page", "")), PAGE_SIZE, len(places))
    report = printed(frozen.content, frozen.sha256)
    figures = (figure for section in report.sections for figure in section.figures)
    figure = next((figure for figure in figures if figure.id == key), None)
    annex_title = next((annex.title for annex in report.annexes if annex.id == key), key)
    return page.render(
        "reports/trace.html",
        record_id=record_id,
        figure=figure,
        title=figure.label if figure else annex_title,
        report_title=title_of(stored.report, page.localizer),
        count=len(places),
        records=[frozen.content["records"][place] for place in places[rows.offset : rows.offset + rows.size]],
        pages=page_links(
            rows, lambda number: url_for("console.reports.trace", record_id=record_id, key=key, page=number)
        ),
    )


# Heading of the comparison, by whether the report is frozen.
_HEADINGS = {
    True: N_("What has changed since the freeze"),
    False: N_("What has changed since the sign-off"),
}


def _stored_content(session: Session, page: Page, stored: StoredReport) -> Mapping[str, Any]:
    """Return the content that was frozen, else the content that was signed off."""
    frozen = frozen_report(session, page.tenant_id, stored.record_id)
    return or_404(frozen.content if frozen is not None else signed_content(session, page.tenant_id, stored))
