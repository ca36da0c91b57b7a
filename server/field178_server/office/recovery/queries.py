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
    """One content of one record as tablets sent it, and the stored record of that id."""

    record: StoredRecord
    devices: tuple[str, ...]
    received_at: datetime
    is_sound: bool
    state: str
    rejection: Rejection | None
    stored: StoredRecord | None


@dataclass(frozen=True, slots=True)
class DivergentRecordList:
    """Some of them, with the names they mention."""

    records: tuple[DivergentRecordItem, ...]
    names: Names


@dataclass(frozen=True, slots=True)
class DivergentRecordPage:
    """One of them with what it differs in, and the establishment it is about."""

    item: DivergentRecordItem
    changed: tuple[Difference, ...]
    establishment: StoredRecord | None
    names: Names


def divergent_records(
    session: Session, tenant_id: str, access: AccessFilter, keys: Collection[tuple[str, str]]
) -> DivergentRecordList:
    """Return the contents of these keys (record, content hash) within the access filter, each once."""
    ids = sorted({record_id for record_id, _ in keys})
    by_key: dict[tuple[str, str], list[DivergentRecord]] = {}
    for row in session.scalars(_oldest_first(*within(tenant_id, access), DivergentRecord.record_id.in_(ids))):
        by_key.setdefault((row.record_id, row.h), []).append(row)
    found = tuple(_item(session, by_key[key]) for key in keys if key in by_key)
    return DivergentRecordList(found, names_of(session, tenant_id, _ids_on_page(found)))


def divergent_record(
    session: Session, tenant_id: str, access: AccessFilter, record_id: str, h: str
) -> DivergentRecordPage | None:
    """Return one divergent content within the access filter, decided on or not, else None."""
    is_it = (*within(tenant_id, access), DivergentRecord.record_id == record_id, DivergentRecord.h == h)
    rows = session.scalars(_oldest_first(*is_it)).all()
    if not rows:
        return None
    found = _item(session, rows)
    stored = found.stored
    changed = differences_between(stored.data, found.record.data) if stored is not None else ()
    ids = _ids_on_page([found]) | ids_in([[step.before, step.after] for step in changed])
    establishment = establishment_of(session, tenant_id, found.record)
    return DivergentRecordPage(found, changed, establishment, names_of(session, tenant_id, ids))


def within(tenant_id: str, access: AccessFilter, state: str | None = None) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of access: to the scope a tablet named, and to the one where the record is."""
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
    """Return one content as one item, from any number of tablets, in the order of their arrival."""
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


def _ids_on_page(found: Iterable[DivergentRecordItem]) -> set[str]:
    ids: set[str] = set()
    for one in found:
        ids |= {*one.devices, one.record.scope.partition(":")[2]} | ids_in(one.record.data)
        ids |= {one.rejection.user_id} if one.rejection and one.rejection.user_id else set()
    return ids
