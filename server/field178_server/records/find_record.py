"""Lookup of a stored record by id, and of its establishment."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import CompoundSelect, Select, bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from field178_server.database.declarative_base import KEY_TYPE
from field178_server.database.models import FiledRecord, MergeProjection, Record
from field178_shared.ids import is_uuid, review_id
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.reading import text_of
from field178_shared.wire.protocol import MERGED_INTO

_DELETED = select(Record.record_id, Record.body).where(
    Record.tenant_id == bindparam("tenant_id"),
    Record.record_id.in_(bindparam("record_ids", expanding=True)),
    Record.deleted,
    Record.body.contains(f'"{MERGED_INTO}":'),
)


def merge_targets_of(session: Session, tenant_id: str, record_ids: Collection[str]) -> dict[str, str]:
    """Return {merged record: its merge target}; records that were not merged are left out."""
    steps: dict[str, str] = {}
    todo, passed = set(record_ids), set[str]()
    while todo := todo - passed:
        passed |= todo
        rows = session.execute(_DELETED, {"tenant_id": tenant_id, "record_ids": sorted(todo)})
        targets = {record_id: json.loads(body).get(MERGED_INTO) for record_id, body in rows}
        steps |= {record_id: into for record_id, into in targets.items() if isinstance(into, str)}
        todo = set(steps.values())
    return {record_id: _end(record_id, steps) for record_id in record_ids if record_id in steps}


def merged_into_any_of(tenant_id: str, targets: Select[str]) -> Select[str]:
    """Return the query of the ids of these records and of all records merged into them, also indirectly."""
    # A CTE without a name, so that a statement can contain several.
    members = targets.cte(recursive=True)
    step = select(MergeProjection.record_id).join(
        members, (MergeProjection.tenant_id == tenant_id) & (MergeProjection.into_id == members.c[0])
    )
    members = members.union(step)
    return select(members.c[0])


def _end(record_id: str, steps: Mapping[str, str]) -> str:
    # Bounded by the number of steps: a circle, which merges never make, MUST NOT loop forever.
    for _ in steps:
        record_id = steps.get(record_id, record_id)
    return record_id


FILED_TYPES = (RecordType.INSPECTION, RecordType.OUTREACH_SESSION)


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """The stored state of a record."""

    record_id: str
    type: str
    scope: str
    rev: int
    deleted: bool
    h: str
    data: Data


def find_record(session: Session, tenant_id: str, record_id: str) -> StoredRecord | None:
    """Return a record of any scope by its id, or None: the caller MUST check the access filter."""
    row = session.get(Record, (tenant_id, record_id))
    if row is None:
        return None
    return _stored(row)


def _stored(row: Record) -> StoredRecord:
    return StoredRecord(row.record_id, row.type, row.scope, row.rev, row.deleted, row.h, json.loads(row.body))


def number_on(data: Data) -> str:
    """Return the number of a visit or session on its papers: the record code, else the minutes number."""
    return text_of(data, "record_code") or text_of(data, "minutes_number")


def find_reviewed(session: Session, tenant_id: str, record_id: str) -> dict[str, StoredRecord]:
    """Return a record with its review and its establishment, by id, in one statement.

    A merged establishment is returned as deleted record; `establishment_of` returns its merge target.
    """
    if not is_uuid(record_id):
        return {}
    visited = select(FiledRecord.establishment_id).where(
        FiledRecord.tenant_id == tenant_id, FiledRecord.record_id == record_id
    )
    # One list of ids: with two conditions and OR, SQLite (which has no statistics) scans all records.
    ids: CompoundSelect[str] = union_all(
        *(select(literal(key, KEY_TYPE)) for key in (record_id, review_id(record_id))), visited
    )
    rows = session.scalars(select(Record).where(Record.tenant_id == tenant_id, Record.record_id.in_(ids)))
    return {row.record_id: _stored(row) for row in rows}


def establishment_of(session: Session, tenant_id: str, record: StoredRecord) -> StoredRecord | None:
    """Return the establishment of a record, or None; for a merged establishment its merge target."""
    establishment_id = record.data.get("establishment_id")
    if not isinstance(establishment_id, str):
        return None
    targets = merge_targets_of(session, tenant_id, [establishment_id])
    return find_record(session, tenant_id, targets.get(establishment_id, establishment_id))
