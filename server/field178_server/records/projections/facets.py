"""Facets of filed records: codes and establishments by which they are filtered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection

from field178_server.database import engine as database
from field178_server.database.declarative_base import table_of
from field178_server.database.models import FiledFacet
from field178_server.records.projections.source import ProjectedRecord, SourceRecord
from field178_shared.records.reading import entries_of, text_of

TYPES = ("inspection", "outreach_session")
VIOLATION, MEASURE, ESTABLISHMENT = "violation", "measure", "establishment"

_COLUMNS = ("tenant_id", "record_id", "kind", "value")


def write(connection: Connection, tenant_id: str, changed: Sequence[ProjectedRecord], now: datetime) -> None:
    """Replace the facets of changed records; a deleted or erased one has none."""
    table = table_of(FiledFacet)
    known = [(tenant_id, projected.record.record_id) for projected in changed if projected.before is not None]
    database.bulk_delete(connection, table, ("tenant_id", "record_id"), known)
    rows = {
        (tenant_id, projected.record.record_id, *facet)
        for projected in changed
        if not projected.is_gone
        for facet in _facets(projected.record)
    }
    database.bulk_insert(connection, table, _COLUMNS, sorted(rows))


def _facets(record: SourceRecord) -> Iterator[tuple[str, str]]:
    if record.type == "outreach_session":
        yield from ((ESTABLISHMENT, key) for key in entries_of(record.data, "establishments"))
        return
    for kind, group, name in ((VIOLATION, "findings", "violation_id"), (MEASURE, "measures", "measure_id")):
        for entry in entries_of(record.data, group).values():
            if value := text_of(entry, name):
                yield kind, value
