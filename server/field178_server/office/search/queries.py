"""Queries of the search: establishments by words, visits and sessions by numbers, people, tablets."""

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

# Most results that are shown. Queries return one more, so that the page can say that there are more.
SHOWN = 8


@dataclass(frozen=True, slots=True)
class FoundEstablishment:
    """An establishment whose name, address, number or commune contains every word."""

    record_id: str
    name: str
    address: str
    unit_id: str


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A visit or session. `text`: the matching number or venue, without diacritics."""

    record_id: str
    type: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """An account whose name or login contains every word."""

    officer_id: str
    name: str
    login: str
    role: str
    is_closed: bool


@dataclass(frozen=True, slots=True)
class FoundTablet:
    """A tablet whose label contains every word."""

    device_id: str
    label: str
    is_revoked: bool


def find_establishments(
    session: Session, tenant_id: str, access: AccessFilter, text: str
) -> list[FoundEstablishment]:
    """Return the first establishments that contain every word, at most SHOWN + 1."""
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
    """Return the newest visits and sessions with a number or venue that contains the text.

    At most SHOWN + 1 records are returned. Numbers of decisions that the office entered for a visit are
    included.
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
        # A decision without a number has its id as key, which MUST NOT match.
        sanction.document_number != "",
        sanction.number_key.contains(number_key(text), autoescape=True),
    )
    matches = union_all(written, decided).subquery("found")
    rows = session.execute(
        select(matches.c.record_id, matches.c.type, matches.c.folded)
        .order_by(matches.c.occurred_on.desc(), matches.c.record_id.desc())
        # A decision that the visit contains among its measures matches twice.
        .limit(2 * (SHOWN + 1))
    )
    first = {record_id: (type_, texts) for record_id, type_, texts in reversed(rows.all())}
    ids = list(reversed(first))[: SHOWN + 1]
    titles = titles_of(session, tenant_id, access, ids) if ids else {}
    return [
        # The number of a decision is stored without spaces, so `text_with` may not find the text.
        FoundRecord(record_id, type_, titles.get(record_id, ""), text_with(texts, folded) or texts)
        for record_id in ids
        for type_, texts in (first[record_id],)
    ]


def find_people(session: Session, tenant_id: str, text: str) -> list[FoundPerson]:
    """Return the first accounts whose name or login contains every word, open accounts first.

    Diacritics are removed in Python: an office has only hundreds of accounts.
    """
    words, officer = fold(text).split(), Officer
    query = select(officer.officer_id, officer.name, officer.login, officer.role, officer.disabled_at).where(
        officer.tenant_id == tenant_id
    )
    people = [
        FoundPerson(row.officer_id, row.name, row.login, row.role, row.disabled_at is not None)
        for row in (session.execute(query) if words else ())
        if _holds(f"{row.name} {row.login}", words)
    ]
    people.sort(key=lambda person: (person.is_closed, sort_key(person.name), person.login))
    return people[: SHOWN + 1]


def find_tablets(session: Session, tenant_id: str, access: AccessFilter, text: str) -> list[FoundTablet]:
    """Return the first tablets within access whose label contains every word, tablets in use first."""
    words = fold(text).split()
    query = select(Device.device_id, Device.label, Device.revoked_at).where(
        *tablets_within(tenant_id, access)
    )
    tablets = [
        FoundTablet(row.device_id, row.label, row.revoked_at is not None)
        for row in (session.execute(query) if words else ())
        if _holds(row.label, words)
    ]
    tablets.sort(key=lambda tablet: (tablet.is_revoked, sort_key(tablet.label), tablet.device_id))
    return tablets[: SHOWN + 1]


def _holds(text: str, words: Sequence[str]) -> bool:
    folded = fold(text)
    return all(word in folded for word in words)
