"""Files of a record: photos as previews, documents unchanged; views of restricted files are audited."""

from __future__ import annotations

from functools import partial

from flask import Response, send_file
from sqlalchemy.orm import Session

from field178_server.attachments.previews import make_preview, preview_name
from field178_server.attachments.queries import RecordFile, files_of
from field178_server.attachments.storage.file_store import file_store_of
from field178_server.audit.trail import AuditEntry
from field178_server.console.records.documents import send_document
from field178_server.console.records.files_view import DOCUMENT, is_restricted, is_viewable
from field178_server.console.shell.form_actions import office
from field178_server.console.shell.page import Page, current_page, or_404
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.records.find_record import find_record
from field178_server.runtime import Runtime
from field178_shared.errors import AppError, ErrorCode


def file(record_id: str, key: str) -> Response:
    """Send a file of a record within the officer's access."""
    page = current_page()
    runtime = page.runtime
    with snapshot(runtime.engine) as session:
        scope, file = _readable_file(session, page, record_id, key)
    content = or_404(
        send_document(runtime, file) if file.content_type == DOCUMENT else _preview(runtime, file)
    )
    if is_restricted(file):
        entry = AuditEntry("file_viewed", record_id, scope, {"key": key, "kind": file.kind})
        run_write(runtime.engine, lambda session: office().note(session, entry))
    return content


def _preview(runtime: Runtime, file: RecordFile) -> Response | None:
    store = file_store_of(runtime.settings)
    data_dir, name = runtime.settings.data_dir.absolute(), preview_name(runtime.tenant_id, file.sha256)
    try:
        has_preview = make_preview(partial(store.open, file.sha256), data_dir, name)
    except FileNotFoundError:
        has_preview = False
    if not has_preview:
        return None
    return send_file(data_dir / name, mimetype="image/jpeg", max_age=0, etag=False, conditional=False)


def _readable_file(session: Session, page: Page, record_id: str, key: str) -> tuple[str, RecordFile]:
    """Return the scope of the record and its file, or raise AppError(not_found)."""
    record = find_record(session, page.tenant_id, record_id)
    if record is None or record.deleted or not page.access.holds(record.scope):
        raise AppError(ErrorCode.NOT_FOUND)
    for file in files_of(session, page.tenant_id, record_id):
        if file.key == key and is_viewable(file):
            return record.scope, file
    raise AppError(ErrorCode.NOT_FOUND)
