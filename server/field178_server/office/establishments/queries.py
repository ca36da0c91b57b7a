"""Queries of the register of establishments: search without diacritics, filters, Vietnamese order."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from field178_server.database.models import EstablishmentProjection, Record
from field178_server.records.access import AccessFilter
from field178_server.records.keyset import KeysetPage, Order, PageStart, keyset_page
from field178_server.records.labels import Names, names_of
from field178_shared.records.reading import Data, text_of
from field178_shared.text.normalisation import fold

PAGE_SIZE = 50
EXPORT_STEP = 1000


@dataclass(frozen=True, slots=True)
class RegisterQuery:
    """Query of the register. `text`: as typed; an empty value is no condition.

    `has_point`: True: only establishments with a point, False: only those without.
    """

    tenant_id: str
    access: AccessFilter
    text: str = ""
    unit_id: str = ""
    type_id: str = ""
    status_id: str = ""
    has_point: bool | None = None


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One establishment in the list."""

    record_id: str
    name: str
    address: str
    unit_id: str
    establishment_type_id: str
    operating_status_id: str
    registration_number: str | None
    lat: int | None
    lon: int | None


@dataclass(frozen=True, slots=True)
class StoredRow:
    """Row of the list with the stored body of its record, and the names of ids in the body."""

    row: RegisterRow
    data: Data
    names: Names


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """One page of the register, and the total number of matching establishments."""

    page: KeysetPage[RegisterRow]
    total: int

    @property
    def rows(self) -> tuple[RegisterRow, ...]:
        """The rows of the page."""
        return self.page.rows


def register_page(session: Session, query: RegisterQuery, place: PageStart | None = None) -> RegisterPage:
    """Return one page of the establishments whose name, address or number contains every word."""
    page = _page(session, query, place or PageStart(), PAGE_SIZE)
    if not page.before and not page.after:
        # The page contains all matches: no second scan is needed to count them.
        return RegisterPage(page, len(page.rows))
    total = session.scalar(select(func.count()).select_from(EstablishmentProjection).where(*within(query)))
    return RegisterPage(page, total or 0)


def stored_rows(session: Session, query: RegisterQuery) -> Iterator[StoredRow]:
    """Yield every row of the list with its record, in constant memory."""
    place: PageStart | None = PageStart()
    while place is not None:
        page = _page(session, query, place, EXPORT_STEP)
        bodies = _bodies(session, query.tenant_id, [row.record_id for row in page.rows])
        names = names_of(session, query.tenant_id, {text_of(body, "team_id") for body in bodies.values()})
        yield from (StoredRow(row, bodies.get(row.record_id, {}), names) for row in page.rows)
        place = page.after


def _bodies(session: Session, tenant_id: str, record_ids: Collection[str]) -> dict[str, Data]:
    query = select(Record.record_id, Record.body).where(
        Record.tenant_id == tenant_id, Record.record_id.in_(record_ids)
    )
    return {record_id: json.loads(body) for record_id, body in session.execute(query)}


def _page(session: Session, query: RegisterQuery, place: PageStart, size: int) -> KeysetPage[RegisterRow]:
    columns = (getattr(EstablishmentProjection, name) for name in RegisterRow.__annotations__)
    rows: Select[Any] = select(*columns).where(*within(query))
    order = Order(
        EstablishmentProjection.tenant_id, EstablishmentProjection.sort_key, EstablishmentProjection.record_id
    )
    page = keyset_page(session, rows, order, query.tenant_id, place, size)
    return KeysetPage(tuple(RegisterRow(*row) for row in page.rows), page.before, page.after)


def within(query: RegisterQuery) -> list[ColumnElement[bool]]:
    """Return the conditions for rows of the register that match a query."""
    entry = EstablishmentProjection
    conditions = [entry.tenant_id == query.tenant_id, query.access.covers(entry.scope)]
    equal = {
        entry.unit_id: query.unit_id,
        entry.establishment_type_id: query.type_id,
        entry.operating_status_id: query.status_id,
    }
    conditions += [column == value for column, value in equal.items() if value]
    if query.has_point is not None:
        conditions.append(entry.lat.is_not(None) if query.has_point else entry.lat.is_(None))
    return [*conditions, *(entry.folded.contains(word, autoescape=True) for word in fold(query.text).split())]
