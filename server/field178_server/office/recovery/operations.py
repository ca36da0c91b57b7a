"""The office decides on salvage: a record becomes the office's own change, or is set aside for good."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from field178_server.audit.operation_context import Desk
from field178_server.audit.trail import Entry
from field178_server.database.models import Salvage, Scope
from field178_server.records.batch import Act, Batch
from field178_server.records.stored_record import Stored, next_revision
from field178_server.replication.divergent_records import WAITING
from field178_server.replication.policy.record_merge import merged_into
from field178_server.replication.policy.record_validation import TypeRules
from field178_server.replication.quarantine.reprocess import lock_tablets, run_orphans
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import Data, difference, without_nulls
from field178_shared.schemas import Side
from field178_shared.time.clock import to_wire
from field178_shared.wire.canonical import canonical

TAKEN = "taken"
SET_ASIDE = "set_aside"


def waiting(session: Session, tenant_id: str) -> list[Salvage]:
    """Return all that waits for a decision, the oldest first; contents are read when they are asked for."""
    query = (
        select(Salvage)
        .options(defer(Salvage.body))
        .where(Salvage.tenant_id == tenant_id, Salvage.state == WAITING)
        .order_by(Salvage.received_at, Salvage.record_id, Salvage.h, Salvage.device_id)
    )
    return list(session.scalars(query))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which salvaged record is meant; `h` names its content where tablets sent several.

    `seen_rev` is the revision that stood when the office decided, 0 for none; None does not ask.
    """

    record_id: str
    h: str | None = None
    seen_rev: int | None = None


def take(session: Session, desk: Desk, rules: TypeRules, wanted: Wanted) -> int:
    """Make a salvaged record the latest word on it, as a change by the office; return its revision.

    The revision counts on from what the tablet had, so that no tablet takes the record for an older one.
    """
    record_id, batch = wanted.record_id, Batch(session, desk.tenant_id, desk.clock, desk.ids)
    # In the order of everyone: tablets, the record, what was salvaged of it.
    lock_tablets(batch, record_id)
    batch.load([record_id])
    rows, before = _find(session, desk, wanted), batch.get(record_id)
    if wanted.seen_rev is not None and wanted.seen_rev != (before.rev if before is not None else 0):
        raise AppError(ErrorCode.REVISION_CHANGED, record=record_id)
    known = before if before is not None else _not_there(session, rows[0])
    data = _content(rows[0])
    _refuse(batch, known, rows[0], (data, rules))
    latest = replace(known, rev=max(known.rev, rows[0].rev))
    after = next_revision(latest, data=data, deleted=rows[0].deleted)
    batch.put(after, _act(batch, desk, before, data))
    batch.flush()
    _settle(session, desk, rows, TAKEN)
    if before is None:
        # What waited for this record can be judged now.
        run_orphans(Batch(session, desk.tenant_id, desk.clock, desk.ids), rules, [record_id])
    return after.rev


def set_aside(session: Session, desk: Desk, wanted: Wanted, reason: str | None = None) -> None:
    """Decide that a salvaged record is not wanted; it stays in the store and is not shown again."""
    _settle(session, desk, _find(session, desk, wanted), SET_ASIDE, reason)


def _find(session: Session, desk: Desk, wanted: Wanted) -> list[Salvage]:
    """Return the waiting rows of one content, from however many tablets."""
    query = select(Salvage).where(
        Salvage.tenant_id == desk.tenant_id, Salvage.record_id == wanted.record_id, Salvage.state == WAITING
    )
    rows = list(session.scalars(query.with_for_update()))
    found = [row for row in rows if wanted.h in (None, row.h)]
    if not found:
        raise AppError(ErrorCode.NOT_FOUND, record=wanted.record_id)
    if len(hashes := sorted({row.h for row in found})) > 1:
        raise AppError(ErrorCode.REQUIRED, path="hash", known=" ".join(hashes))
    return found


def _not_there(session: Session, row: Salvage) -> Stored:
    if session.get(Scope, (row.tenant_id, row.scope)) is None:
        raise AppError(ErrorCode.NOT_FOUND, scope=row.scope)
    return Stored(row.record_id, row.type, row.scope, row.rev, 0, row.deleted, "", "", None)


def _content(row: Salvage) -> Data:
    data = without_nulls(json.loads(row.body))
    assert isinstance(data, dict)
    return data


def _refuse(batch: Batch, known: Stored, row: Salvage, wanted: tuple[Data, TypeRules]) -> None:
    """Refuse what the office could not enter itself either."""
    data, rules = wanted
    type_ = rules.types.get(row.type)
    if type_ is None:
        raise AppError(ErrorCode.UNKNOWN_TYPE, type=row.type)
    if Side.OFFICE not in type_.editors or known.subject_id is not None or type_.scope_kind == "system":
        raise AppError(ErrorCode.FORBIDDEN, type=row.type)
    if known.type != row.type:
        raise AppError(ErrorCode.WRONG_TYPE, type=row.type)
    if known.scope.partition(":")[0] != type_.scope_kind:
        raise AppError(ErrorCode.SCOPE_MISMATCH, scope=known.scope)
    if batch.is_locked(known.record_id):
        raise AppError(ErrorCode.LOCKED, record=known.record_id)
    if known.is_purged or merged_into(known) is not None:
        raise AppError(ErrorCode.PURGED if known.is_purged else ErrorCode.MERGED, record=known.record_id)
    if (problem := rules.problem(row.type, data)) is not None:
        raise AppError(problem[0], paths=" ".join(sorted(problem[1])))


def _act(batch: Batch, desk: Desk, before: Stored | None, data: Data) -> Act:
    set_, was = difference({} if before is None else before.data, data)
    payload = {"op": "put", "create": before is None, "set": set_, "was": was, "salvage": True}
    text = canonical(payload).decode()
    return Act(batch.ids.time_ordered(), desk.actor.id, None, to_wire(batch.now), text)


def _settle(
    session: Session, desk: Desk, rows: Sequence[Salvage], state: str, reason: str | None = None
) -> None:
    for row in rows:
        row.state, row.settled_at = state, desk.now()
        row.settled_by, row.settled_reason = desk.actor.id, reason
    desk.note(session, Entry(f"salvage_{state}", rows[0].record_id, rows[0].scope, {"count": len(rows)}))
