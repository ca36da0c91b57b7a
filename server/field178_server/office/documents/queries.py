"""Queries of the source records of papers; the selection is the same as on the tablet."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from field178_server.records.access import AccessFilter
from field178_server.records.find_record import find_record
from field178_shared.documents.sources import SessionSource, VisitSource, source_of_visit
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.wire.protocol import ERASED_AT


@dataclass(frozen=True, slots=True)
class PaperSource:
    """Source of the papers of a visit or session, and the scope of its record."""

    scope: str
    source: VisitSource | SessionSource


def paper_source(
    session: Session, tenant_id: str, access: AccessFilter, record_id: str
) -> PaperSource | None:
    """Return the paper source of a record within access; None if it is missing, deleted or erased."""
    record = find_record(session, tenant_id, record_id)
    if record is None or record.deleted or ERASED_AT in record.data or not access.holds(record.scope):
        return None
    if record.type == RecordType.OUTREACH_SESSION:
        source = SessionSource(record.record_id, record.rev, record.h, record.data)
        return PaperSource(record.scope, source)
    if record.type != RecordType.INSPECTION:
        return None

    def find(other_id: str) -> Data | None:
        # Deleted records are included, such as an officer who has left since the visit.
        other = find_record(session, tenant_id, other_id)
        return None if other is None else other.data

    visit = source_of_visit(record.record_id, record.rev, record.h, record.data, find)
    return PaperSource(record.scope, visit)
