"""Scopes by team membership: the team's scope and its communes, from the first to the last day."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from field178_server.accounts import officers, teams
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import Officer
from field178_server.records import scopes
from field178_server.records.access import is_whole_area
from field178_shared.records.teams import Team
from field178_shared.time.clock import local_date


def exchange(
    session: Session,
    context: OperationContext,
    officer: Officer,
    *,
    left: Iterable[Team] = (),
    joined: Iterable[Team] = (),
) -> bool:
    """Remove the scopes of left teams from an officer and add those of joined teams; return if any changed.

    Scopes that the officer also has by another team are kept, and the last ones of a role that has the whole
    area without any: the end of a membership must not give what waits for a second person (decision 0149).
    """
    own = officers.scopes_of(session, context.tenant_id, officer.officer_id)
    gone = {scope for team in left for scope in team.scopes}
    out = {team.id for team in left}
    kept = [team for team in teams.everyone(session, context.tenant_id) if team.id not in out]
    stay = {scope for team in kept if team.scope in own for scope in team.scopes}
    scopes_after = (own - gone) | (own & stay) | {scope for team in joined for scope in team.scopes}
    is_widened = not scopes_after and is_whole_area(officer.role, context.lists)
    if scopes_after == own or is_widened:
        return False
    scopes.ensure(session, context.tenant_id, scopes_after, context.lists)
    officers.set_scopes(session, officer, scopes_after)
    context.note(session, AuditEntry("officer_scopes_set", officer.officer_id))
    return True


def follow_day(session: Session, context: OperationContext) -> int:
    """Update the scopes of officers whose membership began or ended; return the number of changes.

    `serve` calls it once an hour; an edit of a membership updates the scopes at once.
    """
    today, tenant_id = local_date(context.now()), context.tenant_id
    scopes_of = officers.all_scopes(session, tenant_id)
    changed = 0
    for team in teams.everyone(session, tenant_id):
        for officer_id, membership in team.members.items():
            has = team.scope in scopes_of.get(officer_id, ())
            begins = not has and membership.valid_from is not None and membership.holds_on(today)
            ends = has and membership.has_ended(today)
            if not begins and not ends:
                continue
            officer = session.get(Officer, (tenant_id, officer_id))
            if officer is None or (begins and officer.disabled_at is not None):
                continue
            left, joined = ([team], ()) if ends else ((), [team])
            if not exchange(session, context, officer, left=left, joined=joined):
                continue
            action = "membership_ended" if ends else "membership_begun"
            context.note(session, AuditEntry(action, officer_id, team.scope))
            changed += 1
    return changed
