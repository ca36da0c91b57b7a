"""The office's map file, of which browsers read ranges."""

from __future__ import annotations

from flask import Response, request, send_file

from field178_server.console.shell import maps
from field178_server.console.shell.blueprint import KEEP_PRIVATELY
from field178_shared.errors import AppError, ErrorCode


def map_ground() -> Response:
    """Return a range of the office's map file; raises AppError(not_found) without a map file.

    An address with its version lets the browser cache it, but no shared cache: it is for signed-in officers.
    """
    path = maps.map_file()
    if path is None or not maps.ground_kind(path):
        raise AppError(ErrorCode.NOT_FOUND)
    version = maps.ground_version(path)
    response = send_file(path, mimetype="application/octet-stream", conditional=True, etag=version)
    if request.args.get("v") == version:
        response.headers["Cache-Control"] = KEEP_PRIVATELY
    return response
