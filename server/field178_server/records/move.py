"""Move of a record and its companions to another scope."""

from __future__ import annotations

import json
from collections.abc import Mapping

from field178_server.records.batch import Batch, SourceChange
from field178_server.records.stored_record import Stored, next_revision
from field178_shared.errors import AppError, ErrorCode
from field178_shared.record_type import RecordType
from field178_shared.time.clock import to_wire


def move(
    batch: Batch,
    record_id: str,
    scope: str,
    user_id: str | None = None,
    values: Mapping[str, object] | None = None,
) -> None:
    """Move a record with its companions: `leave` in the feed of one scope and `put` in the other.

    The content changes only by `values` of top-level fields. The scope MUST exist; the caller flushes the
    batch.
    """
    batch.load([record_id])
    record = batch.get(record_id)
    if record is None or record.subject_id is not None:
        raise AppError(ErrorCode.NOT_FOUND, record=record_id)
    if record.scope == scope:
        return
    payload: dict[str, object] = {
        **{"op": "move", "record_id": record_id, "scope": scope, "type": record.type},
        **({"set": values, "was": {name: record.data.get(name) for name in values}} if values else {}),
    }
    source = SourceChange(
        change_id=batch.ids.time_ordered(),
        user_id=user_id,
        device_id=None,
        at=to_wire(batch.now),
        payload=json.dumps(payload, sort_keys=True),
    )
    moved = next_revision(record, scope=scope, data={**record.data, **values} if values else None)
    batch.put(moved, source)
    for companion in batch.companions(record_id):
        batch.put(_following(companion, record, moved))


def _following(companion: Stored, record: Stored, moved: Stored) -> Stored:
    data = companion.data
    if companion.type == RecordType.REVIEW and data.get("record_rev") == record.rev:
        # The reviewed content is the moved content: the review is a review of the new revision.
        return next_revision(companion, data={**data, "record_rev": moved.rev}, scope=moved.scope)
    return next_revision(companion, scope=moved.scope)
