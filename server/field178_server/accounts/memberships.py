"""Rights that come with a team: its scope and those of its communes, from the first to the last day."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from field178_server.accounts import officers, teams
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.models import Officer
from field178_server.records import scopes
from field178_shared.records.teams import Team
from field178_shared.time.clock import local_date


def exchange(
    session: Session,
    context: OperationContext,
    officer: Officer,
    *,
    left: Iterable[Team] = (),
    joined: Iterable[Team] = (),
) -> None:
    """Take the scopes of some teams from an officer and give those of others.

    What another team of the officer brings too stays.
    """
    own = officers.scopes_of(session, context.tenant_id, officer.officer_id)
    gone = {scope for team in left for scope in team.scopes}
    out = {team.id for team in left}
    kept = [team for team in teams.everyone(session, context.tenant_id) if team.id not in out]
    stay = {scope for team in kept if team.scope in own for scope in team.scopes}
    wanted = (own - gone) | (own & stay) | {scope for team in joined for scope in team.scopes}
    if wanted != own:
        scopes.ensure(session, context.tenant_id, wanted, context.lists)
        officers.set_scopes(session, officer, wanted)


def follow_day(session: Session, context: OperationContext) -> int:
    """Give and take what memberships that began or ended bring; return how many rights changed.

    `serve` calls it once an hour; a change of a membership itself does the same at once.
    """
    today, tenant_id = local_date(context.now()), context.tenant_id
    scopes_of = officers.all_scopes(session, tenant_id)
    changed = 0
    for team in teams.everyone(session, tenant_id):
        for officer_id, one in team.members.items():
            has = team.scope in scopes_of.get(officer_id, ())
            begins = not has and one.valid_from is not None and one.holds_on(today)
            ends = has and one.has_ended(today)
            if not begins and not ends:
                continue
            officer = session.get(Officer, (tenant_id, officer_id))
            if officer is None:
                continue
            exchange(session, context, officer, left=[team] if ends else (), joined=[team] if begins else ())
            action = "membership_ended" if ends else "membership_begun"
            context.note(session, AuditEntry(action, officer_id, team.scope))
            changed += 1
    return changed
