"""Acts of the operator on single records: moving one, merging two and taking it back, deciding on one."""

from __future__ import annotations

from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.office.records import merge as record_merge
from field178_server.records import scopes
from field178_server.records.batch import Batch
from field178_server.records.move import move as move_record
from field178_server.replication.policy.record_validation import declared_types
from field178_server.replication.quarantine.reprocess import lock_tablets, run_record


def move(session: Session, context: OperationContext, record_id: str, scope: str) -> None:
    """Move a record to another scope, whose row is made when there is none.

    Changes of the record that wait in quarantine are judged again: their tablets may see it where it is now.
    """
    scopes.ensure(session, context.tenant_id, (scope,), context.lists)
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    lock_tablets(batch, record_id)
    move_record(batch, record_id, scope, context.actor.id)
    batch.flush()
    context.note(session, AuditEntry("record_moved", record_id, scope))
    run_record(Batch(session, context.tenant_id, context.clock, context.ids), declared_types(), record_id)


def merge(session: Session, context: OperationContext, record_id: str, into: str) -> int:
    """Merge a record into another one and return the revision of the first."""
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    rev = record_merge.merge(batch, context, record_id, into)
    batch.flush()
    return rev


def unmerge(session: Session, context: OperationContext, record_id: str) -> int:
    """Take a merge back and return the revision of the record."""
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    rev = record_merge.unmerge(batch, context, record_id)
    batch.flush()
    return rev
