"""A record as it stands in the store, found by its id; and the establishment it is about."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy.orm import Session

from field178_server.database.models import Record
from field178_server.records.aliases import merge_targets_of
from field178_shared.merge import Data

FILED_TYPES = ("inspection", "outreach_session")


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as it stands in the store."""

    record_id: str
    type: str
    scope: str
    rev: int
    deleted: bool
    h: str
    data: Data


def find_record(session: Session, tenant_id: str, record_id: str) -> StoredRecord | None:
    """Return a record by its id, whatever its scope: the caller checks the reach."""
    row = session.get(Record, (tenant_id, record_id))
    if row is None:
        return None
    return StoredRecord(row.record_id, row.type, row.scope, row.rev, row.deleted, row.h, json.loads(row.body))


def establishment_of(session: Session, tenant_id: str, record: StoredRecord) -> StoredRecord | None:
    """Return the establishment a record is about, as far as the store has it."""
    establishment_id = record.data.get("establishment_id")
    if not isinstance(establishment_id, str):
        return None
    # One that was merged goes by the record that stands for it, here as in every name.
    targets = merge_targets_of(session, tenant_id, [establishment_id])
    return find_record(session, tenant_id, targets.get(establishment_id, establishment_id))
