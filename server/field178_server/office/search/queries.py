"""What one search finds: establishments by words, visits and sessions by numbers, people, tablets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from field178_server.database.models import (
    Device,
    EstablishmentProjection,
    FiledFacet,
    FiledRecord,
    Officer,
    SanctionRow,
)
from field178_server.devices.access import tablets_within
from field178_server.records.access import AccessFilter
from field178_server.records.labels import titles_of
from field178_shared.records.sanctions import number_key
from field178_shared.text.normalisation import fold, sort_key

# One more than is shown: that there are more is said.
SHOWN = 8


@dataclass(frozen=True, slots=True)
class FoundEstablishment:
    """An establishment whose name, address, number or commune holds every word."""

    record_id: str
    name: str
    address: str
    unit_id: str


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A visit or session; `text` is the number or venue that was found, without marks."""

    record_id: str
    type: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """An account whose name or login holds every word."""

    officer_id: str
    name: str
    login: str
    role: str
    is_closed: bool


@dataclass(frozen=True, slots=True)
class FoundTablet:
    """A tablet whose label holds every word."""

    device_id: str
    label: str
    is_revoked: bool


def find_establishments(
    session: Session, tenant_id: str, access: AccessFilter, text: str
) -> list[FoundEstablishment]:
    """Return the first establishments that hold every word, and one more if there are more."""
    entry, words = EstablishmentProjection, fold(text).split()
    if not words:
        return []
    rows = session.execute(
        select(entry.record_id, entry.name, entry.address, entry.unit_id)
        .where(
            entry.tenant_id == tenant_id,
            access.covers(entry.scope),
            *(entry.folded.contains(word, autoescape=True) for word in words),
        )
        .order_by(entry.sort_key, entry.record_id)
        .limit(SHOWN + 1)
    )
    return [FoundEstablishment(*row) for row in rows]


def find_records(session: Session, tenant_id: str, access: AccessFilter, text: str) -> list[FoundRecord]:
    """Return the first visits and sessions with a number or venue that holds the text, each once.

    The number of a decision that the office entered beside a visit is one of them.
    """
    facet, sanction, folded = FiledFacet, SanctionRow, fold(text)
    if not folded:
        return []
    written = select(facet.record_id, FiledRecord.type, facet.value.label("value"), FiledRecord.scope).join(
        FiledRecord, (FiledRecord.tenant_id == facet.tenant_id) & (FiledRecord.record_id == facet.record_id)
    )
    written = written.where(
        facet.tenant_id == tenant_id, facet.kind == "text", facet.value.contains(folded, autoescape=True)
    )
    decided = select(sanction.visit_id, literal("inspection"), sanction.number_key, sanction.scope).where(
        sanction.tenant_id == tenant_id,
        # One without a number is kept under the id of its decision, which nobody looks for.
        sanction.document_number != "",
        sanction.number_key.contains(number_key(text), autoescape=True),
    )
    parts = [
        part.where(access.covers(scope))
        for part, scope in ((written, FiledRecord.scope), (decided, sanction.scope))
    ]
    found = union_all(*parts).subquery("found")
    rows = session.execute(
        select(found.c.record_id, found.c.type, found.c.value)
        .order_by(found.c.value, found.c.record_id)
        # A decision that the field wrote among its measures is found twice.
        .limit(2 * (SHOWN + 1))
    )
    first = {record_id: (type_, value) for record_id, type_, value in reversed(rows.all())}
    ids = list(reversed(first))[: SHOWN + 1]
    titles = titles_of(session, tenant_id, access, ids)
    return [FoundRecord(one, first[one][0], titles.get(one, ""), first[one][1]) for one in ids]


def find_people(session: Session, tenant_id: str, text: str) -> list[FoundPerson]:
    """Return the first accounts whose name or login holds every word, those that are open first.

    Marks are folded here, not in the store: an office has hundreds of accounts, not thousands.
    """
    words, officer = fold(text).split(), Officer
    query = select(officer.officer_id, officer.name, officer.login, officer.role, officer.disabled_at).where(
        officer.tenant_id == tenant_id
    )
    found = [
        FoundPerson(row.officer_id, row.name, row.login, row.role, row.disabled_at is not None)
        for row in (session.execute(query) if words else ())
        if _holds(f"{row.name} {row.login}", words)
    ]
    found.sort(key=lambda one: (one.is_closed, sort_key(one.name), one.login))
    return found[: SHOWN + 1]


def find_tablets(session: Session, tenant_id: str, access: AccessFilter, text: str) -> list[FoundTablet]:
    """Return the first tablets within access whose label holds every word, those in use first."""
    words = fold(text).split()
    query = select(Device.device_id, Device.label, Device.revoked_at).where(
        *tablets_within(tenant_id, access)
    )
    found = [
        FoundTablet(row.device_id, row.label, row.revoked_at is not None)
        for row in (session.execute(query) if words else ())
        if _holds(row.label, words)
    ]
    found.sort(key=lambda one: (one.is_revoked, sort_key(one.label), one.device_id))
    return found[: SHOWN + 1]


def _holds(text: str, words: Sequence[str]) -> bool:
    folded = fold(text)
    return all(word in folded for word in words)
