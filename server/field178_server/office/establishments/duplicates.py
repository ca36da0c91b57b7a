"""Possible duplicates among the establishments of the register, and dismissed pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from field178_server.database.engine import among_ids
from field178_server.database.models import DuplicateCandidate, DuplicateDismissal, EstablishmentProjection
from field178_server.records.access import AccessFilter
from field178_server.records.alike_entries import ENTRY_COLUMNS, EntryRow, known_establishment, pairs_among
from field178_server.records.keyset import KeysetPage, Order, PageStart, keyset_page
from field178_server.records.labels import Names, names_of
from field178_server.records.projections.duplicate import matching_ids
from field178_shared.merge import Data
from field178_shared.rules.establishment import duplicates_of

PAGE_SIZE = 50
_ENTRY = tuple(getattr(EstablishmentProjection, name) for name in ENTRY_COLUMNS)
_IS_CANDIDATE = and_(
    EstablishmentProjection.tenant_id == DuplicateCandidate.tenant_id,
    EstablishmentProjection.record_id == DuplicateCandidate.record_id,
)


@dataclass(frozen=True, slots=True)
class DuplicateHint:
    """An establishment that may be a duplicate, with the reason: same number, or same name at a distance."""

    record_id: str
    name: str
    address: str
    unit_id: str
    distance_m: int | None
    is_same_number: bool


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two establishments that may be duplicates; `other` has the reason."""

    first: DuplicateHint
    other: DuplicateHint


@dataclass(frozen=True, slots=True)
class DismissedPair:
    """A pair that the office dismissed as duplicates, with data of both establishments."""

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
    """One page of the dismissed pairs, newest first, with the names of the officers."""

    page: KeysetPage[DismissedPair]
    names: Names


def duplicate_hints(
    session: Session, tenant_id: str, access: AccessFilter, data: Data, record_id: str
) -> tuple[DuplicateHint, ...]:
    """Return the possible duplicates of an establishment with this content.

    The establishment itself, and establishments of dismissed pairs with it, are excluded.
    """
    entry = EstablishmentProjection
    ids = matching_ids(session.connection(), tenant_id, data)
    ids -= {record_id, *_dismissed_with(session, tenant_id, record_id)}
    rows = session.execute(
        select(*_ENTRY).where(
            entry.tenant_id == tenant_id,
            among_ids(session, entry.record_id, ids),
            access.covers(entry.scope),
        )
    ).all()
    return hints_among(data, rows)


def hints_among(data: Data, rows: Sequence[EntryRow]) -> tuple[DuplicateHint, ...]:
    """Return the possible duplicates among some establishments, nearest first."""
    by_id = {row.record_id: row for row in rows}
    hints = [
        _hint(by_id[match.id], match.distance_m, match.is_same_number)
        for match in duplicates_of(data, map(known_establishment, rows))
    ]
    return tuple(sorted(hints, key=lambda hint: (hint.distance_m is None, hint.distance_m or 0, hint.name)))


def duplicate_pairs(session: Session, tenant_id: str, access: AccessFilter) -> tuple[DuplicatePair, ...]:
    """Return all pairs of possible duplicates that are not dismissed, most certain first.

    Only stored candidates are compared: candidates are determined when establishments are written.
    """
    entry = EstablishmentProjection
    rows = session.execute(
        select(*_ENTRY)
        .join_from(DuplicateCandidate, entry, _IS_CANDIDATE)
        .where(DuplicateCandidate.tenant_id == tenant_id, access.covers(entry.scope))
        .order_by(entry.sort_key, entry.record_id)
    ).all()
    dismissed = _dismissed_pairs(session, tenant_id)
    by_id = {row.record_id: row for row in rows}
    place = {row.record_id: number for number, row in enumerate(rows)}
    pairs: dict[tuple[str, str], DuplicatePair] = {}
    for one_id, other in pairs_among(rows):
        first, second = sorted((one_id, other.id), key=place.__getitem__)
        if (first, second) not in pairs and frozenset((first, second)) not in dismissed:
            both = (_hint(by_id[key], other.distance_m, other.is_same_number) for key in (first, second))
            pairs[first, second] = DuplicatePair(*both)
    in_order = sorted(pairs, key=lambda pair: (place[pair[0]], place[pair[1]]))
    return tuple(sorted((pairs[pair] for pair in in_order), key=_uncertainty))


