"""Merged records: the merge target, and the outcome of late changes (protocol §5.6).

A merged record is deleted and its `merged_into` is the id of its merge target, which may have been merged
as well. Pure functions except `load_merge_targets`, which reads the database.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from field178_server.records.batch import Batch
from field178_server.records.stored_record import Stored
from field178_server.replication.policy.evaluate import (
    DELETED_PATH,
    ConflictingValue,
    Evaluation,
    Outcome,
    evaluate_existing,
    quarantined,
)
from field178_shared.errors import ErrorCode
from field178_shared.ids import is_uuid
from field178_shared.merge import equal, read_path
from field178_shared.wire.protocol import MERGED_INTO, Change, Op, Status

Find = Callable[[str], Stored | None]


def merged_into(record: Stored) -> str | None:
    """Return the id of the record that a record was merged into; None if it was not merged."""
    if not record.deleted or f'"{MERGED_INTO}":' not in record.body:
        return None
    target_id = record.data.get(MERGED_INTO)
    return target_id if is_uuid(target_id) and isinstance(target_id, str) else None


def merge_target_of(record: Stored, find: Find) -> Stored:
    """Return the merge target: the end of the record's chain of merges, the record itself if not merged."""
    passed = {record.record_id}
    while (into := merged_into(record)) is not None and into not in passed:
        following = find(into)
        if following is None:
            break
        passed.add(into)
        record = following
    return record


def load_merge_targets(batch: Batch, record_ids: Iterable[str]) -> None:
    """Load the merge targets of loaded records, to the end of each chain."""
    todo = set(record_ids)
    passed = set(todo)
    while todo:
        records = [record for record_id in todo if (record := batch.get(record_id)) is not None]
        todo = {into for record in records if (into := merged_into(record)) is not None} - passed
        batch.load(todo)
        passed |= todo


def evaluate(
    change: Change, record: Stored, evaluation: Evaluation, find: Find, scopes: Collection[str] | None
) -> Outcome:
    """Evaluate a change of an existing record, merged or not; `scopes`: the granted scopes, None for all."""
    merge_target = merge_target_of(record, find)
    is_merged = merge_target.record_id != record.record_id
    if not is_merged or record.type != change.type or record.is_erased:
        return evaluate_existing(change, record, evaluation)
    if merge_target.is_erased:
        return quarantined(ErrorCode.PURGED)
    is_hidden = scopes is not None and merge_target.scope not in scopes
    if change.op == Op.RESOLVE:
        # Its conflicts are those of the merged record; only its values concern the merge target.
        settled = evaluate_existing(replace(change, content=b"{}", value=None), record, evaluation)
        is_late = settled.status != Status.QUARANTINED and change.set
        return _late(change, merge_target, is_hidden=is_hidden) if is_late else settled
    return _late(change, merge_target, is_hidden=is_hidden)


def _late(change: Change, merge_target: Stored, *, is_hidden: bool) -> Outcome:
    """Return the outcome of a late change: differing values become conflicts of the merge target.

    In a scope not granted the outcome is always a conflict: a receipt MUST NOT reveal values of the target.
    """
    was = {} if change.create else change.was
    conflicts = []
    for path in sorted(change.set):
        mine, current = change.set[path], read_path(merge_target.data, path)
        if not equal(current, mine):
            conflicts.append(ConflictingValue(path, was.get(path), mine, current, ErrorCode.MERGED))
    if change.op == Op.DELETE and not merge_target.deleted:
        conflicts.append(ConflictingValue(DELETED_PATH, False, True, False, ErrorCode.MERGED))
    if not conflicts and not is_hidden:
        return Outcome(Status.UNCHANGED)
    return Outcome(Status.CONFLICT, ErrorCode.MERGED, conflicts=tuple(conflicts), conflicts_on=merge_target)
