"""Sources of the exports: the rows of each kind."""

from __future__ import annotations

from collections.abc import Mapping

from field178_server.console.exports.figures import figures_table
from field178_server.console.exports.lists import filed_record_table, follow_ups_table, register_table
from field178_server.console.exports.localized import localized
from field178_server.console.exports.records import records_table
from field178_server.office.exports.kinds import (
    FIGURES,
    FOLLOW_UPS,
    RECORD_KINDS,
    REGISTER,
    SESSIONS,
    VISITS,
)
from field178_server.office.exports.operations import Source
from field178_shared.record_type import RecordType

EXPORT_SOURCES: Mapping[str, Source] = {
    FIGURES: localized(figures_table),
    REGISTER: localized(register_table),
    VISITS: localized(filed_record_table(RecordType.INSPECTION)),
    SESSIONS: localized(filed_record_table(RecordType.OUTREACH_SESSION)),
    FOLLOW_UPS: localized(follow_ups_table),
    **{record_type: localized(records_table(record_type)) for record_type in RECORD_KINDS},
}
