"""Compression of pages with gzip."""

from __future__ import annotations

import gzip
import io
import secrets

from flask import Response, request

_PACKED = ("text/html", "application/json")
_LEAST_BYTES = 1024
_LEVEL = 6
_LONGEST_PADDING = 32


def pack(response: Response) -> Response:
    """Compress a page or JSON response if the browser accepts gzip; files and short responses are skipped."""
    if response.mimetype not in _PACKED or response.is_streamed or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    is_taken = request.accept_encodings.quality("gzip") > 0
    if not is_taken or "Content-Encoding" in response.headers or len(response.data) < _LEAST_BYTES:
        return response
    packed = io.BytesIO()
    # A page contains the CSRF token beside text of others: a file name of random length in the gzip header
    # hides how a guess of the token changes the size (BREACH).
    padding = secrets.token_hex(secrets.randbelow(_LONGEST_PADDING) + 1)
    with gzip.GzipFile(padding, "wb", _LEVEL, packed, mtime=0) as writer:
        writer.write(response.data)
    response.data = packed.getvalue()
    response.headers["Content-Encoding"] = "gzip"
    return response
