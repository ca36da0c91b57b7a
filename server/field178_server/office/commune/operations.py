"""Writes of a commune: entries made, corrected, withdrawn.

The id of an entry is made of what it states, so that two officers, or one who clicks twice, write one record.
A withdrawn entry is deleted like any record and keeps its history; entered again it counts again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import NAMESPACE_URL

from sqlalchemy import select

from field178_server.audit.office_write import write_record
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import EstablishmentProjection
from field178_server.office.commune.queries import entries_in
from field178_server.records import scopes
from field178_server.records.access import AccessFilter
from field178_server.records.batch import Batch, SourceChange
from field178_server.records.stored_record import Stored, new_record, next_revision
from field178_server.replication.policy.record_validation import Problems
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import companion_id
from field178_shared.merge import Data
from field178_shared.records.commune import CENSUS, COMMUNE_TYPES, PLAN, POST
from field178_shared.records.reading import text_of
from field178_shared.rules import Context, submission_problems
from field178_shared.rules.problem import by_path
from field178_shared.text.normalisation import fold
from field178_shared.time.clock import to_wire
from field178_shared.wire.canonical import canonical
from field178_shared.wire.protocol import Op

# By these members two entries are the same fact; the last one is where it is told.
_KEYS = {
    CENSUS: ("establishment_id", "counted_on"),
    POST: ("outlet_id", "published_on", "title"),
    PLAN: ("unit_id", "year", "document_number"),
}


@dataclass(frozen=True, slots=True)
class SeenCommuneEntry:
    """An entry as an officer saw it."""

    record_id: str
    rev: int


def enter(batch: Batch, context: OperationContext, access: AccessFilter, record_type: str, data: Data) -> str:
    """Write an entry of a commune and return its id.

    Raises AppError(rule) with the problems by field: also for what is entered already, and for a commune, an
    establishment or an outlet that the officer does not see.
    """
    _refuse(batch, context, access, (record_type, data), "")
    record_id = entry_id(record_type, data)
    batch.load([record_id])
    known = batch.get(record_id)
    if known is not None and (known.is_erased or not known.deleted):
        # Erased for good, or corrected to another fact since: this one is new.
        record_id, known = batch.ids.time_ordered(), None
    scope = f"unit:{data['unit_id']}"
    scopes.ensure(batch.session, context.tenant_id, (scope,), context.lists)
    made = (
        new_record(record_id, record_type, scope, data)
        if known is None
        else next_revision(known, data=data, deleted=False, scope=scope)
    )
    write_record(batch, context, made, _note(made, "entered"))
    return record_id


def entry_id(record_type: str, data: Data) -> str:
    """Return the id of an entry: what makes it the same fact, whoever enters it."""
    return companion_id(str(NAMESPACE_URL), record_type, _key(record_type, data))


def correct(
    batch: Batch, context: OperationContext, access: AccessFilter, seen: SeenCommuneEntry, data: Data
) -> None:
    """Write a new revision over the one that was seen; the commune stays. Raises AppError as `enter` does."""
    known = _known(batch, access, seen)
    data = {**data, "unit_id": known.data["unit_id"]}
    if data == known.data:
        return
    _refuse(batch, context, access, (known.type, data), known.record_id)
    made = next_revision(known, data=data)
    write_record(batch, context, made, _note(made, "corrected"))


def withdraw(batch: Batch, context: OperationContext, access: AccessFilter, seen: SeenCommuneEntry) -> None:
    """Delete an entry: it counts no longer, and its history stays."""
    made = next_revision(_known(batch, access, seen), deleted=True)
    text = canonical({"op": Op.DELETE.value}).decode()
    change = SourceChange(batch.ids.time_ordered(), context.actor.id, None, to_wire(batch.now), text)
    batch.put(made, change)
    context.note(batch.session, _note(made, "withdrawn"))


def _note(made: Stored, action: str) -> AuditEntry:
    return AuditEntry(f"{made.type}_{action}", made.record_id, made.scope, {"rev": made.rev})


def _known(batch: Batch, access: AccessFilter, seen: SeenCommuneEntry) -> Stored:
    batch.load([seen.record_id])
    found = batch.get(seen.record_id)
    is_own = found is not None and found.type in COMMUNE_TYPES and access.holds(found.scope)
    if found is None or not is_own or found.is_erased:
        raise AppError(ErrorCode.NOT_FOUND, record_id=seen.record_id)
    if found.rev != seen.rev or found.deleted:
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=seen.record_id)
    return found


def _refuse(
    batch: Batch, context: OperationContext, access: AccessFilter, entry: tuple[str, Data], record_id: str
) -> None:
    record_type, data = entry
    problems: Problems = by_path(
        submission_problems(record_type, data, context.lists, Context(now=context.now()))
    )
    for path in _foreign(batch, context, access, record_type, data):
        problems.setdefault(path, [ErrorCode.UNKNOWN_CHOICE.value])
    if not problems and _is_entered(batch, record_type, data, record_id):
        problems[_KEYS[record_type][-1]] = [ErrorCode.ENTERED_TWICE.value]
    if problems:
        raise AppError(ErrorCode.RULE, problems=problems)


def _foreign(
    batch: Batch, context: OperationContext, access: AccessFilter, record_type: str, data: Data
) -> Iterator[str]:
    """Yield the fields that name what is not of a commune of the officer."""
    unit_id = text_of(data, "unit_id")
    is_own = access.holds(f"unit:{unit_id}")
    if record_type == CENSUS and not (
        is_own and _stands_in(batch, text_of(data, "establishment_id"), unit_id)
    ):
        yield "establishment_id"
    outlet = context.lists.media_outlets.get(text_of(data, "outlet_id"))
    if record_type == POST and not (is_own and outlet is not None and outlet.unit_id == unit_id):
        yield "outlet_id"
    if record_type == PLAN and not is_own:
        yield "unit_id"
    replaced = text_of(data, "replaces")
    if replaced and replaced not in {one.record_id for one in _entries(batch, record_type, unit_id)}:
        yield "replaces"


def _stands_in(batch: Batch, establishment_id: str, unit_id: str) -> bool:
    query = select(EstablishmentProjection.record_id).where(
        EstablishmentProjection.tenant_id == batch.tenant_id,
        EstablishmentProjection.record_id == establishment_id,
        EstablishmentProjection.unit_id == unit_id,
    )
    return batch.session.scalar(query) is not None


def _is_entered(batch: Batch, record_type: str, data: Data, record_id: str) -> bool:
    wanted = _key(record_type, data)
    others = _entries(batch, record_type, text_of(data, "unit_id"))
    return any(one.record_id != record_id and _key(record_type, one.data) == wanted for one in others)


def _entries(batch: Batch, record_type: str, unit_id: str) -> list[Stored]:
    found = entries_in(batch.session, batch.tenant_id, unit_id, (record_type,))
    # What this transaction has written stands in the batch until it is flushed.
    return [batch.get(one.record_id) or one for one in found]


def _key(record_type: str, data: Data) -> str:
    return "|".join("".join(fold(str(data.get(name, ""))).split()) for name in _KEYS[record_type])