def dismissed_page(session: Session, tenant_id: str, access: AccessFilter, place: PageStart) -> DismissedPage:
    """Return one page of the dismissed pairs, without pairs of merged or erased establishments."""
    dismissal = DuplicateDismissal
    first, other = aliased(EstablishmentProjection), aliased(EstablishmentProjection)
    columns: tuple[Any, ...] = (
        dismissal.dismissal_id.label("record_id"),
        dismissal.one_id,
        dismissal.other_id,
        dismissal.reason,
        dismissal.dismissed_by,
        dismissal.dismissed_at,
        first.name,
        other.name.label("other_name"),
        first.address,
        other.address.label("other_address"),
        first.unit_id,
        other.unit_id.label("other_unit_id"),
    )
    query = _of_live_entries(select(*columns), (first, other), tenant_id, access)
    # Ids are time-ordered, so sorting by id sorts by age.
    order = Order(dismissal.tenant_id, dismissal.dismissal_id, dismissal.dismissal_id, is_descending=True)
    page = keyset_page(session, query, order, tenant_id, place, PAGE_SIZE)
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
        for row in page.rows
    )
    names = names_of(session, tenant_id, {row.dismissed_by for row in rows})
    return DismissedPage(KeysetPage(rows, page.before, page.after), names)


def count_dismissed(session: Session, tenant_id: str, access: AccessFilter) -> int:
    """Return the number of pairs on all pages of `dismissed_page`."""
    entries = (aliased(EstablishmentProjection), aliased(EstablishmentProjection))
    counted = select(func.count()).select_from(DuplicateDismissal)
    return session.scalar(_of_live_entries(counted, entries, tenant_id, access)) or 0


def _of_live_entries(
    query: Select[Any],
    entries: tuple[type[EstablishmentProjection], type[EstablishmentProjection]],
    tenant_id: str,
    access: AccessFilter,
) -> Select[Any]:
    """Return a query of dismissed pairs, restricted to pairs whose establishments exist and may be read."""
    dismissal = DuplicateDismissal
    for entry, entry_id in zip(entries, (dismissal.one_id, dismissal.other_id), strict=True):
        is_entry = and_(entry.tenant_id == dismissal.tenant_id, entry.record_id == entry_id)
        query = query.join(entry, is_entry).where(access.covers(entry.scope))
    return query.where(dismissal.tenant_id == tenant_id)


def _dismissed_with(session: Session, tenant_id: str, record_id: str) -> set[str]:
    """Return the ids of the establishments in dismissed pairs with this establishment."""
    dismissal = DuplicateDismissal
    rows = session.execute(
        select(dismissal.one_id, dismissal.other_id).where(
            dismissal.tenant_id == tenant_id,
            or_(dismissal.one_id == record_id, dismissal.other_id == record_id),
        )
    )
    return {first if other == record_id else other for first, other in rows}


def _dismissed_pairs(session: Session, tenant_id: str) -> set[frozenset[str]]:
    dismissal = DuplicateDismissal
    rows = session.execute(
        select(dismissal.one_id, dismissal.other_id).where(dismissal.tenant_id == tenant_id)
    )
    return {frozenset((first, other)) for first, other in rows}


def _uncertainty(pair: DuplicatePair) -> tuple[bool, bool, int]:
    hint = pair.other
    return not hint.is_same_number, hint.distance_m is None, hint.distance_m or 0


def _hint(row: EntryRow, distance_m: float | None, is_same_number: bool) -> DuplicateHint:
    return DuplicateHint(
        row.record_id,
        row.name,
        row.address,
        row.unit_id,
        None if distance_m is None else round(distance_m),
        is_same_number,
    )
