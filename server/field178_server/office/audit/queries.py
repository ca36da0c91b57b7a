"""Entries of the audit trail, newest first: narrowed by day, author, kind and object, page by page."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select
from sqlalchemy.orm import Session

from field178_server.audit.actions import ACTIONS, ActionKind
from field178_server.database.models import Audit, FiledRecord, Record
from field178_server.records.access import AccessFilter
from field178_server.records.find_record import FILED_TYPES, number_on
from field178_server.records.keyset import KeysetPage, Order, PageStart, keyset_page
from field178_server.records.labels import Names, names_of
from field178_server.records.searched_texts import has_text
from field178_shared.ids import is_uuid
from field178_shared.records.plan import ITEM
from field178_shared.rules.commune import FACT_MEMBERS
from field178_shared.text.normalisation import fold
from field178_shared.time.clock import start_of_day

PAGE_SIZE = 50
EXPORT_STEP = 2000
# Authors that are no officer.
OTHER_AUTHORS = ("device", "operator", "system")
_NOTHING = AccessFilter(frozenset())
_TELLING_TYPES = frozenset({ITEM, *FACT_MEMBERS})
_ORDER = Order(Audit.tenant_id, Audit.at, Audit.audit_id, is_descending=True)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What the trail is narrowed to; an empty value narrows nothing.

    `author` is an officer or a kind of author; `object` is an id, or a number on a visit or session.
    `access`: what the reader may read; an id that may not be named to them is of nothing.
    """

    since: date | None = None
    until: date | None = None
    author: str = ""
    kind: ActionKind | None = None
    object: str = ""
    access: AccessFilter = _NOTHING


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What the trail may tell of a record: its type and scope, of a visit or session also day and number."""

    type: str
    scope: str
    day: date | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """One entry of the trail."""

    audit_id: str
    at: datetime
    actor_kind: str
    actor_id: str | None
    action: str
    object_id: str | None
    scope: str | None
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrailNames:
    """Names and records that entries of the trail are about, by id."""

    names: Names = field(default_factory=Names)
    records: Mapping[str, RecordFacts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrailPage:
    """One page of the trail, with the total of entries and what they are about."""

    page: KeysetPage[TrailEntry]
    total: int
    known: TrailNames


def may_be_named(access: AccessFilter, record: RecordFacts) -> bool:
    """Tell whether the trail may give the id of a record: of one that tells a place, to who may read it.

    Planned visits and entries had computed ids, which whoever knows establishments and days can try.
    """
    return record.type not in _TELLING_TYPES or access.holds(record.scope)


def trail_page(session: Session, tenant_id: str, narrow: AuditFilter, place: PageStart) -> TrailPage:
    """Return one page of the trail."""
    conditions = _within(session, tenant_id, narrow)
    found = keyset_page(session, _rows(conditions), _ORDER, tenant_id, place, PAGE_SIZE)
    is_whole = not found.before and not found.after
    count = select(func.count()).select_from(Audit).where(*conditions)
    total = len(found.rows) if is_whole else session.scalar(count) or 0
    entries = tuple(_entry(row) for row in found.rows)
    return TrailPage(replace(found, rows=entries), total, names_in_trail(session, tenant_id, entries))


def trail_rows(
    session: Session, tenant_id: str, narrow: AuditFilter
) -> Iterator[tuple[TrailEntry, TrailNames]]:
    """Yield every entry with what it is about, in constant memory."""
    query, place = _rows(_within(session, tenant_id, narrow)), PageStart()
    while True:
        found = keyset_page(session, query, _ORDER, tenant_id, place, EXPORT_STEP)
        entries = [_entry(row) for row in found.rows]
        known = names_in_trail(session, tenant_id, entries)
        yield from ((entry, known) for entry in entries)
        if found.after is None:
            return
        place = found.after


def names_in_trail(session: Session, tenant_id: str, entries: Sequence[TrailEntry]) -> TrailNames:
    """Return what stands behind the ids of these entries."""
    ids = {one for entry in entries for one in (entry.actor_id, entry.object_id) if one}
    ids |= {str(one) for entry in entries for one in entry.details.values() if is_uuid(one)}
    ids |= {name for entry in entries if (name := _scope_id(entry.scope))}
    records = records_of(session, tenant_id, ids)
    ids |= {name for record in records.values() if (name := _scope_id(record.scope))}
    return TrailNames(names_of(session, tenant_id, ids), records)


def records_of(session: Session, tenant_id: str, ids: Collection[str]) -> dict[str, RecordFacts]:
    """Return what the trail may tell of the records among these ids."""
    is_filed = (FiledRecord.tenant_id == Record.tenant_id) & (FiledRecord.record_id == Record.record_id)
    query = (
        select(Record.record_id, Record.type, Record.scope, FiledRecord.occurred_on, Record.body)
        .outerjoin(FiledRecord, is_filed)
        .where(Record.tenant_id == tenant_id, Record.record_id.in_(sorted(ids)))
    )
    return {
        record_id: RecordFacts(type_, scope, day, number_on(json.loads(body)) if type_ in FILED_TYPES else "")
        for record_id, type_, scope, day, body in session.execute(query)
    }


def _scope_id(scope: str | None) -> str:
    kind, _, name = (scope or "").partition(":")
    return name if kind == "team" else ""


def _rows(conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    # Under the name by which pages of every list begin.
    columns = (getattr(Audit, name) for name in _COLUMNS)
    return select(Audit.audit_id.label("record_id"), *columns).where(*conditions)


_COLUMNS = ("at", "actor_kind", "actor_id", "action", "object_id", "scope", "details")


def _entry(row: Any) -> TrailEntry:
    details = json.loads(row.details) if row.details else {}
    return TrailEntry(
        row.record_id, row.at, row.actor_kind, row.actor_id, row.action, row.object_id, row.scope, details
    )


def _within(session: Session, tenant_id: str, narrow: AuditFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Audit.tenant_id == tenant_id]
    if narrow.since:
        found.append(Audit.at >= start_of_day(narrow.since))
    if narrow.until and narrow.until < date.max:
        found.append(Audit.at < start_of_day(narrow.until + timedelta(days=1)))
    if narrow.author in OTHER_AUTHORS:
        found.append(Audit.actor_kind == narrow.author)
    elif narrow.author:
        found.append(Audit.actor_id == narrow.author)
    if narrow.kind:
        found.append(Audit.action.in_(ACTIONS[narrow.kind]))
    if narrow.object:
        found.append(_on_object(session, tenant_id, narrow))
    return found


def _on_object(session: Session, tenant_id: str, narrow: AuditFilter) -> ColumnElement[bool]:
    text = narrow.object
    if is_uuid(text):
        known = records_of(session, tenant_id, [text]).values()
        is_open = all(may_be_named(narrow.access, record) for record in known)
        return Audit.object_id == text if is_open else false()
    numbered = select(FiledRecord.record_id).where(FiledRecord.tenant_id == tenant_id, has_text(fold(text)))
    ids = session.scalars(numbered).all()
    return Audit.object_id.in_(ids) if ids else false()
