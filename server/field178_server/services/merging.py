"""Merging one record into another: the verdict on `merge_into`, and on what is said later of a merged record.

A merged record is a deleted one whose `merged_into` names the record that stands for it; that one may have
been merged in turn. Pure functions but for `load_survivors`, which reads (protocol §5.6).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

from field178_server.services.batch import Batch
from field178_server.services.judge import DELETED_PATH, Case, Disputed, Outcome, judge_known, quarantined
from field178_server.services.stored import Stored, next_revision
from field178_shared.errors import ErrorCode
from field178_shared.ids import is_uuid
from field178_shared.merge import equal, read_path
from field178_shared.protocol import MERGED_INTO, Change, Op, Status

INTO = "into"
Find = Callable[[str], Stored | None]


@dataclass(frozen=True, slots=True)
class Sight:
    """What those behind a change can see: the loaded records, and which scopes are granted; None: all."""

    find: Find
    scopes: Collection[str] | None

    def sees(self, record: Stored) -> bool:
        """Tell whether the record's scope is granted: of one that is not, no verdict MUST tell a value."""
        return self.scopes is None or record.scope in self.scopes


def merged_into(record: Stored) -> str | None:
    """Return the record that a merged one was merged into; None for a record that was not merged."""
    if not record.deleted or f'"{MERGED_INTO}":' not in record.body:
        return None
    found = record.data.get(MERGED_INTO)
    return found if is_uuid(found) and isinstance(found, str) else None


def survivor_of(record: Stored, find: Find) -> Stored:
    """Return the record that stands for this one: the end of its chain of merges, itself when not merged."""
    passed = {record.record_id}
    while (into := merged_into(record)) is not None and into not in passed:
        following = find(into)
        if following is None:
            break
        passed.add(into)
        record = following
    return record


def targets(changes: Iterable[Change]) -> set[str]:
    """Return the records that these changes merge others into."""
    found = {change.into for change in changes if change.op == Op.MERGE_INTO}
    return {into for into in found if into is not None}


def load_survivors(batch: Batch, record_ids: Iterable[str]) -> None:
    """Read the records that loaded ones were merged into, to the end of each chain."""
    todo = set(record_ids)
    passed = set(todo)
    while todo:
        records = [record for one in todo if (record := batch.get(one)) is not None]
        todo = {into for record in records if (into := merged_into(record)) is not None} - passed
        batch.load(todo)
        passed |= todo


def judge(change: Change, record: Stored, case: Case, sight: Sight) -> Outcome:
    """Judge a change of a record that is there, whether it was merged or not."""
    survivor = survivor_of(record, sight.find)
    is_merged = survivor.record_id != record.record_id
    is_own = record.type == change.type and not record.is_purged
    if not is_own or not (is_merged or change.op == Op.MERGE_INTO):
        return judge_known(change, record, case)
    if survivor.is_purged:
        return quarantined(ErrorCode.PURGED)
    if not is_merged:
        return _judge_merge(change, record, case, sight)
    if change.op == Op.RESOLVE:
        # Which conflicts it names is judged as ever; only its values are for the survivor.
        settled = judge_known(replace(change, set={}), record, case)
        is_late = settled.status != Status.QUARANTINED and change.set
        return _late(change, survivor, sight) if is_late else settled
    if change.op == Op.MERGE_INTO and _is_same_merge(change, record, survivor, sight):
        return Outcome(Status.UNCHANGED)
    return _late(change, survivor, sight)


def _is_same_merge(change: Change, record: Stored, survivor: Stored, sight: Sight) -> bool:
    into = sight.find(change.into or "")
    if into is None or into.record_id == merged_into(record):
        return into is not None
    return sight.sees(into) and sight.sees(survivor) and survivor_of(into, sight.find) == survivor


def _judge_merge(change: Change, record: Stored, case: Case, sight: Sight) -> Outcome:
    into = change.into or ""
    target = sight.find(into)
    # The id of a merged record is an alias: two tablets may merge along one chain in any order.
    survivor = None if target is None or not sight.sees(target) else survivor_of(target, sight.find)
    if survivor is not None and survivor.record_id == record.record_id:
        return quarantined(ErrorCode.RULE, {INTO: [ErrorCode.MERGE_CIRCLE.value]})
    if survivor is None or survivor.deleted or not sight.sees(survivor):
        return quarantined(ErrorCode.INTO_UNKNOWN, {INTO: [ErrorCode.INTO_UNKNOWN.value]})
    if survivor.is_purged:
        return quarantined(ErrorCode.PURGED)
    if survivor.type != record.type:
        return quarantined(ErrorCode.SCHEMA, {INTO: [ErrorCode.WRONG_TYPE.value]})
    if case.is_locked:
        return _kept(into, ErrorCode.LOCKED)
    if "_h" in change.was and not (change.was["_h"] == record.short_hash or case.has_seen_newer):
        return _kept(into, ErrorCode.CHANGED)
    merged = next_revision(record, data={**record.data, MERGED_INTO: into}, deleted=True)
    return Outcome(Status.APPLIED, record=merged, about=survivor)


def _kept(into: str, reason: ErrorCode) -> Outcome:
    dispute = Disputed(MERGED_INTO, None, into, None, reason)
    return Outcome(Status.CONFLICT, reason, disputes=(dispute,))


def _late(change: Change, survivor: Stored, sight: Sight) -> Outcome:
    """Apply nothing: what the survivor does not hold already waits there for people to decide.

    Of a survivor out of sight the verdict is always the same: it would answer guesses at what that one holds.
    """
    was = {} if change.create else change.was
    disputes = []
    for path in sorted(change.set):
        mine, current = change.set[path], read_path(survivor.data, path)
        if not equal(current, mine):
            disputes.append(Disputed(path, was.get(path), mine, current, ErrorCode.MERGED))
    if change.op == Op.DELETE and not survivor.deleted:
        disputes.append(Disputed(DELETED_PATH, False, True, False, ErrorCode.MERGED))
    if change.op == Op.MERGE_INTO:
        disputes.append(Disputed(MERGED_INTO, None, change.into, None, ErrorCode.MERGED))
    if not disputes and sight.sees(survivor):
        return Outcome(Status.UNCHANGED)
    return Outcome(Status.CONFLICT, ErrorCode.MERGED, disputes=tuple(disputes), about=survivor)
