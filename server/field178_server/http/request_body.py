"""Request bodies: limited in size, decoded, strictly parsed, validated by a schema."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request
from marshmallow import Schema, ValidationError

from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire import content_coding, strict_json
from field178_shared.wire.protocol import MAX_BODY_BYTES, MAX_EXPANDED_BYTES

_CHARSETS = ("", "utf-8", "utf8")


def read_json() -> object:
    """Return the JSON value of the body, or raise the protocol's AppError."""
    return strict_json.loads(read_text())


def read_text() -> bytes:
    """Return the decoded bytes of a JSON body, or raise the protocol's AppError."""
    charset = request.mimetype_params.get("charset", "").lower()
    if request.mimetype != "application/json" or charset not in _CHARSETS:
        raise AppError(ErrorCode.UNSUPPORTED_MEDIA_TYPE)
    coding_name = request.headers.get("Content-Encoding", "").strip().lower()
    return content_coding.decode(coding_name, _read_as_sent(), MAX_EXPANDED_BYTES)


def _read_as_sent() -> bytes:
    # One byte more than the limit: Flask would silently truncate a longer chunked body.
    request.max_content_length = MAX_BODY_BYTES + 1
    body = request.get_data(cache=False)
    if len(body) > MAX_BODY_BYTES:
        raise AppError(ErrorCode.TOO_LARGE, limit=MAX_BODY_BYTES, unit="bytes")
    return body


def load(schema: Schema) -> dict[str, object]:
    """Return the body's members loaded by a schema, or raise AppError(bad_request) with a pointer."""
    value = read_json()
    if not isinstance(value, Mapping):
        raise AppError(ErrorCode.BAD_REQUEST, pointer="", problem="not_object")
    try:
        loaded = schema.load(value)
    except ValidationError as error:
        name = min(error.messages_dict)
        raise AppError(ErrorCode.BAD_REQUEST, pointer=f"/{name}") from None
    assert isinstance(loaded, dict)
    return loaded
