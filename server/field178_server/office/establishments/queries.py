"""The register of establishments as a list: search without marks, in Vietnamese order."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field178_server.database.models import EstablishmentProjection
from field178_server.records.access import AccessFilter
from field178_server.records.paging import PageOfRows
from field178_shared.text.normalisation import fold

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class RegisterQuery:
    """Query of the register; `text` is as typed."""

    tenant_id: str
    access: AccessFilter
    text: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One establishment as the list shows it."""

    record_id: str
    name: str
    address: str
    unit_id: str
    establishment_type_id: str
    operating_status_id: str


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """One page of the register, and which one it is of all that the search found."""

    rows: tuple[RegisterRow, ...]
    page: PageOfRows


def register_page(session: Session, query: RegisterQuery) -> RegisterPage:
    """Return one page of the establishments whose name or address contains every word of the search."""
    within = [
        EstablishmentProjection.tenant_id == query.tenant_id,
        query.access.covers(EstablishmentProjection.scope),
    ]
    within += [
        EstablishmentProjection.folded.contains(word, autoescape=True) for word in fold(query.text).split()
    ]
    total = session.scalar(select(func.count()).select_from(EstablishmentProjection).where(*within)) or 0
    page = PageOfRows.within(query.page, PAGE_SIZE, total)
    rows = session.scalars(
        select(EstablishmentProjection)
        .where(*within)
        .order_by(EstablishmentProjection.sort_key, EstablishmentProjection.record_id)
        .offset(page.offset)
        .limit(page.size)
    )
    return RegisterPage(tuple(_row(row) for row in rows), page)


def _row(row: EstablishmentProjection) -> RegisterRow:
    return RegisterRow(
        row.record_id,
        row.name,
        row.address,
        row.unit_id,
        row.establishment_type_id,
        row.operating_status_id,
    )
