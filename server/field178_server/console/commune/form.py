"""Fields of a commune's entries in the order of their forms, and the half-years to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from field178_server.console.text.localize import Localizer
from field178_shared.indicators.periods import months_after
from field178_shared.record_type import RecordType
from field178_shared.records.commune import half_year_of

# How many half-years back an at-risk group may still be entered.
_HALF_YEARS_OFFERED, _MONTHS = 4, 6

PATHS: Mapping[str, tuple[str, ...]] = {
    RecordType.WORKER_CENSUS: (
        "establishment_id",
        "counted_on",
        "workers_total",
        "workers_female",
        "workers_male",
        "workers_sex_unstated",
        "workers_contract",
        "workers_health_check",
        "workers_insured",
        "source_document",
        "note",
    ),
    RecordType.MEDIA_POST: (
        "outlet_id",
        "published_on",
        "genre_id",
        "title",
        "url",
        "broadcast_log",
        "duration_minutes",
        "broadcast_times",
        "topic_ids",
    ),
    RecordType.COMMUNE_PLAN: ("year", "document_number", "issued_on", "integration_ids", "replaces"),
    RecordType.RISK_GROUP_COUNT: ("half_year", "group_id", "people_total", "women_total"),
}


def half_years(today: date, typed: str, localizer: Localizer) -> Sequence[tuple[str, str]]:
    """Return the present half-year and those before it, and a typed half-year outside them."""
    first = half_year_of(today)
    offered = {months_after(first, -_MONTHS * back).isoformat() for back in range(_HALF_YEARS_OFFERED)}
    days = sorted({*offered, typed} - {""}, reverse=True)
    return [(day, localizer.half_year(day)) for day in days]
