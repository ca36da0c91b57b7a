"""Queries of quarantined changes: sent values, reason and problems."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from field178_server.audit.queries import Rejection
from field178_server.database.models import Quarantine, Record
from field178_server.records.access import AccessFilter
from field178_server.records.labels import Names, ids_in, names_of, titles_of
from field178_server.replication.quarantine.store import DISCARDED
from field178_shared.merge import Data


@dataclass(frozen=True, slots=True)
class QuarantineItem:
    """One change in quarantine. `problems`: error codes by field. `values`: all values of the change.

    `created`: the values of a quarantined create of the same record, which identify the record.
    """

    change_id: str
    payload_hash: str
    record_id: str
    record_type: str
    scope: str
    device_id: str
    user_id: str | None
    op: str
    is_create: bool
    reason: str
    problems: tuple[tuple[str, tuple[str, ...]], ...]
    values: Data
    received_at: datetime
    state: str
    rejection: Rejection | None
    title: str | None
    created: Data


@dataclass(frozen=True, slots=True)
class QuarantineList:
    """Changes in quarantine, with the names of the ids in them."""

    changes: tuple[QuarantineItem, ...]
    names: Names


@dataclass(frozen=True, slots=True)
class QuarantinePage:
    """One change in quarantine, the names of the ids in it, and the stored data of its record, or None."""

    change: QuarantineItem
    names: Names
    stored: Data | None


def quarantined_changes(
    session: Session, tenant_id: str, access: AccessFilter, keys: Collection[tuple[str, str]]
) -> QuarantineList:
    """Return the changes of these keys (change, payload hash) within the access filter."""
    rows = session.scalars(
        select(Quarantine).where(
            Quarantine.tenant_id == tenant_id,
            Quarantine.change_id.in_(sorted({change_id for change_id, _ in keys})),
            access.covers(Quarantine.scope),
        )
    )
    requested = [row for row in rows if (row.change_id, row.payload_hash) in keys]
    items = _items(session, tenant_id, access, requested)
    return QuarantineList(items, _names(session, tenant_id, items))


def quarantined_change(
    session: Session, tenant_id: str, access: AccessFilter, change_id: str, payload_hash: str
) -> QuarantinePage | None:
    """Return one open or rejected change within the access filter, else None."""
    row = session.get(Quarantine, (tenant_id, change_id, payload_hash))
    if row is None or not access.holds(row.scope):
        return None
    (item,) = _items(session, tenant_id, access, [row])
    record = session.get(Record, (tenant_id, row.record_id))
    stored = None if record is None else json.loads(record.body)
    return QuarantinePage(item, _names(session, tenant_id, [item]), stored)


def within(tenant_id: str, access: AccessFilter, state: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for changes in a state (open, discarded) within the access filter."""
    return (Quarantine.tenant_id == tenant_id, Quarantine.state == state, access.covers(Quarantine.scope))


def _items(
    session: Session, tenant_id: str, access: AccessFilter, rows: Sequence[Quarantine]
) -> tuple[QuarantineItem, ...]:
    records = {row.record_id for row in rows}
    titles = titles_of(session, tenant_id, access, records)
    created = _quarantined_creates(session, tenant_id, access, records - set(titles))
    return tuple(_item(row, titles.get(row.record_id), created.get(row.record_id, {})) for row in rows)


def _quarantined_creates(
    session: Session, tenant_id: str, access: AccessFilter, record_ids: Collection[str]
) -> dict[str, Data]:
    """Return the values of quarantined creates by record id."""
    query = select(Quarantine.record_id, Quarantine.payload).where(
        Quarantine.tenant_id == tenant_id,
        Quarantine.record_id.in_(sorted(record_ids)),
        Quarantine.payload.contains('"create":true'),
        access.covers(Quarantine.scope),
    )
    return {record_id: _set_of(json.loads(payload or "{}")) for record_id, payload in session.execute(query)}


def _names(session: Session, tenant_id: str, changes: Iterable[QuarantineItem]) -> Names:
    ids: set[str] = set()
    for change in changes:
        people = (change.user_id, change.rejection.user_id if change.rejection else None)
        ids |= {change.device_id} | {person for person in people if person}
        ids |= ids_in(change.values) | ids_in(change.created.get("establishment_id"))
        ids |= {change.scope.partition(":")[2]}
    return names_of(session, tenant_id, ids)


def _item(row: Quarantine, title: str | None, created: Data) -> QuarantineItem:
    payload = json.loads(row.payload) if row.payload else {}
    rejection = Rejection(row.settled_reason or "", row.settled_by, row.settled_at)
    return QuarantineItem(
        change_id=row.change_id,
        payload_hash=row.payload_hash,
        record_id=row.record_id,
        record_type=row.record_type,
        scope=row.scope,
        device_id=row.device_id,
        user_id=row.user_id,
        op=str(payload.get("op", "")),
        is_create=payload.get("create") is True,
        reason=row.reason,
        problems=_problems(json.loads(row.details) if row.details else {}),
        values=_set_of(payload),
        received_at=row.received_at,
        state=row.state,
        rejection=rejection if row.state == DISCARDED else None,
        title=title,
        created=created,
    )


def _problems(details: Mapping[str, object]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    # `at` says that the tablet's clock wrote no time; that holds nothing back.
    return tuple(
        (path, tuple(str(code) for code in codes))
        for path, codes in details.items()
        if isinstance(codes, list) and path != "at"
    )


def _set_of(payload: Mapping[str, object]) -> Data:
    values = payload.get("set")
    return values if isinstance(values, dict) else {}
