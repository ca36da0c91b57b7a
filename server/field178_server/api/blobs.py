"""GET and HEAD /api/v1/blobs/<sha256>: stored bytes, for tablets whose scopes name them (protocol §9.3)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, request, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from field178_server.attachments.queries import known_blob, restricted_namings
from field178_server.attachments.storage.locations import file_store_of
from field178_server.audit import trail
from field178_server.database.models import Attachment
from field178_server.database.unit_of_work import Session, run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_device, require_device
from field178_server.runtime import Runtime
from field178_shared.errors import AppError, ErrorCode

bp = Blueprint("blobs", __name__, url_prefix="/api/v1/blobs")
BACKED_UP = "F178-Backed-Up"


@bp.get("/<sha256>")
@require_device
def blob(sha256: str) -> Response:
    """Send a file as it was received; whether a proved backup holds it is told in a header.

    Each reading of a restricted file is written into the audit trail, as the office's looks are.
    """
    runtime, device = current_runtime(), current_device()
    with snapshot(runtime.engine) as session:
        found = known_blob(session, runtime.tenant_id, device.scopes, sha256)
        named = restricted_namings(session, runtime.tenant_id, device.scopes, sha256)
    store = file_store_of(runtime.settings)
    if found is None or not store.holds(found.sha256, found.size):
        raise AppError(ErrorCode.NOT_FOUND)
    if named and request.method == "GET":
        # Before the first byte goes: a look that cannot be written down is none.
        run_write(runtime.engine, lambda session: _note(session, runtime, device.id, named))
    response = send_file(
        store.open(found.sha256),
        mimetype=found.content_type,
        as_attachment=True,
        download_name=found.sha256,
        etag=found.sha256,
        last_modified=None,
        conditional=False,
    )
    response.content_length = found.size
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=found.size)
    except RequestedRangeNotSatisfiable:
        response.close()
        raise
    if found.backed_up_at is not None:
        response.headers[BACKED_UP] = "1"
    return response


def _note(session: Session, runtime: Runtime, device_id: str, named: Sequence[Attachment]) -> None:
    for one in named:
        entry = trail.AuditEntry(
            "file_viewed", one.record_id, one.scope, {"key": one.attachment_key, "kind": one.kind}
        )
        stamp = trail.Stamp(runtime.tenant_id, runtime.ids.time_ordered(), runtime.clock.now())
        trail.record(session, stamp, trail.Actor("device", device_id), entry)
