"""Projection of the facets of filed records: codes and establishments for filters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection

from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.models import FiledFacet
from field178_server.records.projections.source import ProjectedRecord, SourceRecord
from field178_shared.record_type import RecordType

TYPES = (RecordType.INSPECTION, RecordType.OUTREACH_SESSION)
VIOLATION, MEASURE, ESTABLISHMENT = "violation", "measure", "establishment"

_COLUMNS = ("tenant_id", "record_id", "kind", "value")


def write(connection: Connection, tenant_id: str, changed: Sequence[ProjectedRecord], now: datetime) -> None:
    """Insert and delete the changed facets of records; a deleted or erased record has no facets."""
    table, stale, added = table_of(FiledFacet), [], []
    for projected in changed:
        before, after = _facets_of(projected.before), _facets_of(projected)
        if before == after:
            continue
        key = (tenant_id, projected.record.record_id)
        stale += [(*key, *facet) for facet in sorted(before - after)]
        added += [(*key, *facet) for facet in sorted(after - before)]
    bulk.delete(connection, table, _COLUMNS, stale)
    bulk.insert(connection, table, _COLUMNS, added)


def _facets_of(projected: ProjectedRecord | None) -> set[tuple[str, str]]:
    return set() if projected is None or projected.is_gone else set(_facets(projected.record))


def _facets(record: SourceRecord) -> Iterator[tuple[str, str]]:
    if record.type == RecordType.OUTREACH_SESSION:
        yield from ((ESTABLISHMENT, key) for key in record.value.establishments or ())
        return
    visit = record.value
    for finding in (visit.findings or {}).values():
        if finding.violation_id:
            yield VIOLATION, finding.violation_id
    for measure in (visit.measures or {}).values():
        if measure.measure_id:
            yield MEASURE, measure.measure_id
