"""The fields of what a commune enters, in the order of their forms."""

from __future__ import annotations

from collections.abc import Mapping

from field178_shared.records.commune import CENSUS, PLAN, POST

PATHS: Mapping[str, tuple[str, ...]] = {
    CENSUS: (
        *("establishment_id", "counted_on", "workers_total", "workers_female", "workers_male"),
        *("workers_sex_unstated", "workers_contract", "workers_health_check", "workers_insured"),
        *("source_document", "note"),
    ),
    POST: (
        *("outlet_id", "published_on", "genre_id", "title", "url", "broadcast_log", "duration_minutes"),
        *("broadcast_times", "topic_ids"),
    ),
    PLAN: ("year", "document_number", "issued_on", "integration_ids", "replaces"),
}
