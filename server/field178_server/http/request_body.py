"""Request bodies: bounded, decoded, strictly parsed, checked against a schema."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request
from marshmallow import Schema, ValidationError

from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire import content_coding, strict_json
from field178_shared.wire.protocol import MAX_BODY_BYTES, MAX_EXPANDED_BYTES

_CHARSETS = ("", "utf-8", "utf8")


def read_json() -> object:
    """Return the JSON value of the body, or raise the protocol's error for what is wrong with it."""
    return strict_json.loads(read_text())


def read_text() -> bytes:
    """Return the decoded body, said to be JSON, or raise the protocol's error for what is wrong with it."""
    charset = request.mimetype_params.get("charset", "").lower()
    if request.mimetype != "application/json" or charset not in _CHARSETS:
        raise AppError(ErrorCode.UNSUPPORTED_MEDIA_TYPE)
    coding_name = request.headers.get("Content-Encoding", "").strip().lower()
    return content_coding.decode(coding_name, _read_as_sent(), MAX_EXPANDED_BYTES)


def _read_as_sent() -> bytes:
    # One byte more than the limit: a chunked body longer than allowed would be cut there without a word.
    request.max_content_length = MAX_BODY_BYTES + 1
    body = request.get_data(cache=False)
    if len(body) > MAX_BODY_BYTES:
        raise AppError(ErrorCode.TOO_LARGE, limit=MAX_BODY_BYTES, unit="bytes")
    return body


def load(schema: Schema) -> dict[str, object]:
    """Return the body's members as the schema wants them, or raise AppError(bad_request) with a pointer."""
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
