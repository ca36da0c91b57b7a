"""What one search finds: establishments by words, visits and sessions by numbers, people, tablets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from field178_server.database.models import (
    Device,
    EstablishmentProjection,
    FiledRecord,
    Officer,
    SanctionRow,
)
from field178_server.devices.access import tablets_within
from field178_server.records.access import AccessFilter
from field178_server.records.labels import titles_of
from field178_server.records.searched_texts import has_part, text_with
from field178_shared.record_type import RecordType
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
    """Return visits and sessions with a number or venue that holds the text, each once, the newest first.

    The number of a decision that the office entered beside a visit is one of them.
    """
    filed, sanction, folded = FiledRecord, SanctionRow, fold(text)
    if not folded:
        return []
    written = select(filed.record_id, filed.type, filed.folded, filed.occurred_on).where(
        filed.tenant_id == tenant_id, access.covers(filed.scope), has_part(folded)
    )
    decided = select(
        sanction.visit_id, literal(RecordType.INSPECTION.value), sanction.number_key, sanction.visited_on
    ).where(
        sanction.tenant_id == tenant_id,
        access.covers(sanction.scope),
        # One without a number is kept under the id of its decision, which nobody looks for.
        sanction.document_number != "",
        sanction.number_key.contains(number_key(text), autoescape=True),
    )
    found = union_all(written, decided).subquery("found")
    rows = session.execute(
        select(found.c.record_id, found.c.type, found.c.folded)
        .order_by(found.c.occurred_on.desc(), found.c.record_id.desc())
        # A decision that the field wrote among its measures is found twice.
        .limit(2 * (SHOWN + 1))
    )
    first = {record_id: (type_, texts) for record_id, type_, texts in reversed(rows.all())}
    ids = list(reversed(first))[: SHOWN + 1]
    titles = titles_of(session, tenant_id, access, ids) if ids else {}
    return [
        # The number of a decision is kept without spaces: it is shown whole.
        FoundRecord(one, type_, titles.get(one, ""), text_with(texts, folded) or texts)
        for one in ids
        for type_, texts in (first[one],)
    ]


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
