"""GET /api/v1/dictionaries/<number>: the preset dictionaries of the codings (protocol §5)."""

from __future__ import annotations

import functools
import hashlib

from flask import Blueprint, Response, request

from field178_shared.dictionaries import NUMBERS, dictionary
from field178_shared.errors import AppError, ErrorCode

bp = Blueprint("dictionaries", __name__, url_prefix="/api/v1/dictionaries")


@bp.get("/<int:number>")
def preset_dictionary(number: int) -> Response:
    """Hand a dictionary out, to everyone and for good: its bytes never change."""
    if number not in NUMBERS:
        raise AppError(ErrorCode.NOT_FOUND)
    response = Response(dictionary(number), content_type="application/octet-stream")
    response.set_etag(_tag(number))
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.make_conditional(request)
    return response


@functools.cache
def _tag(number: int) -> str:
    return hashlib.sha256(dictionary(number)).hexdigest()[:32]
