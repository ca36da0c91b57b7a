"""Viewing of a record: other officers who view it, and changes since the page was opened."""

from __future__ import annotations

from flask import Response, request
from sqlalchemy.orm import Session

from field178_server.console.reviews.decisions import seen_record
from field178_server.console.reviews.queue_query import QueueQuery
from field178_server.console.shell.form_actions import whole_number
from field178_server.console.shell.page import current_page, or_404
from field178_server.database.models import RecordView
from field178_server.database.unit_of_work import run_write
from field178_server.office.reviews.operations import SeenRecord
from field178_server.office.reviews.queue import QueueState, queue_counts, queue_row, review_revisions
from field178_server.office.reviews.viewing import note_view, others_viewing


def note_viewing(record_id: str) -> Response:
    """Store that the officer views this revision; return other viewers, and changes since."""
    page, query = current_page(), QueueQuery.parse(request.form.get("view", ""))
    tenant_id, officer_id = page.tenant_id, page.officer.id
    seen, shown = seen_record(record_id), whole_number("shown", "0")

    def work(session: Session) -> tuple[bool, tuple[str, ...], int]:
        view = query.view(page)
        row = or_404(queue_row(session, view, record_id))
        review_rev = review_revisions(session, tenant_id, [record_id])[record_id]
        has_changed = SeenRecord(record_id, row.rev, review_rev) != seen or row.state != request.form.get(
            "state", row.state
        )
        # A viewed revision that has changed does not count as viewed for an approval of several records.
        rev = 0 if has_changed else seen.rev
        note_view(
            session,
            RecordView(tenant_id=tenant_id, record_id=record_id, officer_id=officer_id, rev=rev, at=page.now),
        )
        others = others_viewing(session, tenant_id, record_id, officer_id, page.now)
        count = shown if query.flag else queue_counts(session, view)[query.state]
        return has_changed, others, count

    has_changed, others, count = run_write(page.runtime.engine, work)
    return page.render_part(
        "reviews/viewing.html",
        query=query,
        record_id=record_id,
        has_changed=has_changed,
        others=others,
        new=max(0, count - shown) if query.state is QueueState.WAITING else 0,
    )
