"""Sources of the exports: what is written for each kind."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from field178_server.console.exports.figures import figures_table
from field178_server.console.exports.lists import filed_table, follow_ups_table, register_table
from field178_server.console.exports.records import records_table
from field178_server.console.records.filed_columns import SESSION, VISIT
from field178_server.office.exports.kinds import (
    FIGURES,
    FOLLOW_UPS,
    RECORD_KINDS,
    REGISTER,
    SESSIONS,
    VISITS,
)
from field178_server.office.exports.operations import Source

EXPORT_SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        FIGURES: figures_table,
        REGISTER: register_table,
        VISITS: filed_table(VISIT),
        SESSIONS: filed_table(SESSION),
        FOLLOW_UPS: follow_ups_table,
        **{one: records_table(one) for one in RECORD_KINDS},
    }
)
