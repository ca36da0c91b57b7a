"""Operations on entries: enter, correct, withdraw.

The id of an entry is derived from its fact, so that concurrent or repeated requests write one record. A
withdrawn entry is a deleted record with its history; entering the same fact again restores it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from field178_server.audit.office_write import delete_record, write_record
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.records import scopes
from field178_server.records.batch import Batch
from field178_server.records.stored_record import Stored, new_record, next_revision
from field178_server.replication.policy.record_validation import Problems
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import Data
from field178_shared.rules import Context, filing_problems
from field178_shared.rules.facts import fact_id, fact_text
from field178_shared.rules.problem import by_path


class Enterer(Protocol):
    """Rights of one officer to write the entries of a family of record types."""

    @property
    def keys(self) -> Mapping[str, tuple[str, ...]]:
        """Members that identify the fact of an entry, by type. The last member reports a repeated fact."""

    @property
    def kept(self) -> tuple[str, ...]:
        """Members that a correction never changes."""

    def scope_of(self, data: Data) -> str:
        """Return the scope of an entry."""

    def holds(self, entry: Stored) -> bool:
        """Return whether the officer may write this entry."""

    def foreign(self, batch: Batch, context: OperationContext, record_type: str, data: Data) -> Iterator[str]:
        """Yield the fields that name an object outside the officer's access."""

    def entered(self, batch: Batch, record_type: str, data: Data) -> Iterable[Stored]:
        """Return the stored entries that may state the same fact."""


@dataclass(frozen=True, slots=True)
class SeenOwnEntry:
    """An entry and the revision that the officer saw."""

    record_id: str
    rev: int


def enter(batch: Batch, context: OperationContext, enterer: Enterer, record_type: str, data: Data) -> str:
    """Write an entry and return its id.

    Raises AppError(rule) with the problems by field, also for a fact that is entered already and for objects
    outside the officer's access.
    """
    _refuse(batch, context, enterer, (record_type, data), "")
    record_id = entry_id(enterer, record_type, data)
    batch.load([record_id])
    existing = batch.get(record_id)
    if existing is not None and (existing.is_erased or not existing.deleted):
        # The record with this id was erased, or corrected to another fact: write a new record.
        record_id, existing = batch.ids.time_ordered(), None
    scope = enterer.scope_of(data)
    scopes.ensure(batch.session, context.tenant_id, (scope,), context.lists)
    made = (
        new_record(record_id, record_type, scope, data)
        if existing is None
        else next_revision(existing, data=data, deleted=False, scope=scope)
    )
    write_record(batch, context, made, _note(made, "entered"))
    return record_id


def entry_id(enterer: Enterer, record_type: str, data: Data) -> str:
    """Return the id of an entry, derived from its fact, so that equal facts have equal ids."""
    return fact_id(record_type, enterer.keys[record_type], data)


def correct(
    batch: Batch, context: OperationContext, enterer: Enterer, seen: SeenOwnEntry, data: Data
) -> None:
    """Write a new revision of an entry at the seen revision, without changing `kept`. Raises as `enter`."""
    stored = _seen_entry(batch, enterer, seen)
    data = {**data, **{name: stored.data[name] for name in enterer.kept}}
    if data == stored.data:
        return
    _refuse(batch, context, enterer, (stored.type, data), stored.record_id)
    made = next_revision(stored, data=data)
    write_record(batch, context, made, _note(made, "corrected"))


def withdraw(batch: Batch, context: OperationContext, enterer: Enterer, seen: SeenOwnEntry) -> None:
    """Withdraw an entry: delete the record, so that it no longer counts. Its history is kept."""
    made = delete_record(batch, context, _seen_entry(batch, enterer, seen))
    context.note(batch.session, _note(made, "withdrawn"))


def _note(made: Stored, action: str) -> AuditEntry:
    return AuditEntry(f"{made.type}_{action}", made.record_id, made.scope, {"rev": made.rev})


def _seen_entry(batch: Batch, enterer: Enterer, seen: SeenOwnEntry) -> Stored:
    batch.load([seen.record_id])
    entry = batch.get(seen.record_id)
    is_own = entry is not None and entry.type in enterer.keys and enterer.holds(entry)
    if entry is None or not is_own or entry.is_erased:
        raise AppError(ErrorCode.NOT_FOUND, record_id=seen.record_id)
    if entry.rev != seen.rev or entry.deleted:
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=seen.record_id)
    return entry


def _refuse(
    batch: Batch, context: OperationContext, enterer: Enterer, entry: tuple[str, Data], record_id: str
) -> None:
    record_type, data = entry
    problems: Problems = by_path(
        filing_problems(record_type, data, context.lists, Context(now=context.now()))
    )
    for path in enterer.foreign(batch, context, record_type, data):
        problems.setdefault(path, [ErrorCode.UNKNOWN_CHOICE.value])
    if not problems and _is_entered(batch, enterer, entry, record_id):
        problems[enterer.keys[record_type][-1]] = [ErrorCode.ENTERED_TWICE.value]
    if problems:
        raise AppError(ErrorCode.RULE, problems=problems)


def _is_entered(batch: Batch, enterer: Enterer, entry: tuple[str, Data], record_id: str) -> bool:
    record_type, data = entry
    key = _key(enterer, record_type, data)
    stored_entries = enterer.entered(batch, record_type, data)
    # The batch contains unflushed writes of this transaction.
    others = (
        batch.get(stored.record_id) or stored for stored in stored_entries if stored.record_id != record_id
    )
    return any(_key(enterer, record_type, other.data) == key for other in others)


def _key(enterer: Enterer, record_type: str, data: Data) -> str:
    return fact_text(enterer.keys[record_type], data)
