"""GET and HEAD /api/v1/blobs/<sha256>: stored bytes, for tablets whose scopes name them (protocol §8)."""

from __future__ import annotations

from flask import Blueprint, Response, request, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from field178_server.auth import current_device, require_device
from field178_server.file_places import file_store_of
from field178_server.queries.blobs import known_blob
from field178_server.runtime import current_runtime
from field178_server.unit_of_work import snapshot
from field178_shared.errors import AppError, ErrorCode

bp = Blueprint("blobs", __name__, url_prefix="/api/v1/blobs")
BACKED_UP = "F178-Backed-Up"


@bp.get("/<sha256>")
@require_device
def blob(sha256: str) -> Response:
    """Send a file as it was received; whether a proved backup holds it is told in a header."""
    runtime, device = current_runtime(), current_device()
    with snapshot(runtime.engine) as session:
        found = known_blob(session, runtime.tenant_id, device.scopes, sha256)
    store = file_store_of(runtime.settings)
    if found is None or not store.holds(found.sha256, found.size):
        raise AppError(ErrorCode.NOT_FOUND)
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
