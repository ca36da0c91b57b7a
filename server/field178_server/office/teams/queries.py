"""Queries of teams: list, and one team with members, tablets, open work and history."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.database.models import Device, DeviceScope, FiledRecord, Officer, Record
from field178_server.devices.heartbeat import IS_IN_USE
from field178_server.records.access import AccessFilter
from field178_server.records.history import RecordHistory, history_of
from field178_server.records.labels import Names, names_of
from field178_server.records.review_states import IS_RETURNED, IS_WAITING, ShownReviewState
from field178_shared.codelists import load
from field178_shared.record_type import RecordType
from field178_shared.records.review import ReviewState
from field178_shared.records.teams import Membership, Team
from field178_shared.text.normalisation import sort_key

# A returned record is corrected by the officer that it was handed to, or else by its author.
_ANSWERS = func.coalesce(FiledRecord.handed_to, FiledRecord.user_id)


@dataclass(frozen=True, slots=True)
class ListedTeam:
    """A team in the list, with the numbers of current members and of tablets in use."""

    team: Team
    members: int
    tablets: int


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A current or former member; `account` None: the officer has no account on this server.

    `visits`: number of visits that the member has submitted for this team. `returned`: number of records of
    the team that wait for the member's correction.
    """

    officer_id: str
    membership: Membership
    account: Officer | None
    visits: int
    returned: int


@dataclass(frozen=True, slots=True)
class TeamTablet:
    """A tablet that reads the records of a team."""

    device_id: str
    label: str
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class TeamPage:
    """One team for its page, without plan and follow-ups. `visits`: number of visits by open state."""

    team: Team
    rev: int
    members: tuple[TeamMember, ...]
    tablets: tuple[TeamTablet, ...]
    visits: Mapping[str, int]
    history: RecordHistory
    names: Names


def team_list(session: Session, tenant_id: str, access: AccessFilter, today: date) -> tuple[ListedTeam, ...]:
    """Return the teams within the access filter by name; an office has tens of them."""
    rows = session.execute(
        select(Record.record_id, Record.body).where(
            Record.tenant_id == tenant_id,
            Record.type == RecordType.TEAM,
            Record.deleted.is_(False),
            access.covers(Record.scope),
        )
    )
    teams = [Team.from_data(team_id, json.loads(body)) for team_id, body in rows]
    in_use = (
        select(DeviceScope.scope, func.count())
        .join(
            Device,
            (Device.tenant_id == DeviceScope.tenant_id) & (Device.device_id == DeviceScope.device_id),
        )
        .where(
            DeviceScope.tenant_id == tenant_id,
            IS_IN_USE,
            DeviceScope.scope.in_([team.scope for team in teams]),
        )
        .group_by(DeviceScope.scope)
    )
    tablets = {scope: count for scope, count in session.execute(in_use)}
    return tuple(
        ListedTeam(team, len(team.present(today)), tablets.get(team.scope, 0))
        for team in sorted(teams, key=lambda team: (sort_key(team.name), team.id))
    )


def find_team(
    session: Session, tenant_id: str, access: AccessFilter, team_id: str
) -> tuple[Team, int] | None:
    """Return a team within the access filter and its revision, else None."""
    row = session.get(Record, (tenant_id, team_id))
    if row is None or row.deleted or row.type != RecordType.TEAM or not access.holds(row.scope):
        return None
    return Team.from_data(team_id, json.loads(row.body)), row.rev


def team_page(
    session: Session, tenant_id: str, access: AccessFilter, team_id: str, today: date
) -> TeamPage | None:
    """Return one team within the access filter, else None."""
    team_and_rev = find_team(session, tenant_id, access, team_id)
    if team_and_rev is None:
        return None
    team, rev = team_and_rev
    body = json.loads(session.get_one(Record, (tenant_id, team_id)).body)
    history = history_of(session, tenant_id, team_id, RecordType.TEAM, body)
    authors = {revision.user_id for revision in history.revisions if revision.user_id}
    named = {
        user for revision in history.revisions for user in Team.from_data(team_id, revision.data).members
    }
    return TeamPage(
        team=team,
        rev=rev,
        members=_members(session, tenant_id, team, today),
        tablets=_tablets(session, tenant_id, team.scope),
        visits=_states(session, tenant_id, team_id),
        history=history,
        names=names_of(session, tenant_id, authors | named),
    )


