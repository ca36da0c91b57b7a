"""Queries of entries and their revisions."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from field178_server.database.models import Record
from field178_server.records.history import RecordHistory, history_of
from field178_server.records.stored_record import Stored


def entries_of_types(
    session: Session, tenant_id: str, types: Collection[str], *conditions: ColumnElement[bool]
) -> list[Stored]:
    """Return the entries of these types that count."""
    query = select(*_COLUMNS).where(
        Record.tenant_id == tenant_id, Record.type.in_(types), Record.deleted.is_(False), *conditions
    )
    return [Stored(*row) for row in session.execute(query)]


def stored_entry(session: Session, tenant_id: str, types: Collection[str], record_id: str) -> Stored | None:
    """Return an entry of one of these types, withdrawn or not."""
    query = select(*_COLUMNS).where(
        Record.tenant_id == tenant_id, Record.record_id == record_id, Record.type.in_(types)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else Stored(*row)


def entry_history(session: Session, tenant_id: str, entry: Stored) -> RecordHistory:
    """Return the revisions of an entry, oldest first."""
    return history_of(session, tenant_id, entry.record_id, entry.type, entry.data)


_COLUMNS = (
    Record.record_id,
    Record.type,
    Record.scope,
    Record.rev,
    Record.seq,
    Record.deleted,
    Record.h,
    Record.body,
    Record.subject_id,
)
