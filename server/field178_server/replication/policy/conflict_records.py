"""Conflict records: values that were not applied, stored until the office decides (protocol §5.5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from field178_server.records.batch import Batch
from field178_server.records.stored_record import Stored, new_record, next_revision
from field178_server.replication.policy.evaluate import ConflictingValue
from field178_shared.ids import conflict_id
from field178_shared.merge import Data, without_nulls
from field178_shared.record_type import RecordType
from field178_shared.wire.canonical import canonical
from field178_shared.wire.protocol import MAX_CONFLICT_ENTRIES, MAX_DATA_BYTES, Change

OPEN = "open"
RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class ConflictPath:
    """One conflicting path of one device."""

    path: str
    device: str


def with_conflict(
    find: Callable[[str], Stored | None],
    record: Stored,
    change: Change,
    device_id: str,
    conflict: ConflictingValue,
) -> Stored:
    """Return the conflict record of a path and device with the conflicting value added."""
    conflict_path = ConflictPath(conflict.path, device_id)
    return with_entry(find, record, conflict_path, change.change_id, _entry(change, conflict))


def with_entry(
    find: Callable[[str], Stored | None],
    record: Stored,
    conflict_path: ConflictPath,
    change_id: str,
    entry: Data,
) -> Stored:
    """Return the conflict record of a path and device with an entry added; a resolved conflict is reopened.

    After a full record (100 entries, 256 KiB) the entry goes into the record of `path|device|2`, and so on.
    """
    number = 1
    while True:
        owner = conflict_path.device if number == 1 else f"{conflict_path.device}|{number}"
        found_id = conflict_id(record.record_id, conflict_path.path, owner)
        conflict = find(found_id)
        if conflict is None:
            data = _first_data(record, conflict_path) | {"entries": {change_id: entry}}
            return new_record(found_id, RecordType.CONFLICT, record.scope, data, subject_id=record.record_id)
        if not conflict.is_erased and _has_room(conflict, change_id, entry):
            entries = {**entries_of(conflict), change_id: entry}
            data = {**conflict.data, "state": OPEN, "entries": entries}
            return next_revision(conflict, data=data, deleted=False, scope=record.scope)
        number += 1


def conflicts_of(batch: Batch, record_id: str) -> list[str]:
    """Return the ids of the conflicts of a loaded record, open and resolved."""
    return [
        companion.record_id
        for companion in batch.companions(record_id)
        if companion.type == RecordType.CONFLICT
    ]


def entries_of(conflict: Stored) -> Data:
    """Return the values of a conflict record by the change that offered them."""
    entries = conflict.data.get("entries")
    return entries if isinstance(entries, dict) else {}


def settle(batch: Batch, seen: Mapping[str, int]) -> tuple[bool, list[str]]:
    """Resolve the conflicts whose revision equals the seen one; return whether any was, and the open ids.

    A conflict with a newer revision stays open: it may have entries that nobody has seen. The values of the
    resolution are evaluated before this call.
    """
    still_open, settled = [], False
    for conflict_id_, rev in sorted(seen.items()):
        conflict = batch.get(conflict_id_)
        if conflict is None or conflict.deleted:
            continue
        if conflict.rev == rev:
            batch.put(next_revision(conflict, data={**conflict.data, "state": RESOLVED}, deleted=True))
            settled = True
        else:
            still_open.append(conflict_id_)
    return settled, still_open


def _entry(change: Change, conflict: ConflictingValue) -> Data:
    entry = without_nulls(
        {
            "was": conflict.was,
            "mine": conflict.mine,
            "current": conflict.current,
            "user": change.user,
            "at": change.at or "",
            "reason": conflict.reason.value,
        }
    )
    assert isinstance(entry, dict)
    return entry


def _first_data(record: Stored, conflict_path: ConflictPath) -> Data:
    return {
        "record": record.record_id,
        "record_type": record.type,
        "path": conflict_path.path,
        "device": conflict_path.device,
        "state": OPEN,
    }


def _has_room(conflict: Stored, change_id: str, entry: Data) -> bool:
    entries = entries_of(conflict)
    if change_id in entries:
        return True
    size = len(conflict.body.encode()) + len(canonical(entry)) + len(change_id) + 4
    return len(entries) < MAX_CONFLICT_ENTRIES and size <= MAX_DATA_BYTES
