"""Rebuild of the rows of some records in one transaction, by the projections that a push uses."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select, update

from field178_server.database.models import FollowUpAnswerRow
from field178_server.maintenance.projections.lost_rows import history_columns
from field178_server.maintenance.projections.tables import (
    PROJECTED_TABLES,
    Key,
    ProjectedTable,
    Row,
    RowsByKey,
)
from field178_server.records import projections
from field178_server.records.batch import Batch
from field178_server.records.projections import ProjectedRecord
from field178_server.records.projections.register_lock import lock_register
from field178_server.records.stored_record import Stored
from field178_shared.record_type import RecordType
from field178_shared.records.follow_ups import closed_by

DifferingRows = frozenset[tuple[str, Key]]


def rebuild(batch: Batch, record_ids: Sequence[str]) -> DifferingRows:
    """Write the rows of records again; return table and key of the differing rows.

    The records stay locked, so that a concurrent change cannot be overwritten by older content.
    """
    records = _load(batch, record_ids)
    connection = batch.session.connection()
    # MUST precede all row locks: writers of the register lock rows of visits after this lock.
    lock_register(connection, batch.tenant_id)
    stored = [table.rows(batch.session, batch.tenant_id, records) for table in PROJECTED_TABLES]
    for table in PROJECTED_TABLES:
        table.delete_replaced(batch.session, batch.tenant_id, records)
    projected = [_projected(batch, record) for record in records]
    projections.write_rows(connection, batch.tenant_id, projected, batch.now)
    differing: set[tuple[str, Key]] = set()
    for table, before in zip(PROJECTED_TABLES, stored, strict=True):
        after = table.rows(batch.session, batch.tenant_id, records)
        _restore_kept(batch, table, before, after)
        differing |= {(table.name, key) for key in _differing(table, before, after)}
    return frozenset(differing)


def _load(batch: Batch, record_ids: Sequence[str]) -> list[Stored]:
    """Return the records and the visits whose corrections they close or closed."""
    batch.load(record_ids)
    closed = select(FollowUpAnswerRow.asked_visit_id).where(
        FollowUpAnswerRow.tenant_id == batch.tenant_id, FollowUpAnswerRow.visit_id.in_(record_ids)
    )
    visit_ids = set(batch.session.scalars(closed))
    for record_id in record_ids:
        record = batch.get(record_id)
        if record is not None and record.type == RecordType.INSPECTION:
            visit_ids.update(visit_id for visit_id, _ in closed_by(record.data))
    batch.load(visit_ids)
    ids = sorted(visit_ids.union(record_ids))
    return [record for record_id in ids if (record := batch.get(record_id)) is not None]


def _projected(batch: Batch, record: Stored) -> ProjectedRecord:
    return ProjectedRecord(
        record,
        batch.review_of(record.record_id),
        reviewed_now=False,
        user_id=None,
        device_id=None,
        companions=tuple(batch.companions(record.record_id)),
    )


def _restore_kept(batch: Batch, table: ProjectedTable, before: RowsByKey, after: RowsByKey) -> None:
    """Restore the columns that records do not contain: from the former row, or from the history."""
    lost = [key for key in after if key not in before]
    rows: dict[Key, Row] = {
        key: {name: before[key][name] for name in table.kept} for key in after if key in before
    }
    rows |= zip(lost, history_columns(batch, table.model, [after[key] for key in lost]), strict=True)
    key_columns = list(table.table.primary_key)
    for columns in {tuple(values) for values in rows.values() if values}:
        statement = (
            update(table.table)
            .where(*(column == bindparam(f"key_{column.name}") for column in key_columns))
            .values({name: bindparam(f"new_{name}") for name in columns})
        )
        parameters = [
            {f"key_{column.name}": part for column, part in zip(key_columns, key, strict=True)}
            | {f"new_{name}": value for name, value in values.items()}
            for key, values in rows.items()
            if tuple(values) == columns
        ]
        batch.session.connection().execute(statement, parameters)


def _differing(table: ProjectedTable, before: RowsByKey, after: RowsByKey) -> set[Key]:
    missing = after.keys() - before.keys()
    surplus = set() if table.may_have_more else before.keys() - after.keys()
    changed = {
        key
        for key in before.keys() & after.keys()
        if any(value != after[key][name] for name, value in before[key].items() if name not in table.kept)
    }
    return missing | surplus | changed
