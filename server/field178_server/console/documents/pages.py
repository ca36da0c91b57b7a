"""Papers of a visit as PDF: byte for byte those that the tablet makes of the same revision."""

from __future__ import annotations

import io
from collections.abc import Callable

from flask import Response, send_file

from field178_server.audit import trail
from field178_server.console.shell.blueprint import console
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.documents.queries import paper_source
from field178_server.records.access import access_of
from field178_shared.codelists import CodeLists, load
from field178_shared.documents.sources import COMMITMENT, MINUTES, VisitSource
from field178_shared.errors import AppError, ErrorCode

_KINDS = (MINUTES, COMMITMENT)


@console.get("/records/<record_id>/papers/<kind>")
def record_paper(record_id: str, kind: str) -> Response:
    """Send one paper of a visit within access, after its audit entry."""
    runtime, officer = current_runtime(), current_officer()
    access = access_of(officer.role, officer.scopes)
    with snapshot(runtime.engine) as session:
        found = paper_source(session, runtime.tenant_id, access, record_id)
    if found is None or kind not in _KINDS:
        raise AppError(ErrorCode.NOT_FOUND)
    content = _maker_of(kind)(found.visit, load())
    stamp = trail.Stamp(runtime.tenant_id, runtime.ids.time_ordered(), runtime.clock.now())
    entry = trail.AuditEntry("paper_taken", record_id, found.scope, {"kind": kind, "rev": found.visit.rev})
    actor = trail.Actor("officer", officer.id)
    run_write(runtime.engine, lambda session: trail.record(session, stamp, actor, entry))
    return send_file(
        io.BytesIO(content),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=found.visit.file_name(kind),
        max_age=0,
        etag=False,
        conditional=False,
    )


def _maker_of(kind: str) -> Callable[[VisitSource, CodeLists], bytes]:
    # With the first paper: drawing takes 20 MB of fonts and tables that most servers never need.
    from field178_shared.documents.commitment import commitment_pdf
    from field178_shared.documents.inspection_minutes import inspection_minutes_pdf

    return {MINUTES: inspection_minutes_pdf, COMMITMENT: commitment_pdf}[kind]
