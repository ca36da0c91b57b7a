"""Erasure of a record's content: requested by one officer, confirmed by another (protocol §5.9).

Ids, numbers and keyed hashes stay: replayed changes still get receipts, and the content cannot be restored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import ChangeHistory, Erasure, Officer
from field178_server.office.erasure import related_data
from field178_server.office.exports.operations import withdraw_record_exports
from field178_server.records.batch import Batch, SourceChange
from field178_server.records.stored_record import Stored, next_revision
from field178_server.replication.policy.conflict_records import entries_of
from field178_server.replication.policy.record_merge import load_merge_targets, merged_into
from field178_server.replication.policy.record_validation import TypeRules
from field178_server.replication.quarantine.reprocess import lock_tablets, run_record
from field178_shared.codelists import CodeLists
from field178_shared.errors import AppError, ErrorCode
from field178_shared.record_type import RecordType
from field178_shared.schemas import Side
from field178_shared.time.clock import to_wire
from field178_shared.wire.canonical import canonical
from field178_shared.wire.protocol import ERASED_AT


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request as the officer saw it; `rev` None: any revision of the record."""

    requested_at: datetime
    rev: int | None = None


RIGHT = "run_retention"
REASONS = "purge_reason"


def request(
    session: Session, context: OperationContext, rules: TypeRules, record_id: str, by: str, reason: str
) -> None:
    """Request the erasure of a record; nothing changes until another officer confirms.

    `reason` is a code of the list `purge_reason`: a free text might quote the content to erase.
    """
    officer = _officer(session, context, by)
    if reason not in context.lists.choice_ids(REASONS):
        raise AppError(ErrorCode.UNKNOWN_CHOICE, path="reason")
    record = _erasable(_batch(session, context), rules, record_id)
    if session.get(Erasure, (context.tenant_id, record_id)) is not None:
        raise AppError(ErrorCode.LOCKED, record=record_id)
    session.add(
        Erasure(
            tenant_id=context.tenant_id,
            record_id=record_id,
            requested_by=officer.officer_id,
            requested_at=context.now(),
            reason=reason,
        )
    )
    session.flush()
    context.note(session, _entry("purge_requested", record, officer, reason=reason))


def refuse(
    session: Session, context: OperationContext, record_id: str, by: str, seen: SeenRequest | None = None
) -> None:
    """Refuse a requested erasure as another officer than the requester; the content stays."""
    officer = _officer(session, context, by)
    row = _requested_by_another(session, context, record_id, officer)
    _refuse_changed(row, seen)
    session.delete(row)
    context.note(session, AuditEntry("purge_refused", record_id, details={"officer": officer.officer_id}))


def withdraw(
    session: Session, context: OperationContext, record_id: str, by: str, seen: SeenRequest | None = None
) -> None:
    """Withdraw an unconfirmed request for erasure."""
    officer = _officer(session, context, by)
    row = _requested(session, context, record_id)
    _refuse_changed(row, seen)
    session.delete(row)
    context.note(session, AuditEntry("purge_withdrawn", record_id, details={"officer": officer.officer_id}))


def confirm(  # a decision by two people: which request, of what, by whom
    session: Session,
    context: OperationContext,
    rules: TypeRules,
    record_id: str,
    by: str,
    seen: SeenRequest | None = None,
) -> int:
    """Erase the content of a record everywhere in the store; return the record's new revision.

    Exports that may contain the record are withdrawn.
    Raises AppError(revision_changed) if the request or the record is not as `seen`; None skips the check.
    Bytes of files, and remains in the database's own files, are deleted after COMMIT
    (`field178_server.attachments.secure_delete`).
    """
    officer, batch = _officer(session, context, by), _batch(session, context)
    lock_tablets(batch, record_id)
    record = _erasable(batch, rules, record_id)
    row = _requested_by_another(session, context, record_id, officer)
    _refuse_changed(row, seen, record.rev)
    files = related_data.take_files(session, context.tenant_id, [record, *batch.companions(record_id)])
    source = _source(batch, officer)
    touched = _put_erased(batch, record, source)
    batch.flush()
    # Evaluate quarantined changes of this record a last time, before their text is erased.
    run_record(_batch(session, context), rules, record_id)
    related_data.erase(session, context.tenant_id, touched, officer.officer_id, (source.change_id, batch.now))
    row.confirmed_by, row.confirmed_at = officer.officer_id, context.now()
    exports = withdraw_record_exports(session, context)
    row.files = canonical({**files, "exports": exports}).decode()
    context.note(session, _entry("purge_confirmed", record, officer))
    return record.rev + 1


def everything(session: Session, tenant_id: str) -> list[Erasure]:
    """Return every erasure, unconfirmed requests first, then the latest first."""
    query = (
        select(Erasure)
        .where(Erasure.tenant_id == tenant_id)
        .order_by(Erasure.confirmed_at.is_not(None), Erasure.requested_at.desc(), Erasure.record_id)
    )
    return list(session.scalars(query))


