"""The roster of tablets: one `person` record an officer in scope `ref`, and the members of team records."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from field178_server.accounts.teams import AccountTeam
from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Officer
from field178_server.records import scopes
from field178_server.records.batch import Batch, SourceChange
from field178_server.records.stored_record import Stored, new_record, next_revision
from field178_shared.merge import Data
from field178_shared.wire.canonical import canonical

PERSON = "person"
_POSITIONS = {"team_lead": "team_leader"}


def list_officer(
    session: Session, context: OperationContext, officer: Officer, teams: Sequence[AccountTeam]
) -> None:
    """Show an officer to the tablets: as a person, and as a member of these teams."""
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    batch.load([officer.officer_id, *(team.id for team in teams)])
    content: Data = {"display_name": officer.name, "agency": officer.agency, "role": officer.role}
    known = batch.get(officer.officer_id)
    if known is None:
        person = new_record(officer.officer_id, PERSON, scopes.REF, content)
    else:
        person = next_revision(known, data=content, deleted=False)
    if known is None or known.deleted or known.data != content:
        put(batch, context, person)
    for team in teams:
        if (stored := batch.get(team.id)) is not None:
            put(batch, context, next_revision(stored, data=_with_member(stored.data, officer)))
    batch.flush()


def leave(
    session: Session, context: OperationContext, officer: Officer, teams: Sequence[AccountTeam]
) -> None:
    """Take an officer out of the members of these teams."""
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    batch.load([team.id for team in teams])
    for team in teams:
        if (stored := batch.get(team.id)) is not None:
            known = stored.data.get("members")
            members = dict(known) if isinstance(known, dict) else {}
            members.pop(officer.officer_id, None)
            put(batch, context, next_revision(stored, data={**stored.data, "members": members}))
    batch.flush()


def unlist_officer(session: Session, context: OperationContext, officer: Officer) -> None:
    """Take an officer out of what tablets offer; records that name the officer stay as they are."""
    batch = Batch(session, context.tenant_id, context.clock, context.ids)
    batch.load([officer.officer_id])
    if (known := batch.get(officer.officer_id)) is not None and not known.deleted:
        put(batch, context, next_revision(known, deleted=True))
    batch.flush()


def put(batch: Batch, context: OperationContext, record: Stored) -> None:
    """Write a record in the office's name, with its history."""
    payload = canonical({"record_id": record.record_id, "data": record.data}).decode()
    batch.put(record, SourceChange(context.ids.time_ordered(), context.actor.id, None, None, payload))


def _with_member(data: Data, officer: Officer) -> Data:
    members = data.get("members")
    known = members if isinstance(members, dict) else {}
    position = _POSITIONS.get(officer.role, "member")
    return {**data, "members": {**known, officer.officer_id: {"position": position}}}
