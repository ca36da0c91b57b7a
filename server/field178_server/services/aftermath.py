"""What follows a merge: open disagreements go to the survivor, and the office's way back."""

from __future__ import annotations

from field178_server.services.audit import Entry
from field178_server.services.batch import Act, Batch
from field178_server.services.conflicts import CONFLICT, RESOLVED, Place, entries_of, with_entry
from field178_server.services.desk import Desk
from field178_server.services.judge import DELETED_PATH
from field178_server.services.merging import merged_into
from field178_server.services.stored import Stored, next_revision
from field178_shared.canonical import canonical
from field178_shared.clock import to_wire
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import equal, read_path, without_nulls
from field178_shared.protocol import MERGED_INTO

# They ask whether the record shall be there at all: the merge has answered that.
_ANSWERED = frozenset({DELETED_PATH, MERGED_INTO})


def carry_conflicts(batch: Batch, record: Stored, survivor: Stored) -> None:
    """Take the open disagreements about a merged record over to its survivor, and close them here."""
    for conflict in batch.about(record.record_id):
        if conflict.type == CONFLICT and not conflict.deleted:
            _carry(batch, conflict, survivor)
            batch.put(next_revision(conflict, data={**conflict.data, "state": RESOLVED}, deleted=True))


def _carry(batch: Batch, conflict: Stored, survivor: Stored) -> None:
    place = Place(str(conflict.data["path"]), str(conflict.data["device"]))
    if place.path in _ANSWERED:
        return
    current = read_path(survivor.data, place.path)
    for change_id, entry in sorted(entries_of(conflict).items()):
        if isinstance(entry, dict) and not equal(entry.get("mine"), current):
            moved = without_nulls({**entry, "current": current, "reason": ErrorCode.MERGED.value})
            assert isinstance(moved, dict)
            batch.put(with_entry(batch.get, survivor, place, change_id, moved))


def unmerge(batch: Batch, desk: Desk, record_id: str) -> int:
    """Give a merged record its own life back, as it was; return its revision. The caller flushes the batch.

    What waits at the survivor stays there: it is decided by people.
    """
    batch.load([record_id])
    record = batch.get(record_id)
    into = None if record is None else merged_into(record)
    if record is None or into is None:
        raise AppError(ErrorCode.NOT_FOUND, record=record_id)
    data = {key: value for key, value in record.data.items() if key != MERGED_INTO}
    payload = {"op": "unmerge", "set": {MERGED_INTO: None}, "was": {MERGED_INTO: into}}
    text = canonical(payload).decode()
    act = Act(batch.ids.time_ordered(), desk.actor.id, None, to_wire(batch.now), text)
    alive = next_revision(record, data=data, deleted=False)
    batch.put(alive, act)
    desk.note(batch.session, Entry("record_unmerged", record_id, record.scope))
    return alive.rev
