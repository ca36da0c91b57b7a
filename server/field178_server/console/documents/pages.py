"""Documents of a visit or session as PDF: the same bytes as the tablet makes of the same revision."""

from __future__ import annotations

import io

from flask import Response, send_file

from field178_server.audit.trail import AuditEntry
from field178_server.console.shell.form_actions import office
from field178_server.console.shell.page import current_page, or_404
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.documents.queries import paper_source
from field178_shared.codelists import load
from field178_shared.documents.sources import COMMITMENT, MINUTES, SESSION_RECORD, SessionSource, VisitSource


def paper(record_id: str, kind: str) -> Response:
    """Send a document of a record within the officer's access, after its audit entry."""
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        record = or_404(paper_source(session, page.tenant_id, page.access, record_id))
    name, content = or_404(_document(kind, record.source))
    entry = AuditEntry("paper_taken", record_id, record.scope, {"kind": kind, "rev": record.source.rev})
    run_write(page.runtime.engine, lambda session: office().note(session, entry))
    return send_file(
        io.BytesIO(content),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=name,
        max_age=0,
        etag=False,
        conditional=False,
    )


def _document(kind: str, source: VisitSource | SessionSource) -> tuple[str, bytes] | None:
    """Return name and content of a document, None for a kind that such a record does not have."""
    # Imported with the first document: fonts and tables take 20 MB that most servers never need.
    from field178_shared.documents.commitment_pdf import commitment_pdf
    from field178_shared.documents.inspection_minutes_pdf import inspection_minutes_pdf
    from field178_shared.documents.session_record_pdf import session_record_pdf

    if isinstance(source, SessionSource):
        is_known = kind == SESSION_RECORD
        return (source.file_name(), session_record_pdf(source, load())) if is_known else None
    make = {MINUTES: inspection_minutes_pdf, COMMITMENT: commitment_pdf}.get(kind)
    return None if make is None else (source.file_name(kind), make(source, load()))
