"""Entries of the register that may be the same place as another one, and pairs that were told apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from field178_server.database.models import DuplicateCandidate, DuplicateDismissal, EstablishmentProjection
from field178_server.records.access import AccessFilter
from field178_server.records.alike_entries import ENTRY_COLUMNS, EntryRow, known_establishment, pairs_among
from field178_server.records.keyset import KeysetPage, Order, PageStart, keyset_page
from field178_server.records.labels import Names, names_of
from field178_shared.merge import Data
from field178_shared.records.reading import count_of, text_of
from field178_shared.rules.establishment import NEAR_M, duplicates_of

PAGE_SIZE = 50
# So many 1e-7 degrees of latitude are a metre; those of longitude are shorter.
_UNITS_PER_M = 90
_IS_CANDIDATE = and_(
    EstablishmentProjection.tenant_id == DuplicateCandidate.tenant_id,
    EstablishmentProjection.record_id == DuplicateCandidate.record_id,
)


@dataclass(frozen=True, slots=True)
class DuplicateHint:
    """An entry that may be the same place, and why: the same number, or the same name so many metres away."""

    record_id: str
    name: str
    address: str
    unit_id: str
    distance_m: int | None
    is_same_number: bool


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two entries that may be the same place; `other` tells why."""

    one: DuplicateHint
    other: DuplicateHint


@dataclass(frozen=True, slots=True)
class DismissedPair:
    """Two entries that were told apart: ids, names, addresses and communes of both, by whom, when and why."""

    dismissal_id: str
    ids: tuple[str, str]
    names: tuple[str, str]
    addresses: tuple[str, str]
    unit_ids: tuple[str, str]
    reason: str
    dismissed_by: str
    dismissed_at: datetime


@dataclass(frozen=True, slots=True)
class DismissedPage:
    """One page of the pairs that were told apart, the last ones first, and the names of who said so."""

    page: KeysetPage[DismissedPair]
    names: Names


def duplicate_hints(
    session: Session, tenant_id: str, access: AccessFilter, data: Data, record_id: str
) -> tuple[DuplicateHint, ...]:
    """Return the entries that may be the same place as the one with this content.

    Not that one itself, nor one that the office has told apart from it.
    """
    rows = session.scalars(
        select(EstablishmentProjection).where(
            EstablishmentProjection.tenant_id == tenant_id,
            access.covers(EstablishmentProjection.scope),
            EstablishmentProjection.record_id.not_in(
                {record_id, *_told_apart(session, tenant_id, record_id)}
            ),
            or_(*_candidates(data)),
        )
    ).all()
    return hints_among(data, rows)


def hints_among(data: Data, rows: Sequence[EntryRow]) -> tuple[DuplicateHint, ...]:
    """Return those of some entries that may be the same place, the nearest first."""
    by_id = {row.record_id: row for row in rows}
    found = [
        _hint(by_id[one.id], one.distance_m, one.is_same_number)
        for one in duplicates_of(data, map(known_establishment, rows))
    ]
    return tuple(sorted(found, key=lambda one: (one.distance_m is None, one.distance_m or 0, one.name)))


def duplicate_pairs(session: Session, tenant_id: str, access: AccessFilter) -> tuple[DuplicatePair, ...]:
    """Return every two entries that may be the same place and were not told apart, the surest first.

    Compared are only those that were found to be in a pair when they, or the other, were written.
    """
    entry = EstablishmentProjection
    rows = session.execute(
        select(*(getattr(entry, name) for name in ENTRY_COLUMNS))
        .join_from(DuplicateCandidate, entry, _IS_CANDIDATE)
        .where(DuplicateCandidate.tenant_id == tenant_id, access.covers(entry.scope))
        .order_by(entry.sort_key, entry.record_id)
    ).all()
    dismissed = _dismissed_pairs(session, tenant_id)
    by_id = {row.record_id: row for row in rows}
    place = {row.record_id: number for number, row in enumerate(rows)}
    found: dict[tuple[str, str], DuplicatePair] = {}
    for one_id, other in pairs_among(rows):
        first, second = sorted((one_id, other.id), key=place.__getitem__)
        if (first, second) not in found and frozenset((first, second)) not in dismissed:
            both = (_hint(by_id[key], other.distance_m, other.is_same_number) for key in (first, second))
            found[first, second] = DuplicatePair(*both)
    in_order = sorted(found, key=lambda pair: (place[pair[0]], place[pair[1]]))
    return tuple(sorted((found[pair] for pair in in_order), key=_surest))


