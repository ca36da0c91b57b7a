"""Apply a checked file in one transaction, and undo an import while its records are unchanged."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import (
    EstablishmentProjection,
    FiledRecord,
    Record,
    RegisterImport,
    RegisterImportRecord,
)
from field178_server.office.register_import.checking import CheckedFile, CheckedRow
from field178_server.records import scopes
from field178_server.records.batch import Batch, SourceChange
from field178_server.records.stored_record import new_record, next_revision
from field178_shared.errors import AppError, ErrorCode
from field178_shared.record_type import RecordType
from field178_shared.records.reading import Data
from field178_shared.time.clock import to_wire
from field178_shared.wire.canonical import canonical

_DELETION = canonical({"op": "delete", "set": {}, "was": {}}).decode()
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Blocker:
    """An establishment changed or visited since its import; it prevents undoing the import."""

    record_id: str
    name: str
    is_visited: bool


def apply_import(
    session: Session, context: OperationContext, import_id: str, checked: CheckedFile
) -> dict[str, int]:
    """Write an establishment for each row to import; return the counts of rows by outcome."""
    register_import = session.get_one(RegisterImport, (context.tenant_id, import_id), with_for_update=True)
    if register_import.applied_at is not None:
        raise AppError(ErrorCode.REVISION_CHANGED, register_import=import_id)
    taken = checked.taken
    wanted_scopes = {_scope_of(row.data) for row in taken}
    scopes.ensure(session, context.tenant_id, wanted_scopes, context.lists)
    for first in range(0, len(taken), _AT_ONCE):
        _add(session, context, import_id, taken[first : first + _AT_ONCE])
    counts = {
        "rows": len(checked.rows),
        "taken": len(taken),
        "refused": len(checked.refused),
        "alike": len(checked.rows) - len(taken) - len(checked.refused),
    }
    register_import.counts, register_import.applied_at = json.dumps(counts, sort_keys=True), context.now()
    context.note(session, AuditEntry("register_imported", import_id, details=counts))
    return counts


def _add(session: Session, context: OperationContext, import_id: str, rows: list[CheckedRow]) -> None:
    """Write the records of some rows; a batch of all rows would take too much memory."""
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    at = to_wire(batch.now)
    made: list[dict[str, object]] = []
    for row in rows:
        data = row.data
        record = new_record(
            context.ids.time_ordered(), RecordType.ESTABLISHMENT, _scope_of(data), data, body=row.body
        )
        # Members in canonical order: the history then stores the content only once.
        payload = f'{{"create":true,"op":"put","set":{record.body}}}'
        source = SourceChange(context.ids.time_ordered(), context.actor.id, None, at, payload)
        batch.put(record, source)
        made.append(
            {
                "tenant_id": context.tenant_id,
                "record_id": record.record_id,
                "import_id": import_id,
                "row_number": row.number,
            }
        )
    batch.flush()
    if made:
        session.execute(insert(RegisterImportRecord), made)


def _scope_of(data: Data) -> str:
    return f"unit:{data['unit_id']}"


def undo_import(session: Session, context: OperationContext, import_id: str) -> dict[str, int]:
    """Delete the establishments of an import; return their number, and the largest number in one scope.

    Raises AppError(changed) with `count`, and deletes nothing, if any was changed or visited since.
    """
    register_import = session.get_one(RegisterImport, (context.tenant_id, import_id), with_for_update=True)
    if register_import.applied_at is None or register_import.undone_at is not None:
        raise AppError(ErrorCode.REVISION_CHANGED, register_import=import_id)
    ids = record_ids(session, context.tenant_id, import_id)
    if blocked := blockers(session, context.tenant_id, import_id):
        raise AppError(ErrorCode.CHANGED, count=len(blocked))
    lost: Counter[str] = Counter()
    for first in range(0, len(ids), _AT_ONCE):
        lost += _delete(session, context, ids[first : first + _AT_ONCE])
    register_import.undone_at = context.now()
    counts = {"deleted": len(ids), "most_of_a_scope": max(lost.values(), default=0)}
    context.note(session, AuditEntry("register_import_undone", import_id, details={"deleted": len(ids)}))
    return counts


def _delete(session: Session, context: OperationContext, ids: list[str]) -> Counter[str]:
    """Delete some establishments; return the number of deletions by scope."""
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    batch.load(ids)
    lost: Counter[str] = Counter()
    for record_id in ids:
        record = batch.get(record_id)
        # Read again under a lock: the record may have changed since `blockers`.
        if record is None or record.rev > 1:
            raise AppError(ErrorCode.CHANGED, count=1)
        change_id, at = context.ids.time_ordered(), to_wire(batch.now)
        batch.put(
            next_revision(record, deleted=True),
            SourceChange(change_id, context.actor.id, None, at, _DELETION),
        )
        lost[record.scope] += 1
    batch.flush()
    return lost


def record_ids(session: Session, tenant_id: str, import_id: str) -> list[str]:
    """Return the record ids of an import, ascending."""
    own = (RegisterImportRecord.tenant_id == tenant_id, RegisterImportRecord.import_id == import_id)
    return list(
        session.scalars(
            select(RegisterImportRecord.record_id).where(*own).order_by(RegisterImportRecord.record_id)
        )
    )


def blockers(session: Session, tenant_id: str, import_id: str) -> list[Blocker]:
    """Return the establishments of an import that were changed, deleted or visited since, by name."""
    own = (RegisterImportRecord.tenant_id == tenant_id, RegisterImportRecord.import_id == import_id)
    changed = session.execute(
        select(Record.record_id, Record.body)
        .join(
            RegisterImportRecord,
            (RegisterImportRecord.tenant_id == Record.tenant_id)
            & (RegisterImportRecord.record_id == Record.record_id),
        )
        .where(*own, Record.rev > 1)
    )
    blockers_by_id = {
        record_id: Blocker(record_id, str(json.loads(body).get("name", "")), is_visited=False)
        for record_id, body in changed
    }
    visited = session.execute(
        select(EstablishmentProjection.record_id, EstablishmentProjection.name)
        .join(
            RegisterImportRecord,
            (RegisterImportRecord.tenant_id == EstablishmentProjection.tenant_id)
            & (RegisterImportRecord.record_id == EstablishmentProjection.record_id),
        )
        .join(
            FiledRecord,
            (FiledRecord.tenant_id == EstablishmentProjection.tenant_id)
            & (FiledRecord.establishment_id == EstablishmentProjection.record_id),
        )
        .where(*own)
        .distinct()
    )
    blockers_by_id |= {record_id: Blocker(record_id, name, is_visited=True) for record_id, name in visited}
    return sorted(blockers_by_id.values(), key=lambda blocker: blocker.name)