def joinable(session: Session, tenant_id: str, but: Collection[str]) -> tuple[Officer, ...]:
    """Return the officers who can become members, by name, without the ids in `but`."""
    rows = session.scalars(
        select(Officer).where(
            Officer.tenant_id == tenant_id,
            Officer.disabled_at.is_(None),
            Officer.role.in_(officers.field_roles(load())),
        )
    )
    able = [officer for officer in rows if officer.officer_id not in but]
    return tuple(sorted(able, key=lambda officer: (sort_key(officer.name), officer.login)))


def member_name(session: Session, tenant_id: str, officer_id: str) -> str:
    """Return the name of a member; "" without an account on this server."""
    officer = session.get(Officer, (tenant_id, officer_id))
    return officer.name if officer else ""


def _members(session: Session, tenant_id: str, team: Team, today: date) -> tuple[TeamMember, ...]:
    ids = sorted(team.members)
    accounts = {
        officer.officer_id: officer
        for officer in session.scalars(
            select(Officer).where(Officer.tenant_id == tenant_id, Officer.officer_id.in_(ids))
        )
    }
    visits, returned = _filed(session, tenant_id, team.id), _returned(session, tenant_id, team.id)
    members = [
        TeamMember(user, membership, accounts.get(user), visits.get(user, 0), returned.get(user, 0))
        for user, membership in team.members.items()
    ]
    return tuple(sorted(members, key=lambda member: _order(member, today)))


def _order(member: TeamMember, today: date) -> tuple[bool, int, str, str]:
    """Return the sort key of a member: current members by position, then former members."""
    positions = [choice.id for choice in load().choices["team_position"]]
    place = member.membership.position
    rank = positions.index(place) if place in positions else len(positions)
    return (
        member.membership.has_ended(today),
        rank,
        sort_key(member.account.name) if member.account else "",
        member.officer_id,
    )


def _filed(session: Session, tenant_id: str, team_id: str) -> Mapping[str, int]:
    query = (
        select(FiledRecord.user_id, func.count())
        .where(
            FiledRecord.tenant_id == tenant_id,
            FiledRecord.type == RecordType.INSPECTION,
            FiledRecord.team_id == team_id,
        )
        .group_by(FiledRecord.user_id)
    )
    return {user: count for user, count in session.execute(query) if user}


def _returned(session: Session, tenant_id: str, team_id: str) -> Mapping[str, int]:
    query = (
        select(_ANSWERS, func.count())
        .where(
            FiledRecord.tenant_id == tenant_id,
            IS_RETURNED,
            FiledRecord.team_id == team_id,
        )
        .group_by(_ANSWERS)
    )
    return {user: count for user, count in session.execute(query) if user}


def _states(session: Session, tenant_id: str, team_id: str) -> Mapping[str, int]:
    """Return the number of visits of a team by open review state."""
    is_corrected = and_(FiledRecord.review_state == ReviewState.RETURNED, IS_WAITING)
    state = case((is_corrected, ShownReviewState.CORRECTED.value), else_=FiledRecord.review_state)
    query = (
        select(state, func.count())
        .where(
            FiledRecord.tenant_id == tenant_id,
            FiledRecord.type == RecordType.INSPECTION,
            FiledRecord.team_id == team_id,
            IS_WAITING | IS_RETURNED,
        )
        .group_by(state)
    )
    return {state_id: count for state_id, count in session.execute(query)}


def _tablets(session: Session, tenant_id: str, scope: str) -> tuple[TeamTablet, ...]:
    query = (
        select(Device.device_id, Device.label, Device.last_seen_at)
        .join(
            DeviceScope,
            (DeviceScope.tenant_id == Device.tenant_id) & (DeviceScope.device_id == Device.device_id),
        )
        .where(Device.tenant_id == tenant_id, DeviceScope.scope == scope, IS_IN_USE)
        .order_by(Device.label, Device.device_id)
    )
    return tuple(TeamTablet(*row) for row in session.execute(query))
