"""Operations on teams: write decision, communes, and members with their days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.accounts import memberships, officers, teams
from field178_server.audit.office_write import write_record
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import Device, DeviceScope, Officer, Record
from field178_server.devices.heartbeat import IS_IN_USE
from field178_server.records import scopes
from field178_server.records.batch import Batch
from field178_server.records.stored_record import Stored, new_record, next_revision
from field178_server.replication.policy.record_validation import declared_types
from field178_shared.errors import AppError, ErrorCode
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.reading import entries_of
from field178_shared.records.teams import Membership, Team
from field178_shared.time.clock import local_date

# Members of the record that the form of a team writes. An empty field is omitted from the record.
PATHS = (
    "name",
    "decision_number",
    "decision_date",
    "deciding_agency",
    "valid_from",
    "valid_to",
    "level",
    "standing_agency",
    "unit_ids",
)


@dataclass(frozen=True, slots=True)
class SeenTeam:
    """A team and the revision that the officer saw; 0 for a new team."""

    team_id: str
    rev: int


def save(session: Session, context: OperationContext, seen: SeenTeam, values: Data) -> bool:
    """Write decision and communes of a team; return whether its members have more communes than before.

    `seen` is the revision to replace.

    Scopes of the members and tablets are updated with the communes. Raises AppError: rule with `problems`
    by path; bad_request with `problem` taken for the name of another team; revision_changed; not_found.
    """
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    existing = None if seen.rev == 0 else _seen_team(batch, seen)
    kept = (
        {}
        if existing is None
        else {name: value for name, value in existing.data.items() if name not in PATHS}
    )
    data: Data = {"members": {}, **kept, **values}
    _refuse_taken(session, context, seen.team_id, data)
    _refuse_invalid(data)
    after = Team.from_data(seen.team_id, data)
    scopes.ensure(session, context.tenant_id, after.scopes, context.lists)
    if existing is None:
        batch.load([seen.team_id])
        if batch.get(seen.team_id) is not None:
            # The form was submitted twice.
            return False
        made, action = new_record(seen.team_id, RecordType.TEAM, after.scope, data), "team_added"
    else:
        made, action = next_revision(existing, data=data), "team_changed"
    if existing is not None and data == existing.data:
        return False
    write_record(batch, context, made, AuditEntry(action, made.record_id, made.scope, {"rev": made.rev}))
    batch.flush()
    if existing is None:
        return False
    before = Team.from_data(seen.team_id, existing.data)
    _update_scopes_of_team(session, context, before, after)
    return bool(after.members) and not set(after.scopes) <= set(before.scopes)


def set_member(
    session: Session, context: OperationContext, seen: SeenTeam, officer_id: str, membership: Membership
) -> None:
    """Set position and days of an officer in a team, and update the officer's scopes at once.

    Raises AppError: rule with `problems` by path; revision_changed; not_found for an account that may not
    join.
    """
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    officer, existing = _joining(session, context, batch, seen, officer_id), _seen_team(batch, seen)
    data = _with_member(existing, officer_id, membership)
    if data == existing.data:
        return
    made = next_revision(existing, data=data)
    details: dict[str, str | int | None] = {"rev": made.rev, "officer": officer_id}
    write_record(batch, context, made, AuditEntry("team_member_set", made.record_id, made.scope, details))
    batch.flush()
    _update_scopes_of_member(session, context, Team.from_data(seen.team_id, data), officer, membership)


def gives_access(
    session: Session, context: OperationContext, seen: SeenTeam, officer_id: str, membership: Membership
) -> bool:
    """Return whether a membership gives an officer the scopes of a team, or gives them for longer.

    Raises as `set_member` does.
    """
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    officer, existing = _joining(session, context, batch, seen, officer_id), _seen_team(batch, seen)
    team = Team.from_data(seen.team_id, _with_member(existing, officer_id, membership))
    own = officers.scopes_of(session, context.tenant_id, officer.officer_id)
    if membership.has_ended(local_date(context.now())):
        return False
    before = Team.from_data(seen.team_id, _seen_team(batch, seen).data).members.get(officer_id)
    is_longer = before is not None and _last_day(membership) > _last_day(before)
    return is_longer or team.scope not in own


def _last_day(membership: Membership) -> date:
    return membership.valid_to or date.max


def revision_of(session: Session, context: OperationContext, team_id: str) -> int:
    """Return the current revision of a team, for changes without a form."""
    return session.get_one(Record, (context.tenant_id, team_id)).rev


def may_join(context: OperationContext, officer: Officer) -> bool:
    """Return whether an officer can become a member: an open account with a role that works on tablets."""
    return officer.disabled_at is None and officer.role in officers.field_roles(context.lists)


def _joining(
    session: Session, context: OperationContext, batch: Batch, seen: SeenTeam, officer_id: str
) -> Officer:
    """Return the officer of a membership, or raise AppError(not_found) for one who may not join."""
    members = entries_of(_seen_team(batch, seen).data, "members")
    officer = session.get(Officer, (context.tenant_id, officer_id))
    if officer is None or (officer_id not in members and not may_join(context, officer)):
        raise AppError(ErrorCode.NOT_FOUND, officer=officer_id)
    return officer


def _with_member(team: Stored, officer_id: str, membership: Membership) -> Data:
    """Return the data of a team with a membership; raise AppError(rule) if they are invalid."""
    data = {
        **team.data,
        "members": {**entries_of(team.data, "members"), officer_id: entry_of(membership)},
    }
    _refuse_invalid(data)
    return data


def entry_of(membership: Membership) -> Data:
    """Return a membership as the record of a team has it."""
    days = {"valid_from": membership.valid_from, "valid_to": membership.valid_to}
    return {
        "position": membership.position,
        **{name: day.isoformat() for name, day in days.items() if day},
    }


def _update_scopes_of_member(
    session: Session, context: OperationContext, team: Team, officer: Officer, membership: Membership
) -> None:
    has = team.scope in officers.scopes_of(session, context.tenant_id, officer.officer_id)
    belongs = membership.holds_on(local_date(context.now()))
    if belongs != has:
        left, joined = ((), [team]) if belongs else ([team], ())
        memberships.exchange(session, context, officer, left=left, joined=joined)


def _update_scopes_of_team(session: Session, context: OperationContext, before: Team, after: Team) -> None:
    """Update the scopes of members after a change of communes; grant added communes to the team's tablets."""
    if set(before.scopes) == set(after.scopes):
        return
    for officer_id in after.present(local_date(context.now())):
        officer = session.get(Officer, (context.tenant_id, officer_id))
        if officer is not None and officer.disabled_at is None:
            memberships.exchange(session, context, officer, left=[before], joined=[after])
    come = scopes.for_tablet(set(after.scopes) - set(before.scopes), context.lists)
    scopes.ensure(session, context.tenant_id, come, context.lists)
    of_team = (
        select(Device)
        .join(
            DeviceScope,
            (DeviceScope.tenant_id == Device.tenant_id) & (DeviceScope.device_id == Device.device_id),
        )
        .where(
            Device.tenant_id == context.tenant_id,
            DeviceScope.scope == after.scope,
            IS_IN_USE,
        )
        .order_by(Device.device_id)
    )
    for device in session.scalars(of_team).all():
        granted = set(scopes.granted_to(session, device))
        fresh = {scope: via for scope, via in come.items() if scope not in granted}
        scopes.grant(session, device, fresh, context.now())
        context.note(session, AuditEntry("scope_granted", device.device_id, after.scope))


def _seen_team(batch: Batch, seen: SeenTeam) -> Stored:
    batch.load([seen.team_id])
    team = batch.get(seen.team_id)
    if team is None or team.deleted or team.type != RecordType.TEAM:
        raise AppError(ErrorCode.NOT_FOUND, record_id=seen.team_id)
    if team.rev != seen.rev:
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=seen.team_id)
    return team


def _refuse_taken(session: Session, context: OperationContext, team_id: str, data: Data) -> None:
    others = teams.everyone(session, context.tenant_id)
    if any(other.name == data.get("name") and other.id != team_id for other in others):
        raise AppError(ErrorCode.BAD_REQUEST, team=data.get("name"), problem="taken")


def _refuse_invalid(data: Data) -> None:
    if (problem := declared_types().problem(RecordType.TEAM, data)) is not None:
        raise AppError(ErrorCode.RULE, problems=problem[1])
