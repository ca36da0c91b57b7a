"""Canonical JSON (RFC 8785 on the protocol's subset: no floats) and its hashes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence

from field178_shared.immutable import immutable

_MASK = (1 << 128) - 1


def canonical(value: object) -> bytes:
    """Return the canonical bytes of objects, lists, texts, integers, booleans and null.

    Keys on the wire are ASCII, so code point order and the UTF-16 order of RFC 8785 are the same.
    """
    return _encode(value)


def stdlib_encoder(*, sort_keys: bool) -> json.JSONEncoder:
    """Return the standard library's encoder of the protocol's JSON."""
    # Values come from parsers or literals, so reference cycles cannot occur.
    return json.JSONEncoder(
        ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=sort_keys, separators=(",", ":")
    )


_STDLIB = stdlib_encoder(sort_keys=True)


def _encode_by_stdlib(value: object) -> bytes:
    return _STDLIB.encode(value).encode()


try:
    from msgspec.json import Encoder
except ImportError:  # a tablet without it: the same bytes, eight times slower
    _encode: Callable[[object], bytes] = _encode_by_stdlib
else:
    _encode = Encoder(order="sorted").encode


def record_hash(record_id: str, record_type: str, rev: int, deleted: bool, data: object) -> str:
    """Return `h`: the first 32 hex digits of SHA-256 of canonical [id, type, rev, deleted, data]."""
    return record_hash_of_body(record_id, record_type, rev, deleted, canonical(data))


def record_hash_of_body(record_id: str, record_type: str, rev: int, deleted: bool, body: bytes) -> str:
    """Return `h` from the canonical bytes of `data`, without encoding them again."""
    head = canonical([record_id, record_type, rev, deleted])[:-1]
    return hashlib.sha256(b"".join((head, b",", body, b"]"))).hexdigest()[:32]


def short_hash(value: object) -> str:
    """Return the 16 hex digits that replace a long value in `was` (`$h`) or a seen content (`_h`)."""
    return hashlib.sha256(canonical(value)).hexdigest()[:16]


def receipt_hash(change_id: str, status: str, reason: str | None) -> str:
    """Return `h` of a receipt: as of a record, but of canonical [change_id, status, reason]."""
    quoted = "null" if reason is None else f'"{reason}"'
    return hashlib.sha256(f'["{change_id}","{status}",{quoted}]'.encode()).hexdigest()[:32]


def bucket(record_id: str) -> str:
    """Return the bucket of a record: the last byte of its id as two hex digits."""
    return record_id[-2:]


@immutable(slots=True)
class Digest:
    """Order-free digest of a set of 128-bit values: how many, and their sum modulo 2^128."""

    count: int = 0
    total: int = 0

    def add(self, value: str | int) -> Digest:
        """Return the digest with one more member (hex text or integer)."""
        return Digest(self.count + 1, (self.total + _number(value)) & _MASK)

    def remove(self, value: str | int) -> Digest:
        """Return the digest without one member."""
        return Digest(self.count - 1, (self.total - _number(value)) & _MASK)

    def union(self, other: Digest) -> Digest:
        """Return the digest of the union of two sets, which MUST be disjoint."""
        return Digest(self.count + other.count, (self.total + other.total) & _MASK)

    def wire(self) -> list[object]:
        """Return `[n, s]` as the protocol writes it."""
        return [self.count, f"{self.total:032x}"]


EMPTY = Digest()


def digest_of(values: Iterable[str | int]) -> Digest:
    """Return the digest of all the given members."""
    count = total = 0
    for value in values:
        count += 1
        total += _number(value)
    return Digest(count, total & _MASK)


def digest_from_wire(value: object) -> Digest | None:
    """Return the digest of a wire form `[n, 32 hex digits]`, or None for other values."""
    if not (isinstance(value, list) and len(value) == 2):
        return None
    count, total = value
    if type(count) is not int or count < 0 or not isinstance(total, str) or len(total) != 32:
        return None
    try:
        return Digest(count, int(total, 16))
    except ValueError:
        return None


def state_hash(
    epoch: str | None, backed_up: int, notices: Iterable[str], scopes: Iterable[tuple[str, int, Digest]]
) -> str:
    """Return `state`: 32 hex digits over all that tablet and server must agree on (docs/sync-protocol.md §8).

    `scopes`: (scope, cursor, digest). Order does not matter.
    """
    value: Sequence[object] = [
        epoch,
        backed_up,
        sorted(notices),
        sorted([scope, cursor, digest.wire()] for scope, cursor, digest in scopes),
    ]
    return hashlib.sha256(canonical(value)).hexdigest()[:32]


def _number(value: str | int) -> int:
    return value if isinstance(value, int) else int(value, 16)
