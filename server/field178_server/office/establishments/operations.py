"""Operations on the register: add and edit establishments, copy values for a merge, dismiss duplicates."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import ChangeHistory, DuplicateDismissal
from field178_server.records import scopes
from field178_server.records.access import AccessFilter
from field178_server.records.batch import Batch, SourceChange
from field178_server.records.history import history_of
from field178_server.records.stored_record import Stored, new_record, next_revision
from field178_server.replication.policy.record_validation import Problems
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import Data, equal, merge, read_path, write_path
from field178_shared.record_type import RecordType
from field178_shared.rules import Context, filing_problems
from field178_shared.rules.problem import by_path
from field178_shared.time.clock import to_wire
from field178_shared.wire.canonical import canonical
from field178_shared.wire.protocol import MERGED_INTO, Op

MAX_REASON = 300


@dataclass(frozen=True, slots=True)
class SeenEstablishment:
    """An establishment and the revision whose values the officer saw in the form."""

    record_id: str
    rev: int


def add(
    session: Session, context: OperationContext, access: AccessFilter, record_id: str, data: Data
) -> None:
    """Add an establishment under the id of the form, so that a form submitted twice adds one.

    Raises AppError: rule with `problems` by path; not_found for a commune outside the officer's access.
    """
    data = content_of(_with_source(data, data))
    _refuse(data, context)
    scope = f"unit:{data['unit_id']}"
    if not access.holds(scope):
        raise AppError(ErrorCode.NOT_FOUND, scope=scope)
    scopes.ensure(session, context.tenant_id, (scope,), context.lists)
    batch = _batch(session, context)
    batch.load([record_id])
    if batch.get(record_id) is not None:
        return
    record = new_record(record_id, RecordType.ESTABLISHMENT, scope, data)
    batch.put(record, _source(batch, context, {"create": True, "set": data, "was": {}}))
    batch.flush()
    context.note(session, AuditEntry("establishment_added", record_id, scope))


def edit(
    session: Session,
    context: OperationContext,
    access: AccessFilter,
    seen: SeenEstablishment,
    values: Mapping[str, object],
) -> None:
    """Set the values that differ from the seen revision; None removes a value.

    A field that a tablet or another officer changed since is not overwritten. Raises AppError:
    revision_changed with `problems` at such fields, or without problems if the seen revision is unknown; rule
    with `problems`; not_found.
    """
    batch = _batch(session, context)
    record = _live_entry(batch, access, seen.record_id)
    values = _with_source(values, _seen_values(batch, record, seen, values))
    was = _seen_values(batch, record, seen, values)
    set_ = {path: values[path] for path in was}
    merged = merge(record.data, set_, was)
    if merged.clashes:
        problems: Problems = {conflict.path: [ErrorCode.CHANGED.value] for conflict in merged.clashes}
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=seen.record_id, problems=problems)
    if merged.applied:
        _write(batch, context, record, merged.data, {"create": False, "set": set_, "was": was})


def copy_values(
    session: Session,
    context: OperationContext,
    access: AccessFilter,
    entries: tuple[SeenEstablishment, SeenEstablishment],
    paths: Collection[str],
) -> None:
    """Copy the values at these paths from the second establishment, which will be merged, to the first.

    The change names the merge, so that `restore_values` can restore the values. Raises AppError:
    revision_changed if the revision of either establishment has changed; rule with `problems`; not_found.
    """
    batch = _batch(session, context)
    target, double = (_live_entry(batch, access, seen.record_id) for seen in entries)
    if (target.rev, double.rev) != (entries[0].rev, entries[1].rev):
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=target.record_id)
    taken = {path: read_path(double.data, path) for path in sorted(paths)}
    set_ = {path: value for path, value in taken.items() if not equal(value, read_path(target.data, path))}
    was = {path: read_path(target.data, path) for path in set_}
    if set_:
        merge_of = {"id": double.record_id, "rev": double.rev + 1}
        members = {"create": False, "set": set_, "was": was, "merge": merge_of}
        _write(batch, context, target, merge(target.data, set_, was).data, members)


def restore_values(
    session: Session, context: OperationContext, access: AccessFilter, merged: SeenEstablishment
) -> None:
    """Restore the values of a merge target that `copy_values` overwrote. `merged`: the merged establishment.

    MUST run before the establishment is unmerged. Values that were changed again since are kept.
    """
    batch = _batch(session, context)
    batch.load([merged.record_id])
    double = batch.get(merged.record_id)
    into = None if double is None else double.data.get(MERGED_INTO)
    if double is None or not isinstance(into, str) or not access.holds(double.scope):
        raise AppError(ErrorCode.NOT_FOUND, record_id=merged.record_id)
    if double.rev != merged.rev:
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=merged.record_id)
    target = _live_entry(batch, access, into)
    change = _change_of_merge(batch, into, merged)
    set_, was = change.get("was", {}), change.get("set", {})
    restored = merge(target.data, set_, was)
    if restored.applied:
        kept = {conflict.path for conflict in restored.clashes}
        members = {
            name: {path: value for path, value in values.items() if path not in kept}
            for name, values in (("set", set_), ("was", was))
        }
        _write(batch, context, target, restored.data, {"create": False, **members})


def dismiss_duplicate(
    session: Session, context: OperationContext, access: AccessFilter, pair: tuple[str, str], reason: str
) -> str:
    """Dismiss a pair of possible duplicates with a reason; return the id of the dismissal.

    An existing dismissal of the pair is kept. Raises AppError: required, too_long; not_found.
    """
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON:
        raise AppError(ErrorCode.TOO_LONG if reason else ErrorCode.REQUIRED)
    if pair[0] == pair[1]:
        raise AppError(ErrorCode.NOT_FOUND, record_id=pair[0])
    batch = _batch(session, context)
    batch.load(pair)
    first, other = (_live_entry(batch, access, record_id) for record_id in sorted(pair))
    existing_id = session.scalar(
        select(DuplicateDismissal.dismissal_id).where(
            DuplicateDismissal.tenant_id == context.tenant_id,
            DuplicateDismissal.one_id == first.record_id,
            DuplicateDismissal.other_id == other.record_id,
        )
    )
    if existing_id is not None:
        return existing_id
    made = DuplicateDismissal(
        tenant_id=context.tenant_id,
        dismissal_id=context.ids.time_ordered(),
        one_id=first.record_id,
        other_id=other.record_id,
        reason=reason,
        dismissed_by=context.actor.id or "",
        dismissed_at=context.now(),
    )
    session.add(made)
    _note_pair(session, context, "duplicate_dismissed", made, first.scope)
    return made.dismissal_id


def restore_duplicate(
    session: Session, context: OperationContext, access: AccessFilter, dismissal_id: str
) -> None:
    """Delete a dismissal, so that the pair is a possible duplicate again. Raises AppError(not_found)."""
    dismissal = session.get(DuplicateDismissal, (context.tenant_id, dismissal_id))
    if dismissal is None:
        raise AppError(ErrorCode.NOT_FOUND, dismissal=dismissal_id)
    batch = _batch(session, context)
    batch.load((dismissal.one_id, dismissal.other_id))
    first, _ = (_live_entry(batch, access, record_id) for record_id in (dismissal.one_id, dismissal.other_id))
    session.delete(dismissal)
    _note_pair(session, context, "duplicate_restored", dismissal, first.scope)


def _note_pair(
    session: Session, context: OperationContext, action: str, pair: DuplicateDismissal, scope: str
) -> None:
    # The reason is free text, so it is not copied to the audit log: an erasure deletes it with the row.
    context.note(session, AuditEntry(action, pair.one_id, scope, {"other": pair.other_id}))


def _change_of_merge(batch: Batch, record_id: str, merged: SeenEstablishment) -> dict[str, dict[str, object]]:
    """Return the change of `copy_values` for a merge; empty if no values were copied."""
    payloads = batch.session.scalars(
        select(ChangeHistory.payload).where(
            ChangeHistory.tenant_id == batch.tenant_id,
            ChangeHistory.record_id == record_id,
            ChangeHistory.device_id.is_(None),
            ChangeHistory.payload.contains(merged.record_id, autoescape=True),
        )
    )
    merge_of = {"id": merged.record_id, "rev": merged.rev}
    changes = [json.loads(payload) for payload in payloads if payload]
    return next((change for change in changes if change.get("merge") == merge_of), {})


def _batch(session: Session, context: OperationContext) -> Batch:
    return Batch(session, context.tenant_id, context.clock, context.ids)


def _live_entry(batch: Batch, access: AccessFilter, record_id: str) -> Stored:
    """Return an establishment that the officer may edit, or raise AppError: not_found, purged."""
    batch.load([record_id])
    record = batch.get(record_id)
    if (
        record is None
        or record.deleted
        or record.type != RecordType.ESTABLISHMENT
        or not access.holds(record.scope)
    ):
        raise AppError(ErrorCode.NOT_FOUND, record_id=record_id)
    if record.is_erased:
        raise AppError(ErrorCode.PURGED, record_id=record_id)
    return record


def _write(
    batch: Batch, context: OperationContext, record: Stored, data: Data, members: Mapping[str, object]
) -> None:
    """Check and store the content of an establishment, with its change and an audit entry."""
    _refuse(data, context)
    batch.put(next_revision(record, data=data), _source(batch, context, members))
    batch.flush()
    fields = len(members["set"]) if isinstance(members["set"], dict) else 0
    entry = AuditEntry("establishment_edited", record.record_id, record.scope, {"fields": fields})
    context.note(batch.session, entry)


def _with_source(values: Mapping[str, object], changed: Mapping[str, object]) -> Mapping[str, object]:
    """Return the values, with `point_source` if the office changed the point."""
    if not changed.keys() & {"lat", "lon"}:
        return values
    return {**values, "point_source": "manual" if values.get("lat") is not None else None}


def _seen_values(
    batch: Batch, record: Stored, seen: SeenEstablishment, values: Mapping[str, object]
) -> dict[str, object]:
    """Return the seen values by path, for the paths at which `values` differ from them."""
    data: Data | None = record.data
    if record.rev != seen.rev:
        history = history_of(batch.session, batch.tenant_id, record.record_id, record.type, record.data)
        data = history.at(seen.rev)
    if data is None:
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=record.record_id)
    before = {path: read_path(data, path) for path in values}
    return {path: value for path, value in before.items() if not equal(value, values[path])}


def _refuse(data: Data, context: OperationContext) -> None:
    if problems := by_path(
        filing_problems(RecordType.ESTABLISHMENT, data, context.lists, Context(now=context.now()))
    ):
        raise AppError(ErrorCode.RULE, problems=problems)


def _source(batch: Batch, context: OperationContext, members: Mapping[str, object]) -> SourceChange:
    text = canonical({"op": Op.PUT.value, **members}).decode()
    return SourceChange(batch.ids.time_ordered(), context.actor.id, None, to_wire(batch.now), text)


def content_of(values: Mapping[str, object]) -> Data:
    """Return the record content of a form's values by path, without None."""
    data: Data = {}
    for path, value in values.items():
        if value is not None:
            data = write_path(data, path, value)
    return data