def dismissed_page(session: Session, tenant_id: str, access: AccessFilter, place: PageStart) -> DismissedPage:
    """Return one page of the pairs that were told apart; one that is merged or erased is not among them."""
    said, one, other = DuplicateDismissal, aliased(EstablishmentProjection), aliased(EstablishmentProjection)
    columns: tuple[Any, ...] = (
        *(said.dismissal_id.label("record_id"), said.one_id, said.other_id, said.reason),
        *(said.dismissed_by, said.dismissed_at, one.name, other.name.label("other_name"), one.address),
        *(other.address.label("other_address"), one.unit_id, other.unit_id.label("other_unit_id")),
    )
    query = _of_live_entries(select(*columns), (one, other), tenant_id, access)
    # An id is as old as what it names.
    order = Order(said.tenant_id, said.dismissal_id, said.dismissal_id, is_descending=True)
    found = keyset_page(session, query, order, tenant_id, place, PAGE_SIZE)
    rows = tuple(
        DismissedPair(
            dismissal_id=row.record_id,
            ids=(row.one_id, row.other_id),
            names=(row.name, row.other_name),
            addresses=(row.address, row.other_address),
            unit_ids=(row.unit_id, row.other_unit_id),
            reason=row.reason,
            dismissed_by=row.dismissed_by,
            dismissed_at=row.dismissed_at,
        )
        for row in found.rows
    )
    names = names_of(session, tenant_id, {row.dismissed_by for row in rows})
    return DismissedPage(KeysetPage(rows, found.before, found.after), names)


def count_dismissed(session: Session, tenant_id: str, access: AccessFilter) -> int:
    """Return the number of pairs that `dismissed_page` goes through."""
    entries = (aliased(EstablishmentProjection), aliased(EstablishmentProjection))
    counted = select(func.count()).select_from(DuplicateDismissal)
    return session.scalar(_of_live_entries(counted, entries, tenant_id, access)) or 0


def _of_live_entries(
    query: Select[Any],
    entries: tuple[type[EstablishmentProjection], type[EstablishmentProjection]],
    tenant_id: str,
    access: AccessFilter,
) -> Select[Any]:
    """Return the query of pairs joined with both entries, those whose entries are live and may be read."""
    said = DuplicateDismissal
    for entry, entry_id in zip(entries, (said.one_id, said.other_id), strict=True):
        is_entry = and_(entry.tenant_id == said.tenant_id, entry.record_id == entry_id)
        query = query.join(entry, is_entry).where(access.covers(entry.scope))
    return query.where(said.tenant_id == tenant_id)


def _told_apart(session: Session, tenant_id: str, record_id: str) -> set[str]:
    """Return the entries that the office has told apart from one."""
    said = DuplicateDismissal
    rows = session.execute(
        select(said.one_id, said.other_id).where(
            said.tenant_id == tenant_id, or_(said.one_id == record_id, said.other_id == record_id)
        )
    )
    return {one if other == record_id else other for one, other in rows}


def _dismissed_pairs(session: Session, tenant_id: str) -> set[frozenset[str]]:
    said = DuplicateDismissal
    rows = session.execute(select(said.one_id, said.other_id).where(said.tenant_id == tenant_id))
    return {frozenset((one, other)) for one, other in rows}


def _surest(pair: DuplicatePair) -> tuple[bool, bool, int]:
    hint = pair.other
    return not hint.is_same_number, hint.distance_m is None, hint.distance_m or 0


def _candidates(data: Data) -> list[ColumnElement[bool]]:
    """Return the conditions of which every entry that the rule finds keeps one."""
    entry = EstablishmentProjection
    is_kind = entry.establishment_type_id == text_of(data, "establishment_type_id")
    found = [and_(is_kind, entry.unit_id == text_of(data, "unit_id"))]
    lat, lon = count_of(data, "lat"), count_of(data, "lon")
    if lat is not None and lon is not None:
        north = NEAR_M * _UNITS_PER_M
        east = north / max(0.1, math.cos(math.radians(lat / 1e7)))
        near = (entry.lat.between(lat - north, lat + north), entry.lon.between(lon - east, lon + east))
        found.append(and_(is_kind, *near))
    if number := text_of(data, "registration_number"):
        found.append(func.lower(entry.registration_number) == number.lower())
    return found


def _hint(row: EntryRow, distance_m: float | None, is_same_number: bool) -> DuplicateHint:
    return DuplicateHint(
        row.record_id,
        row.name,
        row.address,
        row.unit_id,
        None if distance_m is None else round(distance_m),
        is_same_number,
    )
