"""Viewing: the others are told that an officer has a record open, the officer what came meanwhile."""

from __future__ import annotations

from flask import Response, request

from field178_server.console.reviews.decisions import seen_record
from field178_server.console.reviews.pages import view_of
from field178_server.console.reviews.queue_view import QueueQuery
from field178_server.console.shell.form_actions import whole_number
from field178_server.console.shell.layout import render
from field178_server.database.models import RecordView
from field178_server.database.unit_of_work import Session, run_write
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.reviews.operations import SeenRecord
from field178_server.office.reviews.queue import QueueState, queue_counts, queue_row, review_revisions
from field178_server.office.reviews.viewing import note_view, others_viewing
from field178_shared.errors import AppError, ErrorCode


def note_viewing(record_id: str) -> Response:
    """Note that the officer looks at this revision; return who else does, and what has changed since."""
    runtime, officer = current_runtime(), current_officer()
    query = QueueQuery.parse(request.form.get("view", ""))
    seen, shown, now = seen_record(record_id), whole_number("shown", "0"), runtime.clock.now()

    def work(session: Session) -> tuple[bool, tuple[str, ...], int]:
        view = view_of(query)
        row = queue_row(session, view, record_id)
        if row is None:
            raise AppError(ErrorCode.NOT_FOUND)
        review_rev = review_revisions(session, runtime.tenant_id, [record_id])[record_id]
        has_changed = SeenRecord(record_id, row.rev, review_rev) != seen or row.state != request.form.get(
            "state", row.state
        )
        # Whoever looks at what stands no longer has not looked at the record: it is approved with no others.
        rev = 0 if has_changed else seen.rev
        note_view(
            session,
            RecordView(
                tenant_id=runtime.tenant_id, record_id=record_id, officer_id=officer.id, rev=rev, at=now
            ),
        )
        others = others_viewing(session, runtime.tenant_id, record_id, officer.id, now)
        count = shown if query.flag else queue_counts(session, view)[query.state]
        return has_changed, others, count

    has_changed, others, count = run_write(runtime.engine, work)
    return render(
        "reviews/viewing.html",
        has_changed=has_changed,
        record_href=query.record_href(record_id),
        others=", ".join(others),
        new=max(0, count - shown) if query.state is QueueState.WAITING else 0,
        list_href=query.list_href(),
    )
