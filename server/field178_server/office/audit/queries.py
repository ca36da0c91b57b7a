"""Entries of the audit trail, newest first, filtered by day, author, kind and object, in pages."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select
from sqlalchemy.orm import Session

from field178_server.accounts.officers import names_with_logins
from field178_server.audit.actions import ACTIONS, ActionKind
from field178_server.audit.queries import is_shown
from field178_server.database.models import Audit, FiledRecord, Record
from field178_server.records.access import AccessFilter
from field178_server.records.find_record import FILED_TYPES, number_on
from field178_server.records.keyset import KeysetPage, Order, PageStart, keyset_page
from field178_server.records.labels import Names, names_of
from field178_server.records.searched_texts import has_text
from field178_shared.ids import is_uuid
from field178_shared.record_type import RecordType
from field178_shared.rules.commune import FACT_MEMBERS
from field178_shared.text.normalisation import fold
from field178_shared.time.clock import start_of_day

PAGE_SIZE = 50
EXPORT_STEP = 2000
# Kinds of authors other than officers.
OTHER_AUTHORS = ("device", "operator", "system")
_NOTHING = AccessFilter(frozenset())
_TELLING_TYPES = frozenset({RecordType.PLAN_ITEM, *FACT_MEMBERS})
_ORDER = Order(Audit.tenant_id, Audit.at, Audit.audit_id, is_descending=True)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Conditions on audit entries; an empty value is no condition.

    `today`: the day of the reader; entries about unannounced visits whose window is not over match nothing.
    `author`: id of an officer or kind of author; `object`: an id, or a number of a visit or session.
    `access`: access filter of the reader; an `object` id that the reader may not see matches nothing.
    """

    today: date
    since: date | None = None
    until: date | None = None
    author: str = ""
    kind: ActionKind | None = None
    object: str = ""
    access: AccessFilter = _NOTHING


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """Fields of a record that the audit trail may show; day and number only of visits and sessions."""

    type: str
    scope: str
    day: date | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """An entry of the audit trail."""

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
    """Names and records that audit entries refer to, by id."""

    names: Names = field(default_factory=Names)
    records: Mapping[str, RecordFacts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrailPage:
    """A page of audit entries, with the total number and the names and records they refer to."""

    page: KeysetPage[TrailEntry]
    total: int
    trail_names: TrailNames


def may_be_named(access: AccessFilter, record: RecordFacts) -> bool:
    """Return whether the reader may see the id of a record in the audit trail.

    Ids of planned visits and entries were once computed from establishment and day and could be guessed, so
    they are shown only to readers of the record.
    """
    return record.type not in _TELLING_TYPES or access.holds(record.scope)


def trail_page(session: Session, tenant_id: str, narrow: AuditFilter, place: PageStart) -> TrailPage:
    """Return a page of the audit trail."""
    conditions = _within(session, tenant_id, narrow)
    page = keyset_page(session, _rows(conditions), _ORDER, tenant_id, place, PAGE_SIZE)
    is_whole = not page.before and not page.after
    count = select(func.count()).select_from(Audit).where(*conditions)
    total = len(page.rows) if is_whole else session.scalar(count) or 0
    entries = tuple(_entry(row) for row in page.rows)
    return TrailPage(replace(page, rows=entries), total, names_in_trail(session, tenant_id, entries))


def trail_rows(
    session: Session, tenant_id: str, narrow: AuditFilter
) -> Iterator[tuple[TrailEntry, TrailNames]]:
    """Yield every entry with the names and records it refers to, in constant memory."""
    query, place = _rows(_within(session, tenant_id, narrow)), PageStart()
    while True:
        page = keyset_page(session, query, _ORDER, tenant_id, place, EXPORT_STEP)
        entries = [_entry(row) for row in page.rows]
        trail_names = names_in_trail(session, tenant_id, entries)
        yield from ((entry, trail_names) for entry in entries)
        if page.after is None:
            return
        place = page.after


def names_in_trail(session: Session, tenant_id: str, entries: Sequence[TrailEntry]) -> TrailNames:
    """Return the names and records of the ids in audit entries."""
    ids = {named_id for entry in entries for named_id in (entry.actor_id, entry.object_id) if named_id}
    ids |= {str(value) for entry in entries for value in entry.details.values() if is_uuid(value)}
    ids |= {name for entry in entries if (name := _scope_id(entry.scope))}
    records = records_of(session, tenant_id, ids)
    ids |= {name for record in records.values() if (name := _scope_id(record.scope))}
    names = names_of(session, tenant_id, ids)
    people = {**names.people, **names_with_logins(session, tenant_id, ids)}
    return TrailNames(replace(names, people=people), records)


def records_of(session: Session, tenant_id: str, ids: Collection[str]) -> dict[str, RecordFacts]:
    """Return the fields that the audit trail may show of the records among these ids."""
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
    # `keyset_page` reads the id of a row from the column `record_id`.
    columns = (getattr(Audit, name) for name in _COLUMNS)
    return select(Audit.audit_id.label("record_id"), *columns).where(*conditions)


_COLUMNS = ("at", "actor_kind", "actor_id", "action", "object_id", "scope", "details")


def _entry(row: Any) -> TrailEntry:
    details = json.loads(row.details) if row.details else {}
    return TrailEntry(
        row.record_id, row.at, row.actor_kind, row.actor_id, row.action, row.object_id, row.scope, details
    )


def _within(session: Session, tenant_id: str, narrow: AuditFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Audit.tenant_id == tenant_id, is_shown(narrow.today)]
    if narrow.since:
        conditions.append(Audit.at >= start_of_day(narrow.since))
    if narrow.until and narrow.until < date.max:
        conditions.append(Audit.at < start_of_day(narrow.until + timedelta(days=1)))
    if narrow.author in OTHER_AUTHORS:
        conditions.append(Audit.actor_kind == narrow.author)
    elif narrow.author:
        conditions.append(Audit.actor_id == narrow.author)
    if narrow.kind:
        conditions.append(Audit.action.in_(ACTIONS[narrow.kind]))
    if narrow.object:
        conditions.append(_on_object(session, tenant_id, narrow))
    return conditions


def _on_object(session: Session, tenant_id: str, narrow: AuditFilter) -> ColumnElement[bool]:
    text = narrow.object
    if is_uuid(text):
        records = records_of(session, tenant_id, [text]).values()
        is_open = all(may_be_named(narrow.access, record) for record in records)
        return Audit.object_id == text if is_open else false()
    numbered = select(FiledRecord.record_id).where(FiledRecord.tenant_id == tenant_id, has_text(fold(text)))
    ids = session.scalars(numbered).all()
    return Audit.object_id.in_(ids) if ids else false()
