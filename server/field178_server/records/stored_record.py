"""Immutable state of a record in a batch."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property

from field178_server.records.typed_value import value_of
from field178_shared.immutable import immutable
from field178_shared.merge import Data
from field178_shared.records.value import Value
from field178_shared.wire.canonical import canonical, record_hash_of_body
from field178_shared.wire.protocol import ERASED_AT, ERASED_OPENING


@immutable()
class Stored:
    """State of a record; `body`: the canonical text of `data`, `seq`: its last stamp (0: none yet)."""

    record_id: str
    type: str
    scope: str
    rev: int
    seq: int
    deleted: bool
    h: str
    body: str
    subject_id: str | None

    @cached_property
    def data(self) -> Data:
        """The content of the record; MUST NOT be modified in place."""
        return data_of(self.body)

    @cached_property
    def value(self) -> Value:
        """The content as attributes of its declared type."""
        return value_of(self.type, self.body)

    @property
    def short_hash(self) -> str:
        """Short hash of the content; a delete sends it to prove which content was seen."""
        return hashlib.sha256(self.body.encode()).hexdigest()[:16]

    @property
    def is_erased(self) -> bool:
        """Return whether the content was erased."""
        return self.body.startswith(ERASED_OPENING) and set(self.data) == {ERASED_AT}


def data_of(body: str | bytes) -> Data:
    """Return the content of a stored body."""
    value = json.loads(body)
    assert isinstance(value, dict)
    return value


def new_record(
    record_id: str,
    type_: str,
    scope: str,
    data: Data,
    subject_id: str | None = None,
    body: bytes | None = None,
) -> Stored:
    """Return the first revision of a record; `body`: the canonical bytes of its data, computed if None."""
    content = canonical(data) if body is None else body
    return _holding(_first_revision(record_id, type_, scope, content, subject_id), data=data)


def record_of_content(
    record_id: str, type_: str, scope: str, content: bytes, value: Value, subject_id: str | None = None
) -> Stored:
    """Return the first revision of a record; `content`: its canonical bytes, `value`: decoded from them."""
    return _holding(_first_revision(record_id, type_, scope, content, subject_id), value=value)


def next_revision(
    record: Stored, *, data: Data | None = None, deleted: bool | None = None, scope: str | None = None
) -> Stored:
    """Return the next revision of a record; arguments that are None keep the value."""
    body = record.body.encode() if data is None else canonical(data)
    gone = record.deleted if deleted is None else deleted
    rev = record.rev + 1
    after = Stored(
        record_id=record.record_id,
        type=record.type,
        scope=scope or record.scope,
        rev=rev,
        seq=record.seq,
        deleted=gone,
        h=record_hash_of_body(record.record_id, record.type, rev, gone, body),
        body=body.decode(),
        subject_id=record.subject_id,
    )
    return after if data is None else _holding(after, data=data)


def _first_revision(record_id: str, type_: str, scope: str, content: bytes, subject_id: str | None) -> Stored:
    h = record_hash_of_body(record_id, type_, 1, False, content)
    return Stored(record_id, type_, scope, 1, 0, False, h, content.decode(), subject_id)


def _holding(record: Stored, **properties: object) -> Stored:
    """Fill cached properties of a record, whose body then need not be parsed."""
    record.__dict__.update(properties)
    return record