def _batch(session: Session, context: OperationContext) -> Batch:
    return Batch(session, context.tenant_id, context.clock, context.ids)


def may_decide(officer: Officer, lists: CodeLists) -> bool:
    """Return whether an officer may request and confirm erasures: enabled and with the right."""
    role = lists.roles.get(officer.role)
    return officer.disabled_at is None and role is not None and RIGHT in role.rights


def _officer(session: Session, context: OperationContext, by: str) -> Officer:
    officer = officers.by_login_or_id(session, context.tenant_id, by)
    if not may_decide(officer, context.lists):
        raise AppError(ErrorCode.FORBIDDEN, officer=officer.officer_id)
    return officer


def refuse_unfit(record: Stored | None, rules: TypeRules, record_id: str) -> Stored:
    """Return a record that can be erased; refuse types that only office or server create (teams, reviews)."""
    if record is None:
        raise AppError(ErrorCode.NOT_FOUND, record=record_id)
    if record.is_erased:
        raise AppError(ErrorCode.PURGED, record=record_id)
    type_ = rules.types.get(record.type)
    if type_ is not None and Side.TABLET not in type_.creators:
        raise AppError(ErrorCode.FORBIDDEN, type=record.type)
    return record


def _erasable(batch: Batch, rules: TypeRules, record_id: str) -> Stored:
    batch.load([record_id])
    record = refuse_unfit(batch.get(record_id), rules, record_id)
    load_merge_targets(batch, [record_id])
    return record


def _requested(session: Session, context: OperationContext, record_id: str) -> Erasure:
    row = session.get(Erasure, (context.tenant_id, record_id), with_for_update=True)
    if row is None or row.confirmed_at is not None:
        raise AppError(ErrorCode.NOT_FOUND, record=record_id)
    return row


def _requested_by_another(
    session: Session, context: OperationContext, record_id: str, officer: Officer
) -> Erasure:
    row = _requested(session, context, record_id)
    if officer.officer_id == row.requested_by:
        raise AppError(ErrorCode.SECOND_PERSON_NEEDED, record=record_id)
    return row


def _refuse_changed(row: Erasure, seen: SeenRequest | None, rev: int | None = None) -> None:
    if seen is not None and (row.requested_at, rev) != (seen.requested_at, seen.rev):
        raise AppError(ErrorCode.REVISION_CHANGED, record=row.record_id)


def _source(batch: Batch, officer: Officer) -> SourceChange:
    text = canonical({"op": "purge"}).decode()
    return SourceChange(batch.ids.time_ordered(), officer.officer_id, None, to_wire(batch.now), text)


def _put_erased(batch: Batch, record: Stored, source: SourceChange) -> list[str]:
    """Write the record, its conflicts and its review without their content; return all their ids."""
    gone: dict[str, object] = {ERASED_AT: to_wire(batch.now)}
    companions = batch.companions(record.record_id)
    own = _change_ids(batch, record.record_id)
    for conflict in list(_conflicts_of_merge_targets(batch, record)):
        _drop_entries(batch, conflict, own, gone)
    batch.put(next_revision(record, data=gone), source)
    for companion in companions:
        batch.put(next_revision(companion, data=gone, deleted=True))
    return [record.record_id, *(companion.record_id for companion in companions)]


def _change_ids(batch: Batch, record_id: str) -> frozenset[str]:
    query = select(ChangeHistory.change_id).where(
        ChangeHistory.tenant_id == batch.tenant_id, ChangeHistory.record_id == record_id
    )
    return frozenset(batch.session.scalars(query))


def _conflicts_of_merge_targets(batch: Batch, record: Stored) -> Iterator[Stored]:
    """Yield the conflicts of a merged record's merge targets, which may contain the record's values."""
    passed = {record.record_id}
    while (into := merged_into(record)) is not None and into not in passed:
        following = batch.get(into)
        if following is None:
            return
        passed.add(into)
        record = following
        yield from (
            companion for companion in batch.companions(into) if companion.type == RecordType.CONFLICT
        )


def _drop_entries(
    batch: Batch, conflict: Stored, change_ids: frozenset[str], gone: dict[str, object]
) -> None:
    entries = entries_of(conflict)
    kept = {change_id: entry for change_id, entry in entries.items() if change_id not in change_ids}
    if not kept and entries:
        batch.put(next_revision(conflict, data=gone, deleted=True))
    elif len(kept) < len(entries):
        batch.put(next_revision(conflict, data={**conflict.data, "entries": kept}))


def _entry(action: str, record: Stored, officer: Officer, **more: str) -> AuditEntry:
    return AuditEntry(action, record.record_id, record.scope, {"officer": officer.officer_id, **more})
