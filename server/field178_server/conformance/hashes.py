"""Canonical JSON, hashes and digests of the sync protocol (§2), and the result of a change on a record."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]


def canonical(value: object) -> bytes:
    """Return the canonical form of a value without floats."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def short_hash(value: object) -> str:
    """Return the short hash of a value: 16 hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()[:16]


def content_hash(record: Json) -> str:
    """Return `h` of a record."""
    members = [record["id"], record["type"], record["rev"], record["deleted"], record["data"]]
    return _hash(members)


def receipt_hash(receipt: Json) -> str:
    """Return `h` of a receipt as a row of the scope of its device."""
    return _hash([receipt["change_id"], receipt["status"], receipt["reason"]])


def state_hash(epoch: str, backed_up: int, notices: list[str], scopes: list[list[object]]) -> str:
    """Return `state` of a request: hash of epoch, backup, notices and scopes."""
    return _hash([epoch, backed_up, sorted(notices), sorted(scopes, key=lambda scope: str(scope[0]))])


def digest(hashes: Iterable[str]) -> list[object]:
    """Return the digest of a set of `h`: their number and their sum."""
    values = [int(h, 16) for h in hashes]
    return [len(values), f"{sum(values) % 2**128:032x}"]


def buckets(hashes: dict[str, str]) -> dict[str, list[object]]:
    """Return the digest of each bucket of rows, given as {id: h}."""
    parts: dict[str, list[str]] = {}
    for row_id, h in hashes.items():
        parts.setdefault(row_id[-2:], []).append(h)
    return {bucket: digest(part) for bucket, part in sorted(parts.items())}


def changed(data: Json, change: Json) -> Json:
    """Return data with the paths of a change set (null removes; missing objects are created)."""
    result: Json = json.loads(json.dumps(data))
    for path, value in change["set"].items():
        *way, last = path.split(".")
        inner = result
        for key in way:
            if value is None and key not in inner:
                break
            inner = inner.setdefault(key, {})
        else:
            inner.pop(last, None)
            if value is not None:
                inner[last] = value
    return result


def unpadded(data: bytes) -> str:
    """Return bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def padded(text: str) -> bytes:
    """Return the bytes of a base64url text without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _hash(value: object) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()[:32]
