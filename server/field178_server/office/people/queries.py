"""Queries of the people: list with scopes, one account with its tablets and its open work."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field178_server.accounts import officers, teams
from field178_server.accounts.teams import AccountTeam
from field178_server.database.models import Device, DeviceOfficer, FiledRecord, Officer


@dataclass(frozen=True, slots=True)
class Account:
    """One account. Teams and communes are what its scopes name; a team's own communes count among them."""

    officer: Officer
    team_ids: frozenset[str]
    unit_ids: frozenset[str]

    @property
    def fingerprint(self) -> str:
        """What a form has seen of the account, to notice that somebody else changed it meanwhile."""
        one = self.officer
        seen = (one.name, one.role, one.agency, one.email, sorted(self.team_ids), sorted(self.unit_ids))
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class TabletOfOfficer:
    """A tablet the officer signs in on."""

    device_id: str
    label: str
    is_revoked: bool


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What an officer has begun and others would have to finish."""

    tablets: tuple[TabletOfOfficer, ...]
    returned: int
    waiting: int


def accounts(session: Session, tenant_id: str) -> list[Account]:
    """Return every account by login; an office has hundreds of them, not thousands."""
    scopes = officers.all_scopes(session, tenant_id)
    return [
        _account(officer, scopes.get(officer.officer_id, ()))
        for officer in officers.everyone(session, tenant_id)
    ]


def find_account(session: Session, tenant_id: str, officer_id: str) -> Account | None:
    """Return one account, closed or open."""
    officer = session.get(Officer, (tenant_id, officer_id))
    return _account(officer, officers.scopes_of(session, tenant_id, officer_id)) if officer else None


def team_names(session: Session, tenant_id: str) -> Mapping[str, AccountTeam]:
    """Return the teams by id."""
    return {team.id: team for team in teams.everyone(session, tenant_id)}


def open_work(session: Session, tenant_id: str, officer_id: str) -> OpenWork:
    """Return the tablets an officer signs in on, and the records that are not finished."""
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
            FiledRecord.user_id == officer_id,
            FiledRecord.drawer.in_(("returned", "waiting")),
        )
        .group_by(FiledRecord.drawer)
    )
    drawers = {drawer: count for drawer, count in counted}
    return OpenWork(own, drawers.get("returned", 0), drawers.get("waiting", 0))


def _account(officer: Officer, scopes: Collection[str]) -> Account:
    named: dict[str, set[str]] = {"team": set(), "unit": set()}
    for scope in scopes:
        kind, _, name = scope.partition(":")
        named.setdefault(kind, set()).add(name)
    return Account(officer, frozenset(named["team"]), frozenset(named["unit"]))
