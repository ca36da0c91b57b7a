"""Resolution of a record's conflicts: one value for each path, in one revision.

A value that was not chosen stays in its conflict record, which is closed and kept. Settling names the
revisions that were seen: whatever came meanwhile, from a tablet or another officer, refuses it whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from field178_server.audit import trail
from field178_server.audit.trail import Actor, AuditEntry
from field178_server.records.batch import Batch, SourceChange
from field178_server.records.stored_record import Stored, next_revision
from field178_server.replication.policy.conflict_records import entries_of, settle
from field178_server.replication.policy.evaluate import DELETED_PATH
from field178_server.replication.policy.record_validation import Problems, TypeRules
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import Data, bad_paths, equal, passes_non_object, read_path, write_path
from field178_shared.record_type import RecordType
from field178_shared.time.clock import to_wire
from field178_shared.wire.canonical import canonical
from field178_shared.wire.protocol import MAX_DATA_BYTES, Op


class ValueSource(StrEnum):
    """Source of the chosen value."""

    KEPT = "kept"
    TAKEN = "taken"
    WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class ResolutionChoice:
    """The choice for one path: the present value, that of the change `change_id`, or another `value`."""

    source: ValueSource
    change_id: str = ""
    value: object = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """A choice for each path that is settled; `seen` are the conflicts' revisions as they were looked at."""

    record_id: str
    record_rev: int
    seen: Mapping[str, int]
    choices: Mapping[str, ResolutionChoice]


def settle_record(batch: Batch, rules: TypeRules, actor: Actor, wanted: Settlement) -> None:
    """Store the chosen values and close the conflicts at their paths.

    Raises AppError: revision_changed when anything is no longer as it was seen; required when nothing is
    chosen; locked when an approved record would be deleted; schema or rule with `problems` by path.
    """
    batch.load([wanted.record_id])
    record = batch.get(wanted.record_id)
    if record is None or record.is_erased or record.subject_id is not None:
        raise AppError(ErrorCode.NOT_FOUND, record_id=wanted.record_id)
    if not wanted.choices:
        raise AppError(ErrorCode.REQUIRED, record_id=wanted.record_id)
    disputed = _as_seen(batch, record, wanted)
    set_ = _chosen(record, disputed, wanted.choices)
    deletes = set_.pop(DELETED_PATH, record.deleted) is True
    if deletes and not record.deleted and batch.is_locked(record.record_id):
        raise AppError(ErrorCode.LOCKED, record_id=record.record_id)
    _write(batch, actor, record, _after(record, set_, rules, deletes=deletes), set_)
    settle(batch, {one.record_id: one.rev for conflicts in disputed.values() for one in conflicts})
    _note(batch, actor, record, wanted)


def _as_seen(batch: Batch, record: Stored, wanted: Settlement) -> dict[str, list[Stored]]:
    """Return the open conflicts at the chosen paths, if they and the record are what was looked at."""
    changed = AppError(ErrorCode.REVISION_CHANGED, record_id=record.record_id)
    if record.rev != wanted.record_rev:
        raise changed
    found: dict[str, list[Stored]] = {path: [] for path in wanted.choices}
    for one in batch.companions(record.record_id):
        path = str(one.data.get("path")) if one.type == RecordType.CONFLICT and not one.deleted else None
        if path in found:
            found[path].append(one)
    # A path without an open conflict was settled by someone else; one with a new entry was not seen whole.
    if not all(found.values()) or any(
        wanted.seen.get(one.record_id) != one.rev for conflicts in found.values() for one in conflicts
    ):
        raise changed
    return found


def _chosen(
    record: Stored, disputed: Mapping[str, list[Stored]], choices: Mapping[str, ResolutionChoice]
) -> dict[str, object]:
    """Return the values that differ from the stored ones, by path."""
    set_: dict[str, object] = {}
    for path, choice in choices.items():
        stored = record.deleted if path == DELETED_PATH else read_path(record.data, path)
        value = stored if choice.source is ValueSource.KEPT else choice.value
        if choice.source is ValueSource.TAKEN:
            value = _offered(disputed[path], choice.change_id)
        if not equal(value, stored):
            set_[path] = value
    return set_


def _offered(conflicts: list[Stored], change_id: str) -> object:
    for conflict in conflicts:
        entry = entries_of(conflict).get(change_id)
        if isinstance(entry, dict):
            return entry.get("mine")
    raise AppError(ErrorCode.BAD_REQUEST, change_id=change_id)


def _after(record: Stored, set_: Mapping[str, object], rules: TypeRules, *, deletes: bool) -> Stored | None:
    """Return the record's next revision, None when it stays as it is; what may not be stored is refused."""
    if not set_:
        return next_revision(record, deleted=deletes) if deletes != record.deleted else None
    _refuse(ErrorCode.SCHEMA, bad_paths(set_))
    data = record.data
    for path in sorted(set_):
        if "." in path and passes_non_object(data, path):
            _refuse(ErrorCode.SCHEMA, {path: [ErrorCode.BAD_PATH.value]})
        data = write_path(data, path, set_[path])
    _refuse(ErrorCode.SCHEMA, _outside(record, set_, data))
    _refuse(*(rules.problem(record.type, data, record.data) or (ErrorCode.SCHEMA, {})))
    after = next_revision(record, data=data, deleted=deletes)
    if len(after.body.encode()) > MAX_DATA_BYTES:
        _refuse(ErrorCode.SCHEMA, {path: [ErrorCode.TOO_LARGE.value] for path in set_})
    return after


def _outside(record: Stored, set_: Mapping[str, object], data: Data) -> Problems:
    kind, _, unit = record.scope.partition(":")
    leaves = kind == "unit" and "unit_id" in set_ and data.get("unit_id") != unit
    return {"unit_id": [ErrorCode.SCOPE_MISMATCH.value]} if leaves else {}


def _refuse(code: ErrorCode, problems: Problems) -> None:
    if problems:
        raise AppError(code, problems=problems)


def _write(
    batch: Batch, actor: Actor, record: Stored, after: Stored | None, set_: Mapping[str, object]
) -> None:
    payload = {
        "op": Op.RESOLVE.value,
        "record_id": record.record_id,
        "set": dict(set_),
        "was": {path: read_path(record.data, path) for path in set_},
        "deleted": record.deleted if after is None else after.deleted,
    }
    text = canonical(payload).decode()
    source = SourceChange(batch.ids.time_ordered(), actor.id, None, to_wire(batch.now), text)
    if after is None:
        batch.note(record.record_id, source)
        return
    batch.put(after, source)
    review = batch.review_of(record.record_id)
    if review is not None and batch.is_locked(record.record_id):
        # The officer saw what was approved and what changes in it: the approval goes on to the new revision.
        batch.put(next_revision(review, data={**review.data, "record_rev": after.rev}))


def _note(batch: Batch, actor: Actor, record: Stored, wanted: Settlement) -> None:
    sources = [choice.source for choice in wanted.choices.values()]
    counts: dict[str, str | int | None] = {
        source.value: sources.count(source) for source in ValueSource if source in sources
    }
    stamp = trail.Stamp(batch.tenant_id, batch.ids.time_ordered(), batch.now)
    entry = AuditEntry("conflicts_settled", record.record_id, record.scope, counts)
    trail.record(batch.session, stamp, actor, entry)
