"""Writes of entries: made, corrected, withdrawn.

The id of an entry is made of what it states, so that two officers, or one who clicks twice, write one record.
A withdrawn entry is deleted like any record and keeps its history; entered again it counts again.
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
from field178_shared.rules import Context, submission_problems
from field178_shared.rules.facts import fact_id, fact_text
from field178_shared.rules.problem import by_path


class Enterer(Protocol):
    """What one officer may enter of a family of record types."""

    @property
    def keys(self) -> Mapping[str, tuple[str, ...]]:
        """The members by which two entries of a type are the same fact; the last one is where it is told."""

    @property
    def kept(self) -> tuple[str, ...]:
        """The members that a correction never changes."""

    def scope_of(self, data: Data) -> str:
        """Return the scope of an entry."""

    def holds(self, entry: Stored) -> bool:
        """Tell whether the officer writes this entry."""

    def foreign(self, batch: Batch, context: OperationContext, record_type: str, data: Data) -> Iterator[str]:
        """Yield the fields that name what is not of the officer."""

    def entered(self, batch: Batch, record_type: str, data: Data) -> Iterable[Stored]:
        """Return the entries among which the same fact may stand."""


@dataclass(frozen=True, slots=True)
class SeenOwnEntry:
    """An entry as an officer saw it."""

    record_id: str
    rev: int


def enter(batch: Batch, context: OperationContext, enterer: Enterer, record_type: str, data: Data) -> str:
    """Write an entry and return its id.

    Raises AppError(rule) with the problems by field: also for what is entered already, and for what the
    officer does not see.
    """
    _refuse(batch, context, enterer, (record_type, data), "")
    record_id = entry_id(enterer, record_type, data)
    batch.load([record_id])
    known = batch.get(record_id)
    if known is not None and (known.is_erased or not known.deleted):
        # Erased for good, or corrected to another fact since: this one is new.
        record_id, known = batch.ids.time_ordered(), None
    scope = enterer.scope_of(data)
    scopes.ensure(batch.session, context.tenant_id, (scope,), context.lists)
    made = (
        new_record(record_id, record_type, scope, data)
        if known is None
        else next_revision(known, data=data, deleted=False, scope=scope)
    )
    write_record(batch, context, made, _note(made, "entered"))
    return record_id


def entry_id(enterer: Enterer, record_type: str, data: Data) -> str:
    """Return the id of an entry: what makes it the same fact, whoever enters it."""
    return fact_id(record_type, enterer.keys[record_type], data)


def correct(
    batch: Batch, context: OperationContext, enterer: Enterer, seen: SeenOwnEntry, data: Data
) -> None:
    """Write a new revision over the one that was seen; what is kept stays. Raises as `enter` does."""
    known = _known(batch, enterer, seen)
    data = {**data, **{name: known.data[name] for name in enterer.kept}}
    if data == known.data:
        return
    _refuse(batch, context, enterer, (known.type, data), known.record_id)
    made = next_revision(known, data=data)
    write_record(batch, context, made, _note(made, "corrected"))


def withdraw(batch: Batch, context: OperationContext, enterer: Enterer, seen: SeenOwnEntry) -> None:
    """Delete an entry: it counts no longer, and its history stays."""
    made = delete_record(batch, context, _known(batch, enterer, seen))
    context.note(batch.session, _note(made, "withdrawn"))


def _note(made: Stored, action: str) -> AuditEntry:
    return AuditEntry(f"{made.type}_{action}", made.record_id, made.scope, {"rev": made.rev})


def _known(batch: Batch, enterer: Enterer, seen: SeenOwnEntry) -> Stored:
    batch.load([seen.record_id])
    found = batch.get(seen.record_id)
    is_own = found is not None and found.type in enterer.keys and enterer.holds(found)
    if found is None or not is_own or found.is_erased:
        raise AppError(ErrorCode.NOT_FOUND, record_id=seen.record_id)
    if found.rev != seen.rev or found.deleted:
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=seen.record_id)
    return found


def _refuse(
    batch: Batch, context: OperationContext, enterer: Enterer, entry: tuple[str, Data], record_id: str
) -> None:
    record_type, data = entry
    problems: Problems = by_path(
        submission_problems(record_type, data, context.lists, Context(now=context.now()))
    )
    for path in enterer.foreign(batch, context, record_type, data):
        problems.setdefault(path, [ErrorCode.UNKNOWN_CHOICE.value])
    if not problems and _is_entered(batch, enterer, entry, record_id):
        problems[enterer.keys[record_type][-1]] = [ErrorCode.ENTERED_TWICE.value]
    if problems:
        raise AppError(ErrorCode.RULE, problems=problems)


def _is_entered(batch: Batch, enterer: Enterer, entry: tuple[str, Data], record_id: str) -> bool:
    record_type, data = entry
    wanted = _key(enterer, record_type, data)
    found = enterer.entered(batch, record_type, data)
    # What this transaction has written stands in the batch until it is flushed.
    others = (batch.get(one.record_id) or one for one in found if one.record_id != record_id)
    return any(_key(enterer, record_type, one.data) == wanted for one in others)


def _key(enterer: Enterer, record_type: str, data: Data) -> str:
    return fact_text(enterer.keys[record_type], data)
