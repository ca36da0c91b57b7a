"""Pages that compare a report with its records: what changed since, and the revisions behind a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request, url_for

from field178_server.console.reports import board_view
from field178_server.console.reports.counting import being_compared, comparison_of
from field178_server.console.reports.reader import reader_of, seen_report
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.links import page_links, wanted_page
from field178_server.console.shell.policy import may
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.field_labels import type_name
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.reports.printed import printed, printed_changes
from field178_server.office.reports.queries import (
    KnownReport,
    frozen_report,
    signed_content,
)
from field178_server.records.paging import PageOfRows
from field178_shared.errors import AppError, ErrorCode

PAGE_SIZE = 50


def later(record_id: str) -> Response:
    """Show which records and figures changed since a report was frozen, or signed off."""
    runtime, officer, localizer = current_runtime(), current_officer(), Localizer(chosen_language())
    with snapshot(runtime.engine) as session:
        known = seen_report(session, reader_of(officer, localizer), localizer, record_id)
        before = _stored_content(session, known)
        layout = layout_of(session, officer, localizer)
        found = comparison_of(session, known, localizer)
        if found is None:
            return being_compared(session, known, layout, localizer)
    changes = found.changes
    page = PageOfRows.within(wanted_page(request.args.get("page", "")), PAGE_SIZE, len(changes))
    shown = changes[page.offset : page.offset + page.size]
    is_frozen = bool(known.report.frozen_hash)
    return render(
        "reports/later.html",
        layout=layout,
        active="console.reports.index",
        title=board_view.title_of(known.report, localizer),
        back=url_for("console.reports.detail", record_id=record_id),
        figures=printed_changes(printed(before), printed(found.content)),
        count=localizer.number(len(changes)),
        changes=[
            (
                type_name(one.type, localizer),
                _record_link(one.type, one.record_id),
                one.record_id,
                one.was_rev,
                one.rev,
            )
            for one in shown
        ],
        pages=page_links(
            page, lambda number: url_for("console.reports.later", record_id=record_id, page=number)
        ),
        is_frozen=is_frozen,
        counted_at=localizer.instant(found.counted_at),
        at=localizer.instant(before["frozen_at"] if is_frozen else known.report.signed_off_at),
    )


def trace(record_id: str, key: str) -> Response:
    """Show the exact revisions that a number of a frozen report counts."""
    runtime, officer, localizer = current_runtime(), current_officer(), Localizer(chosen_language())
    with snapshot(runtime.engine) as session:
        known = seen_report(session, reader_of(officer, localizer), localizer, record_id)
        frozen = frozen_report(session, runtime.tenant_id, record_id)
        layout = layout_of(session, officer, localizer)
    places = frozen.content["trace"].get(key) if frozen is not None else None
    if frozen is None or places is None:
        raise AppError(ErrorCode.NOT_FOUND, key=key)
    page = PageOfRows.within(wanted_page(request.args.get("page", "")), PAGE_SIZE, len(places))
    shown = [frozen.content["records"][place] for place in places[page.offset : page.offset + page.size]]
    report_ = printed(frozen.content, frozen.sha256)
    figures = [one for section in report_.sections for one in section.figures if one.id == key]
    annexes = [one for one in report_.annexes if one.id == key]
    return render(
        "reports/trace.html",
        layout=layout,
        active="console.reports.index",
        title=figures[0].label if figures else annexes[0].title if annexes else key,
        value=figures[0].value if figures else "",
        basis=figures[0].basis if figures else "",
        back=url_for("console.reports.detail", record_id=record_id),
        report_title=board_view.title_of(known.report, localizer),
        count=localizer.number(len(places)),
        records=[
            (type_name(type_, localizer), _record_link(type_, one), one, rev, h)
            for one, type_, rev, h in shown
        ],
        pages=page_links(
            page, lambda number: url_for("console.reports.trace", record_id=record_id, key=key, page=number)
        ),
    )


def _stored_content(session: Session, known: KnownReport) -> Mapping[str, Any]:
    """Return the content that was frozen, else the one that was signed off."""
    tenant_id = current_runtime().tenant_id
    frozen = frozen_report(session, tenant_id, known.record_id)
    before = frozen.content if frozen is not None else signed_content(session, tenant_id, known)
    if before is None:
        raise AppError(ErrorCode.NOT_FOUND, record_id=known.record_id)
    return before


def _record_link(type_: str, record_id: str) -> str:
    """Return the address of a record, empty for an officer who does not read records of visits."""
    endpoint = {
        "establishment": "console.establishments.detail",
        "inspection": "console.reviews.detail",
        "outreach_session": "console.reviews.detail",
    }.get(type_, "")
    if not endpoint or not may(current_officer().role, endpoint, Localizer(chosen_language()).lists):
        return ""
    return url_for(endpoint, record_id=record_id)
