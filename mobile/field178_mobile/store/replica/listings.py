"""The few values of a record that lists show, kept in memory instead of the whole record."""

from __future__ import annotations

from collections.abc import Mapping

from field178_mobile.store.model import EstablishmentListing, MergedRecord, VisitListing
from field178_shared.text.normalisation import fold
from field178_shared.time.clock import from_wire

ESTABLISHMENT = "establishment"
VISIT = "inspection"
INSPECTED = "inspected"
NOT_FIXED = frozenset({"open", "partly_fixed"})


def establishment_listing(view: MergedRecord) -> EstablishmentListing:
    """Return the line of the establishment search."""
    data = view.data
    name = str(data.get("name", ""))
    lat, lon = data.get("lat"), data.get("lon")
    return EstablishmentListing(
        id=view.id,
        name=name,
        folded=fold(name),
        type_id=str(data.get("establishment_type_id", "")),
        unit_id=str(data.get("unit_id", "")),
        address=str(data.get("address_line", "")),
        lat=lat if isinstance(lat, int) else None,
        lon=lon if isinstance(lon, int) else None,
        registration_number=str(data.get("registration_number", "")),
    )


def visit_listing(view: MergedRecord) -> VisitListing:
    """Return what the lists of establishments show of a visit."""
    data = view.data
    return VisitListing(
        id=view.id,
        establishment_id=str(data.get("establishment_id", "")),
        started_at=from_wire(str(data.get("started_at", ""))),
        is_inspected=data.get("access_result") == INSPECTED,
        leaves_something=bool(open_follow_ups(data)),
    )


def open_follow_ups(data: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Return what a visit asked to be fixed and that was not closed since."""
    follow_ups = data.get("follow_ups")
    rows = follow_ups.values() if isinstance(follow_ups, Mapping) else ()
    return [row for row in rows if isinstance(row, Mapping) and row.get("status") in NOT_FIXED]


def newest_first(visit: VisitListing) -> float:
    """Return the key by which visits are ordered."""
    return -visit.started_at.timestamp() if visit.started_at else 0.0
