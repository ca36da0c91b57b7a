"""Authors and times of lost rows, from the history of their records.

The records do not contain them. Without a change in the history the row keeps the time of the run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from sqlalchemy import select

from field178_server.database.models import (
    Attachment,
    Base,
    ChangeHistory,
    ConflictRow,
    EstablishmentProjection,
    FiledRecord,
)
from field178_server.maintenance.projections.tables import Row
from field178_server.records.batch import Batch
from field178_server.records.history import is_set_in_record
from field178_shared.records.reading import entries_of

Changes = Mapping[str, Sequence[ChangeHistory]]
_Columns = Callable[[Batch, Changes, Row], Row]


def history_columns(batch: Batch, model: type[Base], rows: Sequence[Row]) -> list[Row]:
    """Return for each row of a table the columns that are derived from the history of its record."""
    columns = _COLUMNS.get(model)
    if columns is None or not rows:
        return [{} for _ in rows]
    changes = _changes(batch, {record_id for row in rows for record_id in _related(batch, _record_id(row))})
    return [columns(batch, changes, row) for row in rows]


def _record_id(row: Row) -> str:
    return str(row.get("conflict_id") or row["record_id"])


def _related(batch: Batch, record_id: str) -> Iterator[str]:
    """Yield the ids of a record, its subject, and its companions."""
    record = batch.get(record_id)
    yield record_id
    if record is not None and record.subject_id is not None:
        yield record.subject_id
    yield from (companion.record_id for companion in batch.companions(record_id))


def _changes(batch: Batch, record_ids: set[str]) -> Changes:
    """Return the changes of records by record, the earliest first."""
    query = select(ChangeHistory).where(
        ChangeHistory.tenant_id == batch.tenant_id, ChangeHistory.record_id.in_(sorted(record_ids))
    )
    changes = defaultdict(list)
    for change in batch.session.scalars(query.order_by(ChangeHistory.received_at, ChangeHistory.rev)):
        changes[change.record_id].append(change)
    return changes


def _last_change(batch: Batch, changes: Changes, record_id: str) -> Row:
    own = [record_id, *(companion.record_id for companion in batch.companions(record_id))]
    times = [change.received_at for related_id in own for change in changes.get(related_id, ())]
    return {"changed_at": max(times)} if times else {}


def _of_establishment(batch: Batch, changes: Changes, row: Row) -> Row:
    return _last_change(batch, changes, _record_id(row))


def _of_filed(batch: Batch, changes: Changes, row: Row) -> Row:
    record_id = _record_id(row)
    columns = dict(_last_change(batch, changes, record_id))
    for change in changes.get(record_id, ())[:1]:
        columns |= {
            "user_id": change.user_id,
            "device_id": change.device_id,
            "received_at": change.received_at,
        }
    review = batch.review_of(record_id)
    if review is not None and "decided_at" not in review.data:
        for change in changes.get(review.record_id, ())[:1]:
            columns["reviewed_at"] = change.received_at
    return columns


def _of_conflict(batch: Batch, changes: Changes, row: Row) -> Row:
    conflict = batch.get(_record_id(row))
    assert conflict is not None
    offered = entries_of(conflict.data, "entries").keys()
    times = [change.received_at for change in changes.get(conflict.record_id, ())]
    times += [
        change.received_at
        for change in changes.get(conflict.subject_id or "", ())
        if change.change_id in offered
    ]
    return {"changed_at": max(times)} if times else {}


def _of_attachment(batch: Batch, changes: Changes, row: Row) -> Row:
    for change in changes.get(_record_id(row), ()):
        payload = change.payload or ""
        is_naming = str(row["sha256"]) in payload or is_set_in_record(payload)
        # A change without a revision was not applied: its tablet MUST NOT get the right to read the file.
        if is_naming and change.rev is not None:
            return {"device_id": change.device_id, "named_at": change.received_at}
    return {}


_COLUMNS: Mapping[type[Base], _Columns] = {
    EstablishmentProjection: _of_establishment,
    FiledRecord: _of_filed,
    ConflictRow: _of_conflict,
    Attachment: _of_attachment,
}
