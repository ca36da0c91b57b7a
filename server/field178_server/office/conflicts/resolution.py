"""Resolution of a record's conflicts: one value for each path, in one revision.

Values that were not chosen are kept in their closed conflict records. A resolution names the seen revisions;
it is refused as a whole if a tablet or another officer changed anything since.
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
    """Choice for one path: the stored value, the value of the change `change_id`, or a new `value`."""

    source: ValueSource
    change_id: str = ""
    value: object = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """Choices by path for a record. `seen`: the revisions of the conflicts that the officer saw, by id."""

    record_id: str
    record_rev: int
    seen: Mapping[str, int]
    choices: Mapping[str, ResolutionChoice]


def settle_record(batch: Batch, rules: TypeRules, actor: Actor, settlement: Settlement) -> None:
    """Store the chosen values and close the conflicts at their paths.

    Raises AppError: revision_changed if a seen revision has changed; required without a choice; locked if an
    approved record would be deleted; schema or rule with `problems` by path.
    """
    batch.load([settlement.record_id])
    record = batch.get(settlement.record_id)
    if record is None or record.is_erased or record.subject_id is not None:
        raise AppError(ErrorCode.NOT_FOUND, record_id=settlement.record_id)
    if not settlement.choices:
        raise AppError(ErrorCode.REQUIRED, record_id=settlement.record_id)
    disputed = _as_seen(batch, record, settlement)
    set_ = _chosen(record, disputed, settlement.choices)
    deletes = set_.pop(DELETED_PATH, record.deleted) is True
    if deletes and not record.deleted and batch.is_locked(record.record_id):
        raise AppError(ErrorCode.LOCKED, record_id=record.record_id)
    _write(batch, actor, record, _after(record, set_, rules, deletes=deletes), set_)
    settle(
        batch, {conflict.record_id: conflict.rev for conflicts in disputed.values() for conflict in conflicts}
    )
    _note(batch, actor, record, settlement)


def _as_seen(batch: Batch, record: Stored, settlement: Settlement) -> dict[str, list[Stored]]:
    """Return the open conflicts by chosen path, or raise AppError(revision_changed)."""
    changed = AppError(ErrorCode.REVISION_CHANGED, record_id=record.record_id)
    if record.rev != settlement.record_rev:
        raise changed
    by_path: dict[str, list[Stored]] = {path: [] for path in settlement.choices}
    for companion in batch.companions(record.record_id):
        is_open = companion.type == RecordType.CONFLICT and not companion.deleted
        path = str(companion.data.get("path")) if is_open else None
        if path in by_path:
            by_path[path].append(companion)
    # A path without an open conflict was resolved by somebody else; another revision has a new value.
    if not all(by_path.values()) or any(
        settlement.seen.get(conflict.record_id) != conflict.rev
        for conflicts in by_path.values()
        for conflict in conflicts
    ):
        raise changed
    return by_path


def _chosen(
    record: Stored, disputed: Mapping[str, list[Stored]], choices: Mapping[str, ResolutionChoice]
) -> dict[str, object]:
    """Return the chosen values that differ from the stored values, by path."""
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
    """Return the record's next revision, or None if nothing changes; raise AppError for invalid values."""
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
        # The officer saw the approved values and the changes: the approval is moved to the new revision.
        batch.put(next_revision(review, data={**review.data, "record_rev": after.rev}))


def _note(batch: Batch, actor: Actor, record: Stored, settlement: Settlement) -> None:
    sources = [choice.source for choice in settlement.choices.values()]
    counts: dict[str, str | int | None] = {
        source.value: sources.count(source) for source in ValueSource if source in sources
    }
    stamp = trail.Stamp(batch.tenant_id, batch.ids.time_ordered(), batch.now)
    entry = AuditEntry("conflicts_settled", record.record_id, record.scope, counts)
    trail.record(batch.session, stamp, actor, entry)
