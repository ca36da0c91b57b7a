"""Ids computed from record content: anyone with the content can test whether the record exists.

A tablet may create a record under a computed id only if its content gives that id. Otherwise its change is
refused, whether a record with that id exists or not.
"""

from __future__ import annotations

from field178_shared.ids import is_uuid
from field178_shared.record_type import RecordType
from field178_shared.records.reading import Data, text_of
from field178_shared.rules.commune import FACT_MEMBERS, commune_entry_id
from field178_shared.rules.visit_outreach import session_id_of_visit

_VISIT = "source_inspection_id"


def computed_id(record_type: str, data: Data) -> str | None:
    """Return the id computed from the content of a record, or None if its content gives no id."""
    if record_type in FACT_MEMBERS:
        return commune_entry_id(record_type, data)
    visit_id = text_of(data, _VISIT) if record_type == RecordType.OUTREACH_SESSION else ""
    return session_id_of_visit(visit_id) if is_uuid(visit_id) else None
