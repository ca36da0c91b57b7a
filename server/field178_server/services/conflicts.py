"""Conflict records: where a value that was not taken waits for people (protocol §3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from field178_server.services.batch import Batch
from field178_server.services.judge import Disputed
from field178_server.services.stored import Stored, new_record, next_revision
from field178_shared.canonical import canonical
from field178_shared.ids import conflict_id
from field178_shared.merge import Data, without_nulls
from field178_shared.protocol import MAX_CONFLICT_ENTRIES, MAX_DATA_BYTES, Change

CONFLICT = "conflict"
OPEN = "open"
RESOLVED = "resolved"


def with_dispute(
    find: Callable[[str], Stored | None], record: Stored, change: Change, device_id: str, dispute: Disputed
) -> Stored:
    """Return the conflict record of a path and device with one more entry; a resolved one opens again.

    A full one (100 entries, 256 KiB) is followed by `path|device|2`, and so on.
    """
    entry = _entry(change, dispute)
    number = 1
    while True:
        owner = device_id if number == 1 else f"{device_id}|{number}"
        found_id = conflict_id(record.record_id, dispute.path, owner)
        found = find(found_id)
        if found is None:
            data = _first_data(record, dispute.path, device_id) | {"entries": {change.change_id: entry}}
            return new_record(found_id, CONFLICT, record.scope, data, subject_id=record.record_id)
        if _has_room(found, change.change_id, entry):
            entries = {**entries_of(found), change.change_id: entry}
            data = {**found.data, "state": OPEN, "entries": entries}
            return next_revision(found, data=data, deleted=False, scope=record.scope)
        number += 1


def conflicts_of(batch: Batch, record_id: str) -> list[str]:
    """Return the ids of the conflicts of a loaded record, open and resolved."""
    return [one.record_id for one in batch.about(record_id) if one.type == CONFLICT]


def entries_of(conflict: Stored) -> Data:
    """Return the values kept aside in a conflict, by the change that offered them."""
    entries = conflict.data.get("entries")
    return entries if isinstance(entries, dict) else {}


def settle(batch: Batch, seen: Mapping[str, int]) -> tuple[bool, list[str]]:
    """Resolve conflicts whose revision is the one that was seen; the values are judged before, elsewhere.

    Returns whether any was resolved, and those that stay open: nobody settles an entry unseen.
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


def _entry(change: Change, dispute: Disputed) -> Data:
    entry = without_nulls(
        {
            "was": dispute.was,
            "mine": dispute.mine,
            "current": dispute.current,
            "user": change.user,
            "at": change.at,
            "reason": dispute.reason.value,
        }
    )
    assert isinstance(entry, dict)
    return entry


def _first_data(record: Stored, path: str, device_id: str) -> Data:
    return {
        "record": record.record_id,
        "record_type": record.type,
        "path": path,
        "device": device_id,
        "state": OPEN,
    }


def _has_room(conflict: Stored, change_id: str, entry: Data) -> bool:
    entries = entries_of(conflict)
    if change_id in entries:
        return True
    size = len(conflict.body.encode()) + len(canonical(entry)) + len(change_id) + 4
    return len(entries) < MAX_CONFLICT_ENTRIES and size <= MAX_DATA_BYTES
