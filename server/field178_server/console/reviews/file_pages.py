"""Files of a record: photos as previews, documents as they are; a look at a restricted one is audited."""

from __future__ import annotations

from functools import partial

from flask import Response, send_file

from field178_server.accounts.officers import OfficerContext
from field178_server.attachments.previews import make_preview, preview_name
from field178_server.attachments.queries import RecordFile, files_of
from field178_server.attachments.storage.file_store import file_store_of
from field178_server.audit import trail
from field178_server.console.records.documents import send_document
from field178_server.console.records.files_view import DOCUMENT, is_restricted, is_viewable
from field178_server.database.unit_of_work import Session, run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.records.access import access_of
from field178_server.records.find_record import find_record
from field178_server.runtime import Runtime
from field178_shared.errors import AppError, ErrorCode


def file(record_id: str, key: str) -> Response:
    """Show one file of a record within access."""
    runtime, officer = current_runtime(), current_officer()
    with snapshot(runtime.engine) as session:
        scope, file = _file_within_reach(session, officer, record_id, key)
    shown = send_document(runtime, file) if file.content_type == DOCUMENT else _preview(runtime, file)
    if shown is None:
        raise AppError(ErrorCode.NOT_FOUND)
    if is_restricted(file):
        entry = trail.AuditEntry("file_viewed", record_id, scope, {"key": key, "kind": file.kind})
        run_write(runtime.engine, lambda session: _note(session, runtime, officer, entry))
    return shown


def _preview(runtime: Runtime, file: RecordFile) -> Response | None:
    store = file_store_of(runtime.settings)
    preview = (runtime.settings.data_dir / preview_name(runtime.tenant_id, file.sha256)).absolute()
    try:
        is_there = make_preview(partial(store.open, file.sha256), preview)
    except FileNotFoundError:
        is_there = False
    if not is_there:
        return None
    return send_file(preview, mimetype="image/jpeg", max_age=0, etag=False, conditional=False)


def _file_within_reach(
    session: Session, officer: OfficerContext, record_id: str, key: str
) -> tuple[str, RecordFile]:
    record = find_record(session, officer.tenant_id, record_id)
    if record is None or record.deleted or not access_of(officer.role, officer.scopes).holds(record.scope):
        raise AppError(ErrorCode.NOT_FOUND)
    for file in files_of(session, officer.tenant_id, record_id):
        if file.key == key and is_viewable(file):
            return record.scope, file
    raise AppError(ErrorCode.NOT_FOUND)


def _note(session: Session, runtime: Runtime, officer: OfficerContext, entry: trail.AuditEntry) -> None:
    stamp = trail.Stamp(runtime.tenant_id, runtime.ids.time_ordered(), runtime.clock.now())
    trail.record(session, stamp, trail.Actor("officer", officer.id), entry)
