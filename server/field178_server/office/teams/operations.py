"""What the office writes of a team: its decision, its communes, its members with their days."""

from __future__ import annotations

from dataclasses import dataclass

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

# What the form of a team writes; an empty field is no member of the record.
PATHS = (
    *("name", "decision_number", "decision_date", "deciding_agency", "valid_from", "valid_to"),
    *("level", "standing_agency", "unit_ids"),
)


@dataclass(frozen=True, slots=True)
class SeenTeam:
    """A team as an officer saw it; revision 0 is a team that is not there yet."""

    team_id: str
    rev: int


def save(session: Session, context: OperationContext, seen: SeenTeam, values: Data) -> None:
    """Write decision and communes of a team over the revision that was seen.

    Rights of the members and of the team's tablets follow its communes. Raises AppError: rule with `problems`
    by path; bad_request with `problem` taken for the name of another team; revision_changed; not_found.
    """
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    known = None if seen.rev == 0 else _known(batch, seen)
    kept = {} if known is None else {name: one for name, one in known.data.items() if name not in PATHS}
    data: Data = {"members": {}, **kept, **values}
    _refuse_taken(session, context, seen.team_id, data)
    _refuse_wrong(data)
    after = Team.from_data(seen.team_id, data)
    scopes.ensure(session, context.tenant_id, after.scopes, context.lists)
    if known is None:
        batch.load([seen.team_id])
        if batch.get(seen.team_id) is not None:
            # The form was sent twice.
            return
        made, action = new_record(seen.team_id, RecordType.TEAM, after.scope, data), "team_added"
    else:
        made, action = next_revision(known, data=data), "team_changed"
    if known is not None and data == known.data:
        return
    write_record(batch, context, made, AuditEntry(action, made.record_id, made.scope, {"rev": made.rev}))
    batch.flush()
    if known is not None:
        _follow_units(session, context, Team.from_data(seen.team_id, known.data), after)


def set_member(
    session: Session, context: OperationContext, seen: SeenTeam, officer_id: str, wanted: Membership
) -> None:
    """Give an officer a position in a team from a first to a last day; rights follow at once.

    Raises AppError: rule with `problems` by path; revision_changed; not_found for an account that files
    nothing on tablets.
    """
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    known = _known(batch, seen)
    members = entries_of(known.data, "members")
    officer = session.get(Officer, (context.tenant_id, officer_id))
    if officer is None or (officer_id not in members and not may_join(context, officer)):
        raise AppError(ErrorCode.NOT_FOUND, officer=officer_id)
    days = {"valid_from": wanted.valid_from, "valid_to": wanted.valid_to}
    told = {name: day.isoformat() for name, day in days.items() if day}
    entry: Data = {"position": wanted.position, **told}
    if members.get(officer_id) == entry:
        return
    data = {**known.data, "members": {**members, officer_id: entry}}
    _refuse_wrong(data)
    made = next_revision(known, data=data)
    details: dict[str, str | int | None] = {"rev": made.rev, "officer": officer_id}
    write_record(batch, context, made, AuditEntry("team_member_set", made.record_id, made.scope, details))
    batch.flush()
    _follow_days(session, context, Team.from_data(seen.team_id, data), officer, wanted)


def revision_of(session: Session, context: OperationContext, team_id: str) -> int:
    """Return the present revision of a team, for who changes it without a form."""
    return session.get_one(Record, (context.tenant_id, team_id)).rev


def may_join(context: OperationContext, officer: Officer) -> bool:
    """Tell whether an officer can become a member: an open account that files records on a tablet."""
    return officer.disabled_at is None and officer.role in officers.field_roles(context.lists)


def _follow_days(
    session: Session, context: OperationContext, team: Team, officer: Officer, one: Membership
) -> None:
    has = team.scope in officers.scopes_of(session, context.tenant_id, officer.officer_id)
    belongs = one.holds_on(local_date(context.now()))
    if belongs != has:
        left, joined = ((), [team]) if belongs else ([team], ())
        memberships.exchange(session, context, officer, left=left, joined=joined)


def _follow_units(session: Session, context: OperationContext, before: Team, after: Team) -> None:
    """Give members and tablets of a team the communes that came, take those that went."""
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


def _known(batch: Batch, seen: SeenTeam) -> Stored:
    batch.load([seen.team_id])
    found = batch.get(seen.team_id)
    if found is None or found.deleted or found.type != RecordType.TEAM:
        raise AppError(ErrorCode.NOT_FOUND, record_id=seen.team_id)
    if found.rev != seen.rev:
        raise AppError(ErrorCode.REVISION_CHANGED, record_id=seen.team_id)
    return found


def _refuse_taken(session: Session, context: OperationContext, team_id: str, data: Data) -> None:
    others = teams.everyone(session, context.tenant_id)
    if any(one.name == data.get("name") and one.id != team_id for one in others):
        raise AppError(ErrorCode.BAD_REQUEST, team=data.get("name"), problem="taken")


def _refuse_wrong(data: Data) -> None:
    if (problem := declared_types().problem(RecordType.TEAM, data)) is not None:
        raise AppError(ErrorCode.RULE, problems=problem[1])
