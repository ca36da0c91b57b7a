"""Queries of accounts: list with scopes, and one account with its tablets and open work."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from field178_server.accounts import officers, teams
from field178_server.accounts.access_requests import officers_waiting
from field178_server.database.models import (
    Device,
    DeviceOfficer,
    FiledRecord,
    HandOver,
    Officer,
    OfficerScope,
    Record,
)
from field178_server.records.access import AccessFilter
from field178_server.records.labels import Names, names_of
from field178_server.records.review_states import IS_RETURNED, IS_WAITING
from field178_shared.codelists import load
from field178_shared.ids import review_id
from field178_shared.records.review import ReviewState
from field178_shared.records.teams import Team


@dataclass(frozen=True, slots=True)
class Account:
    """One account with the teams and communes of its scopes; communes of its teams are included.

    `is_waiting`: it is closed until a second person confirms that it is opened.
    """

    officer: Officer
    team_ids: frozenset[str]
    unit_ids: frozenset[str]
    is_waiting: bool = False

    @property
    def fingerprint(self) -> str:
        """Digest of the account as a form shows it, to detect concurrent changes."""
        officer = self.officer
        seen = (
            officer.name,
            officer.role,
            officer.agency,
            officer.email,
            sorted(self.team_ids),
            sorted(self.unit_ids),
        )
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class TabletOfOfficer:
    """A tablet that an officer signs in on."""

    device_id: str
    label: str
    is_revoked: bool


@dataclass(frozen=True, slots=True)
class OpenWork:
    """Open work of an officer: tablets, and numbers of returned records and records in review."""

    tablets: tuple[TabletOfOfficer, ...]
    returned: int
    waiting: int


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """A returned record that waits for an officer's correction."""

    record_id: str
    type: str
    scope: str
    occurred_on: date | None
    establishment_id: str | None
    title: str | None
    returned_at: datetime | None


@dataclass(frozen=True, slots=True)
class Successor:
    """An officer with access to open records of another officer. `count`: the number of these records."""

    officer_id: str
    name: str
    agency: str
    count: int


@dataclass(frozen=True, slots=True)
class HandOverMade:
    """A stored hand-over. `is_untouched`: no record or review changed since, so that it can be undone."""

    hand_over_id: str
    to_id: str
    made_by: str | None
    made_at: datetime
    count: int
    undone_at: datetime | None
    is_untouched: bool


def accounts(session: Session, tenant_id: str) -> list[Account]:
    """Return all accounts by login; an office has hundreds of them."""
    scopes, waiting = officers.all_scopes(session, tenant_id), officers_waiting(session, tenant_id)
    return [
        _account(officer, scopes.get(officer.officer_id, ()), waiting)
        for officer in officers.everyone(session, tenant_id)
    ]


def find_account(session: Session, tenant_id: str, officer_id: str) -> Account | None:
    """Return one account, closed or open."""
    officer = session.get(Officer, (tenant_id, officer_id))
    if officer is None:
        return None
    scopes = officers.scopes_of(session, tenant_id, officer_id)
    return _account(officer, scopes, officers_waiting(session, tenant_id))


def team_names(session: Session, tenant_id: str) -> Mapping[str, Team]:
    """Return the teams by id."""
    return {team.id: team for team in teams.everyone(session, tenant_id)}


def open_work(session: Session, tenant_id: str, officer_id: str) -> OpenWork:
    """Return the open work of an officer."""
    tablets = session.execute(
        select(Device.device_id, Device.label, Device.revoked_at)
        .join(
            DeviceOfficer,
            (DeviceOfficer.tenant_id == Device.tenant_id) & (DeviceOfficer.device_id == Device.device_id),
        )
        .where(DeviceOfficer.tenant_id == tenant_id, DeviceOfficer.officer_id == officer_id)
        .order_by(Device.label, Device.device_id)
    )
    own = tuple(
        TabletOfOfficer(device_id, label, revoked is not None) for device_id, label, revoked in tablets
    )
    counted = session.execute(
        select(FiledRecord.drawer, func.count())
        .where(
            FiledRecord.tenant_id == tenant_id,
            _answered_by(officer_id),
            IS_RETURNED | IS_WAITING,
        )
        .group_by(FiledRecord.drawer)
    )
    drawers = {drawer: count for drawer, count in counted}
    return OpenWork(own, drawers.get(ReviewState.RETURNED, 0), drawers.get(ReviewState.WAITING, 0))


