"""Queries of the office's entries beside visits: decisions, payments, closures, with their histories."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.models import Record
from field178_server.records.find_record import StoredRecord
from field178_server.records.history import RecordHistory, histories_of
from field178_shared.record_type import RecordType
from field178_shared.records.follow_ups import FollowUpRef, closed_by_closure
from field178_shared.records.reading import Data
from field178_shared.records.sanctions import OFFICE_TYPES, AfterVisit


@dataclass(frozen=True, slots=True)
class OfficeEntry:
    """An entry of the office with its history."""

    record: StoredRecord
    history: RecordHistory


@dataclass(frozen=True, slots=True)
class EntriesOfVisit:
    """The entries beside a visit, and their evaluation."""

    every: tuple[OfficeEntry, ...]
    after: AfterVisit

    @property
    def people(self) -> set[str]:
        """The ids of the officers who wrote the entries."""
        return {
            revision.user_id
            for entry in self.every
            for revision in entry.history.revisions
            if revision.user_id
        }

    def of_type(self, record_type: str) -> tuple[OfficeEntry, ...]:
        """Return the entries of one type, the oldest first."""
        return tuple(entry for entry in self.every if entry.record.type == record_type)


NO_ENTRIES = EntriesOfVisit((), AfterVisit())


def entries_of_visit(session: Session, tenant_id: str, visit: StoredRecord) -> EntriesOfVisit:
    """Return the office's entries beside a visit; none for a record of another type."""
    if visit.type != RecordType.INSPECTION:
        return NO_ENTRIES
    query = (
        select(Record)
        .where(Record.tenant_id == tenant_id, Record.subject_id == visit.record_id)
        .where(Record.type.in_(sorted(OFFICE_TYPES)), Record.deleted.is_(False))
        .order_by(Record.seq)
    )
    records = [
        StoredRecord(row.record_id, row.type, row.scope, row.rev, row.deleted, row.h, json.loads(row.body))
        for row in session.scalars(query)
    ]
    if not records:
        return EntriesOfVisit((), AfterVisit.of(visit.data, {}))
    histories = histories_of(
        session, tenant_id, {record.record_id: (record.type, record.data) for record in records}
    )
    every = tuple(OfficeEntry(record, histories[record.record_id]) for record in records)
    after = AfterVisit.of(visit.data, {record.record_id: (record.type, record.data) for record in records})
    return EntriesOfVisit(every, after)


@dataclass(frozen=True, slots=True)
class LaterEntry:
    """The current state of an office's entry beside a visit."""

    visit_id: str
    record_id: str
    type: str
    data: Data


def later_entries(session: Session, tenant_id: str, visit_ids: Collection[str]) -> list[LaterEntry]:
    """Return the decisions, payments and closures of these visits, in one statement."""
    query = select(Record.subject_id, Record.record_id, Record.type, Record.body).where(
        Record.tenant_id == tenant_id,
        Record.subject_id.in_(sorted(visit_ids)),
        Record.type.in_((RecordType.SANCTION_DECISION, RecordType.PAYMENT, RecordType.FOLLOW_UP_CLOSURE)),
        Record.deleted.is_(False),
    )
    rows = session.execute(query) if visit_ids else ()
    return [
        LaterEntry(str(visit), record_id, type_, json.loads(body)) for visit, record_id, type_, body in rows
    ]


def after_visits(visits: Mapping[str, Data], entries: Iterable[LaterEntry]) -> dict[str, AfterVisit]:
    """Return the decisions and payments of visits by visit id; `visits`: data by id."""
    by_visit: dict[str, dict[str, tuple[str, Data]]] = {}
    for entry in entries:
        if entry.type != RecordType.FOLLOW_UP_CLOSURE:
            by_visit.setdefault(entry.visit_id, {})[entry.record_id] = (entry.type, entry.data)
    return {visit_id: AfterVisit.of(data, by_visit.get(visit_id, {})) for visit_id, data in visits.items()}


def closed_by_office(entries: Iterable[LaterEntry]) -> list[FollowUpRef]:
    """Return the references of the follow-ups that the office closed."""
    closures = (
        closed_by_closure(entry.data) for entry in entries if entry.type == RecordType.FOLLOW_UP_CLOSURE
    )
    return [closure for closure in closures if closure is not None]
