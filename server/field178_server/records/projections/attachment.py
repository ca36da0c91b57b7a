"""Projection of the files that records of any type reference (docs/sync-protocol.md §9.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from field178_server.database import engine as database
from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.fast.prepared import Prepared
from field178_server.database.models import Attachment
from field178_server.records.projections.source import ProjectedRecord, SourceRecord

_KEY = ("tenant_id", "record_id", "attachment_key", "sha256")
_COLUMNS = (*_KEY, "scope", "size", "content_type", "kind", "device_id", "named_at")
# The first device and time are kept: access to the file and the alarm of missing files depend on them.
_FIRST_ONLY = ("device_id", "named_at")
_SHA256 = re.compile(r"[0-9a-f]{64}")

_NAMED = Prepared(
    select(Attachment.record_id, Attachment.attachment_key, Attachment.sha256).where(
        Attachment.tenant_id == bindparam("tenant_id"),
        database.among(Attachment.record_id, bindparam("record_ids")),
    )
)


def write(connection: Connection, tenant_id: str, changed: Sequence[ProjectedRecord], now: datetime) -> None:
    """Upsert the rows of files that live records reference, delete the rows of removed references."""
    table, at = table_of(Attachment), bulk.stored_instant(connection, now)
    rows = [
        (tenant_id, *file, projected.device_id, at)
        for projected in changed
        for file in _files_of(projected.record)
    ]
    stale = _stored(connection, tenant_id, changed) - {row[1:4] for row in rows}
    bulk.delete(connection, table, _KEY, [(tenant_id, *named) for named in sorted(stale)])
    bulk.upsert(connection, table, _COLUMNS, rows, keep=_FIRST_ONLY)


def _files_of(record: SourceRecord) -> list[tuple[object, ...]]:
    """Return a row (record id, key, sha256, scope, size, content type, kind) per file of a live record."""
    if record.deleted:
        return []
    return [
        (
            record.record_id,
            key,
            sha256,
            record.scope,
            file.size or 0,
            file.content_type or "",
            file.evidence_kind or None,
        )
        # A typed value of a record type that declares no files names none.
        for key, file in (getattr(record.value, "attachments", None) or {}).items()
        if _SHA256.fullmatch(sha256 := file.sha256 or "")
    ]


def _stored(
    connection: Connection, tenant_id: str, changed: Sequence[ProjectedRecord]
) -> set[tuple[object, ...]]:
    # A new record has no rows: most pushes need no query.
    older = [projected.record.record_id for projected in changed if projected.record.rev > 1]
    if not older:
        return set()
    return set(_NAMED.rows_by(connection, {"tenant_id": tenant_id, "record_ids": older}))
