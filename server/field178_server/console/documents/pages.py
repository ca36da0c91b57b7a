"""Papers of a visit or session as PDF: byte for byte those that the tablet makes of the same revision."""

from __future__ import annotations

import io

from flask import Response, send_file

from field178_server.audit import trail
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.documents.queries import paper_source
from field178_server.records.access import access_of
from field178_shared.codelists import load
from field178_shared.documents.sources import COMMITMENT, MINUTES, SESSION_RECORD, SessionSource, VisitSource
from field178_shared.errors import AppError, ErrorCode


def paper(record_id: str, kind: str) -> Response:
    """Send one paper of a record within access, after its audit entry."""
    runtime, officer = current_runtime(), current_officer()
    access = access_of(officer.role, officer.scopes)
    with snapshot(runtime.engine) as session:
        found = paper_source(session, runtime.tenant_id, access, record_id)
    paper = None if found is None else _paper(kind, found.source)
    if found is None or paper is None:
        raise AppError(ErrorCode.NOT_FOUND)
    name, content = paper
    stamp = trail.Stamp(runtime.tenant_id, runtime.ids.time_ordered(), runtime.clock.now())
    entry = trail.AuditEntry("paper_taken", record_id, found.scope, {"kind": kind, "rev": found.source.rev})
    actor = trail.Actor("officer", officer.id)
    run_write(runtime.engine, lambda session: trail.record(session, stamp, actor, entry))
    return send_file(
        io.BytesIO(content),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=name,
        max_age=0,
        etag=False,
        conditional=False,
    )


def _paper(kind: str, source: VisitSource | SessionSource) -> tuple[str, bytes] | None:
    """Return name and content of a paper; None where such a record has no such paper."""
    # With the first paper: drawing takes 20 MB of fonts and tables that most servers never need.
    from field178_shared.documents.commitment import commitment_pdf
    from field178_shared.documents.inspection_minutes import inspection_minutes_pdf
    from field178_shared.documents.session_record import session_record_pdf

    if isinstance(source, SessionSource):
        is_known = kind == SESSION_RECORD
        return (source.file_name(), session_record_pdf(source, load())) if is_known else None
    make = {MINUTES: inspection_minutes_pdf, COMMITMENT: commitment_pdf}.get(kind)
    return None if make is None else (source.file_name(kind), make(source, load()))
