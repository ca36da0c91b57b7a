"""Headers of the upload protocol tus 1.0.0 (core, creation, checksum, expiration), read strictly."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime

from werkzeug.datastructures import Headers

from field178_server.attachments.storage.chunk import Checksum
from field178_server.attachments.upload_rows import UploadRequest
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import is_uuid
from field178_shared.text.formats import parse_whole_number

VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,expiration"
ALGORITHMS = {"sha1": 20, "sha256": 32}
PIECE = "application/offset+octet-stream"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAMED = ("sha256", "content_type", "record_id")


def check_version(headers: Headers) -> None:
    """Raise AppError(tus_version) unless the request's version is the served one."""
    if headers.get("Tus-Resumable") != VERSION:
        raise AppError(ErrorCode.TUS_VERSION, versions=[VERSION])


def number(headers: Headers, name: str) -> int:
    """Return the whole number of a header."""
    value = parse_whole_number(headers.get(name, ""))
    if value is None:
        raise _bad(name)
    return value


def upload_request(headers: Headers) -> UploadRequest:
    """Return the upload that a creation request announces by Upload-Length and Upload-Metadata."""
    size = number(headers, "Upload-Length")
    if size < 1:
        raise _bad("Upload-Length")
    text = headers.get("Upload-Metadata", "")
    metadata = _metadata(text)
    sha256, content_type, record_id = (metadata.get(name, "") for name in _NAMED)
    if not (_SHA256.fullmatch(sha256) and is_uuid(record_id) and 0 < len(content_type) <= 100):
        raise _bad("Upload-Metadata")
    # Other members that a client may add, such as a file name, are not stored.
    kept = ",".join(pair for pair in map(str.strip, text.split(",")) if pair.split(" ")[0] in _NAMED)
    return UploadRequest(sha256, size, content_type, record_id, kept)


def checksum(headers: Headers) -> Checksum | None:
    """Return the checksum of an uploaded chunk, None if the request has none."""
    text = headers.get("Upload-Checksum")
    if text is None:
        return None
    algorithm, _, encoded = text.partition(" ")
    digest = _decoded(encoded)
    if digest is None or len(digest) != ALGORITHMS.get(algorithm):
        raise _bad("Upload-Checksum")
    return Checksum(algorithm, digest)


def expires(at: datetime) -> str:
    """Return an instant in the format of Upload-Expires."""
    return format_datetime(at, usegmt=True)


def capabilities(max_size: int) -> Mapping[str, str]:
    """Return the headers with the server's version, extensions, size limit and algorithms."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(max_size),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }


def _metadata(text: str) -> dict[str, str]:
    metadata: dict[str, str] = {}
    for pair in filter(None, map(str.strip, text.split(","))):
        name, _, encoded = pair.partition(" ")
        value = _decoded(encoded)
        if value is None or name in metadata:
            raise _bad("Upload-Metadata")
        metadata[name] = value.decode("utf-8", "replace")
    return metadata


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _bad(name: str) -> AppError:
    return AppError(ErrorCode.BAD_REQUEST, pointer=f"/headers/{name}")
