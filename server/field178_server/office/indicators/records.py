"""Records behind a number: type, scope and data by record id."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.models import Record
from field178_server.records.stored_record import data_of
from field178_shared.records.reading import Data


@dataclass(frozen=True, slots=True)
class RecordBehind:
    """A record that a number counts."""

    type: str
    scope: str
    data: Data


def records_behind(
    session: Session, tenant_id: str, record_ids: Collection[str]
) -> Mapping[str, RecordBehind]:
    """Return the records with these ids that are not deleted, in one statement."""
    query = select(Record.record_id, Record.type, Record.scope, Record.body).where(
        Record.tenant_id == tenant_id,
        Record.record_id.in_(sorted(set(record_ids))),
        Record.deleted.is_(False),
    )
    return {
        record_id: RecordBehind(type_, scope, data_of(body))
        for record_id, type_, scope, body in session.execute(query)
    }
