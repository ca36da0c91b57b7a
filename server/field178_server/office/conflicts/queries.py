"""Queries of conflicts: values of each tablet and the stored values."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from field178_server.database.models import ConflictRow, Record
from field178_server.records.access import AccessFilter
from field178_server.records.find_record import StoredRecord, find_record
from field178_server.records.labels import Names, ids_in, names_of, titles_of
from field178_server.replication.policy.conflict_records import OPEN, RESOLVED
from field178_shared.ids import review_id
from field178_shared.merge import Data, read_path
from field178_shared.rules.review import is_locked

# Most conflicts of one record on a page; more are shown after these are resolved.
PER_RECORD = 150
SETTLED_SHOWN = 50


@dataclass(frozen=True, slots=True)
class ConflictValue:
    """One value in conflict: the value that its author saw (`was`) and set (`mine`) in a change."""

    change_id: str
    was: object
    mine: object
    user_id: str | None
    at: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """Conflict of one tablet and the store about one field of a record."""

    conflict_id: str
    rev: int
    record_id: str
    record_type: str
    path: str
    device_id: str
    changed_at: datetime
    entries: tuple[ConflictValue, ...]


@dataclass(frozen=True, slots=True)
class ConflictList:
    """The open conflicts of some records, newest first, with their records, titles and names."""

    conflicts: tuple[FieldConflict, ...]
    records: Mapping[str, StoredRecord]
    titles: Mapping[str, str]
    names: Names


@dataclass(frozen=True, slots=True)
class RecordConflicts:
    """One record with its open conflicts and its latest resolved conflicts."""

    record: StoredRecord
    title: str | None
    is_locked: bool
    open: tuple[FieldConflict, ...]
    open_count: int
    settled: tuple[FieldConflict, ...]
    names: Names


def open_conflicts(
    session: Session, tenant_id: str, access: AccessFilter, record_ids: Collection[str]
) -> ConflictList:
    """Return the open conflicts of these records within the access filter, newest first."""
    on_record = ConflictRow.record_id.in_(sorted(record_ids))
    open_ = _conflicts(session, (*open_within(tenant_id, access), on_record), PER_RECORD * len(record_ids))
    records = _records(session, tenant_id, record_ids)
    return ConflictList(
        conflicts=open_,
        records=records,
        titles=titles_of(session, tenant_id, access, record_ids),
        names=names_of(session, tenant_id, _ids_on_page(open_, records.values())),
    )


def conflicts_on(
    session: Session, tenant_id: str, access: AccessFilter, record_id: str
) -> RecordConflicts | None:
    """Return the conflicts of one record within the access filter, else None."""
    record = find_record(session, tenant_id, record_id)
    if record is None or not access.holds(record.scope):
        return None
    on_record = (ConflictRow.tenant_id == tenant_id, ConflictRow.record_id == record_id)
    is_open = (*on_record, ConflictRow.state == OPEN)
    open_ = _conflicts(session, is_open, PER_RECORD)
    settled = _conflicts(session, (*on_record, ConflictRow.state == RESOLVED), SETTLED_SHOWN)
    review = find_record(session, tenant_id, review_id(record_id))
    return RecordConflicts(
        record=record,
        title=titles_of(session, tenant_id, access, [record_id]).get(record_id),
        is_locked=review is not None and not review.deleted and is_locked(review.data),
        open=open_,
        open_count=_count(session, is_open),
        settled=settled,
        names=names_of(session, tenant_id, _ids_on_page([*open_, *settled], [record])),
    )


def open_within(tenant_id: str, access: AccessFilter) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for open conflicts within the access filter."""
    return (
        ConflictRow.tenant_id == tenant_id,
        ConflictRow.state == OPEN,
        access.covers(ConflictRow.scope),
    )


def _count(session: Session, conditions: Iterable[ColumnElement[bool]]) -> int:
    return session.scalar(select(func.count()).select_from(ConflictRow).where(*conditions)) or 0


def _conflicts(
    session: Session, conditions: Iterable[ColumnElement[bool]], limit: int
) -> tuple[FieldConflict, ...]:
    rows = session.execute(
        select(ConflictRow, Record.rev, Record.body)
        .join(
            Record,
            (Record.tenant_id == ConflictRow.tenant_id) & (Record.record_id == ConflictRow.conflict_id),
        )
        .where(*conditions)
        .order_by(ConflictRow.changed_at.desc(), ConflictRow.conflict_id)
        .limit(limit)
    )
    return tuple(_conflict(row, rev, json.loads(body)) for row, rev, body in rows)


def _conflict(row: ConflictRow, rev: int, body: Data) -> FieldConflict:
    entries = body.get("entries")
    offered = sorted(entries.items()) if isinstance(entries, dict) else ()
    return FieldConflict(
        conflict_id=row.conflict_id,
        rev=rev,
        record_id=row.record_id,
        record_type=row.record_type,
        path=row.path,
        device_id=row.device_id,
        changed_at=row.changed_at,
        entries=tuple(_entry(change_id, value) for change_id, value in offered if isinstance(value, dict)),
    )


def _entry(change_id: str, value: Data) -> ConflictValue:
    user, at = value.get("user"), value.get("at")
    return ConflictValue(
        change_id=change_id,
        was=value.get("was"),
        mine=value.get("mine"),
        user_id=user if isinstance(user, str) else None,
        at=at if isinstance(at, str) else None,
        reason=str(value.get("reason", "changed")),
    )


def _records(session: Session, tenant_id: str, record_ids: Collection[str]) -> dict[str, StoredRecord]:
    rows = session.scalars(
        select(Record).where(Record.tenant_id == tenant_id, Record.record_id.in_(sorted(record_ids)))
    )
    return {
        row.record_id: StoredRecord(
            row.record_id, row.type, row.scope, row.rev, row.deleted, row.h, json.loads(row.body)
        )
        for row in rows
    }


def _ids_on_page(conflicts: Iterable[FieldConflict], records: Iterable[StoredRecord]) -> set[str]:
    data = {record.record_id: record.data for record in records}
    ids = {record.scope.partition(":")[2] for record in records}
    for conflict in conflicts:
        stored = read_path(data.get(conflict.record_id, {}), conflict.path)
        values = [[entry.user_id, entry.was, entry.mine] for entry in conflict.entries]
        ids |= ids_in([conflict.device_id, conflict.path.split("."), stored, values])
    return ids