def open_records(
    session: Session, tenant_id: str, access: AccessFilter, officer_id: str
) -> tuple[OpenRecord, ...]:
    """Return the records that wait for an officer's correction, the oldest return first."""
    query = select(
        FiledRecord.record_id,
        FiledRecord.type,
        FiledRecord.scope,
        FiledRecord.occurred_on,
        FiledRecord.establishment_id,
        FiledRecord.title,
        FiledRecord.reviewed_at,
    ).where(
        FiledRecord.tenant_id == tenant_id,
        IS_RETURNED,
        _answered_by(officer_id),
        access.covers(FiledRecord.scope),
    )
    rows = session.execute(query.order_by(FiledRecord.reviewed_at, FiledRecord.record_id))
    return tuple(OpenRecord(*row) for row in rows)


def names_on(session: Session, tenant_id: str, records: Iterable[OpenRecord], others: Iterable[str]) -> Names:
    """Return the names of the establishments of records, and of other ids."""
    places = {record.establishment_id for record in records if record.establishment_id}
    return names_of(session, tenant_id, places | {other_id for other_id in others if other_id})


def successors(
    session: Session, tenant_id: str, officer_id: str, records: Collection[OpenRecord]
) -> tuple[Successor, ...]:
    """Return the officers who work in the scopes of these records, by number of records."""
    if not records:
        return ()
    lying = Counter(record.scope for record in records)
    query = (
        select(Officer.officer_id, Officer.name, Officer.agency, OfficerScope.scope)
        .join(
            OfficerScope,
            (OfficerScope.tenant_id == Officer.tenant_id) & (OfficerScope.officer_id == Officer.officer_id),
        )
        .where(
            Officer.tenant_id == tenant_id,
            Officer.officer_id != officer_id,
            Officer.disabled_at.is_(None),
            Officer.role.in_(officers.field_roles(load())),
            OfficerScope.scope.in_(sorted(lying)),
        )
    )
    able: dict[str, Successor] = {}
    for other, name, agency, scope in session.execute(query):
        before = able[other].count if other in able else 0
        able[other] = Successor(other, name, agency, before + lying[scope])
    return tuple(
        sorted(able.values(), key=lambda successor: (-successor.count, successor.name, successor.officer_id))
    )


def hand_overs(session: Session, tenant_id: str, officer_id: str) -> tuple[HandOverMade, ...]:
    """Return the hand-overs of an officer's work, latest first."""
    rows = session.scalars(
        select(HandOver)
        .where(HandOver.tenant_id == tenant_id, HandOver.from_id == officer_id)
        .order_by(HandOver.hand_over_id.desc())
    ).all()
    given: dict[str, Mapping[str, Mapping[str, object]]] = {
        row.hand_over_id: json.loads(row.records) for row in rows
    }
    revisions = _revisions(
        session, tenant_id, {record_id for records in given.values() for record_id in records}
    )
    return tuple(
        HandOverMade(
            row.hand_over_id,
            row.to_id,
            row.made_by,
            row.made_at,
            len(given[row.hand_over_id]),
            row.undone_at,
            row.undone_at is None and is_untouched(given[row.hand_over_id], revisions),
        )
        for row in rows
    )


def is_untouched(given: Mapping[str, Mapping[str, object]], revisions: Mapping[str, tuple[int, int]]) -> bool:
    """Return whether all records and their reviews have the revisions that a hand-over wrote."""
    return all(
        revisions.get(record_id) == (revs["rev"], revs["review_rev"]) for record_id, revs in given.items()
    )


def _answered_by(officer_id: str) -> ColumnElement[bool]:
    """Return the condition for records that an officer corrects: handed-over records and own records."""
    is_own = and_(FiledRecord.handed_to.is_(None), FiledRecord.user_id == officer_id)
    return or_(FiledRecord.handed_to == officer_id, is_own)


def _revisions(session: Session, tenant_id: str, record_ids: Collection[str]) -> dict[str, tuple[int, int]]:
    """Return the revisions of records and of their reviews."""
    reviews = {record_id: review_id(record_id) for record_id in record_ids}
    query = select(Record.record_id, Record.rev).where(
        Record.tenant_id == tenant_id, Record.record_id.in_(sorted({*reviews, *reviews.values()}))
    )
    revs = {record_id: rev for record_id, rev in session.execute(query)} if reviews else {}
    return {record_id: (revs.get(record_id, 0), revs.get(review, 0)) for record_id, review in reviews.items()}


def _account(officer: Officer, scopes: Collection[str], waiting: Collection[str]) -> Account:
    named: dict[str, set[str]] = {"team": set(), "unit": set()}
    for scope in scopes:
        kind, _, name = scope.partition(":")
        named.setdefault(kind, set()).add(name)
    is_waiting = officer.officer_id in waiting
    return Account(officer, frozenset(named["team"]), frozenset(named["unit"]), is_waiting)
