"""Queries of the records that a visit's papers are made of, as the tablet selects them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from field178_server.records.access import AccessFilter
from field178_server.records.find_record import find_record
from field178_shared.documents.sources import VisitSource, source_of_visit
from field178_shared.merge import Data
from field178_shared.wire.protocol import ERASED_AT

INSPECTION = "inspection"


@dataclass(frozen=True, slots=True)
class PaperSource:
    """The source of a visit's papers and the scope of the visit."""

    scope: str
    visit: VisitSource


def paper_source(
    session: Session, tenant_id: str, access: AccessFilter, record_id: str
) -> PaperSource | None:
    """Return the source of a live visit within access, else None; of an erased one there is no paper."""
    record = find_record(session, tenant_id, record_id)
    if record is None or record.deleted or record.type != INSPECTION or ERASED_AT in record.data:
        return None
    if not access.holds(record.scope):
        return None

    def find(other_id: str) -> Data | None:
        # Deleted ones too: an officer who has left was there.
        other = find_record(session, tenant_id, other_id)
        return None if other is None else other.data

    visit = source_of_visit(record.record_id, record.rev, record.h, record.data, find)
    return PaperSource(record.scope, visit)
