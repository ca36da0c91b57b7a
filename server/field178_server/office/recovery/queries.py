"""Queries of divergent records."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, not_, select
from sqlalchemy.orm import Session

from field178_server.audit.queries import Rejection
from field178_server.database.models import DivergentRecord, Record
from field178_server.records.access import AccessFilter
from field178_server.records.find_record import StoredRecord, establishment_of, find_record
from field178_server.records.history import Difference, differences_between
from field178_server.records.labels import Names, ids_in, names_of
from field178_server.replication.divergent_records import REJECTED


@dataclass(frozen=True, slots=True)
class DivergentRecordItem:
    """A content of a divergent record, the tablets that sent it, and the stored record of that id."""

    record: StoredRecord
    devices: tuple[str, ...]
    received_at: datetime
    is_sound: bool
    state: str
    rejection: Rejection | None
    stored: StoredRecord | None


@dataclass(frozen=True, slots=True)
class DivergentRecordList:
    """Divergent records with the names of the ids in them."""

    records: tuple[DivergentRecordItem, ...]
    names: Names


@dataclass(frozen=True, slots=True)
class DivergentRecordPage:
    """A divergent record with its differences from the stored record, and its establishment."""

    item: DivergentRecordItem
    changed: tuple[Difference, ...]
    establishment: StoredRecord | None
    names: Names


def divergent_records(
    session: Session, tenant_id: str, access: AccessFilter, keys: Collection[tuple[str, str]]
) -> DivergentRecordList:
    """Return the divergent records of keys (record id, content hash) within the access filter."""
    ids = sorted({record_id for record_id, _ in keys})
    by_key: dict[tuple[str, str], list[DivergentRecord]] = {}
    for row in session.scalars(_oldest_first(*within(tenant_id, access), DivergentRecord.record_id.in_(ids))):
        by_key.setdefault((row.record_id, row.h), []).append(row)
    records = tuple(_item(session, by_key[key]) for key in keys if key in by_key)
    return DivergentRecordList(records, names_of(session, tenant_id, _ids_on_page(records)))


def divergent_record(
    session: Session, tenant_id: str, access: AccessFilter, record_id: str, h: str
) -> DivergentRecordPage | None:
    """Return a divergent record in any state within the access filter, else None."""
    is_it = (*within(tenant_id, access), DivergentRecord.record_id == record_id, DivergentRecord.h == h)
    rows = session.scalars(_oldest_first(*is_it)).all()
    if not rows:
        return None
    item = _item(session, rows)
    stored = item.stored
    changed = differences_between(stored.data, item.record.data) if stored is not None else ()
    ids = _ids_on_page([item]) | ids_in([[step.before, step.after] for step in changed])
    establishment = establishment_of(session, tenant_id, item.record)
    return DivergentRecordPage(item, changed, establishment, names_of(session, tenant_id, ids))


def within(tenant_id: str, access: AccessFilter, state: str | None = None) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of access: to the scope that the tablet sent, and to the stored scope."""
    stored_elsewhere = (
        select(Record.record_id)
        .where(
            Record.tenant_id == DivergentRecord.tenant_id,
            Record.record_id == DivergentRecord.record_id,
            not_(access.covers(Record.scope)),
        )
        .exists()
    )
    inside = (
        DivergentRecord.tenant_id == tenant_id,
        access.covers(DivergentRecord.scope),
        not_(stored_elsewhere),
    )
    return inside if state is None else (*inside, DivergentRecord.state == state)


def _oldest_first(*conditions: ColumnElement[bool]) -> Select[DivergentRecord]:
    return (
        select(DivergentRecord)
        .where(*conditions)
        .order_by(DivergentRecord.received_at, DivergentRecord.device_id)
    )


def _item(session: Session, rows: Sequence[DivergentRecord]) -> DivergentRecordItem:
    """Return the item of a content from its rows, which are ordered by arrival."""
    first = rows[0]
    rejection = Rejection(first.settled_reason or "", first.settled_by, first.settled_at)
    return DivergentRecordItem(
        record=StoredRecord(
            first.record_id,
            first.type,
            first.scope,
            first.rev,
            first.deleted,
            first.h,
            json.loads(first.body),
        ),
        devices=tuple(row.device_id for row in rows),
        received_at=first.received_at,
        is_sound=all(row.is_sound for row in rows),
        state=first.state,
        rejection=rejection if first.state == REJECTED else None,
        stored=find_record(session, first.tenant_id, first.record_id),
    )


def _ids_on_page(items: Iterable[DivergentRecordItem]) -> set[str]:
    ids: set[str] = set()
    for item in items:
        ids |= {*item.devices, item.record.scope.partition(":")[2]} | ids_in(item.record.data)
        ids |= {item.rejection.user_id} if item.rejection and item.rejection.user_id else set()
    return ids
