"""List rows: the few values of a record that lists show, kept in memory instead of the record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from sys import intern

from field178_mobile.ports import Json
from field178_mobile.store.model import EstablishmentListing, VisitListing
from field178_shared.record_type import RecordType
from field178_shared.records.follow_ups import FollowUpRef, asked_keys, closed_by
from field178_shared.records.inspection import INSPECTED
from field178_shared.records.reading import count_of, text_of
from field178_shared.text.normalisation import fold, sort_key
from field178_shared.time.clock import from_wire

_TYPE_ID, _UNIT_ID = map(EstablishmentListing._fields.index, ("type_id", "unit_id"))

Visits = dict[str, tuple[VisitListing, ...]]
Listing = EstablishmentListing | VisitListing


def listing_of(record_type: str, record_id: str, data: Mapping[str, object]) -> Listing | None:
    """Return the list row of a record with this data, None for a type without lists."""
    if record_type == RecordType.INSPECTION:
        return visit_listing(record_id, data)
    return establishment_listing(record_id, data) if record_type == RecordType.ESTABLISHMENT else None


def establishment_listing(record_id: str, data: Mapping[str, object]) -> EstablishmentListing:
    """Return the list row of an establishment, filed or draft."""
    name, address = text_of(data, "name"), text_of(data, "address_line")
    return EstablishmentListing(
        id=record_id,
        name=name,
        folded=fold(name),
        folded_address=fold(address),
        order=sort_key(name),
        type_id=intern(text_of(data, "establishment_type_id")),
        unit_id=intern(text_of(data, "unit_id")),
        address=address,
        lat=count_of(data, "lat"),
        lon=count_of(data, "lon"),
        registration_number=text_of(data, "registration_number"),
    )


def visit_listing(record_id: str, data: Mapping[str, object]) -> VisitListing:
    """Return the list row of a visit with this data, for lists of establishments."""
    return VisitListing(
        id=record_id,
        establishment_id=intern(text_of(data, "establishment_id")),
        started_at=from_wire(text_of(data, "started_at")),
        is_inspected=data.get("access_result") == INSPECTED,
        follow_up_keys=asked_keys(data),
        closes=closed_by(data),
    )


def by_name(establishments: Iterable[EstablishmentListing]) -> tuple[EstablishmentListing, ...]:
    """Return establishments by folded name."""
    return tuple(sorted(establishments, key=lambda listing: (listing.folded, listing.id)))


def by_establishment(visits: Iterable[VisitListing]) -> Visits:
    """Return visits by establishment, the newest first."""
    by_establishment: dict[str, list[VisitListing]] = {}
    for visit in sorted(visits, key=newest_first):
        by_establishment.setdefault(visit.establishment_id, []).append(visit)
    return {establishment_id: tuple(each) for establishment_id, each in by_establishment.items()}


def newest_first(visit: VisitListing) -> tuple[float, str]:
    """Return the sort key of visits: newest first, then by id, so that the order is stable."""
    return (-visit.started_at.timestamp() if visit.started_at else 0.0, visit.id)


def lists_as_json(
    establishments: Iterable[EstablishmentListing], visits: Visits, merged: Mapping[str, str]
) -> Json:
    """Return both lists as JSON, and where merged establishments went."""
    lines = {place: [_visit_as_json(visit) for visit in those] for place, those in visits.items()}
    return {"establishments": list(establishments), "visits": lines, "merged": dict(merged)}


def lists_of_json(lists: Json) -> tuple[tuple[EstablishmentListing, ...], Visits, dict[str, str]]:
    """Return both lists, in their order, and where merged establishments went."""
    establishments, visits, merged = lists["establishments"], lists["visits"], lists["merged"]
    assert isinstance(establishments, list)
    assert isinstance(visits, dict)
    assert isinstance(merged, dict)
    return (
        tuple(map(_establishment_of_json, establishments)),
        {place: tuple(_visit_of_json(place, *line) for line in lines) for place, lines in visits.items()},
        merged,
    )


def with_merged(visits: Visits, merged: Mapping[str, str]) -> Visits:
    """Return visits by establishment, those to merged ones at the last merge target."""
    moved = dict(visits)
    for place in merged:
        if those := moved.pop(place, ()):
            target = _target(place, merged)
            moved[target] = tuple(sorted((*moved.get(target, ()), *those), key=newest_first))
    return moved


def _target(place: str, merged: Mapping[str, str]) -> str:
    # No more steps than there are: a circle, which no merge makes, would be left again.
    for _ in merged:
        place = merged.get(place, place)
    return place


def _establishment_of_json(line: list[str]) -> EstablishmentListing:
    # Thousands share a few kinds and communes.
    line[_TYPE_ID], line[_UNIT_ID] = intern(line[_TYPE_ID]), intern(line[_UNIT_ID])
    return EstablishmentListing._make(line)


def _visit_as_json(visit: VisitListing) -> list[object]:
    started_at = None if visit.started_at is None else visit.started_at.isoformat()
    return [visit.id, started_at, visit.is_inspected, visit.follow_up_keys, visit.closes]


def _visit_of_json(
    establishment_id: str,
    visit: str,
    started_at: str | None,
    is_inspected: bool,
    follow_up_keys: list[str],
    closes: list[FollowUpRef],
) -> VisitListing:
    at = None if started_at is None else datetime.fromisoformat(started_at)
    refs = tuple((by, key) for by, key in closes)
    return VisitListing(visit, establishment_id, at, is_inspected, tuple(follow_up_keys), refs)
