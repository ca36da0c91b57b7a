"""The roster of tablets: a `person` record per officer in scope `ref`, and the members of team records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from field178_server.audit.office_write import put_record
from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Officer
from field178_server.records import scopes
from field178_server.records.batch import Batch, SourceChange
from field178_server.records.stored_record import Stored, new_record, next_revision
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.reading import entries_of
from field178_shared.records.teams import PLAIN_MEMBER, Membership, Team
from field178_shared.time.clock import local_date
from field178_shared.wire.canonical import canonical

_POSITIONS = {"team_lead": "team_leader"}


def list_officer(
    session: Session, context: OperationContext, officer: Officer, teams: Sequence[Team]
) -> None:
    """Write the officer's person record, and add the officer to these teams' records as of today."""
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    batch.load([officer.officer_id, *(team.id for team in teams)])
    content: Data = {"display_name": officer.name, "agency": officer.agency, "role": officer.role}
    person_before = batch.get(officer.officer_id)
    if person_before is None:
        person = new_record(officer.officer_id, RecordType.PERSON, scopes.REF, content)
    else:
        person = next_revision(person_before, data=content, deleted=False)
    if person_before is None or person_before.deleted or person_before.data != content:
        put_record(batch, context, person)
    today = local_date(context.now())
    entry = {"position": position_of(officer.role), "valid_from": today.isoformat()}
    for team in teams:
        if (stored := batch.get(team.id)) is not None:
            members = {**entries_of(stored.data, "members"), officer.officer_id: entry}
            put_record(batch, context, next_revision(stored, data={**stored.data, "members": members}))
    batch.flush()


def leave(session: Session, context: OperationContext, officer: Officer, teams: Sequence[Team]) -> None:
    """End the memberships of an officer in these teams, as of yesterday."""
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    batch.load([team.id for team in teams])
    for team in teams:
        if (stored := batch.get(team.id)) is not None:
            members = ended(stored.data, officer.officer_id, local_date(context.now()))
            put_record(batch, context, next_revision(stored, data={**stored.data, "members": members}))
    batch.flush()


def unlist_officer(session: Session, context: OperationContext, officer: Officer) -> None:
    """Delete the officer's person record; records that reference the officer are unchanged."""
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    batch.load([officer.officer_id])
    if (person := batch.get(officer.officer_id)) is not None and not person.deleted:
        put_record(batch, context, next_revision(person, deleted=True))
    batch.flush()


def put(batch: Batch, context: OperationContext, record: Stored) -> None:
    """Write a record of the office, with its whole content in the history."""
    payload = canonical({"record_id": record.record_id, "data": record.data}).decode()
    batch.put(record, SourceChange(context.ids.time_ordered(), context.actor.id, None, None, payload))


def position_of(role: str) -> str:
    """Return the team position of a role."""
    return _POSITIONS.get(role, PLAIN_MEMBER)


def ended(team: Data, officer_id: str, today: date) -> Data:
    """Return the members of a team with the membership of one officer ended as of the day before `today`.

    A membership that would have begun later is removed.
    """
    members: Data = dict(entries_of(team, "members"))
    entry = members.pop(officer_id, None)
    if not isinstance(entry, dict):
        return members
    membership, yesterday = Membership.from_data(entry), today - timedelta(days=1)
    if membership.valid_from is not None and membership.valid_from > yesterday:
        return members
    last = membership.valid_to if membership.has_ended(today) and membership.valid_to else yesterday
    return {**members, officer_id: {**entry, "valid_to": last.isoformat()}}
