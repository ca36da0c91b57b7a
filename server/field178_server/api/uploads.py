"""Files of records: /api/v1/uploads receives them by tus 1.0.0, /api/v1/blobs returns them (protocol §9)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from field178_server.api import tus
from field178_server.attachments.queries import known_blob, restricted_namings
from field178_server.attachments.storage.chunk import MAX_PIECE_BYTES, Piece
from field178_server.attachments.storage.file_store import file_store_of
from field178_server.attachments.storage.free_space import require_space_for_files
from field178_server.attachments.upload_rows import limits_of
from field178_server.attachments.uploads import UploadOffset, uploading_of
from field178_server.attachments.validation import check_kind
from field178_server.audit import trail
from field178_server.database.models import Attachment
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_device, require_device
from field178_server.runtime import Runtime
from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.protocol import HEADER

bp = Blueprint("uploads", __name__, url_prefix="/api/v1/uploads")
blobs = Blueprint("blobs", __name__, url_prefix="/api/v1/blobs")
BACKED_UP = "F178-Backed-Up"


@bp.after_request
def _mark(response: Response) -> Response:
    response.headers["Tus-Resumable"] = tus.VERSION
    if response.status_code == 412:
        response.headers["Tus-Version"] = tus.VERSION
    return response


@bp.route("", methods=["OPTIONS"])
@bp.route("/<upload_id>", methods=["OPTIONS"])
def capabilities(upload_id: str = "") -> Response:
    """Return the headers with extensions and limits; no session is required."""
    return _answer(204, dict(tus.capabilities(limits_of(current_runtime().settings).file)))


@bp.post("")
@require_device
def create() -> Response:
    """Create an upload of a file that a record names or will name."""
    tus.check_version(request.headers)
    if "Upload-Defer-Length" in request.headers:
        raise AppError(ErrorCode.BAD_REQUEST, pointer="/headers/Upload-Defer-Length")
    upload = tus.upload_request(request.headers)
    check_kind(upload.content_type)
    require_space_for_files(current_runtime().settings)
    # Standard tus clients ignore an offset here; tablets (with the protocol header) skip known files.
    begun = uploading_of(current_runtime()).begin(
        current_device(), upload, skip_known=HEADER in request.headers
    )
    headers = {"Location": url_for("uploads.position", upload_id=begun.upload_id)}
    if begun.is_whole:
        headers["Upload-Offset"] = str(begun.offset)
    return _answer(201, headers, begun)


@bp.route("/<upload_id>", methods=["HEAD"])
@require_device
def position(upload_id: str) -> Response:
    """Return the offset of an upload."""
    tus.check_version(request.headers)
    upload = uploading_of(current_runtime()).position(current_device(), upload_id)
    headers = {
        "Upload-Offset": str(upload.offset),
        "Upload-Length": str(upload.size),
        "Upload-Metadata": upload.metadata_text,
        "Cache-Control": "no-store",
    }
    return _answer(200, headers, upload)


@bp.patch("/<upload_id>")
@require_device
def append(upload_id: str) -> Response:
    """Append the next chunk to an upload."""
    tus.check_version(request.headers)
    if request.mimetype != tus.PIECE:
        raise AppError(ErrorCode.UNSUPPORTED_MEDIA_TYPE)
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise AppError(ErrorCode.UNSUPPORTED_ENCODING)
    size = request.content_length
    if size is not None and size > MAX_PIECE_BYTES:
        raise AppError(ErrorCode.TOO_LARGE, limit=MAX_PIECE_BYTES, unit="bytes")
    # One byte more than the limit: a longer chunked body would be cut at the limit without an error.
    request.max_content_length = MAX_PIECE_BYTES + 1
    require_space_for_files(current_runtime().settings)
    piece = Piece(
        tus.number(request.headers, "Upload-Offset"), size, request.stream, tus.checksum(request.headers)
    )
    taken = uploading_of(current_runtime()).append(current_device(), upload_id, piece)
    return _answer(204, {"Upload-Offset": str(taken.offset)}, taken)


@bp.post("/<upload_id>")
@require_device
def overridden(upload_id: str) -> Response:
    """Dispatch a request by X-HTTP-Method-Override, for networks that allow only POST."""
    method = request.headers.get("X-HTTP-Method-Override", "").upper()
    if method == "PATCH":
        return append(upload_id)
    if method == "HEAD":
        return position(upload_id)
    raise AppError(ErrorCode.METHOD_NOT_ALLOWED)


def _answer(status: int, headers: dict[str, str], at: UploadOffset | None = None) -> Response:
    response = Response(status=status, headers=headers)
    del response.headers["Content-Type"]
    if at is not None and not at.is_whole:
        response.headers["Upload-Expires"] = tus.expires(at.expires_at)
    return response


@blobs.get("/<sha256>")
@require_device
def blob(sha256: str) -> Response:
    """Return a file as it was received; a header marks files that a verified backup contains.

    Each download of a restricted file is written into the audit trail, as each view in the console is.
    """
    runtime, device = current_runtime(), current_device()
    # A tablet with an order of the office reads nothing.
    scopes = device.scopes if device.order_number is None else frozenset()
    with snapshot(runtime.engine) as session:
        stored_blob = known_blob(session, runtime.tenant_id, scopes, sha256)
        named = restricted_namings(session, runtime.tenant_id, scopes, sha256)
    store = file_store_of(runtime.settings)
    if stored_blob is None or not store.holds(stored_blob.sha256, stored_blob.size):
        raise AppError(ErrorCode.NOT_FOUND)
    if named and request.method == "GET":
        # Before the first byte: without the audit entry nothing is sent.
        run_write(runtime.engine, lambda session: _note_view(session, runtime, device.id, named))
    response = send_file(
        store.open(stored_blob.sha256),
        mimetype=stored_blob.content_type,
        as_attachment=True,
        download_name=stored_blob.sha256,
        etag=stored_blob.sha256,
        last_modified=None,
        conditional=False,
    )
    response.content_length = stored_blob.size
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=stored_blob.size)
    except RequestedRangeNotSatisfiable:
        response.close()
        raise
    if stored_blob.backed_up_at is not None:
        response.headers[BACKED_UP] = "1"
    return response


def _note_view(session: Session, runtime: Runtime, device_id: str, named: Sequence[Attachment]) -> None:
    for attachment in named:
        entry = trail.AuditEntry(
            "file_viewed",
            attachment.record_id,
            attachment.scope,
            {"key": attachment.attachment_key, "kind": attachment.kind},
        )
        stamp = trail.Stamp(runtime.tenant_id, runtime.ids.time_ordered(), runtime.clock.now())
        trail.record(session, stamp, trail.Actor("device", device_id), entry)
