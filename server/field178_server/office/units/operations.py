"""Operation that moves establishments from an ended unit to a successor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import EstablishmentProjection
from field178_server.records import scopes
from field178_server.records.access import AccessFilter
from field178_server.records.batch import Batch
from field178_server.records.move import move
from field178_server.replication.policy.record_validation import declared_types
from field178_server.replication.quarantine.reprocess import lock_tablets, run_record
from field178_shared.codelists import CodeLists
from field178_shared.errors import AppError, ErrorCode
from field178_shared.record_type import RecordType
from field178_shared.records.establishment import values_of_move
from field178_shared.records.reading import text_of

# Announces the move to the tablets, in the same transaction.
Announce = Callable[[Session, OperationContext], None]


def reassign(
    session: Session,
    context: OperationContext,
    access: AccessFilter,
    from_unit: str,
    targets_by_id: Mapping[str, str],
    announce: Announce,
) -> int:
    """Move establishments of an ended unit to successors; return the number of moved establishments.

    `targets_by_id`: establishment id to unit id. An establishment that is deleted or in another unit is
    skipped, so that a repeated request moves nothing. Raises AppError(not_found) for a unit that is no
    successor or is out of the officer's access.
    """
    targets = sorted(set(targets_by_id.values()))
    _refuse_foreign(context.lists, access, from_unit, targets)
    scopes.ensure(session, context.tenant_id, [f"unit:{unit_id}" for unit_id in targets], context.lists)
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    for record_id in sorted(targets_by_id):
        lock_tablets(batch, record_id)
    batch.load(sorted(targets_by_id))
    moved = []
    for record_id, unit_id in sorted(targets_by_id.items()):
        entry = batch.get(record_id)
        is_there = entry is not None and entry.type == RecordType.ESTABLISHMENT and not entry.deleted
        if entry is None or not is_there or text_of(entry.data, "unit_id") != from_unit:
            continue
        values = values_of_move(entry.data, unit_id, context.lists)
        move(batch, record_id, f"unit:{unit_id}", context.actor.id, values)
        context.note(session, AuditEntry("record_moved", record_id, f"unit:{unit_id}", {"from": from_unit}))
        moved.append(record_id)
    if not moved:
        return 0
    batch.flush()
    announce(session, context)
    for record_id in moved:
        run_record(Batch(session, context.tenant_id, context.clock, context.ids), declared_types(), record_id)
    return len(moved)


def entries_of(
    session: Session, tenant_id: str, access: AccessFilter, unit_id: str, most: int
) -> Sequence[str]:
    """Return the ids of at most `most` establishments of a unit."""
    query = select(EstablishmentProjection.record_id).where(
        EstablishmentProjection.tenant_id == tenant_id,
        EstablishmentProjection.unit_id == unit_id,
        access.covers(EstablishmentProjection.scope),
    )
    return session.scalars(query.order_by(EstablishmentProjection.sort_key).limit(most)).all()


def _refuse_foreign(lists: CodeLists, access: AccessFilter, from_unit: str, targets: Sequence[str]) -> None:
    following = {step.target for step in lists.successors(from_unit)}
    for unit_id in targets:
        if unit_id not in following or not access.holds(f"unit:{unit_id}"):
            raise AppError(ErrorCode.NOT_FOUND, unit=unit_id)
    if not access.holds(f"unit:{from_unit}"):
        raise AppError(ErrorCode.NOT_FOUND, unit=from_unit)
