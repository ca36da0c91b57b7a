"""GET and HEAD /api/v1/snapshots/<scope>/<name>: packed scopes, for tablets that hold the grant (§5)."""

from __future__ import annotations

from flask import Blueprint, Response, send_file

from field178_server.auth import current_device, require_device
from field178_server.packing import ADDRESS, packing_of
from field178_server.runtime import current_runtime
from field178_shared.errors import AppError, ErrorCode

bp = Blueprint("snapshots", __name__, url_prefix=ADDRESS)


@bp.get("/<scope>/<name>")
@require_device
def packed_scope(scope: str, name: str) -> Response:
    """Send a pack or a range of it; the grant is looked at each time, as what is in the pack is."""
    if scope not in current_device().scopes:
        raise AppError(ErrorCode.NOT_FOUND)
    pack = packing_of(current_runtime()).find(scope, name)
    if pack is None:
        raise AppError(ErrorCode.NOT_FOUND)
    try:
        response = send_file(
            pack.path, mimetype="application/gzip", etag=pack.sha256, last_modified=None, conditional=True
        )
    except FileNotFoundError as error:  # swept in this moment
        raise AppError(ErrorCode.NOT_FOUND) from error
    response.headers["Cache-Control"] = "no-store"  # no proxy may keep what a grant opens
    return response
